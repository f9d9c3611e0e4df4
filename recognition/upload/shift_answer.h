// How a vehicle asks for its copy of the lists, and how it knows that what it got is the log's
// (I12-A-3, F-3): the contract of POST /v1/devices/{device}/lists.
//
// It asks with JSON: {"asked_at":microseconds,"shift_key":hex,"signature":base64}, signed with the
// device's Ed25519 key over
//   "plateledger shift v1\n" origin "\n" device "\n" decimal(asked_at) "\n" hex(shift_key) "\n"
// shift_key is an X25519 key that the device made for this shift alone, so that the copy cannot be
// opened once it is thrown away. asked_at grows from one shift to the next and is within 5 minutes
// of the server's clock, so no request can be sent again.
//
// The answer, content type application/vnd.plateledger.shift-list:
//   be32 length of proof || proof || shift list (shift_list.h), sealed to shift_key
// proof: canonical JSON {"header":hex,"member_list":hex,"tlog_proof":string}, of the event
// lists.taken, all of whose members are open: it names the device and the SHA-256 of the shift
// list. The log's signature stands under the checkpoint of the tlog-proof. So a copy that is not on
// the record does not open, and the log's key signs nothing but checkpoints.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "ledger/chain/box_key.h"
#include "ledger/chain/keys.h"
#include "ledger/chain/note.h"
#include "recognition/upload/shift_list.h"

namespace alpr::recognition {

inline constexpr std::string_view kShiftListContentType = "application/vnd.plateledger.shift-list";
inline constexpr std::uint16_t kListsTakenKind = 91;  // the event's number
inline constexpr std::size_t kShiftProofMax = std::size_t{256} << 10;

struct ShiftRequest {
  std::string origin;
  std::string device;
  TimeUs asked_at;
  chain::BoxPublicKey shift_key{};
};
std::string signed_message(const ShiftRequest& request);

struct ShiftProof {
  Bytes header;
  Bytes member_list;
  std::string tlog_proof;
};
Bytes encode_shift_answer(const ShiftProof& proof, BytesView sealed);

// What the device holds an answer to.
struct ShiftTrust {
  chain::VerifierKey log;  // its name is the origin
  std::string device;
};
struct TakenLists {
  Sequence taken;   // the lists.taken
  TimeUs taken_at;  // by the server's clock
  ShiftList list;
};
// kMalformed: not of the form; kBadSignature: not signed by the log, not on its record, of another
// device, changed, or not sealed to this key.
Result<TakenLists> open_shift_answer(BytesView answer, const ShiftTrust& trust,
                                     const chain::BoxKey& key);

}  // namespace alpr::recognition
