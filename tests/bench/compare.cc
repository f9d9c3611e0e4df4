// One run over everything that docs/performance.md states: our store, SQLite and PostgreSQL doing
// the same work, and what the machine itself can do. The contenders take turns, round by round.
//
// Usage: compare [--folder DIR] [--seconds S] [--rounds N] [--events N] [--only NAME,...]
// Names: limits, ours, sqlite, postgres, log, queries, purge. Prints one JSON object; progress goes
// to stderr. PostgreSQL is left out with a plain message where its programs are not installed.
#include <fmt/format.h>
#include <stdlib.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <thread>

#include "tests/bench/figures.h"

namespace {

using namespace alpr;
using namespace alpr::bench;

struct Contender {
  std::string_view name;
  void (*measure)(Figures&, const Options&);
  bool once;  // measures all its rounds itself
};

constexpr Contender kContenders[] = {
    {"limits", measure_limits, false}, {"ours", measure_ours, false},
    {"sqlite", measure_sqlite, false}, {"postgres", measure_postgres, false},
    {"log", measure_log, true},        {"queries", measure_queries, true},
    {"purge", measure_purge, true},
};

constexpr std::pair<const char*, const char*> kRatios[] = {
    {"append ours 1", "lmdb commit 1"},
    {"append ours 1000", "lmdb commit 1000"},
    {"append ours 1000", "append sqlite 1000"},
    {"append ours 1000", "append postgres 1000"},
    {"append ours 64x16", "append postgres 16 clients"},
    {"append ours 100, during a purge", "append ours 100, no purge"},
    {"verify chain, 2 threads", "verify chain, 1 thread"},
    {"sha256 97 B, 2 threads", "sha256 97 B"},
};

std::string ratios(const Figures& figures) {
  std::string out;
  for (const auto& [a, b] : kRatios) {
    const double ratio = figures.ratio(a, b);
    if (ratio == 0) continue;
    out += fmt::format("{}\n  \"{} / {}\":{:.3f}", out.empty() ? "" : ",", a, b, ratio);
  }
  return out;
}

[[noreturn]] void usage() {
  fmt::print(stderr,
             "usage: compare [--folder DIR] [--seconds S] [--rounds N] [--events N] "
             "[--only limits,ours,sqlite,postgres,log,queries,purge]\n");
  std::exit(2);
}

std::map<std::string, std::string> arguments(int argc, char** argv) {
  std::map<std::string, std::string> out;
  if (argc % 2 == 0) usage();
  for (int i = 1; i + 1 < argc; i += 2) out[argv[i]] = argv[i + 1];
  for (const auto& [name, value] : out) {
    if (name != "--folder" && name != "--seconds" && name != "--rounds" && name != "--events" &&
        name != "--only") {
      usage();
    }
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  auto given = arguments(argc, argv);
  Options options;
  try {
    if (given.contains("--seconds")) options.seconds = std::stod(given["--seconds"]);
    if (given.contains("--rounds")) options.rounds = std::stoi(given["--rounds"]);
    if (given.contains("--events")) options.events = std::stoull(given["--events"]);
  } catch (const std::exception&) {
    usage();
  }
  std::string folder = given.contains("--folder") ? given["--folder"]
                                                  : std::filesystem::temp_directory_path().string();
  folder += "/plateledger_compare_XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) {
    give_up({ErrorCode::kIo, fmt::format("no folder can be made at {}", folder)});
  }
  options.folder = folder;

  const std::string only = "," + given["--only"] + ",";
  Figures figures;
  for (int round = 0; round < options.rounds; ++round) {
    for (const Contender& contender : kContenders) {
      if (contender.once && round > 0) continue;
      if (only != ",," && only.find(fmt::format(",{},", contender.name)) == std::string::npos) {
        continue;
      }
      fmt::print(stderr, "round {} of {}: {}\n", round + 1, options.rounds, contender.name);
      contender.measure(figures, options);
    }
  }
  fmt::print("{{\"cores\":{},\"rounds\":{},\"seconds_a_round\":{},\n{},\n\"ratios\":{{{}}}}}\n",
             std::thread::hardware_concurrency(), options.rounds, options.seconds, figures.json(),
             ratios(figures));
  std::fflush(stdout);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  // Stores that are still open end with the process: what they hold is thrown away.
  std::_Exit(0);
}
