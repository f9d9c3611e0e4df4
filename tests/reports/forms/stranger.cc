#include "tests/reports/forms/stranger.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ledger/chain/encoding.h"

namespace alpr::forms::testing {
namespace {

std::string cell_of(const std::string& word) {
  if (word == "-") return "";
  const auto bytes = chain::parse_hex(word);
  EXPECT_TRUE(bytes.has_value()) << word.substr(0, 80);
  return bytes ? std::string(as_text(*bytes)) : "";
}

}  // namespace

StrangersView as_a_stranger(const std::string& csv, const std::string& xlsx) {
  std::string name = (std::filesystem::temp_directory_path() / "plateledger-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return {};
  const std::filesystem::path folder = name;
  std::ofstream(folder / "sheet.csv", std::ios::binary) << csv;
  std::ofstream(folder / "sheet.xlsx", std::ios::binary) << xlsx;
  const std::string command = std::string(PYTHON3) +
                              " " PROJECT_ROOT "/tests/reports/forms/read_sheet.py " + name +
                              "/sheet.csv " + name + "/sheet.xlsx 2>&1";
  StrangersView view;
  std::string out;
  if (FILE* pipe = popen(command.c_str(), "r")) {
    char buffer[4096];
    for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
    view.read = pclose(pipe) == 0;
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  EXPECT_TRUE(view.read) << out.substr(0, 2000);
  if (!view.read) return view;
  Rows* rows = nullptr;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    if (line == "file") {
      rows = rows == nullptr ? &view.csv : &view.xlsx;
      continue;
    }
    std::istringstream words(line);
    rows->emplace_back();
    for (std::string word; words >> word;) rows->back().push_back(cell_of(word));
  }
  return view;
}

}  // namespace alpr::forms::testing
