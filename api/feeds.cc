#include "api/feeds.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "api/hotlist_load.h"
#include "policy/registers/hotlists.h"
#include "policy/rules/parameters.h"

namespace alpr::api {

namespace {

constexpr auto kLook = std::chrono::seconds(30);

std::int64_t interval_us(const FeedSettings& settings, const policy::Parameters& parameters) {
  const std::int64_t allowed = parameters.hotlist_refresh_seconds / 2;
  return std::min(settings.every_seconds.value_or(allowed), allowed) * kSecondUs;
}

}  // namespace

Feeds::Feeds(Service& service, const std::vector<FeedSettings>& settings, std::uint64_t bytes_max)
    : service_(service) {
  for (const FeedSettings& one : settings) {
    ALPR_CHECK(one.folder.has_value() != one.https.has_value());  // read_feeds saw to it
    auto source = one.folder ? folder_source(*one.folder, bytes_max)
                             : https_source(*one.https, bytes_max, stopping_);
    feeds_.push_back({one, std::move(source), TimeUs{}, {}});
  }
}

std::vector<Feeds::Step> Feeds::tick() {
  std::vector<Step> steps;
  // Nothing can be recorded before two people have confirmed the clock.
  if (service_.sequencer().clock_stopped()) return steps;
  for (Feed& feed : feeds_) {
    if (stopping_) break;
    if (auto step = try_feed(feed)) steps.push_back(std::move(*step));
  }
  return steps;
}

std::optional<Feeds::Step> Feeds::try_feed(Feed& feed) {
  const auto snapshot = service_.snapshot();
  const auto active = policy::active_list(*snapshot.rows, feed.settings.source);
  if (!active) return say_once(feed, Became::kFailed, active.error().detail);
  const TimeUs now = service_.now();
  const std::int64_t interval = interval_us(feed.settings, snapshot.policy->parameters);
  const bool due = feed.settings.folder || !*active ||
                   now.value - policy::last_good_import(**active).value >= interval;
  if (!due || now < feed.not_before) return std::nullopt;
  KnownList known;
  known.now = now;
  if (*active) {
    known.loaded = (*active)->loaded;
    known.source_time = (*active)->source_time;
  }
  Fetched fetched = feed.source->fetch(known);
  if (fetched.what == Fetched::What::kNothingNew) return std::nullopt;
  feed.not_before = {now.value + std::min(interval, kFeedRetrySeconds * kSecondUs)};
  if (fetched.what == Fetched::What::kFailed) return failed(feed, fetched);
  const bool unmodified = fetched.what == Fetched::What::kUnmodified;
  const Outcome outcome = bring(feed, std::move(fetched), known);
  if (outcome.error) return say_once(feed, Became::kFailed, outcome.error->detail);
  if (outcome.refusal) return say_once(feed, Became::kRefused, outcome.refusal->reason);
  const auto now_active = policy::active_list(*service_.snapshot().rows, feed.settings.source);
  if (!now_active || !*now_active) return std::nullopt;
  if (unmodified || (*now_active)->loaded == known.loaded)
    return taken(feed, Became::kConfirmed, "the list is unchanged", (*now_active)->loaded);
  return taken(
      feed, Became::kLoaded,
      fmt::format("{} rows as of event {}", (*now_active)->rows, (*now_active)->loaded.value),
      (*now_active)->loaded);
}

Outcome Feeds::bring(const Feed& feed, Fetched fetched, const KnownList& known) {
  if (fetched.what == Fetched::What::kUnmodified) {
    const policy::ConfirmHotlist confirm{feed.settings.source, feed.settings.name, *known.loaded,
                                         feed.settings.profile};
    return service_.perform([&](const policy::State& state, store::Transaction& transaction,
                                const policy::Moment& moment) {
      transaction.end_batch();
      return policy::decide(state, confirm, moment);
    });
  }
  const policy::LoadHotlist command{std::string(policy::to_text(feed.settings.source)),
                                    fetched.source_time, feed.settings.profile};
  return load_hotlist(service_, policy::FeedName{feed.settings.name}, command, fetched.file);
}

std::optional<Feeds::Step> Feeds::failed(Feed& feed, const Fetched& fetched) {
  // A transfer that the server's own stop cut short says nothing of the source.
  if (stopping_) return std::nullopt;
  const policy::NoteFetchFailure note{feed.settings.source, feed.settings.name, fetched.fault,
                                      fetched.status};
  const Outcome outcome = service_.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, note, moment);
      });
  std::string what = fetched.detail;
  if (outcome.error) what += fmt::format("; not recorded: {}", outcome.error->detail);
  return say_once(feed, Became::kFailed, what);
}

std::optional<Feeds::Step> Feeds::taken(Feed& feed, Became became, const std::string& what,
                                        Sequence version) {
  feed.source->taken(version);
  feed.not_before = {};
  feed.said.clear();
  return Step{feed.settings.name, became, what};
}

std::optional<Feeds::Step> Feeds::say_once(Feed& feed, Became became, const std::string& what) {
  if (what == feed.said) return std::nullopt;
  feed.said = what;
  return Step{feed.settings.name, became, what};
}

FeedThread::FeedThread(Feeds& feeds, Say say)
    : feeds_(feeds), say_(std::move(say)), thread_([this] { run(); }) {}

FeedThread::~FeedThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  feeds_.stop();
  wake_.notify_all();
  thread_.join();
}

void FeedThread::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    for (const Feeds::Step& step : feeds_.tick()) say_(step);
    lock.lock();
    wake_.wait_for(lock, kLook, [this] { return stopping_; });
  }
}

}  // namespace alpr::api
