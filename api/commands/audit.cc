// plateledger audit size | plan | bound: how large a sample must be and why, and what one has shown
// (I12-K-7). Needs no store: anybody may compute what the coordinator computed.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <iostream>

#include "api/commands/commands.h"
#include "ledger/chain/canonical_json.h"
#include "policy/registers/csv_record.h"
#include "reports/figures/explain.h"
#include "reports/figures/sample_size.h"

namespace alpr::api {

namespace {

using figures::SampleSize;

struct Column {
  std::string_view name;
  bool may_be_empty = false;
};
constexpr std::array kSizeColumns{Column{"risk_bp"}, Column{"population", true},
                                  Column{"tolerable_bp"}, Column{"expected_bp"}};
constexpr std::array kBoundColumns{Column{"risk_bp"}, Column{"population", true}, Column{"n"},
                                   Column{"k"}};
constexpr std::size_t kInputMax = std::size_t{16} << 20;
using Numbers = std::array<std::optional<std::int64_t>, 4>;

// A table with these columns in any order, named in its first line.
class Table {
 public:
  explicit Table(const std::array<Column, 4>& columns) : columns_(columns) {}

  Result<void> read_header(const std::vector<std::string>& cells) {
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      for (std::size_t at = 0; at < cells.size(); ++at)
        if (cells[at] == columns_[c].name) place_[c] = at;
      if (!place_[c])
        return fail(ErrorCode::kMalformed,
                    fmt::format("the first line names no column {}", columns_[c].name));
    }
    width_ = cells.size();
    return {};
  }

  Result<Numbers> read_row(const std::vector<std::string>& cells) const {
    if (cells.size() != width_)
      return fail(ErrorCode::kMalformed,
                  fmt::format("{} cells instead of {}", cells.size(), width_));
    Numbers numbers;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const std::string& cell = cells[*place_[c]];
      if (cell.empty() && columns_[c].may_be_empty) continue;
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
      if (error != std::errc() || end != cell.data() + cell.size())
        return fail(ErrorCode::kMalformed, fmt::format("{} is no whole number", columns_[c].name));
      numbers[c] = value;
    }
    return numbers;
  }

 private:
  const std::array<Column, 4>& columns_;
  std::array<std::optional<std::size_t>, 4> place_;
  std::size_t width_ = 0;
};

Result<std::string> read_input() {
  std::string text(kInputMax + 1, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  if (text.size() > kInputMax)
    return fail(ErrorCode::kTooLarge, "standard input has more than 16 MiB");
  return text;
}

// Answers each line of standard input; a line that can't be answered is complained of, and the
// others go on.
template <typename Answer>
int answer_table(const std::array<Column, 4>& columns, bool json, std::string_view names,
                 const Answer& answer) {
  const auto text = read_input();
  if (!text) return complain(text.error());
  policy::RecordReader reader(*text);
  std::vector<std::string> cells;
  Table table(columns);
  auto more = reader.next(cells);
  if (more && !*more) return complain(Error{ErrorCode::kMalformed, "standard input is empty"});
  if (more) {
    if (auto header = table.read_header(cells); !header) return complain(header.error());
  }
  if (more && !json) {
    for (const Column& column : columns) fmt::print("{},", column.name);
    fmt::print("{}\n", names);
  }
  int exit_code = 0;
  while (more && (more = reader.next(cells)) && *more) {
    if (cells.size() == 1 && cells.front().empty()) continue;  // an empty line
    const Result<Numbers> row = table.read_row(cells);
    const Result<std::string> told = row ? answer(*row) : tl::unexpected(row.error());
    if (!told) {
      fmt::print(stderr, "plateledger: line {}: {}\n", reader.line(), told.error().detail);
      exit_code = 2;
      continue;
    }
    if (!json)
      for (const auto& value : *row)
        fmt::print("{},", value ? std::to_string(*value) : std::string());
    fmt::print("{}\n", *told);
  }
  if (more) return exit_code;
  // What follows such a line can't be told from it.
  fmt::print(stderr, "plateledger: line {}: {}\n", reader.line(), more.error().detail);
  return 2;
}

std::string tenths(std::int64_t value) { return fmt::format("{}.{} %", value / 10, value % 10); }

}  // namespace

int run_audit_size(const AuditSizeCommand& command) {
  if (command.csv) {
    return answer_table(
        kSizeColumns, command.json, "n,k", [&](const Numbers& row) -> Result<std::string> {
          const Result<SampleSize> size = figures::sample_size({*row[0], *row[2], *row[3], row[1]});
          if (!size) return tl::unexpected(size.error());
          return command.json ? fmt::format(R"({{"n":{},"k":{}}})", size->n, size->k)
                              : fmt::format("{},{}", size->n, size->k);
        });
  }
  const Result<SampleSize> size = figures::sample_size(
      {command.risk_bp, command.tolerable_bp, command.expected_bp, command.population});
  if (!size) return complain(size.error());
  if (command.json) {
    fmt::print("{{\"n\":{},\"k\":{}}}\n", size->n, size->k);
  } else {
    fmt::print(
        "Look at {} items. Where at most {} of them deviate, the rate is below {} %, "
        "at a risk of {} % of being wrong.\n",
        size->n, size->k, static_cast<double>(command.tolerable_bp) / 100,
        static_cast<double>(command.risk_bp) / 100);
  }
  return 0;
}

int run_audit_plan(const AuditPlanCommand& command) {
  const figures::PlanQuestion question{
      command.risk_bp,     command.tolerable_bp,
      command.expected_bp, command.each ? figures::Spread::kEach : figures::Spread::kProportional,
      command.populations, command.n};
  const auto sizes = figures::plan_sizes(question);
  if (!sizes) return complain(sizes.error());
  const std::string text = figures::explain(question, *sizes);
  if (!command.json) {
    fmt::print("{}\n", text);
    return 0;
  }
  using chain::Json;
  Json::Array strata;
  for (const SampleSize& one : sizes->strata)
    strata.emplace_back(Json::Object{{"n", Json(one.n)}, {"k", Json(one.k)}});
  fmt::print("{}\n", chain::write(Json(Json::Object{{"n", Json(sizes->n)},
                                                    {"needed", Json(sizes->needed)},
                                                    {"significant", Json(sizes->significant)},
                                                    {"strata", Json(std::move(strata))},
                                                    {"explanation", Json(text)}})));
  return 0;
}

int run_audit_bound(const AuditBoundCommand& command) {
  if (command.csv) {
    return answer_table(
        kBoundColumns, command.json, "upper", [&](const Numbers& row) -> Result<std::string> {
          const Result<std::int64_t> upper =
              figures::upper_limit({*row[0], row[1], *row[2], *row[3]});
          if (!upper) return tl::unexpected(upper.error());
          return command.json ? fmt::format(R"({{"upper":{}}})", *upper) : std::to_string(*upper);
        });
  }
  const Result<std::int64_t> upper =
      figures::upper_limit({command.risk_bp, command.population, command.n, command.k});
  if (!upper) return complain(upper.error());
  if (command.json) {
    fmt::print("{{\"upper\":{}}}\n", *upper);
    return 0;
  }
  const std::string limit =
      command.population ? fmt::format("{} of {}", *upper, *command.population) : tenths(*upper);
  fmt::print(
      "{} of {} items deviate: no more than {} of all do, at a risk of {} % of "
      "being wrong.\n",
      command.k, command.n, limit, static_cast<double>(command.risk_bp) / 100);
  return 0;
}

}  // namespace alpr::api
