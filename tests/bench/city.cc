// A month of a large city's reads, and what officers ask of it: 45 million reads of 300 cameras in
// 2,880 buckets, plates by Zipf's law. Prints one JSON object.
//
// Usage: city --folder DIR [--reads N] [--seconds S] [--rate QUERIES_A_SECOND] [--uploads
// READS_A_SECOND] [--alone QUERIES_ONE_AFTER_ANOTHER] [--picture-bytes N]. The server runs in this
// process on a store in DIR, over HTTPS on loopback.
//
// The store has one real upload in each bucket; the other reads stand in the columns that are kept
// of each bucket alone (api/load_reads.h), because recording all of them takes an hour. So exact
// queries over HTTPS are answered from real events, while the search goes over all 45 million;
// searches that would disclose reads without an event are measured on the register itself.
#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "api/large_pages.h"
#include "api/load_reads.h"
#include "api/service.h"
#include "policy/registers/query_elements.h"
#include "policy/registers/reads_index.h"
#include "policy/rules/c2b_queries.h"
#include "tests/api/department.h"

namespace {

using namespace alpr;
using alpr::api::testing::Department;
using SteadyClock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr int kBuckets = 30 * 24 * 4 - 4;  // the last hour is for what is uploaded meanwhile
constexpr int kCameras = 300;
constexpr int kOfficers = 16;
constexpr std::uint64_t kPlates = 2'000'000;  // seen in the city

struct Options {
  std::uint64_t reads = 45'000'000;
  double seconds = 20;
  double rate = 100;
  double uploads = 2000;
  int alone = 200;
  std::size_t picture_bytes = 0;  // that a read's picture has beside the smallest PNG
};

// 9AAA999, as California's plates are.
std::string plate(std::uint64_t number) {
  std::string text(7, '0');
  number = number * 97 % 175'760'000;
  const auto take = [&](std::size_t at, char first, std::uint64_t count) {
    text[at] = static_cast<char>(first + static_cast<char>(number % count));
    number /= count;
  };
  for (const std::size_t at : {6U, 5U, 4U}) take(at, '0', 10);
  for (const std::size_t at : {3U, 2U, 1U}) take(at, 'A', 26);
  take(0, '1', 9);
  return text;
}

// Ranks by Zipf's law with exponent 1, by its inverse in the continuous case.
std::uint64_t zipf(std::mt19937_64& random) {
  const double u = std::uniform_real_distribution<double>(0, 1)(random);
  return static_cast<std::uint64_t>(std::exp(u * std::log(double{kPlates})));
}

double since(SteadyClock::time_point start) { return Seconds(SteadyClock::now() - start).count(); }

// Load comes at its own times, whatever the server makes of it.
void wait_until(SteadyClock::time_point due) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable never;
  never.wait_until(lock, due, [] { return false; });
}

// Whether the machine itself stands still: on each processor a thread that goes before all others
// wakes each millisecond. When it wakes late, nothing could run there, whatever the server does.
class Heartbeat {
 public:
  struct Stop {
    SteadyClock::time_point from, to;
  };
  Heartbeat() : stops_(std::max(1U, std::thread::hardware_concurrency())) {
    for (std::size_t cpu = 0; cpu < stops_.size(); ++cpu)
      threads_.emplace_back([this, cpu] { beat(cpu); });
  }
  // All stops of at least kLate, or nullopt where this process may not go before others.
  std::optional<std::vector<Stop>> end() {
    done_ = true;
    std::vector<Stop> all;
    for (std::size_t cpu = 0; cpu < threads_.size(); ++cpu) {
      threads_[cpu].join();
      all.insert(all.end(), stops_[cpu].begin(), stops_[cpu].end());
    }
    threads_.clear();
    if (!first_) return std::nullopt;
    return all;
  }

 private:
  static constexpr auto kEvery = std::chrono::milliseconds(1);
  static constexpr auto kLate = std::chrono::milliseconds(3);

  void beat(std::size_t cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_param priority{};
    priority.sched_priority = 1;
    if (::pthread_setaffinity_np(::pthread_self(), sizeof set, &set) != 0 ||
        ::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &priority) != 0)
      first_ = false;
    while (!done_) {
      const auto due = SteadyClock::now() + kEvery;
      wait_until(due);
      const auto now = SteadyClock::now();
      if (now - due >= kLate) stops_[cpu].push_back({due, now});
    }
  }

  std::vector<std::vector<Stop>> stops_;  // by processor
  std::atomic<bool> done_ = false, first_ = true;
  std::vector<std::thread> threads_;
};

double percentile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

std::uint64_t held_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  return 0;
}

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "city: {}\n", why);
  std::_Exit(3);
}

// The columns of one bucket, with so many reads besides the real ones, whose seqs they have none
// of: a 32-bit number apart.
std::string columns_of(const store::Store::LiveBucket& bucket, std::uint64_t reads) {
  std::vector<std::string> texts;
  std::map<std::string, std::uint32_t, std::less<>> numbers;
  const auto intern = [&](std::string_view text) {
    const auto found = numbers.find(text);
    if (found != numbers.end()) return found->second;
    texts.emplace_back(text);
    return numbers.emplace(text, static_cast<std::uint32_t>(texts.size() - 1)).first->second;
  };
  std::mt19937_64 random(bucket.bucket.value);
  policy::ReadColumns columns(bucket.bucket);
  const auto add_real = [&](Sequence seq) {
    policy::ReadRow row;
    row.seq = seq;
    row.uploaded = bucket_start(bucket.bucket);
    row.plate = "REAL" + std::to_string(bucket.bucket.value % 1000);
    row.device = "cam-0";
    row.captured = row.uploaded;
    columns.add(row, intern);
  };
  add_real({bucket.first.value + 1});
  std::vector<std::int64_t> times(reads);
  for (std::int64_t& time : times)
    time = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(kBucketUs));
  std::sort(times.begin(), times.end());
  for (std::uint64_t i = 0; i < reads; ++i) {
    const std::uint64_t camera = random() % kCameras;
    policy::ReadRow row;
    row.seq = {bucket.last.value + 1'000'000 + i};
    row.uploaded = {bucket_start(bucket.bucket).value + times[i]};
    row.plate = plate(zipf(random));
    row.device = "cam-" + std::to_string(camera);
    row.color = random() % 2 == 0 ? "white" : "black";
    row.latitude_e7 = 377'000'000 + static_cast<std::int64_t>(camera * 5'000);
    row.longitude_e7 = -1'222'000'000 + static_cast<std::int64_t>(camera * 7 % kCameras * 5'000);
    row.captured = {row.uploaded.value - 2 * kSecondUs};
    columns.add(row, intern);
  }
  columns.sort();
  return columns.write([&](std::uint32_t id) -> const std::string& { return texts[id]; });
}

// One real upload in each bucket of the month.
void make_events(Department& d) {
  d.enrol_device("cam-0");
  for (int i = 0; i < kBuckets; ++i) {
    const std::string name = "REAL" + std::to_string(bucket_of(d.now()).value % 1000);
    const std::string body = d.batch("cam-0", static_cast<std::uint64_t>(i) + 1, {name});
    if (d.upload("cam-0", body).status != 201) give_up("an upload was not taken");
    d.advance(kBucketUs);
  }
}

void make_columns(Department& d, std::uint64_t reads) {
  const auto live = d.service().store().live_buckets();
  if (!live) give_up(live.error().detail);
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
    workers.emplace_back([&] {
      for (std::size_t at = next++; at < live->size(); at = next++) {
        const std::string bytes = columns_of((*live)[at], reads / live->size());
        const auto kept = d.service().store().keep_derived((*live)[at], as_bytes(bytes));
        if (!kept) give_up(kept.error().detail);
      }
    });
  for (std::thread& worker : workers) worker.join();
}

using Figures = std::string;

void add(Figures& figures, std::string_view name, double value) {
  figures += fmt::format("{}\"{}\":{:.3f}", figures.empty() ? "" : ",", name, value);
}

// On the register itself.
void measure_searches(const policy::ReadsIndex& index, TimeUs now, Figures& figures) {
  struct Question {
    const char* name;
    int times;
    std::function<void(policy::QueryElements&, std::mt19937_64&)> make;
  };
  const Question questions[] = {
      {"exact", 300, [](auto& e, auto& random) { e.plate = plate(zipf(random)); }},
      {"absent", 300, [](auto& e, auto&) { e.plate = "0AAA000"; }},
      {"two_unknown_in_front", 10,
       [](auto& e, auto& random) { e.plate = "??" + plate(kPlates - random() % 9999).substr(2); }},
      {"two_unknown_behind", 50,
       [](auto& e, auto& random) { e.plate = plate(kPlates - random() % 99).substr(0, 5) + "??"; }},
      {"star_in_front", 5,
       [](auto& e, auto& random) { e.plate = "*" + plate(kPlates - random() % 9999).substr(3); }},
      {"ocr_equivalent", 50,
       [](auto& e, auto& random) {
         e.plate = plate(kPlates - random() % 9999);
         e.matching = policy::PlateMatching::kOcrEquivalent;
       }},
      {"polygon_and_hour", 50,
       [&](auto& e, auto& random) {
         const auto south = 377'000'000 + static_cast<std::int64_t>(random() % 1'000'000);
         const auto west = -1'222'000'000 + static_cast<std::int64_t>(random() % 1'000'000);
         e.polygon = std::vector<policy::Point>{{south, west},
                                                {south + 50'000, west},
                                                {south + 70'000, west + 25'000},
                                                {south + 50'000, west + 50'000},
                                                {south, west + 50'000}};
         const auto hours = static_cast<std::int64_t>(random() % (29 * 24)) + 2;
         e.captured_from = TimeUs{now.value - hours * 3600 * kSecondUs};
         e.captured_until = TimeUs{e.captured_from->value + 3600 * kSecondUs};
       }},
  };
  std::mt19937_64 random(1);
  for (const Question& question : questions) {
    std::vector<double> ms;
    for (int i = 0; i < question.times; ++i) {
      policy::QueryElements elements;
      question.make(elements, random);
      if (auto checked = policy::check_elements(elements, now); !checked)
        give_up(checked.error().detail);
      const auto start = SteadyClock::now();
      index.search(elements, {"", now, policy::kResultsMax, {}, {}});
      ms.push_back(since(start) * 1000);
    }
    add(figures, fmt::format("search_{}_p50_ms", question.name), percentile(ms, 0.5));
    add(figures, fmt::format("search_{}_p99_ms", question.name), percentile(ms, 0.99));
  }
}

double timed_ms(const std::function<void()>& work) {
  const auto start = SteadyClock::now();
  work();
  return since(start) * 1000;
}

// An append that a person waits for: the least that a query, which is one, can take.
double append_ms(Department& d) {
  std::vector<double> ms;
  for (int i = 0; i < 200; ++i) {
    const auto start = SteadyClock::now();
    const api::Outcome outcome =
        d.service().perform([](const policy::State&, store::Transaction&, const policy::Moment&) {
          chain::Draft draft;
          draft.kind = chain::kind::kClockHeartbeat;
          draft.members.push_back({"boot_seconds", "1", true});
          policy::Decision decision;
          decision.events.push_back(std::move(draft));
          return decision;
        });
    if (outcome.error) give_up(outcome.error->detail);
    ms.push_back(since(start) * 1000);
  }
  return percentile(ms, 0.5);
}

void ask(Department& d, api::testing::Client& officer, int i) {
  using api::testing::object;
  const std::string name = "REAL" + std::to_string(i * 37 % 1000);
  const api::testing::Reply reply = officer.post(
      "/v1/queries", object({{"elements", object({{"plate", name}})}, {"grounds", d.grounds()}}));
  if (reply.status != 201) give_up("a query was not answered: " + reply.body);
}

// Takes the same way and is a durable event too, but nothing is searched and nothing shown.
void ask_without_grounds(api::testing::Client& officer) {
  using api::testing::object;
  const api::testing::Reply reply =
      officer.post("/v1/queries", object({{"elements", object({{"plate", "REAL1"}})},
                                          {"grounds", chain::Json(chain::Json::Object())}}));
  if (reply.status != 403) give_up("a query was not refused: " + reply.body);
}

// One request after another, of three kinds by turns, so that all three have the same disk.
void measure_alone(Department& d, api::testing::Client& officer, int times, Figures& figures) {
  std::vector<double> answers, refusals, queries;
  for (int i = 0; i < times; ++i) {
    answers.push_back(timed_ms([&] {
      if (officer.get("/v1/me").status != 200) give_up("an officer was not answered");
    }));
    refusals.push_back(timed_ms([&] { ask_without_grounds(officer); }));
    queries.push_back(timed_ms([&] { ask(d, officer, i); }));
  }
  add(figures, "https_answer_p50_ms", percentile(answers, 0.5));
  add(figures, "https_append_p50_ms", percentile(refusals, 0.5));
  add(figures, "query_alone_p50_ms", percentile(queries, 0.5));
  add(figures, "query_alone_p99_ms", percentile(queries, 0.99));
}

// What a connection costs that is opened for one question.
void measure_connecting(Department& d, const std::string& token, Figures& figures) {
  std::vector<double> ms;
  for (int i = 0; i < 50; ++i)
    ms.push_back(timed_ms([&] {
      api::testing::Client officer(d.url(), d.certificate());
      officer.use_token(token);
      if (officer.get("/v1/me").status != 200) give_up("an officer was not answered");
    }));
  add(figures, "https_answer_on_a_new_connection_p50_ms", percentile(ms, 0.5));
}

struct Asked {
  SteadyClock::time_point due, answered;
};

void report_load(const std::vector<Asked>& asked,
                 const std::optional<std::vector<Heartbeat::Stop>>& stops, double took,
                 Figures& figures) {
  std::vector<double> ms, undisturbed;
  for (const Asked& one : asked) {
    ms.push_back(Seconds(one.answered - one.due).count() * 1000);
    const auto meanwhile = [&](const Heartbeat::Stop& stop) {
      return stop.from < one.answered && stop.to > one.due;
    };
    if (stops && std::none_of(stops->begin(), stops->end(), meanwhile))
      undisturbed.push_back(ms.back());
  }
  add(figures, "queries_a_second", static_cast<double>(ms.size()) / took);
  add(figures, "query_p50_ms", percentile(ms, 0.5));
  add(figures, "query_p99_ms", percentile(ms, 0.99));
  if (!stops) return;
  Seconds stood{0};
  for (const Heartbeat::Stop& stop : *stops) stood += stop.to - stop.from;
  add(figures, "machine_stops_a_second", static_cast<double>(stops->size()) / took);
  add(figures, "machine_stop_mean_ms",
      stops->empty() ? 0 : stood.count() * 1000 / static_cast<double>(stops->size()));
  add(figures, "queries_without_a_stop", static_cast<double>(undisturbed.size()));
  add(figures, "query_without_a_stop_p99_ms", percentile(undisturbed, 0.99));
}

// Queries at a rate over HTTPS, each timed from when it was due, on officers' open connections,
// while reads come in.
void measure_served(Department& d, const Options& options, Figures& figures) {
  std::vector<std::unique_ptr<api::testing::Client>> clients;
  for (int i = 0; i < kOfficers; ++i) {
    const std::string name = "officer" + std::to_string(i);
    d.officer(name);
    clients.push_back(std::make_unique<api::testing::Client>(d.url(), d.certificate()));
    clients.back()->use_token(d.log_in(name).text("token"));
  }
  add(figures, "durable_append_p50_ms", append_ms(d));
  measure_alone(d, *clients.front(), options.alone, figures);
  measure_connecting(d, clients.front()->token(), figures);
  d.enrol_device("cam-1");
  std::vector<std::string> plates;
  for (std::uint64_t i = 0; i < 64; ++i) plates.push_back(plate(kPlates + i));
  const auto uploads = static_cast<std::uint64_t>(options.seconds * options.uploads / 64);
  const std::string picture(options.picture_bytes, 'p');
  std::vector<std::string> bodies;
  for (std::uint64_t i = 0; i < uploads; ++i)
    bodies.push_back(d.batch("cam-1", i + 1, plates, picture));
  std::atomic<bool> done = false;
  std::uint64_t sent = 0;
  std::thread uploading([&] {
    const auto start = SteadyClock::now();
    for (const std::string& body : bodies) {
      if (done) break;
      wait_until(start + std::chrono::duration_cast<SteadyClock::duration>(
                             Seconds(static_cast<double>(sent) * 64 / options.uploads)));
      if (d.upload("cam-1", body).status != 201) give_up("an upload was not taken");
      ++sent;
    }
  });
  // As many officers as it takes to have one free whenever a query is due.
  std::vector<Asked> asked;
  std::mutex mutex;
  std::atomic<int> next = 0;
  // The server closes a connection that was idle for a while: officers at work have one open.
  for (const auto& client : clients) static_cast<void>(client->get("/v1/me"));
  Heartbeat heartbeat;
  const auto start = SteadyClock::now();
  std::vector<std::thread> officers;
  for (const auto& client : clients)
    officers.emplace_back([&, asker = client.get()] {
      for (int i = next++; i < options.seconds * options.rate; i = next++) {
        const auto due =
            start + std::chrono::duration_cast<SteadyClock::duration>(Seconds(i / options.rate));
        wait_until(due);
        ask(d, *asker, i);
        const Asked one{due, SteadyClock::now()};
        const std::lock_guard lock(mutex);
        asked.push_back(one);
      }
    });
  for (std::thread& officer : officers) officer.join();
  const double took = since(start);
  done = true;
  uploading.join();
  add(figures, "reads_a_second_meanwhile", static_cast<double>(sent) * 64 / took);
  report_load(asked, heartbeat.end(), took, figures);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--folder") ::setenv("TMPDIR", argv[i + 1], 1);
    if (name == "--reads") options.reads = std::stoull(argv[i + 1]);
    if (name == "--seconds") options.seconds = std::stod(argv[i + 1]);
    if (name == "--alone") options.alone = std::stoi(argv[i + 1]);
    if (name == "--rate") options.rate = std::stod(argv[i + 1]);
    if (name == "--uploads") options.uploads = std::stod(argv[i + 1]);
    if (name == "--picture-bytes") options.picture_bytes = std::stoull(argv[i + 1]);
  }
  store::StoreSettings settings;
  settings.map_size = 8ULL << 30;
  settings.disk_free_percent = [] { return 50U; };
  Department d(settings);
  Figures figures;
  auto start = SteadyClock::now();
  make_events(d);
  make_columns(d, options.reads);
  add(figures, "made_in_s", since(start));
  {
    const std::uint64_t before = held_bytes();
    policy::ReadsIndex index;
    start = SteadyClock::now();
    if (const auto loaded = api::load_reads(d.service().store(), index); !loaded)
      give_up(loaded.error().detail);
    api::use_large_pages();  // as the server does
    index.search({.plate = "REAL1"}, {"", d.now(), 1, {}, {}});
    add(figures, "start_to_first_answer_s", since(start));
    const auto reads = static_cast<double>(index.size());
    add(figures, "reads", reads);
    add(figures, "bytes_a_read", static_cast<double>(held_bytes() - before) / reads);
    measure_searches(index, d.now(), figures);
  }
  d.restart();
  measure_served(d, options, figures);
  fmt::print("{{{}}}\n", figures);
}
