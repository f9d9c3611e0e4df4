#include "ledger/store/sequencer.h"

#include <fmt/format.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "ledger/store/batch.h"
#include "ledger/store/clock_guard.h"
#include "ledger/store/store_core.h"

namespace alpr::store {

namespace {

[[noreturn]] void exit_uncertain(const std::string& reason) {
  fmt::print(stderr, "plateledger: {}\n", reason);
  std::fflush(stderr);
  std::_Exit(3);
}

}  // namespace

FatalExit& fatal_exit() {
  static FatalExit current = [](const std::string& reason) { exit_uncertain(reason); };
  return current;
}

struct Sequencer::Impl {
  struct Job {
    Work work;
    Done done;
  };
  // A call that has the writer to itself.
  using Call = std::function<void()>;
  struct Item {
    std::optional<Job> job;
    Call call;
  };

  Impl(StoreCore& core_, chain::Fold fold_, Committed committed_,
       const SequencerSettings& settings_)
      : core(core_),
        fold(std::move(fold_)),
        committed(std::move(committed_)),
        settings(settings_),
        guard(*core.clock, core.end.clock, settings.clock_step_us) {}

  void loop();
  void run_jobs(std::vector<Job> jobs);
  std::size_t run_some(std::span<Job> jobs);
  Result<std::unique_ptr<Batch>> begin();
  Result<void> commit(Batch& batch);
  Result<Commit> call_and_wait(std::function<Result<Commit>()> call);
  Result<Commit> confirm(const chain::Draft& draft);
  Result<Commit> finish(const Purged& purged);
  Result<void> change_alone(const std::function<Result<void>(Txn&)>& change);
  void stop_for_good(const Error& error);
  Result<Commit> cosign(std::uint64_t size, const chain::NoteSignature& signature);
  Result<Commit> commit_own(const ClockPoint& clock,
                            const std::function<Result<void>(Batch&)>& change);

  StoreCore& core;
  const chain::Fold fold;
  const Committed committed;
  const SequencerSettings settings;
  ClockGuard guard;
  bool failed = false;  // after an uncertain commit where fatal_exit() returned

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Item> inbox;
  std::size_t jobs_waiting = 0;
  bool stopping = false;
  std::thread thread;
};

void Sequencer::Impl::loop() {
  while (true) {
    std::vector<Job> jobs;
    Call call;
    {
      std::unique_lock lock(mutex);
      wake.wait(lock, [this] { return stopping || !inbox.empty(); });
      if (inbox.empty()) return;
      while (!inbox.empty() && inbox.front().job && jobs.size() < settings.batch_max) {
        jobs.push_back(std::move(*inbox.front().job));
        inbox.pop_front();
        --jobs_waiting;
      }
      if (jobs.empty()) {
        call = std::move(inbox.front().call);
        inbox.pop_front();
      }
    }
    if (call) {
      call();
    } else {
      run_jobs(std::move(jobs));
    }
  }
}

void Sequencer::Impl::run_jobs(std::vector<Job> jobs) {
  std::span<Job> rest(jobs);
  while (!rest.empty()) rest = rest.subspan(run_some(rest));
}

Result<std::unique_ptr<Batch>> Sequencer::Impl::begin() {
  if (failed) return fail(ErrorCode::kIo, "the writer stopped after an uncertain commit");
  const auto clock = guard.read();
  if (!clock) return tl::unexpected(clock.error());
  return Batch::begin(core, fold, *clock);
}

Result<void> Sequencer::Impl::commit(Batch& batch) {
  const auto done = batch.commit();
  if (done) {
    if (committed) committed(batch.events());
    return {};
  }
  if (done.error().uncertain) stop_for_good(done.error().error);
  return tl::unexpected(done.error().error);
}

void Sequencer::Impl::stop_for_good(const Error& error) {
  failed = true;
  fatal_exit()("the outcome of a commit is uncertain, start-up recovery decides: " + error.detail);
}

// Runs a batch from the front of `jobs` and answers those that were in it; returns how many.
std::size_t Sequencer::Impl::run_some(std::span<Job> jobs) {
  auto batch = begin();
  if (!batch) {
    for (Job& job : jobs) job.done(tl::unexpected(batch.error()));
    return jobs.size();
  }
  std::vector<Result<Commit>> outcomes;
  bool again = false;
  while (outcomes.size() < jobs.size() && !(*batch)->ended() && !again) {
    const std::uint64_t changes = (*batch)->changes();
    const std::uint64_t first = (*batch)->next().value;
    Transaction transaction(**batch);
    const auto worked = jobs[outcomes.size()].work(transaction);
    // A job that failed before its first change is answered; the others lose nothing by it.
    again = (*batch)->broken() || (!worked && (*batch)->changes() != changes);
    if (worked) {
      outcomes.push_back(Commit{(*batch)->time(), {first}, (*batch)->next().value - first, 0});
    } else {
      outcomes.push_back(tl::unexpected(worked.error()));
    }
    if ((*batch)->broken()) outcomes.back() = tl::unexpected(*(*batch)->broken());
  }
  if (!again && !(*batch)->events().empty()) {
    if (const auto done = commit(**batch); !done) {
      again = true;
      outcomes.back() = tl::unexpected(done.error());
    }
  }
  batch->reset();
  const std::size_t count = outcomes.size();
  if (again && count > 1) {
    // Each by itself, in order: only those at fault fail.
    for (std::size_t i = 0; i < count; ++i) run_some(jobs.subspan(i, 1));
    return count;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (outcomes[i]) outcomes[i]->size = core.size;
    jobs[i].done(std::move(outcomes[i]));
  }
  return count;
}

// A batch of the ledger's own: one change, committed alone.
Result<Commit> Sequencer::Impl::commit_own(const ClockPoint& clock,
                                           const std::function<Result<void>(Batch&)>& change) {
  if (failed) return fail(ErrorCode::kIo, "the writer stopped after an uncertain commit");
  auto batch = Batch::begin(core, fold, clock);
  if (!batch) return tl::unexpected(batch.error());
  const Sequence first = (*batch)->next();
  if (const auto done = change(**batch); !done) return tl::unexpected(done.error());
  if (const auto done = commit(**batch); !done) return tl::unexpected(done.error());
  return Commit{(*batch)->time(), first, (*batch)->events().size(), core.size};
}

Result<Commit> Sequencer::Impl::confirm(const chain::Draft& draft) {
  static_cast<void>(guard.read());
  if (!guard.stopped())
    return fail(ErrorCode::kConflict, "the clock runs: there is no step to confirm");
  if (draft.kind != chain::kind::kClockStepped) {
    return fail(ErrorCode::kMalformed, "a step of the clock is confirmed by clock.stepped");
  }
  auto commit = commit_own(read_clock(*core.clock), [&](Batch& batch) -> Result<void> {
    const auto appended = batch.append(draft, Batch::By::kLedger);
    if (!appended) return tl::unexpected(appended.error());
    return {};
  });
  if (commit) guard.confirm();
  return commit;
}

Result<Commit> Sequencer::Impl::cosign(std::uint64_t size, const chain::NoteSignature& signature) {
  // Handed out first: from here on the checkpoint is not deleted any more.
  if (const auto kept = core.checkpoints.hand_out(*core.env, size); !kept)
    return tl::unexpected(kept.error());
  const auto done = change_alone([&](Txn& txn) { return write_cosignature(txn, size, signature); });
  if (!done) return tl::unexpected(done.error());
  return Commit{};
}

Result<Commit> Sequencer::Impl::finish(const Purged& purged) {
  const auto clock = guard.read();
  if (!clock) return tl::unexpected(clock.error());
  return commit_own(*clock, [&](Batch& batch) { return batch.purge(purged); });
}

Result<void> Sequencer::Impl::change_alone(const std::function<Result<void>(Txn&)>& change) {
  if (failed) return fail(ErrorCode::kIo, "the writer stopped after an uncertain commit");
  auto txn = core.env->begin_write();
  if (!txn) return tl::unexpected(txn.error());
  if (const auto done = change(*txn); !done) return done;
  const auto done = core.env->commit(*txn, "committing a change between batches");
  if (done) return {};
  if (done.error().uncertain) stop_for_good(done.error().error);
  return tl::unexpected(done.error().error);
}

Result<Commit> Sequencer::Impl::call_and_wait(std::function<Result<Commit>()> call) {
  ALPR_CHECK(std::this_thread::get_id() != thread.get_id());
  std::promise<Result<Commit>> promise;
  auto future = promise.get_future();
  {
    const std::lock_guard lock(mutex);
    inbox.push_back({std::nullopt, [&] { promise.set_value(call()); }});
  }
  wake.notify_one();
  return future.get();
}

std::unique_ptr<Sequencer> Sequencer::start(Store& store, chain::Fold fold, Committed committed,
                                            const SequencerSettings& settings) {
  ALPR_CHECK(store.core().settings.purpose == Purpose::kWrite);
  ALPR_CHECK(!store.core().has_sequencer.exchange(true));
  auto impl = std::make_unique<Impl>(store.core(), std::move(fold), std::move(committed), settings);
  impl->thread = std::thread([raw = impl.get()] { raw->loop(); });
  return std::unique_ptr<Sequencer>(new Sequencer(std::move(impl)));
}

Sequencer::Sequencer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Sequencer::~Sequencer() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_one();
  impl_->thread.join();
  impl_->core.has_sequencer = false;
}

void Sequencer::submit(Work work, Done done) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->stopping && impl_->jobs_waiting < impl_->settings.inbox_max) {
      impl_->inbox.push_back({Impl::Job{std::move(work), std::move(done)}, {}});
      ++impl_->jobs_waiting;
      impl_->wake.notify_one();
      return;
    }
  }
  done(fail(ErrorCode::kBusy, "the inbox is full: try again"));
}

Result<Commit> Sequencer::run(Work work) {
  ALPR_CHECK(std::this_thread::get_id() != impl_->thread.get_id());
  auto promise = std::make_shared<std::promise<Result<Commit>>>();
  auto future = promise->get_future();
  submit(std::move(work),
         [promise](Result<Commit> commit) { promise->set_value(std::move(commit)); });
  return future.get();
}

Result<void> Sequencer::add_cosignature(std::uint64_t size, const chain::NoteSignature& signature) {
  const auto done = impl_->call_and_wait([&] { return impl_->cosign(size, signature); });
  if (!done) return tl::unexpected(done.error());
  return {};
}

bool Sequencer::clock_stopped() const { return impl_->guard.stopped(); }

Result<Commit> Sequencer::confirm_clock(const chain::Draft& draft) {
  return impl_->call_and_wait([&] { return impl_->confirm(draft); });
}

Result<Commit> Sequencer::finish_purge(const Purged& purged) {
  return impl_->call_and_wait([&] { return impl_->finish(purged); });
}

Result<void> Sequencer::between_batches(const std::function<Result<void>(Txn&)>& change) {
  const auto done = impl_->call_and_wait([&]() -> Result<Commit> {
    const auto changed = impl_->change_alone(change);
    if (!changed) return tl::unexpected(changed.error());
    return Commit{};
  });
  if (!done) return tl::unexpected(done.error());
  return {};
}

Result<std::uint64_t> Sequencer::destroy_unused_keys() {
  Result<std::uint64_t> destroyed = 0;
  const auto done = impl_->call_and_wait([&]() -> Result<Commit> {
    const auto txn = impl_->core.env->begin_read();
    if (!txn) return tl::unexpected(txn.error());
    destroyed = destroy_unused_bucket_keys(impl_->core, *txn, bucket_of(impl_->core.end.last_time));
    return Commit{};
  });
  if (!done) return tl::unexpected(done.error());
  return destroyed;
}

}  // namespace alpr::store
