// Where the epoch secret lives, so that it can be made anew and destroyed: in a file (here) or on a
// token (epoch_token.h). Owned by the keyring files; one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "ledger/chain/error.h"
#include "ledger/store/keyring.h"

namespace alpr::store {

class EpochSecrets {
 public:
  EpochSecrets() = default;
  EpochSecrets(const EpochSecrets&) = delete;
  EpochSecrets& operator=(const EpochSecrets&) = delete;
  virtual ~EpochSecrets() = default;

  // A new secret beside the one that stands; durable on return. What an earlier try to make this
  // number left is destroyed first. kNoSpace, kIo; of a token also as find().
  virtual Result<EpochSecret> make(std::uint64_t number) = 0;
  // The secret of that number. kNotFound: there is none at all; kCorrupt: it is of another number
  // (the keyring is an older copy), or damaged; kIo; kUnauthenticated: the token refused the PIN.
  virtual Result<EpochSecret> find(std::uint64_t number) = 0;
  // Destroys every other one; on return they can be had nowhere. Destroys nothing unless the one to
  // keep is there (kCorrupt).
  virtual Result<void> keep_only(std::uint64_t number) = 0;
  // Of a place that is given up.
  virtual Result<void> destroy_all() = 0;
};

// PATH holds the secret, PATH.new the next one until it takes that name.
class EpochFile : public EpochSecrets {
 public:
  explicit EpochFile(std::filesystem::path file) : file_(std::move(file)) {}
  Result<EpochSecret> make(std::uint64_t number) override;
  Result<EpochSecret> find(std::uint64_t number) override;
  Result<void> keep_only(std::uint64_t number) override;
  Result<void> destroy_all() override;

 private:
  Result<EpochSecret> find(std::uint64_t number, bool& staged) const;
  std::filesystem::path file_;
};

}  // namespace alpr::store
