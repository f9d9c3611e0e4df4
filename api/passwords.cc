// PBKDF2: `$pbkdf2-sha256$i=<decimal>$<base64 salt>$<base64 hash, 32 bytes>`; new salts have 16.
#include "api/passwords.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <set>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/keys.h"

namespace alpr::api {

namespace {

constexpr unsigned kHashingMax = 2;
constexpr std::size_t kListBytesMax = 256U << 20;
constexpr std::size_t kDifferentMin = 4;  // characters

// OWASP's figure for PBKDF2-HMAC-SHA-256 of 2023; about 0.2 s.
constexpr std::uint64_t kIterations = 600'000;
constexpr std::uint64_t kTestIterations = 1'000;
constexpr std::uint64_t kIterationsMax = 10'000'000;  // of a stored hash
constexpr std::string_view kPbkdf2 = "$pbkdf2-sha256$i=";
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kSaltSizeMax = 64;  // of a stored hash

void wipe(std::string& secret) {
  chain::wipe({reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()});
}

struct Normal {
  std::string text;
  ~Normal() { wipe(text); }
};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::uint64_t list_digest(std::string_view normalised) {
  Normal lower{lower_case(normalised)};
  return chain::get_be64(chain::sha256(as_bytes(lower.text)).data());
}

// Of text that is UTF-8.
std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> all;
  while (!text.empty()) {
    std::size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) ++size;
    all.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return all;
}

struct Pbkdf2 {
  std::uint64_t iterations = 0;
  Bytes salt;
  Bytes hash;
};

std::optional<Pbkdf2> parse_pbkdf2(std::string_view text) {
  if (!text.starts_with(kPbkdf2)) return std::nullopt;
  text.remove_prefix(kPbkdf2.size());
  const std::size_t salt_at = text.find('$');
  if (salt_at == std::string_view::npos) return std::nullopt;
  const std::size_t hash_at = text.find('$', salt_at + 1);
  if (hash_at == std::string_view::npos) return std::nullopt;
  const auto iterations = chain::parse_decimal(text.substr(0, salt_at));
  auto salt = chain::parse_base64(text.substr(salt_at + 1, hash_at - salt_at - 1));
  auto hash = chain::parse_base64(text.substr(hash_at + 1));
  if (!iterations || *iterations == 0 || *iterations > kIterationsMax || !salt || !hash ||
      salt->empty() || salt->size() > kSaltSizeMax || hash->size() != 32)
    return std::nullopt;
  return Pbkdf2{*iterations, std::move(*salt), std::move(*hash)};
}

std::optional<Digest> pbkdf2(std::string_view password, BytesView salt, std::uint64_t iterations) {
  Digest out{};
  const int done =
      PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                        static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                        static_cast<int>(out.size()), out.data());
  if (done != 1) return std::nullopt;
  return out;
}

std::uint64_t iterations_of(HashCost cost) {
  return cost == HashCost::kTest ? kTestIterations : kIterations;
}

unsigned long long ops_of(HashCost cost) {
  return cost == HashCost::kTest ? crypto_pwhash_OPSLIMIT_MIN : crypto_pwhash_OPSLIMIT_INTERACTIVE;
}

std::size_t memory_of(HashCost cost) {
  return cost == HashCost::kTest ? crypto_pwhash_MEMLIMIT_MIN : crypto_pwhash_MEMLIMIT_INTERACTIVE;
}

}  // namespace

Result<std::string> normal_password(std::string_view password) {
  if (!chain::valid_utf8(password)) return fail(ErrorCode::kMalformed, "password: must be UTF-8");
  utf8proc_uint8_t* composed = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(password.data()),
                   static_cast<utf8proc_ssize_t>(password.size()), &composed,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) return fail(ErrorCode::kMalformed, "password: must be Unicode text");
  std::string text(reinterpret_cast<const char*>(composed), static_cast<std::size_t>(size));
  chain::wipe({composed, static_cast<std::size_t>(size)});
  std::free(composed);  // NOLINT: utf8proc says so
  return text;
}

Result<BannedPasswords> BannedPasswords::load(const std::filesystem::path& file) {
  std::error_code none;
  const auto size = std::filesystem::file_size(file, none);
  std::ifstream in(file, std::ios::binary);
  if (none || !in) return fail(ErrorCode::kNotFound, file.string() + ": does not read");
  if (size > kListBytesMax)
    return fail(ErrorCode::kTooLarge, file.string() + ": over 256 MiB of banned passwords");
  std::string text(size, 0);
  in.read(text.data(), static_cast<std::streamsize>(size));
  if (!in) return fail(ErrorCode::kIo, file.string() + ": does not read to its end");
  if (!chain::valid_utf8(text))
    return fail(ErrorCode::kMalformed, file.string() + ": must be UTF-8");
  BannedPasswords banned(text);
  if (banned.size() == 0)
    return fail(ErrorCode::kMalformed, file.string() + ": has no password in it");
  return banned;
}

BannedPasswords::BannedPasswords(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (const auto normal = normal_password(line)) digests_.push_back(list_digest(*normal));
  }
  std::sort(digests_.begin(), digests_.end());
}

bool BannedPasswords::contains(std::string_view normalised) const {
  return std::binary_search(digests_.begin(), digests_.end(), list_digest(normalised));
}

class Passwords::Turn {
 public:
  explicit Turn(Passwords& passwords) : passwords_(passwords) {
    std::unique_lock lock(passwords_.mutex_);
    passwords_.changed_.wait(lock, [&] { return passwords_.hashing_ < kHashingMax; });
    ++passwords_.hashing_;
  }
  ~Turn() {
    std::lock_guard lock(passwords_.mutex_);
    --passwords_.hashing_;
    passwords_.changed_.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Passwords& passwords_;
};

Passwords::Passwords(const PasswordSettings& settings) : settings_(settings) {
  nobodys_hash_ = hash("nobody has this password").value_or("");
}

Result<void> Passwords::check(std::string_view username, std::string_view password) const {
  const auto wrong = [](std::string_view what) {
    return fail(ErrorCode::kMalformed, fmt::format("password: {}", what));
  };
  auto normal = normal_password(password);
  if (!normal) return tl::unexpected(normal.error());
  const Normal kept{std::move(*normal)};
  const auto letters = characters(kept.text);
  if (letters.size() < settings_.length_min || kept.text.size() > kPasswordBytesMax)
    return wrong(fmt::format("at least {} characters, and at most {} bytes", settings_.length_min,
                             kPasswordBytesMax));
  Normal lower{lower_case(kept.text)};
  if (lower.text.find(username) != std::string::npos)
    return wrong("must not contain your username");
  if (std::set<std::string_view>(letters.begin(), letters.end()).size() < kDifferentMin)
    return wrong(fmt::format("at least {} different characters", kDifferentMin));
  if (settings_.banned && settings_.banned->contains(kept.text))
    return wrong("is on the list of passwords that are tried first; take another");
  return {};
}

Result<std::string> Passwords::hash(std::string_view password) {
  auto normal = normal_password(password);
  if (!normal) return tl::unexpected(normal.error());
  const Normal kept{std::move(*normal)};
  const Turn turn(*this);
  if (settings_.hash == PasswordHash::kPbkdf2Sha256) {
    std::array<std::uint8_t, kSaltSize> salt{};
    chain::random_bytes(salt);
    const std::uint64_t iterations = iterations_of(settings_.cost);
    const auto out = pbkdf2(kept.text, salt, iterations);
    if (!out) return fail(ErrorCode::kBusy, "a password could not be hashed; try again");
    return fmt::format("{}{}${}${}", kPbkdf2, iterations, chain::base64(salt), chain::base64(*out));
  }
  char out[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(out, kept.text.data(), kept.text.size(), ops_of(settings_.cost),
                            memory_of(settings_.cost), crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail(ErrorCode::kBusy, "not enough memory to hash a password; try again");
  return std::string(out);
}

bool Passwords::matches(std::string_view hash, std::string_view password) {
  auto normal = normal_password(password);
  if (!normal) return false;
  const Normal kept{std::move(*normal)};
  const Turn turn(*this);
  if (const auto stored = parse_pbkdf2(hash)) {
    const auto made = pbkdf2(kept.text, stored->salt, stored->iterations);
    return made && chain::equal_constant_time(*made, stored->hash);
  }
  const std::string terminated(hash);
  if (terminated.size() >= crypto_pwhash_STRBYTES) return false;
  return crypto_pwhash_str_verify(terminated.c_str(), kept.text.data(), kept.text.size()) == 0;
}

bool Passwords::is_current(std::string_view hash) const {
  if (settings_.hash == PasswordHash::kPbkdf2Sha256) {
    const auto stored = parse_pbkdf2(hash);
    return stored && stored->iterations == iterations_of(settings_.cost);
  }
  const std::string terminated(hash);
  return terminated.size() < crypto_pwhash_STRBYTES &&
         crypto_pwhash_str_needs_rehash(terminated.c_str(), ops_of(settings_.cost),
                                        memory_of(settings_.cost)) == 0;
}

}  // namespace alpr::api
