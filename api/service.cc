#include "api/service.h"

#include "api/large_pages.h"
#include "api/load_reads.h"
#include "ledger/chain/canonical_json.h"
#include "policy/records/kinds.h"
#include "policy/registers/fold.h"
#include "policy/registers/hotlists.h"
#include "policy/registers/people.h"
#include "policy/registers/reads.h"
#include "policy/rules/b_reads.h"
#include "policy/rules/c2b1_hotlists.h"
#include "policy/rules/parameters.h"
#include "policy/rules/sessions.h"

namespace alpr::api {

namespace {

constexpr std::int64_t kHeartbeatUs = 600 * kSecondUs;  // architecture section 4, "Clock"

}  // namespace

Result<std::unique_ptr<Service>> Service::start(const store::StorePlaces& given,
                                                std::shared_ptr<const store::Clock> clock,
                                                const store::StoreSettings& settings) {
  store::StorePlaces places = given;
  places.vault.master = store::asked_once(given.vault.master);
  std::unique_ptr<Service> service(new Service());
  auto opened = store::Store::open(places, std::move(clock), policy::kinds(), settings);
  if (!opened) return tl::unexpected(opened.error());
  service->store_ = std::move(*opened);
  if (auto archive = service->open_archive(places, settings); !archive)
    return tl::unexpected(archive.error());
  if (auto loaded = service->load(); !loaded) return tl::unexpected(loaded.error());
  Service* self = service.get();
  service->sequencer_ = store::Sequencer::start(
      *service->store_, policy::fold(),
      [self](std::span<const chain::EventView> events) { self->committed(events); });
  service->retention_ =
      std::make_unique<store::Retention>(*service->store_, *service->sequencer_,
                                         [self](Bucket bucket) { return self->summarise(bucket); });
  if (!service->sequencer_->clock_stopped()) {
    if (auto finished = service->retention_->finish_pending(); !finished)
      return tl::unexpected(finished.error());
    if (auto ended = service->end_old_sessions(); !ended) return tl::unexpected(ended.error());
  }
  return service;
}

Service::~Service() {
  // The sequencer's callbacks use the rest: it goes first.
  retention_.reset();
  sequencer_.reset();
}

// Made by `plateledger restore`; its keyring is opened by what opens the store's.
Result<void> Service::open_archive(const store::StorePlaces& places,
                                   const store::StoreSettings& settings) {
  const std::filesystem::path folder = places.folder / store::kArchiveFolder;
  if (!std::filesystem::exists(folder)) return {};
  store::StorePlaces archive = store::default_places(folder);
  archive.vault.master = places.vault.master;
  store::StoreSettings as_archive = settings;
  as_archive.purpose = store::Purpose::kArchive;
  auto opened = store::Store::open(archive, store_->shared_clock(), policy::kinds(), as_archive);
  if (!opened) {
    return fail(opened.error().code,
                "the archive in " + folder.string() + ": " + opened.error().detail);
  }
  archive_ = std::move(*opened);
  return {};
}

Result<void> Service::load() {
  plates_ = std::make_unique<policy::PlateIndex>([this](std::uint64_t blob) -> Result<std::string> {
    const auto bytes = store_->blob(blob);
    if (!bytes) return tl::unexpected(bytes.error());
    return std::string(as_text(*bytes));
  });
  if (store_->size() == 0)
    return fail(ErrorCode::kNotFound,
                "the store has no first event: `plateledger init` was interrupted; make it anew");
  const auto genesis = store_->event(Sequence{0});
  if (!genesis) return tl::unexpected(genesis.error());
  const auto facts = chain::parse_canonical(genesis->json);
  if (!facts || !facts->member("simulated") || !facts->member("simulated")->boolean())
    return fail(ErrorCode::kCorrupt, "the first event is not a log.started of this version");
  simulated_ = *facts->member("simulated")->boolean();
  const auto reads = load_reads(*store_, reads_);
  if (!reads) return tl::unexpected(reads.error());
  reads_kept_from_ = reads->value;
  if (auto loaded = load_policies(); !loaded) return loaded;
  auto loaded = plates_->load(*store_->registers());
  use_large_pages();
  return loaded;
}

Result<void> Service::end_old_sessions() {
  const auto open = policy::list_open_sessions(*store_->registers());
  if (!open) return tl::unexpected(open.error());
  for (const policy::SessionRow& session : *open) {
    const Outcome outcome =
        perform([&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
          return policy::decide(
              state, policy::CloseSession{session.session, policy::SessionEnd::kRestart}, moment);
        });
    if (outcome.error) return tl::unexpected(*outcome.error);
  }
  return {};
}

void Service::committed(std::span<const chain::EventView> events) {
  reads_.committed(events);
  const bool adopted = std::any_of(events.begin(), events.end(), [](const chain::EventView& event) {
    return event.header.kind == policy::PolicyAdopted::kKind.number;
  });
  if (adopted)
    if (auto loaded = load_policies(); !loaded)
      store::fatal_exit()("an adopted policy does not read back: " + loaded.error().detail);
  if (auto applied = plates_->committed(events); !applied) {
    // Matching with a former list would be wrong, and the commit cannot be taken back: stop, start
    // again.
    store::fatal_exit()("a committed hot list does not read back: " + applied.error().detail);
  }
  const std::lock_guard lock(watch_mutex_);
  if (watch_) watch_(events);
}

void Service::watch(Watch watch) {
  const std::lock_guard lock(watch_mutex_);
  watch_ = std::move(watch);
}

Outcome Service::perform(const Decide& decide) {
  struct Slot {
    std::optional<policy::Refusal> refusal;
    std::optional<Error> error;
  } slot;
  auto committed = sequencer_->run([&](store::Transaction& transaction) -> Result<void> {
    slot = {};  // the job may run again
    const policy::State state{transaction.registers(), reads_, *plates_,
                              [&](Sequence event) { return transaction.holds_on(event); }};
    const auto in_force = policy_for(transaction.registers(), transaction.now());
    if (!in_force) {
      slot.error = in_force.error();
      return tl::unexpected(*slot.error);
    }
    const policy::Moment moment{transaction.now(), transaction.next(), in_force->get()};
    policy::Decision decision = decide(state, transaction, moment);
    if (decision.error) {
      slot.error = std::move(decision.error);
      return tl::unexpected(*slot.error);
    }
    slot.refusal = std::move(decision.refusal);
    for (chain::Draft& draft : decision.events) {
      if (auto appended = transaction.append(std::move(draft)); !appended)
        return tl::unexpected(appended.error());
    }
    return {};
  });
  Outcome outcome;
  if (!committed) {
    outcome.error = committed.error();
    return outcome;
  }
  outcome.commit = *committed;
  outcome.refusal = std::move(slot.refusal);
  return outcome;
}

Service::Snapshot Service::snapshot() const {
  std::unique_ptr<chain::RegisterReader> rows = store_->registers();
  const chain::RegisterReader& view = *rows;
  auto in_force = policy();
  const policy::Moment moment{now(), Sequence{store_->size()}, in_force.get()};
  return {std::move(rows),
          {view, reads_, *plates_, [this](Sequence event) { return store_->holds_on(event); }},
          std::move(in_force),
          moment};
}

Result<void> Service::load_policies() {
  auto rows = policy::list_policies(*store_->registers());
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return fail(ErrorCode::kCorrupt, "no policy has been adopted in this log");
  std::vector<std::shared_ptr<const policy::PolicyRow>> all;
  for (policy::PolicyRow& row : *rows)
    all.push_back(std::make_shared<const policy::PolicyRow>(std::move(row)));
  const std::lock_guard lock(policies_mutex_);
  policies_ = std::move(all);
  return {};
}

std::shared_ptr<const policy::PolicyRow> Service::policy() const { return known_policy(now()); }

// As of the transaction: a version may be adopted ahead in the same batch. That is asked by one
// lookup, so that no decision reads all versions again.
Result<std::shared_ptr<const policy::PolicyRow>> Service::policy_for(
    const chain::RegisterReader& rows, TimeUs at) const {
  std::int64_t newest = 0;
  {
    const std::lock_guard lock(policies_mutex_);
    newest = policies_.back()->version;
  }
  const auto newer = policy::find_policy(rows, newest + 1);
  if (!newer) return tl::unexpected(newer.error());
  if (!*newer) return known_policy(at);
  auto row = policy::policy_in_force(rows, at);
  if (!row) return tl::unexpected(row.error());
  return std::make_shared<const policy::PolicyRow>(std::move(*row));
}

std::shared_ptr<const policy::PolicyRow> Service::known_policy(TimeUs at) const {
  const std::lock_guard lock(policies_mutex_);
  for (auto row = policies_.rbegin(); row != policies_.rend(); ++row)
    if ((*row)->effective <= at) return *row;
  return policies_.front();
}

Result<void> Service::summarise(Bucket bucket) {
  const auto known = policy::find_summary(*store_->registers(), bucket);
  if (!known) return tl::unexpected(known.error());
  if (*known) return {};
  const auto range = retention_->range(bucket);
  if (!range) return tl::unexpected(range.error());
  if (!*range) return {};
  std::vector<chain::EventView> events;
  for (Sequence seq = (*range)->first; seq <= (*range)->last; ++seq.value) {
    const auto header = store_->header(seq);
    if (!header) return tl::unexpected(header.error());
    if (header->retention != chain::Retention::kThirtyDay) continue;
    auto event = store_->event(seq);
    // Past due before it was ever summarised (the server was away): the counts can't be made right
    // any more.
    if (!event && event.error().code == ErrorCode::kGone) return {};
    if (!event) return tl::unexpected(event.error());
    events.push_back(std::move(*event));
  }
  const Outcome outcome =
      perform([&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::summarise(state, bucket, events, moment);
      });
  if (outcome.error && outcome.error->code != ErrorCode::kConflict)
    return tl::unexpected(*outcome.error);
  return {};
}

Result<void> Service::summarise_closed() {
  const auto closed = retention_->closed_buckets(Bucket{summarised_from_});
  if (!closed) return tl::unexpected(closed.error());
  for (const Bucket bucket : *closed) {
    if (auto done = summarise(bucket); !done) return done;
    summarised_from_ = bucket.value + 1;
  }
  return {};
}

// What the reads register made of buckets that are over is kept, so that the next start need not
// make it again.
Result<void> Service::keep_reads() {
  if (store_->low_disk()) return {};
  const auto kept = alpr::api::keep_reads(*store_, reads_, Bucket{reads_kept_from_});
  if (!kept) return tl::unexpected(kept.error());
  if (kept->value != reads_kept_from_) use_large_pages();
  reads_kept_from_ = kept->value;
  return {};
}

Result<void> Service::purge_lists() {
  const TimeUs until{now().value - policy()->parameters.hotlist_blob_seconds * kSecondUs};
  const auto lists = policy::lists_to_purge(*store_->registers(), until);
  if (!lists) return tl::unexpected(lists.error());
  for (const policy::HotlistRow& list : *lists) {
    auto purged = retention_->purge_blob(static_cast<std::uint64_t>(list.blob), list.loaded,
                                         list.superseded.value_or(list.loaded),
                                         static_cast<std::uint64_t>(list.rows));
    if (!purged) return purged;
  }
  return {};
}

Result<void> Service::heartbeat() {
  const auto newest = store_->header(Sequence{store_->size() - 1});
  if (!newest) return tl::unexpected(newest.error());
  if (now().value - newest->time.value < kHeartbeatUs) return {};
  const std::int64_t boot_seconds = store_->clock().boot().value / kSecondUs;
  const Outcome outcome =
      perform([&](const policy::State&, store::Transaction&, const policy::Moment&) {
        policy::Decision decision;
        chain::Draft draft;
        draft.kind = chain::kind::kClockHeartbeat;
        draft.members.push_back({"boot_seconds", chain::write(chain::Json(boot_seconds)), true});
        decision.events.push_back(std::move(draft));
        return decision;
      });
  if (outcome.error) return tl::unexpected(*outcome.error);
  return {};
}

Result<store::PurgeReport> Service::tick() {
  std::optional<Error> first;
  const auto keep = [&](const Result<void>& result) {
    if (!result && !first) first = result.error();
  };
  keep(summarise_closed());
  reads_.settle();
  keep(keep_reads());
  const Outcome fresh =
      perform([](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::check_freshness(state, moment);
      });
  if (fresh.error && !first) first = fresh.error;
  auto report = retention_->run();
  reads_.settle();  // the plates of what was purged go from memory, too
  if (!report && !first) first = report.error();
  keep(purge_lists());
  keep(heartbeat());
  if (first) return tl::unexpected(*first);
  return report;
}

}  // namespace alpr::api
