// The kept checkpoints, and the one the auditor brought, against the tree as it grows. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ledger/chain/error.h"
#include "ledger/chain/note.h"
#include "ledger/verify/cosignatures.h"
#include "ledger/verify/log_keys.h"
#include "ledger/verify/report.h"
#include "ledger/verify/source.h"
#include "ledger/verify/tree.h"

namespace alpr::verify {

class Checkpoints {
 public:
  // `since` is a signed checkpoint's bytes. All references outlive this.
  Checkpoints(Source& source, std::string origin, LogKeys& keys, LevelReport& report);

  // kMalformed: the auditor's checkpoint does not even read as one.
  Result<void> expect_since(std::string_view note);
  // Findings where the kept ones and that one are not cosigned as the policy asks.
  void expect_cosignatures(const chain::WitnessPolicy& policy) { cosignatures_.emplace(policy); }
  // Of how many events the auditor kept a checkpoint; 0: of none.
  std::uint64_t since_size() const { return since_ ? since_->checkpoint.size : 0; }
  Result<void> start();
  // After an event was added: last_time is that event's. Judges what is kept for exactly this size.
  Result<void> at(const Tree& tree, TimeUs last_time);
  // Whether at() would do nothing for any size after the tree's and before this one.
  bool none_before(const Tree& tree, std::uint64_t size) const;
  Result<void> renewed(const Tree& tree);  // the reader went on to another snapshot
  // After the last event, which has this time.
  Result<void> finish(const Tree& tree, TimeUs last_time, bool simulated);

 private:
  struct Since {
    chain::Note note;
    chain::Checkpoint checkpoint;
    bool seen = false;
  };
  Result<void> stand_on(const Result<bool>& row);
  void judge(const Tree& tree, TimeUs last_time);
  void judge_since(const Tree& tree, TimeUs last_time);

  std::string origin_;
  LogKeys& keys_;
  LevelReport& report_;
  std::unique_ptr<Cursor> cursor_;
  bool row_ = false;                   // the cursor stands on a row
  std::optional<std::uint64_t> size_;  // of the row it stands on; nullopt: the row's key is no size
  std::optional<std::uint64_t> newest_;
  bool no_key_said_ = false;
  std::optional<Since> since_;
  std::optional<Cosignatures> cosignatures_;
};

}  // namespace alpr::verify
