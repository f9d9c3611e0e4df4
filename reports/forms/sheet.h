// A table of text, before it is CSV or a workbook: the cells are the same in both.
//
// Every cell is text. A spreadsheet program may run as a formula what begins with = + - @ (also in
// full width), a tab or a line's end, so such a cell gets an apostrophe in front; so does one that
// begins with an apostrophe, and taking one leading apostrophe away gives the text back. Pure; any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/types.h"

namespace alpr::forms {

inline constexpr std::size_t kCellMax = 32'767;  // UTF-16 units: what a workbook's cell may hold
inline constexpr std::size_t kSheetRowsMax = 50'000;
inline constexpr std::size_t kSheetBytesMax = std::size_t{32} << 20;  // of all cells

class Sheet {
 public:
  // `title`: at most 31 characters, none of []:*?/\ (a workbook's rule); ALPR_CHECKed, for it is
  // never input. `made_at` is from the ledger, so that the same ledger gives the same bytes.
  Sheet(std::string title, TimeUs made_at, std::vector<std::string> columns);

  // One text per column (ALPR_CHECKed), valid UTF-8; harmless and short enough once it is here.
  // False where the sheet is full, and it stays as it was.
  bool add(const std::vector<std::string>& texts);

  const std::string& title() const { return title_; }
  TimeUs made_at() const { return made_at_; }
  // The columns' names come first.
  const std::vector<std::vector<std::string>>& rows() const { return rows_; }

 private:
  std::string title_;
  TimeUs made_at_;
  std::size_t bytes_ = 0;
  std::vector<std::vector<std::string>> rows_;
};

// With its apostrophe where it needs one.
std::string harmless(std::string_view text);
// What it was made from.
std::string_view original(std::string_view cell);

// What becomes of a row's texts: harmless, and fitted.
std::vector<std::string> cells_of(const std::vector<std::string>& texts);

// As long as a cell may be. A longer text is cut between two characters and says so at its end:
// " [cut: N of M UTF-16 units]".
std::string fitted(std::string text);

}  // namespace alpr::forms
