// What a log and a witness say to each other (C2SP tlog-witness, add-checkpoint). Pure; any thread.
//
//   old <decimal>                 the size that the witness is believed to have recorded
//   <base64 hash>                 0 to 63 lines: the consistency proof from there
//   (empty line)
//   <signed checkpoint, verbatim>
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/note.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

struct AddCheckpoint {
  std::uint64_t old_size = 0;
  std::vector<Digest> proof;
  std::string checkpoint;  // verbatim
};

inline constexpr std::size_t kConsistencyPathMax = 63;
inline constexpr std::size_t kAddCheckpointSizeMax = kNoteSizeMax + 4096;

std::string format_add_checkpoint(const AddCheckpoint& request);
// Form only: the checkpoint is not looked at. kTooLarge, kMalformed.
Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);

// The body of a 409: the size that the witness has recorded, as the content type says.
inline constexpr std::string_view kSizeContentType = "text/x.tlog.size";
std::string format_recorded_size(std::uint64_t size);
Result<std::uint64_t> parse_recorded_size(std::string_view body);

// The body of a 200: signature lines. kMalformed; more than kNoteSignaturesMax lines: kTooLarge.
Result<std::vector<NoteSignature>> parse_signature_lines(std::string_view body);

// The name of a log in the paths and files of witnesses: hex(SHA-256(origin)).
std::string origin_name(std::string_view origin);

}  // namespace alpr::chain
