// The cells of a workbook that somebody hands in, as text (ECMA-376, "Office Open XML").
// Everything of it is doubted: sizes, paths and counts are bounded, no DTD is taken, nothing is
// computed. Pure; any thread.
//
// A cell is what stands in it: a shared or inline string (of rich text all runs), a number as its
// shortest decimal, TRUE or FALSE. One with a formula or an error is refused by its address, for
// what it shows was made by another program. _xHHHH_ is the character that it stands for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::forms {

inline constexpr std::size_t kWorkbookRowsMax = 50'001;
inline constexpr std::size_t kWorkbookColumnsMax = 256;

struct WorkbookRow {
  std::size_t number = 0;          // as the program shows it, from 1
  std::vector<std::string> cells;  // without empty ones at the end
};

// The rows with something in them, of the sheet of this name; of the only one where none has it.
// kMalformed: no workbook, damaged, several sheets and none of the name, a formula (with its
// address), rows or cells out of order; kTooLarge: over a limit.
Result<std::vector<WorkbookRow>> read_xlsx(BytesView workbook, std::string_view sheet);

}  // namespace alpr::forms
