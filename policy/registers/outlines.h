// Police areas and their outlines, the newest of each (I12-C3-2). Folds from permanent events
// alone; reading is for any snapshot on any thread.
#pragma once

#include "ledger/chain/event.h"
#include "policy/records/outlines.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

inline constexpr std::size_t kOutlinedAreasMax = 200;
inline constexpr std::size_t kOutlineCornersMax = 200;

struct OutlineRow {
  std::string area;
  std::vector<Point> corners;
  Sequence outlined;  // seq of area.outlined
  template <typename M>
  void members(M& m) {
    m("area", area);
    m("corners", corners);
    m("outlined", outlined);
  }
};

// By name, kOutlinedAreasMax at most. kCorrupt where a row does not read back.
Result<std::vector<OutlineRow>> list_outlines(const chain::RegisterReader& rows);
Result<void> fold_outlines(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
