// The purge of a bucket of 100,000 reads, 100 of them on hold, while others append: how long until
// its key is destroyed, and what rate the appends keep meanwhile.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "ledger/store/retention.h"
#include "tests/bench/figures.h"
#include "tests/bench/our_store.h"

namespace alpr::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::uint64_t kReads = 100'000;
constexpr std::uint64_t kHolds = 100;
constexpr std::uint64_t kPerCommit = 100;

Steady::time_point keys_gone;  // set by the hook, on the thread that purges

void place_hold(OurStore& ours) {
  std::vector<Sequence> events;
  std::string list;
  for (std::uint64_t i = 0; i < kHolds; ++i) {
    events.push_back({1 + i * (kReads / kHolds)});
    list += fmt::format("{}{}", list.empty() ? "" : ",", events.back().value);
  }
  take(ours.sequencer->run([&](store::Transaction& transaction) -> Result<void> {
    if (const auto held = transaction.hold(events, {}); !held) return held;
    const auto seq = transaction.append(
        {chain::kind::kHoldPlaced,
         {},
         {{"events", "[" + list + "]", true}, {"case_number", "\"26-000001\"", false}}});
    if (!seq) return tl::unexpected(seq.error());
    return {};
  }));
}

// Appends until told to stop; returns how many.
std::uint64_t keep_appending(OurStore& ours, const std::atomic<bool>& stop) {
  std::uint64_t count = 0;
  for (; !stop; count += kPerCommit) append_reads(ours, count, kPerCommit);
  return count;
}

}  // namespace

void measure_purge(Figures& figures, const Options& options) {
  const auto clock = std::make_shared<store::SimulatedClock>(TimeUs{1'790'000'100 * kSecondUs});
  auto ours = make_store(options.folder + "/purge", clock);
  for (std::uint64_t at = 0; at < kReads; at += 1000) append_reads(*ours, at, 1000);
  place_hold(*ours);
  clock->advance(kRetentionUs + kBucketUs);

  figures.measure("append ours 100, no purge", [&] {
    return repeat(options.seconds, [&] {
      append_reads(*ours, 0, kPerCommit);
      return kPerCommit;
    });
  });
  store::retention_hook() = [](const char* step) {
    if (std::string_view(step) == "keys-destroyed") keys_gone = Steady::now();
  };
  store::Retention retention(*ours->store, *ours->sequencer);
  const auto start = Steady::now();
  figures.measure("append ours 100, during a purge", [&] {
    std::atomic<bool> stop = false;
    std::uint64_t count = 0;
    std::thread appender([&] { count = keep_appending(*ours, stop); });
    const auto report = take(retention.run());
    stop = true;
    appender.join();
    if (report.events != kReads - kHolds || report.held != kHolds) {
      give_up({ErrorCode::kCorrupt, fmt::format("purged {} events", report.events)});
    }
    return count;
  });
  const auto ms = [&](Steady::time_point end) {
    return std::chrono::duration<double, std::milli>(end - start).count();
  };
  figures.value("purge of 100,000 reads until the key is destroyed, ms", ms(keys_gone));
  figures.value("purge of 100,000 reads in all, ms", ms(Steady::now()));
}

}  // namespace alpr::bench
