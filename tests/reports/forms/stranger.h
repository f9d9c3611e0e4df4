// What Python's own readers find in a sheet's two forms (read_sheet.py).
#pragma once

#include <string>
#include <vector>

namespace alpr::forms::testing {

using Rows = std::vector<std::vector<std::string>>;

struct StrangersView {
  bool read = false;  // it was taken for a whole file of its form, with nothing in it that runs
  Rows csv;
  Rows xlsx;
};
StrangersView as_a_stranger(const std::string& csv, const std::string& xlsx);

}  // namespace alpr::forms::testing
