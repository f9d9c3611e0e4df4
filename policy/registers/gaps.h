// The register of gaps in compliance (I12-K-2). Folds from permanent events alone.
#pragma once

#include "ledger/chain/event.h"
#include "policy/records/gaps.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

struct GapRow {
  Sequence gap;
  TimeUs recorded_at;
  GapRecorded recorded;
  std::optional<Sequence> closed;  // its gap.closed
  std::optional<TimeUs> closed_at;
  std::optional<std::string> how;
  template <typename M>
  void members(M& m) {
    m("gap", gap);
    m("recorded_at", recorded_at);
    m("recorded", recorded);
    m("closed", closed);
    m("closed_at", closed_at);
    m("how", how);
  }
};

// kCorrupt where a row does not read back; any snapshot on any thread.
Result<std::optional<GapRow>> find_gap(const chain::RegisterReader& rows, Sequence gap);
// Those from event `from` on, oldest first.
Result<std::vector<GapRow>> list_gaps(const chain::RegisterReader& rows, Sequence from,
                                      std::size_t limit);
Result<void> fold_gaps(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
