// A visit to a PKCS#11 token: log in, use keys that never leave it, log out. Source: OASIS PKCS #11
// 2.40. The one file that knows the interface is pkcs11.cc; the module is loaded when it is needed.
//
// A module's state is the process's own, so there is one visit at a time: open() waits for the one
// before. Each visit starts the module anew, which is what brings back a token that was unplugged
// or a connection that was lost. A module that hangs cannot be stopped from here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "ledger/store/secret_key.h"

namespace alpr::store {

class TokenVisit {
 public:
  // kNotFound: no such module, or no token of that label; kConflict: two of them; kUnauthenticated:
  // the token refused the PIN; kRefused: it was not tried, because the PIN is locked or one try is
  // left; kIo, with the call and what the token answered. No message has the PIN.
  static Result<std::unique_ptr<TokenVisit>> open(const std::filesystem::path& module,
                                                  std::string_view label, BytesView pin);
  TokenVisit(const TokenVisit&) = delete;
  TokenVisit& operator=(const TokenVisit&) = delete;
  ~TokenVisit();

  struct Key {
    unsigned long handle = 0;  // of this visit alone
    std::string label;
    bool stays = false;  // sensitive and not extractable
  };
  // Secret keys with this CKA_ID; over 64 are refused (kTooLarge).
  Result<std::vector<Key>> keys(BytesView id) const;
  // A new AES-256 key that encrypts, and that the token never gives out. kCorrupt: it would.
  Result<Key> make_key(BytesView id, const std::string& label) const;
  // 32 bytes that follow from the key and that nobody has without it: AES-CBC, zero vector, of a
  // fixed text.
  Result<SecretKey> secret_of(const Key& key) const;
  Result<void> destroy(const Key& key) const;

 private:
  struct Impl;
  explicit TokenVisit(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alpr::store
