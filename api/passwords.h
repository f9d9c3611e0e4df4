// What a password must be, and its hashes (I12-F-1, K-1; CJIS IA-5).
//
// A hash is a text that names its algorithm, salt and cost inside, so that hashes of several
// algorithms verify beside each other: libsodium's `$argon2id$...`, or
// `$pbkdf2-sha256$i=ITERATIONS$SALT$HASH` (base64) where a FIPS-approved function is wanted. Which
// one new hashes are is a setting; a log-in with another one hashes anew
// (docs/decisions/0020-passwords-and-second-factors.md).
//
// Passwords are Unicode in form NFC (RFC 8265), so that the same letters typed on two keyboards are
// one password. Hashing takes 50 to 300 ms; at most two at a time. Any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"

namespace alpr::api {

// Passwords that anybody would try first: a file with one a line, UTF-8. What is kept of each is a
// digest; letter case does not count.
class BannedPasswords {
 public:
  // kNotFound; kTooLarge over 256 MiB; kMalformed where a line is not UTF-8, or there is none.
  static Result<BannedPasswords> load(const std::filesystem::path& file);
  explicit BannedPasswords(std::string_view lines);
  bool contains(std::string_view normalised) const;
  std::size_t size() const { return digests_.size(); }

 private:
  std::vector<std::uint64_t> digests_;  // ascending
};

enum class PasswordHash { kArgon2id, kPbkdf2Sha256 };
enum class HashCost { kInteractive, kTest };  // kTest: as cheap as can be

struct PasswordSettings {
  PasswordHash hash = PasswordHash::kArgon2id;
  HashCost cost = HashCost::kInteractive;
  std::size_t length_min = 12;                    // characters; 8 to 64
  std::shared_ptr<const BannedPasswords> banned;  // nullptr: only the built-in rules
};

inline constexpr std::size_t kPasswordBytesMax = 128;

// Form NFC. kMalformed: not UTF-8. The caller wipes it.
Result<std::string> normal_password(std::string_view password);

class Passwords {
 public:
  explicit Passwords(const PasswordSettings& settings);

  // Long enough, at most 128 bytes, without the username, not two or three characters over and
  // over, and not banned. kMalformed says what is wrong.
  Result<void> check(std::string_view username, std::string_view password) const;

  // kBusy: no memory for it.
  Result<std::string> hash(std::string_view password);
  bool matches(std::string_view hash, std::string_view password);
  // Of the algorithm and cost that the settings ask for.
  bool is_current(std::string_view hash) const;
  // Compared with where there is no account, so that it takes the same time.
  const std::string& nobodys_hash() const { return nobodys_hash_; }

 private:
  class Turn;
  const PasswordSettings settings_;
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned hashing_ = 0;
  std::string nobodys_hash_;
};

}  // namespace alpr::api
