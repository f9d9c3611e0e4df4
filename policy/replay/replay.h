// The past judged again: the registers are folded event by event, and each event that a rule
// decided is decided anew from the state just before it, by the same decide(), under the version of
// the order that was in force then (docs/architecture.md, "What always holds", 8). One thread.
//
// What could not be judged, because it is erased or sealed or was never on the record, is counted
// by its reason and never taken for having been right.
#pragma once

#include <any>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/event.h"
#include "policy/records/keys.h"
#include "policy/registers/plate_index.h"
#include "policy/registers/policies.h"
#include "policy/registers/reads_index.h"
#include "policy/replay/batches.h"
#include "policy/replay/deadlines.h"
#include "policy/replay/finding.h"
#include "policy/replay/judge.h"
#include "policy/replay/memory_rows.h"
#include "policy/replay/past.h"

namespace alpr::policy {

// How much of an event there is to see.
enum class Seen {
  kWhole,
  kSealed,  // its open members alone, in EventView::members
  kErased,
};

class Replay {
 public:
  explicit Replay(Report report);
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // In order of seq, from 0 on, without a gap. `record` is what read_ahead() gave of the event, or
  // empty.
  void take(const chain::EventView& event, Seen seen, const std::any& record = {});
  // The record of a whole event, for take(): of taking it from its text, which need not be done
  // between two events. Pure; any thread.
  static std::any read_ahead(const chain::EventView& event);
  // What is owed at the end of the log, and what had come due by `as_of`.
  void finish(TimeUs as_of);

  // Events that could be decided again.
  std::uint64_t decided() const { return decided_ + batches_.right(); }
  // How many could not, by why: "12 whose hit is erased".
  const std::map<std::string, std::uint64_t>& undecidable() const { return undecidable_; }
  // All that it knows after the events so far, for another run of this program to go on from, and
  // the reverse: in the place of those events, before any other. Not after finish(). Nothing is
  // saved of a log whose first commit is not over, or of whose events one was not opened: the state
  // after it is not known. kCorrupt: these are not the bytes that save() gave; throw this away.
  std::optional<std::string> save() const;
  Result<void> resume(std::string_view saved);

  // The first event that was not opened, or is of a kind that only a newer version of this software
  // knows: from there on the state is not known.
  const std::optional<Sequence>& lost() const { return lost_; }
  bool lost_to_newer() const { return lost_to_newer_; }

 private:
  struct Tail {
    std::vector<chain::Draft> events;  // still to come
  };
  void judge(const chain::EventView& event, const std::any& record);
  bool take_first_commit(const chain::EventView& event);
  void judge_first_commit();
  bool take_tail(const chain::EventView& event);
  void find_owed(std::uint16_t kind, std::string_view instead);
  void compare(const chain::EventView& event, const Judge& judge, Again again);
  void compare_refusal(const chain::EventView& event, const Judge& judge, const Again& again);
  void follow(const chain::EventView& event);
  void follow_import(const chain::EventView& event);
  void follow_keys(const chain::EventView& event);
  void judge_clock_step(const chain::EventView& event);
  void fold_in(const chain::EventView& event);
  void note(const chain::EventView& event);
  Moment moment_of(const chain::EventView& event);
  void find(Sequence seq, std::vector<std::string> rules, std::string what);
  void count_undecidable(std::string why) { ++undecidable_[std::move(why)]; }

  Report report_;
  MemoryRows rows_;
  ReadsIndex no_reads_;
  PlateIndex no_plates_;
  Past past_;
  State state_;
  chain::Fold fold_;
  Deadlines deadlines_;
  Batches batches_;
  std::vector<PolicyRow> policies_;

  std::vector<chain::EventView> first_commit_;
  bool first_commit_over_ = false;
  // What must follow, by each of the decisions that could have been the one; `tail_of_` made it.
  std::vector<Tail> tails_;
  Sequence tail_of_;
  std::vector<std::string_view> tail_passed_over_;
  std::vector<std::string> resumed_names_;  // what the above points to after resume()
  struct Import {
    Sequence event;
    std::uint16_t kind = 0;
    std::int64_t left = 0;
  };
  std::optional<Import> import_;
  struct KeyChange {
    Sequence event;
    KeyAction action{};
  };
  std::optional<KeyChange> key_change_;
  std::uint64_t decided_ = 0;
  std::uint64_t found_ = 0;
  std::map<std::string, std::uint64_t> undecidable_;
  std::optional<Sequence> lost_;
  bool lost_to_newer_ = false;
};

}  // namespace alpr::policy
