#include "policy/registers/hotlist_delta.h"

#include <algorithm>
#include <vector>

#include "policy/registers/hotlist_csv.h"

namespace alpr::policy {
namespace {

// A plate is never quoted, so the first field ends at the first comma. A comma sorts below every
// letter and digit of a plate: rows that are sorted by their bytes are sorted by plate.
std::string_view plate_of(std::string_view row) { return row.substr(0, row.find(',')); }

// Moves the rows of `plate` from `at` on into `group`.
void take_group(const std::vector<CanonicalRow>& rows, std::size_t& at, std::string_view plate,
                std::vector<std::string_view>& group) {
  group.clear();
  for (; at < rows.size() && plate_of(rows[at].text) == plate; ++at) group.push_back(rows[at].text);
}

}  // namespace

Result<void> visit_delta(std::string_view before, std::string_view after,
                         const DeltaVisitor& visit) {
  const auto old_rows = canonical_rows(before);
  if (!old_rows) return tl::unexpected(old_rows.error());
  const auto new_rows = canonical_rows(after);
  if (!new_rows) return tl::unexpected(new_rows.error());
  std::vector<std::string_view> was;
  std::vector<std::string_view> is;
  std::size_t o = 0;
  std::size_t n = 0;
  while (o < old_rows->size() || n < new_rows->size()) {
    std::string_view plate;
    if (o < old_rows->size()) plate = plate_of((*old_rows)[o].text);
    if (n < new_rows->size()) {
      const std::string_view other = plate_of((*new_rows)[n].text);
      if (o == old_rows->size() || other < plate) plate = other;
    }
    take_group(*old_rows, o, plate, was);
    take_group(*new_rows, n, plate, is);
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
