// One-use codes by which a person takes their account. Pure: the 160 random bits come from outside;
// any thread.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "ledger/chain/types.h"
#include "policy/records/people.h"

namespace alpr::policy {

using CodeBits = std::array<std::uint8_t, 20>;

// RFC 4648 base32 without padding, in groups of four: "ABCD-EFGH-...", 32 letters and digits of
// CodeBits. Of whole multiples of five bytes.
std::string code_text(std::span<const std::uint8_t> bits);

// Case, hyphens and spaces do not count, so that a code can be read out over a telephone.
CodeDigest digest_code(std::string_view code, const Salt& salt);

// Constant time in the code's content.
bool code_fits(std::string_view code, const CodeDigest& digest);

}  // namespace alpr::policy
