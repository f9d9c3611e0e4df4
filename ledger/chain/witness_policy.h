// C2SP tlog-policy: which logs are trusted, which witnesses are known, and how many of them must
// have cosigned a checkpoint. Pure; any thread.
//
//   log <vkey> [url]
//   witness <name> <vkey> [url]
//   group <name> all|any|<k> <member>...
//   quorum <name>|none                      exactly once
//
// Fields are parted by spaces and tabs; blank lines and lines that begin with # say nothing. A name
// is used only below the line that gives it, and a witness or group is a member of one group at
// most.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/note.h"

namespace alpr::chain {

inline constexpr std::size_t kPolicySizeMax = 1 << 18;
inline constexpr std::size_t kPolicyLinesMax = 1024;

struct PolicyLog {
  VerifierKey key;  // Ed25519; its name is the log's origin
  std::string url;  // empty: none given
};

struct PolicyWitness {
  std::string name;  // this file's own, not the key's
  VerifierKey key;   // a cosignature key
  std::string url;   // empty: it is never asked, it asks by itself
};

class WitnessPolicy {
 public:
  // kTooLarge, kMalformed with the line. ML-DSA keys are refused as an unsupported type.
  static Result<WitnessPolicy> parse(std::string_view text);

  const std::vector<PolicyLog>& logs() const { return logs_; }
  const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
  // All log keys of this origin.
  std::vector<VerifierKey> keys_of(std::string_view origin) const;
  std::vector<VerifierKey> witness_keys() const;

  // Whether these verified signatures are enough. With `quorum none` nothing is asked for.
  bool satisfied_by(const std::vector<Verified>& signatures) const;

  // A checkpoint of a listed log, signed by it and with a quorum of cosignatures. kMalformed,
  // kBadSignature (which says whether the log's or the witnesses' are missing).
  Result<Checkpoint> open(std::string_view note) const;

 private:
  friend class PolicyReader;
  struct Group {
    std::string name;
    std::size_t needed = 0;
    std::vector<std::size_t> members;  // places in nodes_
  };
  // A witness or a group, in the order of the file, so that a group stands behind its members.
  struct Node {
    bool is_group = false;
    std::size_t index = 0;  // in witnesses_ or groups_
    bool taken = false;     // it is a member of a group
  };
  std::vector<PolicyLog> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::vector<Group> groups_;
  std::vector<Node> nodes_;
  std::optional<std::size_t> quorum_;  // place in nodes_; nothing: none is asked for
};

}  // namespace alpr::chain
