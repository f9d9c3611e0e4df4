#include <fmt/format.h>
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <time.h>

#include <fstream>
#include <optional>
#include <stdexcept>

#include "api/alarms/alarms.h"
#include "api/commands/commands.h"
#include "api/config.h"
#include "api/daily_backup.h"
#include "api/feeds.h"
#include "api/submitter.h"
#include "ledger/store/locked_memory.h"
#include "policy/rules/policies.h"

namespace alpr::api {

namespace {

constexpr int kTickSeconds = 30;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

// Nothing where no witness policy is configured.
Result<std::unique_ptr<Cosigners>> open_cosigners(Service& service, const Config& config) {
  if (!config.witness_policy) return nullptr;
  std::ifstream file(*config.witness_policy, std::ios::binary);
  std::string text(chain::kPolicySizeMax + 1, 0);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file && !file.eof())
    return fail(ErrorCode::kNotFound, config.witness_policy->string() + " does not read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto cosigners = Cosigners::open(service, text);
  if (!cosigners)
    return fail(cosigners.error().code,
                config.witness_policy->string() + ": " + cosigners.error().detail);
  return cosigners;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

bool StopSignal::wait(int seconds) {
  const sigset_t set = stop_signals();
  const timespec limit{seconds, 0};
  return sigtimedwait(&set, nullptr, &limit) > 0;
}

int complain(const Error& error) {
  fmt::print(stderr, "plateledger: {}\n", error.detail);
  switch (error.code) {
    case ErrorCode::kMalformed:
    case ErrorCode::kNotFound:
    case ErrorCode::kConflict:
    case ErrorCode::kRefused:
    case ErrorCode::kUnauthenticated:
      return 2;
    default:
      return 3;
  }
}

namespace {

void tell_backup(spdlog::logger& log, const Result<DailyBackup>& done) {
  if (!done) {
    log.error("backup: {}", done.error().detail);
    return;
  }
  if (done->made) log.info("backed up: {}", *done->made);
  for (const std::string& name : done->dropped)
    log.info("dropped the backup {}, of 30 days ago", name);
}

void tell_feed(spdlog::logger& log, const Feeds::Step& step) {
  const bool good =
      step.became == Feeds::Became::kLoaded || step.became == Feeds::Became::kConfirmed;
  log.log(good ? spdlog::level::info : spdlog::level::warn, "feed {}: {}", step.feed, step.what);
}

// What the server was started with goes on the record (I12-F-0); false: not now, try again. While
// the clock is stopped nothing does.
bool note_settings(Service& service, const policy::StartWithSettings& settings,
                   spdlog::logger& log) {
  const Outcome outcome = service.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, settings, moment);
      });
  if (outcome.error) log.error("settings: {}", outcome.error->detail);
  return !outcome.error;
}

}  // namespace

int run_serve(const ServeCommand& command) {
  StopSignal stop;  // before any thread, so that all of them inherit the mask
  auto config = load_config(command.store, command.config);
  if (!config) return complain(config.error());
  if (auto applied = apply_key_options(command.keys, Asking::kKnown, config->places); !applied)
    return complain(applied.error());
  const auto log = spdlog::stderr_color_mt("plateledger");
  auto service = Service::start(config->places, std::make_shared<store::SystemClock>());
  if (!service) return complain(service.error());
  if ((*service)->simulated())
    return complain({ErrorCode::kRefused,
                     "this is a simulated log: it can't be served on the real clock (see "
                     "plateledger demo --serve)"});
  config->api.origin = (*service)->store().origin();
  auto alarms = Alarms::open(**service, config->alarms, command.store / "alarms");
  if (!alarms) return complain(alarms.error());
  config->api.unreached_receivers = [&] { return (*alarms)->unreached(); };
  auto cosigners = open_cosigners(**service, *config);
  if (!cosigners) return complain(cosigners.error());
  Api api(**service, config->api, cosigners->get());
  HttpServer server(
      config->http, [&](const Request& head) { return api.admit(head); },
      [&](const Request& request) { return api.handle(request); },
      [](int status, std::string_view detail) { return problem(status, detail); });
  log->info("serving {} on https://{}:{} ({} events)", (*service)->store().origin(),
            config->http.address, server.port(), (*service)->store().size());
  (*alarms)->start([&](const AlarmReceiver::Step& step) {
    const bool failed = step.became == AlarmReceiver::Became::kFailed;
    log->log(failed ? spdlog::level::warn : spdlog::level::info, "{}", step.what);
  });
  std::optional<WitnessThreads> witnesses;
  if (*cosigners) {
    const HttpClientSettings client{.certificate = config->witness_certificate};
    witnesses.emplace(**cosigners, client, [&](const Submitter::Step& step) {
      const bool failed = step.became == Submitter::Became::kFailed;
      log->log(failed ? spdlog::level::warn : spdlog::level::info, "{}", step.what);
    });
  }
  if (!store::memory_is_locked())
    log->warn("the memory of the keys could not be locked (ulimit -l): they may reach the swap");
  Feeds feeds(**service, config->feeds, config->api.hotlist_bytes_max);
  std::optional<FeedThread> refresh;
  if (!config->feeds.empty())
    refresh.emplace(feeds, [&](const Feeds::Step& step) { tell_feed(*log, step); });
  bool settings_noted = false;
  do {
    if (!settings_noted) settings_noted = note_settings(**service, {config->text}, *log);
    const auto done = api.tick();
    if (!done) {
      log->error("housekeeping: {}", done.error().detail);
    } else if (!done->tombstones.empty()) {
      log->info("purged {} events under {} tombstones; {} on hold were kept", done->events,
                done->tombstones.size(), done->held);
    }
    if (config->backup_daily) tell_backup(*log, daily_backup(**service, config->api.backup_folder));
  } while (!stop.wait(kTickSeconds));
  log->info("stopping");
  refresh.reset();
  witnesses.reset();
  server.stop();
  return 0;
}

}  // namespace alpr::api
