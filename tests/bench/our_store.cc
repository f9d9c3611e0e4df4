#include "tests/bench/our_store.h"

#include <fmt/format.h>

#include "tests/bench/figures.h"

namespace alpr::bench {
namespace {

constexpr std::uint16_t kRead = 32;

Result<void> fold(const chain::EventView& event, chain::RegisterWriter& rows) {
  if (event.header.kind != kRead || !event.have_payload) return {};
  const Sequence seq = event.header.seq;
  return rows.put(1, chain::RowKey().number(seq.value), event.json, seq);
}

}  // namespace

chain::KindRegistry kinds() {
  std::vector<chain::Kind> all = chain::ledger_kinds();
  all.push_back({kRead,
                 "bench.read",
                 chain::Retention::kThirtyDay,
                 chain::Form::kWhole,
                 {"plate", "camera", "place", "latitude", "longitude", "confidence", "image"},
                 {},
                 ""});
  return chain::KindRegistry(std::move(all));
}

std::string payload(std::uint64_t number) {
  std::string out = fmt::format(
      "{{\"plate\":\"7ABC{:03}\",\"camera\":\"cam-{:03}\",\"place\":\"\",\"latitude\":378044000,"
      "\"longitude\":-1222711000,\"confidence\":930000,\"image\":\"{:064x}\"}}",
      number % 1000, number % 40, number);
  out.insert(out.find("\"place\":\"") + 9, std::string(kPayloadBytes - out.size(), 'p'));
  return out;
}

chain::Draft read_draft(std::uint64_t number) { return {kRead, payload(number), {}}; }

std::unique_ptr<OurStore> open_store(const std::string& folder,
                                     std::shared_ptr<const store::Clock> clock) {
  auto ours = std::make_unique<OurStore>();
  ours->places = store::default_places(folder);
  ours->store = take(store::Store::open(ours->places, std::move(clock), kinds()));
  ours->sequencer = store::Sequencer::start(*ours->store, fold, {});
  return ours;
}

std::unique_ptr<OurStore> make_store(const std::string& folder,
                                     std::shared_ptr<const store::Clock> clock) {
  take(store::Store::create(store::default_places(folder), "example.org/bench"));
  auto ours = open_store(folder, std::move(clock));
  take(ours->sequencer->run([&](store::Transaction& transaction) -> Result<void> {
    const auto seq =
        transaction.append(store::genesis_draft(ours->store->log_vkey(), /*simulated=*/true));
    if (!seq) return tl::unexpected(seq.error());
    return {};
  }));
  return ours;
}

void append_reads(OurStore& ours, std::uint64_t first, std::uint64_t count) {
  take(ours.sequencer->run([&](store::Transaction& transaction) -> Result<void> {
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto seq = transaction.append(read_draft(first + i));
      if (!seq) return tl::unexpected(seq.error());
    }
    return {};
  }));
}

}  // namespace alpr::bench
