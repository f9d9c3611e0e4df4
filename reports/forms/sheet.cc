#include "reports/forms/sheet.h"

#include <algorithm>
#include <array>

#include "ledger/chain/error.h"

namespace alpr::forms {
namespace {

constexpr std::size_t kTitleMax = 31;
constexpr std::size_t kCutNoteMax = 64;  // bytes of the note at the end of a cut text

// UTF-16 units that the UTF-8 character beginning with this byte takes; 0 for a byte within one.
std::size_t units_from(unsigned char byte) {
  if ((byte & 0xC0) == 0x80) return 0;
  return byte >= 0xF0 ? 2 : 1;
}

std::size_t units_of(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) units += units_from(static_cast<unsigned char>(c));
  return units;
}

}  // namespace

std::string harmless(std::string_view text) {
  constexpr std::array<std::string_view, 12> kRun{"=",
                                                  "+",
                                                  "-",
                                                  "@",
                                                  "\t",
                                                  "\r",
                                                  "\n",
                                                  "'",
                                                  "\xEF\xBC\x9D",
                                                  "\xEF\xBC\x8B",
                                                  "\xEF\xBC\x8D",
                                                  "\xEF\xBC\xA0"};
  const bool needs = std::any_of(kRun.begin(), kRun.end(),
                                 [&](std::string_view run) { return text.starts_with(run); });
  return (needs ? "'" : "") + std::string(text);
}

std::string_view original(std::string_view cell) {
  if (cell.starts_with('\'')) cell.remove_prefix(1);
  return cell;
}

std::string fitted(std::string text) {
  if (text.size() <= kCellMax) return text;  // a UTF-16 unit is at least a byte of UTF-8
  const std::size_t all = units_of(text);
  if (all <= kCellMax) return text;
  std::size_t units = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const std::size_t more = units_from(static_cast<unsigned char>(text[end]));
    if (units + more > kCellMax - kCutNoteMax) break;
    units += more;
  }
  text.resize(end);
  return text + " [cut: " + std::to_string(units) + " of " + std::to_string(all) + " UTF-16 units]";
}

std::vector<std::string> cells_of(const std::vector<std::string>& texts) {
  std::vector<std::string> cells;
  cells.reserve(texts.size());
  for (const std::string& text : texts) cells.push_back(fitted(harmless(text)));
  return cells;
}

Sheet::Sheet(std::string title, TimeUs made_at, std::vector<std::string> columns)
    : title_(std::move(title)), made_at_(made_at) {
  ALPR_CHECK(!title_.empty() && title_.size() <= kTitleMax);
  ALPR_CHECK(title_.find_first_of("[]:*?/\\") == std::string::npos && !columns.empty());
  rows_.push_back(std::move(columns));
}

bool Sheet::add(const std::vector<std::string>& texts) {
  ALPR_CHECK(texts.size() == rows_.front().size());
  if (rows_.size() >= kSheetRowsMax) return false;
  std::vector<std::string> cells = cells_of(texts);
  std::size_t bytes = bytes_;
  for (const std::string& cell : cells) bytes += cell.size();
  if (bytes > kSheetBytesMax) return false;
  bytes_ = bytes;
  rows_.push_back(std::move(cells));
  return true;
}

}  // namespace alpr::forms
