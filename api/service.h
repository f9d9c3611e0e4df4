// The running system behind the API: one store, its sequencer, what lives in memory beside it, and
// the housekeeping that the order asks for whether anybody calls or not.
//
// Any thread may call perform() and the readers. tick() is called by one thread at a time: a
// timer's in `serve`, the test's or the demonstration's where the clock is simulated.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "ledger/store/retention.h"
#include "ledger/store/sequencer.h"
#include "ledger/store/store.h"
#include "policy/registers/plate_index.h"
#include "policy/registers/reads_index.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::api {

// What became of a command. Exactly one of: committed events (no refusal, no error), a refusal
// (whose event is commit.first), an error (nothing recorded).
struct Outcome {
  store::Commit commit;
  std::optional<policy::Refusal> refusal;
  std::optional<Error> error;
  bool done() const { return !refusal && !error; }
};

class Service {
 public:
  // Opens the store, recovers, loads what lives in memory, finishes interrupted purges, and ends
  // the sessions that a former process left open (SessionEnd::kRestart). Errors as of Store::open.
  static Result<std::unique_ptr<Service>> start(const store::StorePlaces& places,
                                                std::shared_ptr<const store::Clock> clock,
                                                const store::StoreSettings& settings = {});
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  // Runs on the sequencer's thread, inside the batch's transaction; may run more than once; pure
  // but for what it stores through the transaction (images, blobs, holds). Its events are appended
  // after it returns.
  using Decide = std::function<policy::Decision(const policy::State&, store::Transaction&,
                                                const policy::Moment&)>;
  // Decides, appends, waits until it is durable and signed (architecture invariants 1 to 3).
  Outcome perform(const Decide& decide);
  // The common case: policy::decide(state, actor, command, moment).
  template <typename Command>
  Outcome perform(const policy::Actor& actor, const Command& command) {
    return perform(
        [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
          return decide(state, actor, command, moment);  // found by its arguments
        });
  }

  store::Store& store() { return *store_; }
  // Of the lost log that this one follows, from STORE/archive; nullptr where there is none.
  store::Store* archive() { return archive_.get(); }
  store::Sequencer& sequencer() { return *sequencer_; }
  store::Retention& retention() { return *retention_; }
  const policy::ReadsIndex& reads() const { return reads_; }
  const policy::PlateIndex& plates() const { return *plates_; }
  // See PlateIndex::expect().
  void expect_list(const Digest& root, std::shared_ptr<const policy::PlateIndex::Rows> rows) {
    plates_->expect(root, std::move(rows));
  }
  TimeUs now() const { return store_->clock().now(); }
  // True when the log's genesis says so: the only store on which a simulated clock may be used.
  bool simulated() const { return simulated_; }

  // State as of the last commit, for reading; keep it short (it pins an LMDB snapshot).
  struct Snapshot {
    std::unique_ptr<chain::RegisterReader> rows;
    policy::State state;
    std::shared_ptr<const policy::PolicyRow> policy;
    policy::Moment moment;  // now, were something decided
  };
  Snapshot snapshot() const;
  // The version in force now (I12-HDR-1).
  std::shared_ptr<const policy::PolicyRow> policy() const;

  // Told of every commit, once it is durable and what lives in memory knows it; on the sequencer's
  // thread, so it must not block or call the service. One watcher at a time; empty: nobody, and
  // once this returns the one before is not called any more.
  using Watch = std::function<void(std::span<const chain::EventView>)>;
  void watch(Watch watch);

  // Everything periodic: bucket summaries (I12-G-1), purges (I12-G-1, G-3, G-4), list freshness
  // (I12-C2B1-1), superseded lists, the heartbeat. The first error is returned, after all of it was
  // tried.
  Result<store::PurgeReport> tick();

 private:
  Service() = default;
  Result<void> load();
  Result<void> open_archive(const store::StorePlaces& places, const store::StoreSettings& settings);
  Result<void> end_old_sessions();
  void committed(std::span<const chain::EventView> events);
  Result<void> load_policies();
  Result<std::shared_ptr<const policy::PolicyRow>> policy_for(const chain::RegisterReader& rows,
                                                              TimeUs at) const;
  std::shared_ptr<const policy::PolicyRow> known_policy(TimeUs at) const;
  Result<void> summarise(Bucket bucket);
  Result<void> summarise_closed();
  Result<void> keep_reads();
  Result<void> purge_lists();
  Result<void> heartbeat();

  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Store> archive_;
  policy::ReadsIndex reads_;
  std::unique_ptr<policy::PlateIndex> plates_;
  mutable std::mutex policies_mutex_;
  std::vector<std::shared_ptr<const policy::PolicyRow>> policies_;  // oldest first; never empty
  std::mutex watch_mutex_;
  Watch watch_;
  std::unique_ptr<store::Sequencer> sequencer_;
  std::unique_ptr<store::Retention> retention_;
  bool simulated_ = false;
  std::uint64_t summarised_from_ = 0;  // buckets below are summarised or gone; tick()'s thread only
  std::uint64_t reads_kept_from_ = 0;  // those below have their columns kept; tick()'s thread only
};

}  // namespace alpr::api
