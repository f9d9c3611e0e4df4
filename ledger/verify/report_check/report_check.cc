#include "ledger/verify/report_check/report_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/header.h"
#include "ledger/chain/merkle.h"
#include "ledger/verify/payload_check.h"
#include "reports/figures/annual.h"

namespace alpr::report_check {
namespace {

using figures::AnnualReport;
using figures::Figure;
using figures::FigureRow;
using verify::Database;

// The members of an event that can be read, as the commitment in its header has them.
struct Readable {
  chain::Members members;
  bool whole = false;
};

Result<Readable> readable(verify::Source& source, const chain::Header& header,
                          const chain::HeaderBytes& bytes, const verify::Keys* keys) {
  const auto found = source.get(Database::kPayloads, verify::number_key(header.seq.value));
  if (!found) return tl::unexpected(found.error());
  const auto missing = [&](std::string_view why) {
    return fail(ErrorCode::kCorrupt, fmt::format("event {}: {}", header.seq.value, why));
  };
  if (!*found) return missing("it has no payload, and is of a kind that keeps it");
  const auto row = verify::parse_row(**found);
  if (!row) return missing(row.error().detail);
  const verify::Key* key = keys == nullptr ? nullptr : keys->find(row->seal, header);
  std::optional<Bytes> secret;
  if (key != nullptr && !row->box.empty()) {
    secret = verify::open_box(*key, row->box, bytes);
    if (!secret) return missing("its box does not open with its key");
  }
  auto opened =
      chain::open_payload(header.form, header.commitment, row->clear,
                          secret ? std::optional<BytesView>(*secret) : std::optional<BytesView>());
  if (!opened) return missing(opened.error().detail);
  if (secret) return Readable{std::move(opened->members), true};
  Readable open;
  for (chain::ListedMember& member : opened->list) {
    if (member.state == chain::ListedMember::State::kOpen)
      open.members.push_back({std::move(member.name), std::move(member.value), true});
  }
  return open;
}

struct Counted {
  AnnualReport report;
  Digest root{};
};

// Counts the first `size` events.
class Walk {
 public:
  Walk(verify::Source& source, const verify::Keys* keys, const figures::Period& period,
       std::int64_t years)
      : source_(source), keys_(keys), fold_(period, years) {}

  Result<Counted> run(const std::string& origin, std::uint64_t size) {
    const auto headers = source_.cursor(Database::kHeaders);
    auto row = headers->first();
    for (; row && *row && tree_.size() < size; row = headers->next()) {
      if (auto taken = take(headers->value(), origin); !taken) return tl::unexpected(taken.error());
    }
    if (!row) return tl::unexpected(row.error());
    if (tree_.size() < size) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("the report is of {} events, and here are only {}: bring the log as "
                              "it was then, or later",
                              size, tree_.size()));
    }
    const Digest root = tree_.root();
    return Counted{fold_.report({origin, size, root, {}}), root};
  }

 private:
  Result<void> take(BytesView value, const std::string& origin) {
    const auto header = chain::decode_header(value);
    if (!header) return fail(ErrorCode::kCorrupt, header.error().detail);
    chain::HeaderBytes bytes{};
    std::copy(value.begin(), value.end(), bytes.begin());
    if (tree_.size() == 0 && header->previous != chain::genesis_previous(origin))
      return fail(ErrorCode::kMalformed,
                  "the report is of another log: " + verify::printable(origin));
    tree_.append(chain::leaf_hash(bytes));
    if (!fold_.reads(header->kind)) return fold_.take({*header});
    const auto read = readable(source_, *header, bytes, keys_);
    if (!read) return tl::unexpected(read.error());
    return fold_.take({*header, read->members, read->whole});
  }

  verify::Source& source_;
  const verify::Keys* keys_;
  figures::AnnualFold fold_;
  chain::CompactRange tree_;
};

std::string text_of(const FigureRow* row) {
  if (row == nullptr) return "nothing";
  const std::string value = row->value ? std::to_string(*row->value) : "none";
  return row->of ? value + " of " + std::to_string(*row->of) : value;
}

using Rows = std::vector<FigureRow>;
const FigureRow* row_of(const Rows& rows, const std::string& key) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const FigureRow& row) { return row.key == key; });
  return found == rows.end() ? nullptr : &*found;
}

class Comparison {
 public:
  explicit Comparison(CheckedReport& checked) : checked_(checked) {}

  void run(const AnnualReport& given, const Counted& counted) {
    const AnnualReport& log = counted.report;
    if (given.root != counted.root)
      find("checkpoint", "the log has another root at this size: it is another history");
    same("scope", given.scope == log.scope);
    same("simulated", given.simulated == log.simulated);
    same("as_of", given.as_of == log.as_of);
    const auto element = [](const figures::ReportElement& e) {
      return e.letter + "\n" + e.title + "\n" + e.note;
    };
    same("elements", std::equal(given.elements.begin(), given.elements.end(), log.elements.begin(),
                                log.elements.end(), [&](const auto& a, const auto& b) {
                                  return element(a) == element(b);
                                }));
    for (const Figure& figure : log.figures) compare(named(given, figure.id), figure);
    for (std::size_t i = 0; i < given.figures.size(); ++i) {
      const std::string& id = given.figures[i].id;
      if (named(log, id) == nullptr) find(id, "there is no such figure");
      if (named(given, id) != &given.figures[i]) find(id, "it is there twice");
    }
    compare_years(given, log);
    for (const std::string& what : figures::differences(given.map, log.map)) find("map", what);
  }

 private:
  static const Figure* named(const AnnualReport& report, const std::string& id) {
    const auto found = std::find_if(report.figures.begin(), report.figures.end(),
                                    [&](const Figure& one) { return one.id == id; });
    return found == report.figures.end() ? nullptr : &*found;
  }
  void same(std::string_view what, bool is) {
    if (!is) find(what, "the report says something else than the log gives");
  }
  void find(std::string_view rule, std::string_view what) {
    if (checked_.findings.size() < verify::kFindingsKept)
      checked_.findings.push_back({std::nullopt, verify::printable(rule), verify::printable(what)});
  }
  void compare(const Figure* given, const Figure& log) {
    if (given == nullptr) return find(log.id, "it is missing");
    if (given->label != log.label || given->definition != log.definition ||
        given->element != log.element || given->rule != log.rule ||
        given->needs_keys != log.needs_keys)
      find(log.id, "it is described in another way than it is counted by");
    if (!log.computed) {
      ++checked_.not_checked;
      return;
    }
    compare_rows(log.id, given->rows, log.rows);
  }
  // `id`: of the figure, as a finding names it.
  void compare_rows(const std::string& id, const Rows& given, const Rows& log) {
    ++checked_.checked;
    for (const FigureRow& row : log) compare_row(id, row.key, row_of(given, row.key), &row);
    for (const FigureRow& row : given) {
      if (row_of(log, row.key) == nullptr) compare_row(id, row.key, &row, nullptr);
    }
    // Each row there is as in the log: then only twice or in another order.
    if (given.size() != log.size() ||
        !std::equal(log.begin(), log.end(), given.begin(),
                    [](const FigureRow& a, const FigureRow& b) { return a.key == b.key; }))
      find(id, "its rows are not those that the log gives");
  }
  void compare_years(const AnnualReport& given, const AnnualReport& log) {
    if (!given.compared || !log.compared)
      return same("compared", given.compared.has_value() == log.compared.has_value());
    same("compared", given.compared->began == log.compared->began);
    const auto& periods = log.compared->periods;
    if (given.compared->periods.size() != periods.size())
      return find("compared", "the report has other earlier years than the log gives");
    for (std::size_t i = 0; i < periods.size(); ++i)
      compare_year(given.compared->periods[i], periods[i]);
  }
  void compare_year(const figures::PriorPeriod& given, const figures::PriorPeriod& log) {
    const std::string from = chain::format_time(log.from).substr(0, 10);
    if (given.from != log.from || given.until != log.until)
      return find("compared", "an earlier year is another than the log gives: " + from);
    if (!std::equal(log.figures.begin(), log.figures.end(), given.figures.begin(),
                    given.figures.end(), [](const auto& a, const auto& b) { return a.id == b.id; }))
      return find("compared", "the year from " + from + " has other figures than the log gives");
    for (std::size_t i = 0; i < log.figures.size(); ++i) {
      if (log.figures[i].computed)
        compare_rows(log.figures[i].id + " from " + from, given.figures[i].rows,
                     log.figures[i].rows);
      else
        ++checked_.not_checked;
    }
  }
  void compare_row(const std::string& id, const std::string& key, const FigureRow* given,
                   const FigureRow* log) {
    if (given != nullptr && log != nullptr && *given == *log) return;
    find(id, fmt::format("{}{}the report says {}, the log gives {}", key, key.empty() ? "" : ": ",
                         text_of(given), text_of(log)));
  }

  CheckedReport& checked_;
};

}  // namespace

Result<CheckedReport> check_report(std::string_view json, verify::Source& source,
                                   const verify::Keys* keys) {
  if (json.size() > kReportMax) return fail(ErrorCode::kTooLarge, "the report is too large");
  while (!json.empty() && json.back() == '\n') json.remove_suffix(1);
  const auto given = policy::from_json_text<AnnualReport>(json);
  if (!given)
    return fail(ErrorCode::kMalformed, "it does not read as a report: " + given.error().detail);
  if (given->format != figures::kReportFormat)
    return fail(ErrorCode::kWrongVersion, "the report is of another format than this program's");
  // Each is looked for among all others.
  if (given->figures.size() > kFiguresMax)
    return fail(ErrorCode::kTooLarge, "the report has more figures than any report has");
  const auto period = figures::period_of(given->from, given->until);
  if (!period) return tl::unexpected(period.error());
  if (given->size <= 0)
    return fail(ErrorCode::kMalformed, "size: a report is of one event at least");
  if (source.bundle() != nullptr && source.bundle()->from != 0) {
    return fail(ErrorCode::kMalformed,
                "the bundle begins in the middle: a report is checked with the whole log");
  }
  const std::int64_t years = given->compared ? given->compared->asked : 0;
  if (auto may = figures::comparable(*period, years); !may) return tl::unexpected(may.error());
  const auto counted = Walk(source, keys, *period, years)
                           .run(given->origin, static_cast<std::uint64_t>(given->size));
  if (!counted) return tl::unexpected(counted.error());
  CheckedReport checked;
  checked.origin = given->origin;
  checked.size = static_cast<std::uint64_t>(given->size);
  checked.root = given->root;
  Comparison(checked).run(*given, *counted);
  return checked;
}

std::string to_json(const CheckedReport& report) {
  chain::Json::Array findings;
  for (const verify::Finding& finding : report.findings) {
    findings.push_back(chain::Json(chain::Json::Object{{"figure", chain::Json(finding.rule)},
                                                       {"what", chain::Json(finding.what)}}));
  }
  return chain::write(chain::Json(
      chain::Json::Object{{"holds", report.holds()},
                          {"anchored", report.anchored},
                          {"origin", report.origin},
                          {"size", static_cast<std::int64_t>(report.size)},
                          {"root", chain::hex(report.root)},
                          {"checked", static_cast<std::int64_t>(report.checked)},
                          {"not_checked", static_cast<std::int64_t>(report.not_checked)},
                          {"findings", chain::Json(std::move(findings))}}));
}

std::string to_text(const CheckedReport& report) {
  std::string text =
      fmt::format("report of {}, {} events, root {}\n", verify::printable(report.origin),
                  report.size, chain::hex(report.root));
  text += fmt::format("{} figures counted again, {} not checked: they need keys\n", report.checked,
                      report.not_checked);
  for (const verify::Finding& finding : report.findings)
    text += fmt::format("  {}: {}\n", finding.rule, finding.what);
  if (!report.anchored) text += "no --key was given: the log was believed whose it is\n";
  return text + (report.holds() ? "The report holds.\n" : "The report does NOT hold.\n");
}

}  // namespace alpr::report_check
