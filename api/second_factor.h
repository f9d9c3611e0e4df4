// Time-based one-time codes (RFC 6238: HMAC-SHA-1, 30 seconds, 6 digits, as every authenticator app
// has it), and the boxes that their secrets are kept in. Pure but for random numbers; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/store/vault.h"
#include "policy/records/people.h"
#include "policy/registers/people.h"
#include "policy/rules/sessions.h"

namespace alpr::api {

inline constexpr std::int64_t kTotpStepSeconds = 30;
inline constexpr std::size_t kTotpSecretSize = 20;  // RFC 4226 section 4: 160 bits

// The code of one step; `digits` 6 to 8.
std::string totp_code(BytesView secret, std::int64_t step, unsigned digits = 6);

// Which step `code` is of: the one of `now`, the one before or the one after, for clocks that go
// wrong by half a minute. All three are always compared, in constant time.
std::optional<std::int64_t> totp_step_of(BytesView secret, std::string_view code, TimeUs now);

// A new secret: the box for the event, and what the person is shown once.
struct NewTotp {
  std::string box;     // base64
  std::string secret;  // base32
  std::string uri;     // otpauth://, for an authenticator app
};
NewTotp new_totp(const store::Vault& vault, const std::string& origin, const std::string& username);

// The code against the row's secret. nullopt where it does not fit; kCorrupt where the box does not
// open.
Result<std::optional<policy::MatchedTotp>> match_totp(const store::Vault& vault,
                                                      const std::string& username,
                                                      const policy::SecondFactorRow& factor,
                                                      std::string_view code, TimeUs now);

// Ten codes of 80 bits, each for one log-in without the device; the digests for the event.
struct RecoveryCodes {
  std::vector<std::string> codes;
  std::vector<policy::CodeDigest> digests;
};
RecoveryCodes new_recovery_codes();

}  // namespace alpr::api
