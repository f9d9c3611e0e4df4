// What one version of a general list changed against another, from the canonical texts of both
// (registers/hotlist_csv.h). Nothing of it is stored but its counts. Pure; any thread.
// I12-C2B1-2.
#pragma once

#include <functional>
#include <string_view>

#include "ledger/chain/error.h"
#include "policy/records/hotlists.h"

namespace alpr::policy {

enum class RowChange { kAdded, kRemoved, kChanged };
template <>
struct EnumTexts<RowChange> {
  static constexpr std::array texts{std::pair{RowChange::kAdded, "ADDED"},
                                    std::pair{RowChange::kRemoved, "REMOVED"},
                                    std::pair{RowChange::kChanged, "CHANGED"}};
};

// Calls `visit` for each difference, by plate: `before` is empty for what was added, `after` for
// what was removed, and both stand for rows of one plate of which one took the other's place. Stops
// where it returns false. kCorrupt as of CanonicalRows, after what differs before that place.
using DeltaVisitor =
    std::function<bool(RowChange change, std::string_view before, std::string_view after)>;
Result<void> visit_delta(std::string_view before, std::string_view after,
                         const DeltaVisitor& visit);

Result<HotlistDelta> count_delta(std::string_view before, std::string_view after);

}  // namespace alpr::policy
