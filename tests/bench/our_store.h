// A store as the benchmarks use it: a kind of reads whose payload has 300 bytes, sealed and folded
// into one register row each, so that every feature of an append is on. One thread, but for the
// sequencer's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ledger/chain/kinds.h"
#include "ledger/store/sequencer.h"
#include "ledger/store/store.h"

namespace alpr::bench {

inline constexpr std::size_t kPayloadBytes = 300;

chain::KindRegistry kinds();
chain::Draft read_draft(std::uint64_t number);
// What every contender stores: `number`, padded to 300 bytes of canonical JSON.
std::string payload(std::uint64_t number);

struct OurStore {
  store::StorePlaces places;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::Sequencer> sequencer;
  ~OurStore() { sequencer.reset(); }
};
// A new one in `folder`, with its first event; or the one that is there.
std::unique_ptr<OurStore> make_store(
    const std::string& folder,
    std::shared_ptr<const store::Clock> clock = std::make_shared<store::SystemClock>());
std::unique_ptr<OurStore> open_store(
    const std::string& folder,
    std::shared_ptr<const store::Clock> clock = std::make_shared<store::SystemClock>());

// Appends `count` reads in one commit.
void append_reads(OurStore& ours, std::uint64_t first, std::uint64_t count);

}  // namespace alpr::bench
