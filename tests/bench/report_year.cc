// The annual report over a city's year: 35,040 summaries of 290 devices each, as many purges,
// 500,000 queries, a million log-ins and log-outs, refusals. Prints one JSON object: seconds of
// the clock and of the processor, and the most memory, of the report alone.
//
//   report_year --make DIR [--days D] [--reads R] [--live L]   makes the store, with so many reads
//               of each quarter of an hour, which the store then purges, and L more that live
//   report_year --report DIR                                   times the report of the year
//
// Of 500 million purged reads the store has R of each bucket: what is purged has no payload, and
// the report does not come by its headers. Make it with two R and see. Of the reads that live it
// takes every header: "ns_per_header".
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "api/annual_report.h"
#include "ledger/chain/keys.h"
#include "ledger/store/event_walk.h"
#include "ledger/store/retention.h"
#include "ledger/store/sequencer.h"
#include "policy/records/hits.h"
#include "policy/records/kinds.h"
#include "policy/records/queries.h"
#include "policy/records/reads.h"
#include "policy/records/sessions.h"
#include "policy/records/system.h"

namespace alpr::bench {
namespace {

using namespace policy;

constexpr std::int64_t kBuckets = 96;  // a day
constexpr std::int64_t kQueries = 500'000;
constexpr int kDevices = 290;
constexpr TimeUs kStart{1'767'225'600 * kSecondUs};  // 2026-01-01T00:00:00Z
constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
constexpr std::int64_t kPerCommit = 10'000;

[[noreturn]] void give_up(const Error& error) { throw std::runtime_error(error.detail); }
template <typename T>
T need(Result<T> result) {
  if (!result) give_up(result.error());
  return std::move(*result);
}
void need(Result<void> result) {
  if (!result) give_up(result.error());
}

QueryPerformed a_query() {
  QueryPerformed query;
  query.policy = 1;
  query.purpose = QueryPurpose::kBurglary;
  query.legal_standard = LegalStandard::kReasonableSuspicion;
  query.result_count = 20;
  query.by = {"ofc.lopez", "Officer Maria Lopez", "Bench Department", {4'711}, Sequence{815}};
  query.elements.plate = "7ABC123";
  QueryGrounds& g = query.grounds;
  g.purpose = "BURGLARY";
  g.legal_standard = "REASONABLE_SUSPICION";
  g.facts = "seen leaving the place a few minutes after it happened";
  g.right_to_know = RightToKnowClaim{"STATUTE", "Penal Code 459"};
  g.need_to_know = "the case is assigned to me";
  g.case_number = "26-000123";
  g.narrative = "looking for the vehicle that was seen";
  g.attestations = Attestations{true, true, true, true, true, true};
  for (std::uint64_t i = 0; i < 20; ++i) query.disclosed.push_back({1'000'000 + i});
  return query;
}

chain::Draft a_read(std::int64_t index) {
  ReadRecorded read;
  read.index = index;
  read.device = "cam-001";
  ReadContent content;
  content.plate = "7ABC123";
  read.read = std::move(content);
  return to_draft(read);
}

struct Size {
  std::int64_t days = 365;
  std::int64_t reads = 8;  // of a bucket
  std::int64_t live = 1'000'000;
};

class Year {
 public:
  Year(const std::string& folder, const Size& size)
      : size_(size), clock_(std::make_shared<store::SimulatedClock>(kStart)) {
    const store::StorePlaces places = store::default_places(folder);
    need(store::Store::create(places, "bench.example/alpr"));
    store_ = need(store::Store::open(places, clock_, kinds()));
    sequencer_ = store::Sequencer::start(*store_, {}, {});
    append({store::genesis_draft(store_->log_vkey(), /*simulated=*/true)});
  }
  void live() {
    store::Retention retention(*store_, *sequencer_);
    for (std::int64_t day = 0; day < size_.days; ++day) {
      for (std::int64_t i = 0; i < kBuckets; ++i) {
        quarter(day * kBuckets + i);
        need(retention.run());  // as often as the server, in effect: each bucket goes in time
      }
    }
    for (std::int64_t left = size_.live; left > 0; left -= kPerCommit) {
      std::vector<chain::Draft> drafts;
      for (std::int64_t i = 0; i < std::min(left, kPerCommit); ++i) drafts.push_back(a_read(i));
      append(drafts);
    }
  }
  std::uint64_t events() const { return store_->size(); }
  ~Year() { sequencer_.reset(); }

 private:
  // What happens in 15 minutes, and then the summary of the ones before.
  void quarter(std::int64_t number) {
    const Sequence first{store_->size()};
    std::vector<chain::Draft> drafts;
    UploadReceived upload;
    upload.device = "cam-001";
    upload.batch = number + 1;
    upload.reads = size_.reads;
    drafts.push_back(to_draft(upload));
    for (std::int64_t i = 0; i < size_.reads; ++i) drafts.push_back(a_read(i));
    const std::int64_t all = 365 * kBuckets;
    const std::int64_t queries = (number + 1) * kQueries / all - number * kQueries / all;
    for (std::int64_t i = 0; i < queries; ++i) search(drafts, number * 20 + i);
    append(drafts);
    const Sequence last{first.value + static_cast<std::uint64_t>(size_.reads)};
    clock_->advance(kBucketUs);
    append({to_draft(summary(number, first, last))});
  }
  static void search(std::vector<chain::Draft>& drafts, std::int64_t number) {
    SessionOpened opened;
    opened.policy = 1;
    opened.username = fmt::format("officer{}", number % 300);
    opened.name = "Officer of this number";
    opened.organisation = "Bench Department";
    drafts.push_back(to_draft(opened));
    QueryPerformed query = a_query();
    query.by.username = opened.username;
    drafts.push_back(to_draft(query));
    SessionClosed closed;
    closed.reason = SessionEnd::kLogout;
    drafts.push_back(to_draft(closed));
    if (number % 5 != 0) return;
    QueryRefused refused;
    refused.policy = 1;
    refused.rules = {"I12-C2B-1"};
    refused.slug = "purpose-not-listed";
    refused.by = query.by;
    refused.reason = "The purpose is none of the order's.";
    refused.elements = query.elements;
    refused.grounds = query.grounds;
    drafts.push_back(to_draft(refused));
  }
  BucketSummarised summary(std::int64_t number, Sequence first, Sequence last) const {
    BucketSummarised made;
    made.policy = 1;
    made.bucket = static_cast<std::int64_t>(bucket_of(kStart).value) + number;
    made.first = first;
    made.last = last;
    made.uploads = 1;
    made.reads = size_.reads;
    for (int i = 0; i < kDevices; ++i)
      made.devices.push_back({fmt::format("cam-{:03}", i), fmt::format("Area {}", i % 6),
                              i == 0 ? 1 : 0, i == 0 ? size_.reads : 0, number + 1});
    return made;
  }
  void append(const std::vector<chain::Draft>& drafts) {
    need(sequencer_->run([&](store::Transaction& transaction) -> Result<void> {
      for (const chain::Draft& draft : drafts)
        if (const auto seq = transaction.append(draft); !seq) return tl::unexpected(seq.error());
      return {};
    }));
  }

  Size size_;
  std::shared_ptr<store::SimulatedClock> clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Sequencer> sequencer_;
};

// Without the pages of the mapped store.
std::uint64_t anonymous_memory_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::strtoull(line.c_str() + 8, nullptr, 10) / 1024;
  return 0;
}

// The most of it while `work` runs, looked at every few milliseconds.
template <typename Work>
std::uint64_t most_memory_mb(const Work& work) {
  std::mutex turn;
  std::condition_variable changed;
  bool done = false;
  std::uint64_t most = 0;
  std::thread watch([&] {
    std::unique_lock lock(turn);
    while (!changed.wait_for(lock, std::chrono::milliseconds(5), [&] { return done; }))
      most = std::max(most, anonymous_memory_mb());
  });
  work();
  {
    const std::unique_lock lock(turn);
    done = true;
  }
  changed.notify_one();
  watch.join();
  return most;
}

template <typename Work>
double seconds_of(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Reads and decodes every header that there is, as a report does of those that live.
double ns_per_header(const store::Store& store) {
  std::uint64_t sum = 0;
  const double seconds = seconds_of([&] {
    for (std::uint64_t next = 0; next < store.size();) {
      const auto block = need(store::walk_headers(store, {next}, 4'096));
      for (const chain::HeaderBytes& bytes : block) sum += need(chain::decode_header(bytes)).kind;
      next += block.size();
    }
  });
  return sum == 0 ? 0 : seconds * 1e9 / static_cast<double>(store.size());
}

void report(const std::string& folder) {
  const auto clock = std::make_shared<store::SimulatedClock>(TimeUs{kStart.value + 366 * kDayUs});
  const auto store = need(store::Store::open(store::default_places(folder), clock, kinds()));
  const auto size = store->size();
  const figures::Period year{kStart, {kStart.value + 365 * kDayUs}};
  figures::AnnualReport made;
  double seconds = 0;
  const double before = processor_seconds();
  const std::uint64_t memory_mb = most_memory_mb([&] {
    seconds = seconds_of([&] {
      made = need(api::annual_report(*store, {store->origin(), size, {}, {}}, year));
    });
  });
  const double of_processor = processor_seconds() - before;
  std::map<std::string, std::int64_t> told;
  for (const figures::Figure& figure : made.figures)
    if (figure.rows.size() == 1) told[figure.id] = figure.rows[0].value.value_or(0);
  fmt::print(
      "{{\"events\":{},\"seconds\":{:.1f},\"processor_seconds\":{:.1f},\"memory_mb\":{},\"reads\":{"
      "},\"purged\":{},"
      "\"purges\":{},\"queries\":{},\"ns_per_header\":{:.0f}}}\n",
      size, seconds, of_processor, memory_mb, told["B1.reads"], told["G1.purged-events"],
      told["G1.purges"], told["C2B.queries"], ns_per_header(*store));
}

int run(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string_view what = argv[1];
  Size size;
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::int64_t number = std::strtoll(argv[i + 1], nullptr, 10);
    const std::string_view name = argv[i];
    if (name == "--days")
      size.days = number;
    else if (name == "--reads")
      size.reads = number;
    else if (name == "--live")
      size.live = number;
    else
      return 2;
  }
  if (what == "--make") {
    Year year(argv[2], size);
    year.live();
    fmt::print("{{\"events\":{}}}\n", year.events());
    return 0;
  }
  if (what != "--report") return 2;
  report(argv[2]);
  return 0;
}

}  // namespace
}  // namespace alpr::bench

int main(int argc, char** argv) {
  try {
    alpr::chain::init_crypto();
    const int code = alpr::bench::run(argc, argv);
    if (code == 2)
      fmt::print(
          stderr,
          "usage: report_year --make DIR [--days D] [--reads R] [--live L] | --report DIR\n");
    return code;
  } catch (const std::exception& error) {
    fmt::print(stderr, "report_year: {}\n", error.what());
    return 3;
  }
}
