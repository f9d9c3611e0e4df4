// How long the reads register takes to answer, with a month of reads in it: an exact plate, a
// pattern, a plate as it may be misread, and an area in a window of time.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "policy/records/describe.h"
#include "policy/records/reads.h"
#include "policy/registers/reads_index.h"
#include "policy/rules/c2b_queries.h"
#include "tests/bench/figures.h"

namespace alpr::bench {
namespace {

constexpr std::uint64_t kReads = 1'000'000;
constexpr int kQueries = 200;
constexpr TimeUs kStart{1'790'000'000 * kSecondUs};
constexpr std::int64_t kMonthUs = 29 * 86'400 * kSecondUs;

std::string plate(std::mt19937_64& random) {
  const auto letter = [&] { return static_cast<char>('A' + random() % 26); };
  return fmt::format("{}{}{}{}{:03}", random() % 10, letter(), letter(), letter(), random() % 1000);
}

chain::EventView read_event(std::uint64_t number, std::mt19937_64& random) {
  policy::ReadRecorded record;
  record.upload = {number};
  record.device = fmt::format("cam-{}", number % 40);
  policy::ReadContent read;
  read.plate = plate(random);
  read.confidence_ppm = 930'000;
  const TimeUs time{kStart.value +
                    static_cast<std::int64_t>(number) * (kMonthUs / std::int64_t{kReads})};
  read.captured_at = time;
  read.latitude_e7 = 377'500'000 + static_cast<std::int64_t>(random() % 1'000'000);
  read.longitude_e7 = -1'222'500'000 + static_cast<std::int64_t>(random() % 1'000'000);
  read.place = "Broadway & 14th";
  record.read = std::move(read);
  chain::EventView event;
  event.header.kind = policy::ReadRecorded::kKind.number;
  event.header.retention = chain::Retention::kThirtyDay;
  event.header.form = chain::Form::kWhole;
  event.header.seq = {number + 1};
  event.header.time = time;
  event.have_payload = true;
  event.json = policy::to_json_text(record);
  return event;
}

struct Question {
  const char* name;
  policy::QueryElements (*make)(std::mt19937_64&);
};

constexpr Question kQuestions[] = {
    {"exact plate",
     [](std::mt19937_64& random) {
       policy::QueryElements elements;
       elements.plate = plate(random);
       return elements;
     }},
    {"pattern",
     [](std::mt19937_64& random) {
       policy::QueryElements elements;
       elements.plate = plate(random);
       (*elements.plate)[3] = '?';
       elements.plate->replace(5, 2, "*");
       return elements;
     }},
    {"OCR-equivalent plate",
     [](std::mt19937_64& random) {
       policy::QueryElements elements;
       elements.plate = plate(random);
       elements.matching = policy::PlateMatching::kOcrEquivalent;
       return elements;
     }},
    {"500 m in 6 hours",
     [](std::mt19937_64& random) {
       policy::QueryElements elements;
       elements.circle =
           policy::Circle{{377'500'000 + static_cast<std::int64_t>(random() % 1'000'000),
                           -1'222'500'000 + static_cast<std::int64_t>(random() % 1'000'000)},
                          500};
       const std::int64_t from =
           kStart.value + static_cast<std::int64_t>(random() % std::uint64_t{kMonthUs});
       elements.captured_from = TimeUs{from};
       elements.captured_until = TimeUs{from + 6 * 3600 * kSecondUs};
       return elements;
     }},
};

}  // namespace

void measure_queries(Figures& figures, const Options&) {
  std::mt19937_64 random(2);
  policy::ReadsIndex index;
  figures.measure("reads into the register", [&] {
    for (std::uint64_t i = 0; i < kReads; ++i) {
      const chain::EventView event = read_event(i, random);
      index.committed({&event, 1});
    }
    return kReads;
  });
  if (index.size() != kReads) give_up({ErrorCode::kCorrupt, "the register lacks reads"});
  const TimeUs now{kStart.value + kMonthUs};
  for (const Question& question : kQuestions) {
    std::vector<double> took_us;
    figures.measure(fmt::format("query, {}", question.name), [&]() -> std::uint64_t {
      for (int i = 0; i < kQueries; ++i) {
        const policy::QueryElements elements = question.make(random);
        const auto start = std::chrono::steady_clock::now();
        index.search(elements, {"", now, policy::kResultsMax, {}, {}});
        took_us.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
                .count());
      }
      return kQueries;
    });
    std::sort(took_us.begin(), took_us.end());
    figures.value(fmt::format("query, {}, p50 us", question.name), took_us[kQueries / 2]);
    figures.value(fmt::format("query, {}, p99 us", question.name), took_us[kQueries * 99 / 100]);
  }
}

}  // namespace alpr::bench
