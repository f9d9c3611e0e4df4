// A sheet as a workbook that spreadsheet programs open (ECMA-376, "Office Open XML"). Pure; any
// thread.
//
// Six parts in a stored zip. Every cell is an inline string, so none is a formula, a number or
// a date; the first row stays in view. What XML cannot hold, and a carriage return, which it would
// turn into a line feed, is written _xHHHH_ (ECMA-376 part 1, 22.4.2.4), and so is the underscore
// of a text that looks like that already.
#pragma once

#include <string>

#include "reports/forms/sheet.h"
#include "reports/forms/stored_zip.h"

namespace alpr::forms {

std::string to_xlsx(const Sheet& sheet);

inline constexpr std::size_t kBookRowsMax = 1'048'576;  // as many as a spreadsheet program shows

// The same workbook row by row, of any number of rows with the memory of one: same rows, same
// bytes. What the output says is handed on. One thread.
class WorkbookWriter {
 public:
  // `title` as of a Sheet. Nothing is written before the first row.
  WorkbookWriter(ZipOutput out, std::string title, TimeUs made_at);
  // Cells as cells_of() makes them; the columns' names come first. kTooLarge: more than
  // kBookRowsMax rows, or 4 GiB.
  Result<void> add(const std::vector<std::string>& cells);
  Result<void> finish();  // after the last row, of which there must be one

 private:
  Result<void> begin();

  ZipWriter zip_;
  std::string title_;
  TimeUs made_at_;
  std::size_t rows_ = 0;
};

}  // namespace alpr::forms
