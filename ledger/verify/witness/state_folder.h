// What a witness keeps on disk, each file whole or not there, and durable before a call returns.
//
//   DIR/key                name LF hex(Ed25519 seed) LF; mode 0600
//   DIR/logs               the logs it trusts: `log VKEY [URL]` lines of a witness policy
//   DIR/origins/<name>     the checkpoint it cosigned last of an origin, with its cosignature;
//                          <name> is hex(SHA-256(origin))
//   DIR/evidence/proof-<hash>     two notes that no honest log signs both
//   DIR/evidence/unproven-<hash>  a note without proof that it continues what was cosigned
//   DIR/lock               one process per folder
//
// Threads: one at a time; Witness sees to it. Errors: kIo with the path and the system's words,
// kNoSpace, kCorrupt for what does not read back, kLocked.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/keys.h"
#include "ledger/chain/note.h"
#include "ledger/chain/witness_policy.h"

namespace alpr::witness {

struct WitnessKey {
  std::string name;
  chain::SigningKey key;
  chain::VerifierKey vkey() const { return {name, chain::KeyType::kCosignature, key.public_key()}; }
};

// Whether a piece of evidence convinces everybody, or may as well be a stranger's doing.
enum class Evidence { kProof, kUnproven };
inline constexpr std::size_t kEvidenceMax = 1000;  // files of each; more are not kept

class StateFolder {
 public:
  // Makes the folder with a new key. kConflict where one is there, kMalformed for a name or a log
  // line that cannot be.
  static Result<chain::VerifierKey> create(const std::filesystem::path& folder,
                                           const std::string& name,
                                           const std::vector<std::string>& log_lines);
  // Takes the lock. kNotFound, kLocked, kCorrupt.
  static Result<StateFolder> open(const std::filesystem::path& folder);
  StateFolder(StateFolder&& other) noexcept;
  StateFolder& operator=(StateFolder&&) = delete;
  ~StateFolder();

  const WitnessKey& key() const { return key_; }
  const std::vector<chain::PolicyLog>& logs() const { return logs_.logs(); }

  // The cosigned checkpoint of an origin; nothing where none was cosigned. kCorrupt where what is
  // there does not bear this witness's cosignature: it must not guess what it signed.
  Result<std::optional<std::string>> latest(std::string_view origin) const;
  Result<void> store(std::string_view origin, std::string_view note);

  // The text says what is wrong with what; the same text twice is one file. False: the folder is
  // full of evidence already.
  Result<bool> keep_evidence(Evidence kind, std::string_view text);
  Result<std::size_t> evidence_count(Evidence kind) const;

 private:
  StateFolder(std::filesystem::path folder, int lock, WitnessKey key, chain::WitnessPolicy logs)
      : folder_(std::move(folder)), lock_(lock), key_(std::move(key)), logs_(std::move(logs)) {}
  std::filesystem::path folder_;
  int lock_ = -1;
  WitnessKey key_;
  chain::WitnessPolicy logs_;
};

}  // namespace alpr::witness
