// The box of a secret: nonce[24] || XChaCha20-Poly1305(secret[20]) under HKDF(register key, "second
// factor"), with the user name as associated data. The register key is in no file that an auditor
// is given, and is in the keyring's backup.
#include "api/second_factor.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"
#include "ledger/store/sealed_box.h"
#include "policy/rules/codes.h"
#include "policy/rules/second_factor.h"

namespace alpr::api {

namespace {

store::SecretKey box_key(const store::Vault& vault) {
  return vault.register_key().derive("second factor");
}

// As an otpauth URI wants it: everything but letters, digits and "-._~" as %XX.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

std::string totp_code(BytesView secret, std::int64_t step, unsigned digits) {
  ALPR_CHECK(step >= 0 && digits >= 6 && digits <= 8);
  Bytes moving;
  chain::put_be64(moving, static_cast<std::uint64_t>(step));
  std::array<std::uint8_t, 20> mac{};
  unsigned size = 0;
  const auto* made = HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), moving.data(),
                          moving.size(), mac.data(), &size);
  ALPR_CHECK(made != nullptr && size == mac.size());
  const std::size_t at = mac[19] & 0x0FU;  // RFC 4226 section 5.3
  const std::uint32_t cut = chain::get_be32(mac.data() + at) & 0x7FFF'FFFFU;
  std::uint32_t modulus = 1;
  for (unsigned i = 0; i < digits; ++i) modulus *= 10;
  return fmt::format("{:0{}}", cut % modulus, digits);
}

std::optional<std::int64_t> totp_step_of(BytesView secret, std::string_view code, TimeUs now) {
  const std::int64_t current = now.value / (kTotpStepSeconds * kSecondUs);
  std::optional<std::int64_t> found;
  for (const std::int64_t step : {current - 1, current, current + 1}) {
    if (step < 0) continue;
    const std::string right = totp_code(secret, step);
    if (right.size() == code.size() && chain::equal_constant_time(as_bytes(right), as_bytes(code)))
      found = step;
  }
  return found;
}

NewTotp new_totp(const store::Vault& vault, const std::string& origin,
                 const std::string& username) {
  std::array<std::uint8_t, kTotpSecretSize> secret{};
  chain::random_bytes(secret);
  NewTotp made;
  made.box = chain::base64(store::seal_box(box_key(vault), as_bytes(username), secret));
  made.secret = policy::code_text(secret);
  std::erase(made.secret, '-');
  made.uri =
      fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}&algorithm=SHA1&digits=6&period={3}",
                  escaped(origin), escaped(username), made.secret, kTotpStepSeconds);
  chain::wipe(secret);
  return made;
}

Result<std::optional<policy::MatchedTotp>> match_totp(const store::Vault& vault,
                                                      const std::string& username,
                                                      const policy::SecondFactorRow& factor,
                                                      std::string_view code, TimeUs now) {
  const auto box = chain::parse_base64(factor.secret);
  if (!box) return fail(ErrorCode::kCorrupt, "a second factor's box is not base64");
  auto opened = store::open_box(box_key(vault), as_bytes(username), *box);
  if (!opened) return fail(ErrorCode::kCorrupt, "a second factor's box does not open");
  const store::WipedBytes secret(std::move(*opened));
  const auto step = totp_step_of(secret.value, code, now);
  if (!step) return std::optional<policy::MatchedTotp>();
  return std::optional(policy::MatchedTotp{factor.offered, *step});
}

RecoveryCodes new_recovery_codes() {
  RecoveryCodes made;
  for (std::size_t i = 0; i < policy::kRecoveryCodes; ++i) {
    std::array<std::uint8_t, 10> bits{};
    chain::random_bytes(bits);
    Salt salt;
    chain::random_bytes(salt);
    made.codes.push_back(policy::code_text(bits));
    made.digests.push_back(policy::digest_code(made.codes.back(), salt));
    chain::wipe(bits);
  }
  return made;
}

}  // namespace alpr::api
