// Durable appends per second: reads of some 200 bytes, sealed, folded into one register row each,
// signed and synced, with 1, 64 and 1000 events per commit. Usage: append_bench [FOLDER [SECONDS]];
// the folder (default: a new one under the system's temporary one) should lie on the disk that is
// to be measured. Prints one JSON object.
#include <fmt/format.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "ledger/store/sequencer.h"
#include "ledger/store/store.h"

namespace {

using namespace alpr;
using Steady = std::chrono::steady_clock;

constexpr std::uint16_t kRead = 32;

chain::KindRegistry kinds() {
  std::vector<chain::Kind> all = chain::ledger_kinds();
  all.push_back({kRead,
                 "bench.read",
                 chain::Retention::kThirtyDay,
                 chain::Form::kWhole,
                 {"plate", "camera", "latitude", "longitude", "confidence", "image"},
                 {},
                 ""});
  return chain::KindRegistry(std::move(all));
}

chain::Draft read(std::uint64_t number) {
  return {kRead,
          fmt::format("{{\"plate\":\"7ABC{:03}\",\"camera\":\"cam-{}\",\"latitude\":378044000,"
                      "\"longitude\":-1222711000,\"confidence\":930000,\"image\":\"{:064x}\"}}",
                      number % 1000, number % 40, number),
          {}};
}

Result<void> fold(const chain::EventView& event, chain::RegisterWriter& rows) {
  if (event.header.kind != kRead || !event.have_payload) return {};
  const Sequence seq = event.header.seq;
  return rows.put(1, chain::RowKey().number(seq.value), event.json, seq);
}

[[noreturn]] void give_up(const Error& error) {
  fmt::print(stderr, "append_bench: {}\n", error.detail);
  std::exit(3);
}

struct Figure {
  std::uint64_t events = 0;
  std::uint64_t commits = 0;
  double seconds = 0;
};

Figure measure(store::Sequencer& sequencer, std::uint64_t per_commit, double seconds) {
  Figure figure;
  const auto start = Steady::now();
  while (figure.seconds < seconds) {
    const auto commit = sequencer.run([&](store::Transaction& transaction) -> Result<void> {
      for (std::uint64_t i = 0; i < per_commit; ++i) {
        const auto seq = transaction.append(read(figure.events + i));
        if (!seq) return tl::unexpected(seq.error());
      }
      return {};
    });
    if (!commit) give_up(commit.error());
    figure.events += per_commit;
    ++figure.commits;
    figure.seconds = std::chrono::duration<double>(Steady::now() - start).count();
  }
  return figure;
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder = (std::filesystem::temp_directory_path() / "append_bench_XXXXXX").string();
  if (argc > 1) folder = std::string(argv[1]) + "/append_bench_XXXXXX";
  const double seconds = argc > 2 ? std::stod(argv[2]) : 3.0;
  if (::mkdtemp(folder.data()) == nullptr) give_up({ErrorCode::kIo, "no folder to measure in"});
  const auto places = store::default_places(std::filesystem::path(folder) / "store");
  std::string out;
  {
    if (const auto made = store::Store::create(places, "example.org/bench"); !made)
      give_up(made.error());
    auto opened = store::Store::open(places, std::make_shared<store::SystemClock>(), kinds());
    if (!opened) give_up(opened.error());
    const auto sequencer = store::Sequencer::start(**opened, fold, {});
    const auto begun = sequencer->run([&](store::Transaction& transaction) -> Result<void> {
      const auto seq =
          transaction.append(store::genesis_draft((*opened)->log_vkey(), /*simulated=*/true));
      if (!seq) return tl::unexpected(seq.error());
      return {};
    });
    if (!begun) give_up(begun.error());
    for (const std::uint64_t per_commit : {1, 64, 1000}) {
      const Figure figure = measure(*sequencer, per_commit, seconds);
      out += fmt::format(
          "{}{{\"events_per_commit\":{},\"events_per_second\":{:.0f},"
          "\"commits_per_second\":{:.1f},\"events\":{}}}",
          out.empty() ? "" : ",", per_commit, figure.events / figure.seconds,
          figure.commits / figure.seconds, figure.events);
    }
  }
  std::filesystem::remove_all(folder);
  fmt::print("{{\"durable_appends\":[{}]}}\n", out);
  return 0;
}
