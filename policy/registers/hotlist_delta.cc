#include "policy/registers/hotlist_delta.h"

#include <algorithm>
#include <vector>

#include "policy/registers/hotlist_csv.h"

namespace alpr::policy {
namespace {

// A plate is never quoted, so the first field ends at the first comma. A comma sorts below every
// letter and digit of a plate: rows that are sorted by their bytes are sorted by plate.
std::string_view plate_of(std::string_view row) { return row.substr(0, row.find(',')); }

// One version's rows, read a plate at a time.
class Side {
 public:
  explicit Side(std::string_view canonical) : rows_(canonical) {}
  Result<void> advance() {
    const auto more = rows_.next();
    if (!more) return tl::unexpected(more.error());
    more_ = *more;
    plate_ = more_ ? plate_of(rows_.row()) : std::string_view();
    return {};
  }
  bool more() const { return more_; }
  std::string_view plate() const { return plate_; }
  // The rows of `plate`, if it is next.
  Result<void> take_group(std::string_view plate, std::vector<std::string_view>& group) {
    group.clear();
    while (more_ && plate_ == plate) {
      group.push_back(rows_.row());
      if (auto on = advance(); !on) return on;
    }
    return {};
  }

 private:
  CanonicalRows rows_;
  bool more_ = false;
  std::string_view plate_;
};

}  // namespace

Result<void> visit_delta(std::string_view before, std::string_view after,
                         const DeltaVisitor& visit) {
  Side old_side(before), new_side(after);
  for (Side* side : {&old_side, &new_side})
    if (auto first = side->advance(); !first) return first;
  std::vector<std::string_view> was;
  std::vector<std::string_view> is;
  while (old_side.more() || new_side.more()) {
    const bool old_first =
        old_side.more() && (!new_side.more() || old_side.plate() <= new_side.plate());
    const std::string_view plate = old_first ? old_side.plate() : new_side.plate();
    if (auto taken = old_side.take_group(plate, was); !taken) return taken;
    if (auto taken = new_side.take_group(plate, is); !taken) return taken;
    std::vector<std::string_view> gone;
    std::vector<std::string_view> come;
    std::set_difference(was.begin(), was.end(), is.begin(), is.end(), std::back_inserter(gone));
    std::set_difference(is.begin(), is.end(), was.begin(), was.end(), std::back_inserter(come));
    for (std::size_t i = 0; i < std::max(gone.size(), come.size()); ++i) {
      const std::string_view old_row = i < gone.size() ? gone[i] : std::string_view();
      const std::string_view new_row = i < come.size() ? come[i] : std::string_view();
      const RowChange change = old_row.empty()   ? RowChange::kAdded
                               : new_row.empty() ? RowChange::kRemoved
                                                 : RowChange::kChanged;
      if (!visit(change, old_row, new_row)) return {};
    }
  }
  return {};
}

Result<HotlistDelta> count_delta(std::string_view before, std::string_view after) {
  HotlistDelta delta;
  const auto visited =
      visit_delta(before, after, [&](RowChange change, std::string_view, std::string_view) {
        ++(change == RowChange::kAdded     ? delta.added
           : change == RowChange::kRemoved ? delta.removed
                                           : delta.changed);
        return true;
      });
  if (!visited) return tl::unexpected(visited.error());
  return delta;
}

}  // namespace alpr::policy
