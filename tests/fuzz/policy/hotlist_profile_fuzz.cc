// Proves that no file of a source makes a profile's reader read out of bounds or abort, and that
// what it takes for a list is one: its canonical text reads back, row by row. The first byte
// chooses the layout.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "policy/registers/hotlist_delta.h"
#include "policy/registers/hotlist_profile.h"

namespace {

using namespace alpr::policy;

ProfileField field(const char* column) {
  ProfileField made;
  made.column = column;
  return made;
}

std::vector<HotlistProfile> profiles() {
  std::vector<HotlistProfile> all(4);
  constexpr const char* kColumns[] = {"plate", "category", "source_list", "entered_at",
                                      "expires_at"};
  for (std::size_t i = 0; i < all.size(); ++i) {
    HotlistProfile& profile = all[i];
    profile.name = "fuzz";
    profile.leave_out = std::vector<std::string>{"LOST"};
    profile.layout = i < 2 ? HotlistLayout::kCsv : HotlistLayout::kFixed;
    profile.dates = i % 2 == 0 ? HotlistDates::kYearMonthDay : HotlistDates::kMonthDayYear;
    profile.header = i % 2 == 0;
    if (i == 1) profile.delimiter = ";";
    std::int64_t start = 1;
    for (const char* column : kColumns) {
      ProfileField made = field(column);
      if (i == 0) made.name = std::string(column);
      if (i == 1) made.position = start;
      if (i >= 2) {
        made.start = start * 2 - 1;
        made.length = i == 2 ? 8 : 10;
      }
      ++start;
      profile.fields.push_back(made);
    }
    if (!check_profile(profile)) std::abort();
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<HotlistProfile> all = profiles();
  if (size == 0) return 0;
  const auto file = alpr::as_text(alpr::BytesView(data + 1, size - 1));
  const auto list = parse_hotlist(file, all[data[0] % all.size()]);
  if (!list) {
    if (list.error().detail.empty()) std::abort();
    return 0;
  }
  CanonicalRows rows(list->canonical);
  for (std::size_t left = list->rows; left > 0; --left) {
    if (!rows.next().value_or(false)) std::abort();
    const auto entry = parse_canonical_row(rows.row());
    if (!entry || immigration_origin(*entry)) std::abort();
  }
  if (rows.next().value_or(true)) std::abort();
  const auto own = parse_hotlist(list->canonical);
  if (!own || own->root != list->root) std::abort();
  const auto delta = count_delta(list->canonical, list->canonical);
  if (!delta || *delta != HotlistDelta{}) std::abort();
  return 0;
}
