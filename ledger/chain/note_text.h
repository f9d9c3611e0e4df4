// What note.cc, checkpoint.cc and tlog_proof.cc share; not for other folders. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

bool valid_note_text(std::string_view text);  // UTF-8 without control characters but line feeds

// Takes the line at the front, without its line feed; nothing when no line feed is left.
std::optional<std::string_view> take_line(std::string_view& rest);

Result<Digest> parse_digest_base64(std::string_view text);

}  // namespace alpr::chain
