#include "ledger/verify/verify.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "ledger/chain/keys.h"
#include "ledger/verify/bundle_source.h"
#include "ledger/verify/chain_level.h"
#include "ledger/verify/erasure_level.h"
#include "ledger/verify/guard.h"
#include "ledger/verify/reader.h"
#include "ledger/verify/rules.h"

namespace alpr::verify {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

std::int64_t since(SteadyClock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start).count();
}

// The levels that were asked for, all of them not checked yet.
std::vector<LevelReport> asked(Level level) {
  std::vector<LevelReport> levels;
  for (const Level each : {Level::kChain, Level::kErasure, Level::kPolicy}) {
    if (each <= level) levels.emplace_back().level = each;
  }
  return levels;
}

Report damaged(const Options& options, std::string_view what) {
  Report report;
  report.levels = asked(options.level);
  report.levels.front().add(std::nullopt, rule::kStore, what);
  for (std::size_t i = 1; i < report.levels.size(); ++i)
    report.levels[i].note = "the chain could not be walked";
  return report;
}

TimeUs judged_at(const Options& options, const ChainState& state) {
  const TimeUs clock = state.simulated ? TimeUs{0} : options.wall_clock;
  return std::max(state.last_time, options.now.value_or(clock));
}

Result<void> check_policy(Source& source, const Options& options, Snapshots snapshots,
                          const ChainState& state, TimeUs as_of, bool chain_holds,
                          LevelReport& report) {
  if (!options.policy) {
    report.note = "this program does not know the order";
    return {};
  }
  if (state.from != 0) {
    report.note =
        "a bundle that begins in the middle does not show the state then; take a whole one";
    return {};
  }
  const Keys* keys = options.keys ? &*options.keys : nullptr;
  const auto done = options.policy(
      {source, keys, state.size, as_of, snapshots == Snapshots::kRenewed, options.renew_every,
       options.threads, options.progress, state.root, chain_holds},
      report);
  if (!done && done.error().code != ErrorCode::kCorrupt) return done;
  if (!done) report.add(std::nullopt, rule::kStore, done.error().detail);
  return {};
}

Result<Report> verify_once(Source& source, const chain::KindRegistry& kinds, const Options& options,
                           Snapshots snapshots) {
  Report report;
  report.levels = asked(options.level);
  LevelReport spare;  // what erasure would say, where it is not asked
  LevelReport& erasure = report.levels.size() > 1 ? report.levels[1] : spare;
  const auto state = check_chain(source, options, snapshots, report.levels.front(), erasure);
  if (!state) return tl::unexpected(state.error());
  report.anchored = state->anchored;
  report.simulated = state->simulated;
  report.size = state->size;
  report.root = state->root;
  report.as_of = judged_at(options, *state);
  if (options.level == Level::kChain) return report;
  if (!state->complete) {
    for (std::size_t i = 1; i < report.levels.size(); ++i)
      report.levels[i].note = "the chain could not be walked to its end";
    return report;
  }
  const auto done = check_erasure(source, kinds, options, snapshots, *state, report.as_of, erasure);
  if (!done) return tl::unexpected(done.error());
  if (options.level == Level::kErasure) return report;
  const auto judged = check_policy(source, options, snapshots, *state, report.as_of,
                                   report.levels.front().holds == true, report.levels.back());
  if (!judged) return tl::unexpected(judged.error());
  return report;
}

// What was handed out is kept, so a log that shows two faces is caught between them.
void check_served(const MappedFile& bundle, const std::string& served, LevelReport& chain) {
  const auto note = chain::parse_note(served);
  const auto kept =
      note ? keeps_checkpoint(bundle, note->text) : Result<bool>(tl::unexpected(note.error()));
  if (!kept || !*kept) {
    chain.add(std::nullopt, rule::kCheckpoint,
              "the checkpoint that the server hands out is not among those of its bundle" +
                  (kept ? std::string() : ": " + kept.error().detail));
  }
}

void finish(Report& report, SteadyClock::time_point start) {
  for (LevelReport& level : report.levels) {
    // By event, so that the first finding is the place where the story breaks; what names no event
    // (a checkpoint, a tile) comes after those that do, for it usually follows from them.
    std::ranges::stable_sort(level.findings, {}, [](const Finding& finding) {
      return std::pair(!finding.seq.has_value(), finding.seq);
    });
  }
  report.took_us = since(start);
}

std::string encode_result(const Result<Report>& result) {
  if (result) return "R" + encode(*result);
  return "E" + std::to_string(static_cast<int>(result.error().code)) + " " + result.error().detail;
}

Result<Report> decode_result(const std::string& text) {
  if (text.starts_with('R')) return decode_report(std::string_view(text).substr(1));
  const std::size_t space = text.find(' ');
  if (!text.starts_with('E') || space == std::string::npos) {
    return fail(ErrorCode::kIo, "the reading process answered something else");
  }
  return fail(static_cast<ErrorCode>(std::stoi(text.substr(1, space - 1))), text.substr(space + 1));
}

}  // namespace

Result<Report> verify_store_here(const fs::path& store, const chain::KindRegistry& kinds,
                                 const Options& options) {
  const auto start = SteadyClock::now();
  chain::init_crypto();
  auto reader = Reader::open(store);
  if (!reader) {
    if (reader.error().code != ErrorCode::kCorrupt) return tl::unexpected(reader.error());
    return damaged(options, reader.error().detail);
  }
  auto report = verify_once(**reader, kinds, options, Snapshots::kRenewed);
  // A store that is being written to can look wrong between two snapshots. What a finding says must
  // be true of one.
  if (report && !report->holds() && (*reader)->moved()) {
    if (auto renewed = (*reader)->renew(); !renewed) return tl::unexpected(renewed.error());
    report = verify_once(**reader, kinds, options, Snapshots::kOne);
  }
  if (report) finish(*report, start);
  return report;
}

Result<Report> verify_bundle_here(const MappedFile& bundle, const chain::KindRegistry& kinds,
                                  const Options& options) {
  const auto start = SteadyClock::now();
  chain::init_crypto();
  const auto source = BundleSource::open(bundle);
  if (!source) {
    if (source.error().code != ErrorCode::kCorrupt) return tl::unexpected(source.error());
    return damaged(options, source.error().detail);
  }
  auto report = verify_once(**source, kinds, options, Snapshots::kOne);
  if (report && options.served) check_served(bundle, *options.served, report->levels.front());
  if (report) finish(*report, start);
  return report;
}

namespace {

Result<Report> guarded(const Options& options, const std::function<Result<Report>()>& verify) {
  const auto start = SteadyClock::now();
  const auto answer = in_child([&] { return encode_result(verify()); });
  if (answer) return decode_result(*answer);
  if (answer.error().code != ErrorCode::kCorrupt) return tl::unexpected(answer.error());
  Report report = damaged(options, answer.error().detail);
  report.took_us = since(start);
  return report;
}

}  // namespace

Result<Report> verify_store(const fs::path& store, const chain::KindRegistry& kinds,
                            const Options& options) {
  return guarded(options, [&] { return verify_store_here(store, kinds, options); });
}

Result<Report> verify_bundle(const MappedFile& bundle, const chain::KindRegistry& kinds,
                             const Options& options) {
  return guarded(options, [&] { return verify_bundle_here(bundle, kinds, options); });
}

}  // namespace alpr::verify
