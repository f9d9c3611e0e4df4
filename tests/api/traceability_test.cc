// Proves that every row of the order which is said to be kept has code that names it and a test
// under its ID, and that docs/policy-traceability.md says so. By reading the tree, the registry of
// kinds and the registry of endpoints.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "api/endpoint.h"
#include "ledger/chain/kinds.h"
#include "policy/records/kinds.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot{PROJECT_ROOT};
const fs::path kPage = kRoot / "docs" / "policy-traceability.md";

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct OrderRow {
  std::string id;  // without "I12-"
  bool kept = false;
  std::string rule;
};

// tests/api/order_rows.txt: "I12-ID | kept or open | rule".
std::vector<OrderRow> order_rows() {
  static const std::regex kLine(R"(I12-([A-Za-z0-9-]+) \| (kept|open) \| (.+))");
  std::vector<OrderRow> rows;
  std::istringstream lines(text_of(kRoot / "tests" / "api" / "order_rows.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    std::smatch parts;
    EXPECT_TRUE(std::regex_match(line, parts, kLine)) << line;
    if (!parts.empty()) rows.push_back({parts[1], parts[2] == "kept", parts[3]});
  }
  return rows;
}

struct Traces {
  std::map<std::string, std::set<std::string>> code;   // ID -> files
  std::map<std::string, std::set<std::string>> tests;  // ID -> Suite.Case
};

// "I12_C2B_7" -> "C2B-7"; a name may bear several.
std::vector<std::string> ids_in(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> ids;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at)
    ids.push_back((*at)[1].str() + "-" + (*at)[2].str());
  return ids;
}

void read_test(const std::string& text, Traces& traces) {
  static const std::regex kTest(R"(TEST(?:_F|_P)?\((\w+),\s*(\w+)\))");
  static const std::regex kInName(R"(I12_([A-Z0-9]+)_([0-9a-z]+))");
  static const std::regex kInBody(R"(\"I12-([A-Z0-9]+)-([0-9a-z]+)\")");
  for (std::sregex_iterator at(text.begin(), text.end(), kTest), end; at != end; ++at) {
    const std::string name = (*at)[1].str() + "." + (*at)[2].str();
    const auto from = static_cast<std::size_t>(at->position() + at->length());
    const auto next = text.find("\nTEST", from);
    for (const std::string& id : ids_in((*at)[2].str(), kInName)) traces.tests[id].insert(name);
    // A table of refusals names the rule that each must bear.
    for (const std::string& id : ids_in(text.substr(from, next - from), kInBody))
      traces.tests[id].insert(name);
  }
}

Traces traces() {
  static const std::regex kInCode(R"(I12-([A-Z0-9]+)-([0-9a-z]+))");
  Traces found;
  for (const char* room : {"api", "ledger", "policy", "recognition", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / room)) {
      const auto extension = entry.path().extension();
      if (extension != ".cc" && extension != ".h") continue;
      const std::string text = text_of(entry.path());
      if (room == std::string_view("tests")) {
        if (extension == ".cc") read_test(text, found);
        continue;
      }
      const std::string file = entry.path().lexically_relative(kRoot).string();
      for (const std::string& id : ids_in(text, kInCode)) found.code[id].insert(file);
    }
  }
  return found;
}

std::string joined(const std::set<std::string>& all, std::size_t most) {
  std::string text;
  std::size_t shown = 0;
  for (const std::string& one : all) {
    if (shown++ == most) return text + fmt::format(", {} more", all.size() - most);
    text += (text.empty() ? "`" : ", `") + one + "`";
  }
  return text;
}

bool names(std::string_view text, std::string_view id) {
  const auto at = text.find(id);
  if (at == std::string_view::npos) return false;
  const char after = at + id.size() < text.size() ? text[at + id.size()] : ' ';
  const char before = at > 0 ? text[at - 1] : ' ';
  return !std::isalnum(static_cast<unsigned char>(after)) &&
         !std::isalnum(static_cast<unsigned char>(before));
}

std::string page(const Traces& found, const Endpoints& endpoints) {
  const std::vector<OrderRow> rows = order_rows();
  const auto kept =
      std::count_if(rows.begin(), rows.end(), [](const OrderRow& row) { return row.kept; });
  std::string out = fmt::format(
      "# From the order to the code\n\n"
      "Generated from `tests/api/order_rows.txt`, the sources, the kinds and the endpoints; a test "
      "holds it to them. To\nwrite it anew: `PLATELEDGER_WRITE_DOCS=1 ctest --preset dev -R "
      "Traceability`. Rows are in our own words; the\norder's text decides.\n\n"
      "{} of {} rows are kept. `open` means that the software does not keep the row, or not all of "
      "it, yet.\n\n| Row | Rule | Standing | Code | Tests | Events | Endpoints |\n"
      "|---|---|---|---|---|---|---|\n",
      kept, rows.size());
  for (const OrderRow& row : rows) {
    const std::string& id = row.id;
    std::set<std::string> kinds;
    for (const chain::Kind& kind : policy::kinds().all())
      if (names(kind.why, id)) kinds.insert(std::string(kind.name));
    std::set<std::string> calls;
    for (const Endpoint& endpoint : endpoints.all())
      if (std::find(endpoint.rules.begin(), endpoint.rules.end(), "I12-" + id) !=
          endpoint.rules.end())
        calls.insert(endpoint.method + " " + endpoint.path);
    const auto of = [&](const std::map<std::string, std::set<std::string>>& map) {
      const auto at = map.find(id);
      return at == map.end() ? std::set<std::string>{} : at->second;
    };
    out += fmt::format("| I12-{} | {} | {} | {} | {} | {} | {} |\n", id, row.rule,
                       row.kept ? "kept" : "open", joined(of(found.code), 3),
                       joined(of(found.tests), 3), joined(kinds, 3), joined(calls, 3));
  }
  return out;
}

TEST(Traceability, EveryKeptRowHasCodeAndATestUnderItsId) {
  const Traces found = traces();
  for (const OrderRow& row : order_rows()) {
    if (!row.kept) continue;
    const std::string& id = row.id;
    EXPECT_TRUE(found.tests.contains(id)) << "no test names I12-" << id;
    EXPECT_TRUE(found.code.contains(id)) << "no code names I12-" << id;
  }
}

TEST(Traceability, EveryIdInTheTreeIsARowOfTheOrder) {
  std::set<std::string> rows;
  for (const OrderRow& row : order_rows()) EXPECT_TRUE(rows.insert(row.id).second);
  EXPECT_EQ(rows.size(), 118U);
  const Traces found = traces();
  for (const auto* map : {&found.code, &found.tests})
    for (const auto& [id, where] : *map)
      EXPECT_TRUE(rows.contains(id)) << "I12-" << id << " is no row: " << *where.begin();
}

TEST(Traceability, ThePageIsWhatTheTreeSays) {
  Department d;
  const std::string text = page(traces(), d.endpoints());
  const char* write = std::getenv("PLATELEDGER_WRITE_DOCS");
  if (write != nullptr && std::string_view(write) == "1")
    std::ofstream(kPage, std::ios::binary) << text;
  EXPECT_TRUE(text_of(kPage) == text)
      << "docs/policy-traceability.md differs from the tree. Write it anew with\n"
         "  PLATELEDGER_WRITE_DOCS=1 ctest --preset dev -R Traceability";
}

}  // namespace
}  // namespace alpr::api::testing
