// How long a purge keeps a key, and others, waiting: one bucket of reads, 100 of them on hold,
// purged while another thread appends. Usage: purge_bench [READS [FOLDER]] (100,000 reads unless
// said; the folder on the disk that is to be measured). Prints one JSON object: milliseconds from
// the tombstone to the destroyed key, the longest that an append took during the purge, and the
// whole purge.
#include <fmt/format.h>
#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "ledger/store/retention.h"
#include "ledger/store/sequencer.h"
#include "ledger/store/store.h"

namespace {

using namespace alpr;
using Steady = std::chrono::steady_clock;

constexpr std::uint16_t kRead = 32;
constexpr std::uint16_t kNotice = 33;
constexpr std::uint64_t kPerJob = 1000;
constexpr std::uint64_t kHeld = 100;

chain::KindRegistry kinds() {
  using chain::Form;
  using chain::Retention;
  std::vector<chain::Kind> all = chain::ledger_kinds();
  all.push_back(
      {kRead, "bench.read", Retention::kThirtyDay, Form::kWhole, {"plate", "camera"}, {}, ""});
  all.push_back(
      {kNotice, "bench.notice", Retention::kOpen, Form::kByMember, {"text"}, {"text"}, ""});
  return chain::KindRegistry(std::move(all));
}

template <typename T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "purge_bench: {}\n", result.error().detail);
  std::exit(3);
}
void must(const Result<void>& result) {
  if (result) return;
  fmt::print(stderr, "purge_bench: {}\n", result.error().detail);
  std::exit(3);
}

// A row a read, as an index of reads would have.
Result<void> fold(const chain::EventView& event, chain::RegisterWriter& rows) {
  if (event.header.kind != kRead || !event.have_payload) return {};
  const Sequence seq = event.header.seq;
  return rows.put(1, chain::RowKey().number(seq.value), event.json, seq);
}

void upload(store::Sequencer& sequencer, std::uint64_t reads) {
  for (std::uint64_t at = 0; at < reads; at += kPerJob) {
    must(sequencer.run([&](store::Transaction& transaction) -> Result<void> {
      for (std::uint64_t i = at; i < std::min(at + kPerJob, reads); ++i) {
        const auto seq = transaction.append(
            {kRead,
             fmt::format("{{\"plate\":\"7ABC{:03}\",\"camera\":\"c{}\"}}", i % 1000, i % 40),
             {}});
        if (!seq) return tl::unexpected(seq.error());
      }
      return {};
    }));
  }
}

void hold_some(store::Sequencer& sequencer, std::uint64_t reads) {
  std::vector<Sequence> events;
  std::string list;
  for (std::uint64_t i = 0; i < kHeld; ++i) {
    events.push_back({1 + i * (reads / kHeld)});
    list += (list.empty() ? "" : ",") + std::to_string(events.back().value);
  }
  must(sequencer.run([&](store::Transaction& transaction) -> Result<void> {
    if (const auto held = transaction.hold(events, {}); !held) return held;
    const auto seq = transaction.append({chain::kind::kHoldPlaced,
                                         {},
                                         {{"policy", "1"},
                                          {"reason", "\"case\""},
                                          {"events", "[" + list + "]"},
                                          {"review_by", "2000000000000000"},
                                          {"case_number", "\"C-1\""},
                                          {"requester", "\"o1\""},
                                          {"by", "\"o2\""}}});
    if (!seq) return tl::unexpected(seq.error());
    return {};
  }));
}

Steady::time_point tombstone;
Steady::time_point key_gone;

double ms(Steady::duration took) { return std::chrono::duration<double, std::milli>(took).count(); }

// Appends until told to stop; gives the longest that one took, in ms.
double append_until(const std::atomic<bool>& stop, store::Sequencer& sequencer) {
  Steady::duration longest{};
  while (!stop) {
    const auto begun = Steady::now();
    must(sequencer.run([](store::Transaction& transaction) -> Result<void> {
      const auto seq = transaction.append({kNotice, {}, {{"text", "\"meanwhile\""}}});
      if (!seq) return tl::unexpected(seq.error());
      return {};
    }));
    longest = std::max(longest, Steady::now() - begun);
  }
  return ms(longest);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t reads = argc > 1 ? std::stoull(argv[1]) : 100'000;
  std::string folder = argc > 2 ? argv[2] : "";
  if (folder.empty()) {
    folder = (std::filesystem::temp_directory_path() / "purge_bench_XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) return 3;
  }
  const auto places = store::default_places(folder + "/store");
  must(store::Store::create(places, "example.org/bench"));
  const auto clock = std::make_shared<store::SimulatedClock>(TimeUs{1'767'225'600 * kSecondUs});
  const auto store = must(store::Store::open(places, clock, kinds()));
  double longest = 0;
  Steady::duration whole{};
  {
    const auto sequencer = store::Sequencer::start(*store, fold, {});
    must(sequencer->run([&](store::Transaction& transaction) -> Result<void> {
      const auto seq = transaction.append(store::genesis_draft(store->log_vkey(), true));
      if (!seq) return tl::unexpected(seq.error());
      return {};
    }));
    upload(*sequencer, reads);
    hold_some(*sequencer, reads);
    clock->advance(kRetentionUs);
    store::retention_hook() = [](const char* step) {
      if (std::string_view(step) == "tombstone-committed") tombstone = Steady::now();
      if (std::string_view(step) == "keys-destroyed") key_gone = Steady::now();
    };
    store::Retention retention(*store, *sequencer);
    std::atomic<bool> stop = false;
    std::thread writer([&] { longest = append_until(stop, *sequencer); });
    const auto begun = Steady::now();
    const auto report = must(retention.run());
    whole = Steady::now() - begun;
    stop = true;
    writer.join();
    if (report.events != reads - kHeld || report.held != kHeld) return 1;
  }
  std::filesystem::remove_all(places.folder);
  fmt::print(
      "{{\"reads\":{},\"held\":{},\"key_gone_ms\":{:.1f},\"longest_append_ms\":{:.1f},"
      "\"purge_ms\":{:.0f}}}\n",
      reads, kHeld, ms(key_gone - tombstone), longest, ms(whole));
  return 0;
}
