// Which items of a population a sample audit looks at: decided by a seed that nobody could know
// when the population was closed, and repeated by anybody (I12-K-5).
//
//   seed     = SHA-256("alpr-sample-v1" 0x00 || root || plan hash || beacon value)
//   ticket_i = SHA-256(seed || u64be(i)), i the item's ordinal, from 0
//   sample   = the n items with the smallest tickets, in the tickets' order
//   list     = SHA-256("alpr-population-v1" 0x00 || u64be(seq) of each item in order)
//
// No bias, no item twice, each ticket checkable by itself. Where there are strata, their items are
// numbered through, so that no two share a ticket. Pure; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "ledger/chain/hash.h"
#include "ledger/chain/types.h"

namespace alpr::figures {

// Closes a population: its items one after the other, in rising order of seq.
class PopulationList {
 public:
  PopulationList();
  void add(Sequence item);
  std::int64_t size() const { return size_; }
  Digest finish() { return hash_.finish(); }  // once

 private:
  chain::Sha256 hash_;
  std::int64_t size_ = 0;
};

// `root`: of the checkpoint that closes the population; `plan`: the leaf hash of the plan's event;
// `beacon`: the value as bytes.
Digest sample_seed(const Digest& root, const Digest& plan, BytesView beacon);

// Which of the items first, first + 1, ... first + count - 1 are in the sample: n of them, or all
// where there are fewer. Counted from `first`, in the order of their tickets.
std::vector<std::int64_t> draw(const Digest& seed, std::int64_t first, std::int64_t count,
                               std::int64_t n);

}  // namespace alpr::figures
