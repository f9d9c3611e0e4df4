// Where the vault's master key comes from. One of:
//
//   a file         KEYRING/master.key, 32 bytes: the default
//   a passphrase   stretched with Argon2id (libsodium's crypto_pwhash, RFC 9106); salt and cost lie
//                  in KEYRING/master.kdf (master_key.cc has the bytes), the passphrase nowhere
//   a command      whose standard output is the key as 64 digits of hex, e.g. a client of a secret
//                  manager; nothing of it lies in the keyring's folder
//
// Errors are said without the secret. Any thread; the passphrase function is called on the thread
// that opens the vault.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "ledger/store/secret_key.h"

namespace alpr::store {

// libsodium's opslimit and memlimit. The default takes about a second and 256 MiB.
struct PassphraseCost {
  std::uint32_t passes = 3;
  std::uint64_t memory_bytes = 256ULL << 20;
};

enum class MasterKind : std::uint8_t { kFile = 1, kPassphrase = 2, kCommand = 3 };
std::string_view to_text(MasterKind kind);  // "file", "passphrase", "command"

struct MasterKeySource {
  // Asked once for each time a vault is made or opened; what it gives is wiped. Empty: no
  // passphrase.
  std::function<Result<Bytes>()> passphrase = {};
  PassphraseCost cost = {};  // of a passphrase that is new
  // The program, looked for in PATH, and its arguments; no shell. Empty: no command.
  std::vector<std::string> command = {};

  MasterKind kind() const;
};

// The same source, asked no more than once: a descriptor gives a passphrase only one time, and two
// salts or two keyrings may need it. What it gave is kept in memory until the last copy goes.
MasterKeySource asked_once(MasterKeySource source);

// Shorter ones are refused when they are new: what stands in front of everything is guessed
// offline.
inline constexpr std::size_t kPassphraseBytesMin = 16;
inline constexpr std::size_t kPassphraseBytesMax = 1024;

// A master key that is new, and what is to be written for it beside the keyrings.
struct NewMasterKey {
  SecretKey key;
  MasterKind kind = MasterKind::kFile;
  Bytes file;  // of master.key (secret) or master.kdf; empty for a command
};
// kMalformed: a passphrase too short or too long, a command's answer that is no key; kIo.
Result<NewMasterKey> new_master_key(const MasterKeySource& source);

// Stretches the passphrase under the salt and cost of a master.kdf file. kCorrupt: no such file's
// bytes, or a cost that nobody would have chosen.
Result<SecretKey> stretch(const MasterKeySource& source, BytesView kdf_file);

struct MasterPaths {
  std::filesystem::path key;  // KEYRING/master.key
  std::filesystem::path kdf;  // KEYRING/master.kdf
};
// The key that stands. kNotFound says which source the folder asks for where another was named.
Result<SecretKey> read_master_key(const MasterKeySource& source, const MasterPaths& paths);

}  // namespace alpr::store
