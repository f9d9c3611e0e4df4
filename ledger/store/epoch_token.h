// The epoch secret on a PKCS#11 token: for each epoch an AES key that never leaves it, and that it
// destroys. The secret is what the key makes of a fixed text (pkcs11.h), so nothing of it lies on a
// disk, and without the key nobody has it. Why so: docs/decisions/0009.
//
// The keys of one keyring have its id as CKA_ID and "plateledger epoch N" as CKA_LABEL, so that
// ledgers can share a token. The PIN is asked for at each visit and kept by nobody; one that was
// refused is not tried again, so that no purge that repeats itself locks the token.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "ledger/store/epoch_secrets.h"
#include "ledger/store/sealed_box.h"
#include "ledger/store/token_settings.h"

namespace alpr::store {

class TokenVisit;

using TokenKeyId = std::array<std::uint8_t, 16>;  // random, of one keyring

class EpochOnToken : public EpochSecrets {
 public:
  EpochOnToken(EpochToken token, const TokenKeyId& id) : token_(std::move(token)), id_(id) {}
  // All errors name the token and say what to do; docs/operations/keys.md has them.
  Result<EpochSecret> make(std::uint64_t number) override;
  Result<EpochSecret> find(std::uint64_t number) override;
  Result<void> keep_only(std::uint64_t number) override;
  Result<void> destroy_all() override;

 private:
  Result<std::unique_ptr<TokenVisit>> visit();
  Error said(Error error) const;
  EpochToken token_;
  TokenKeyId id_;
  WipedBytes refused_pin_;
};

}  // namespace alpr::store
