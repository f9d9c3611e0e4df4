#include "reports/figures/vendor_export.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <unordered_map>

#include "ledger/chain/canonical_json.h"
#include "policy/registers/csv_record.h"
#include "reports/figures/export_time.h"

namespace alpr::figures {
namespace {

using policy::Difference;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(trimmed(text));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

tl::unexpected<Error> bad(std::size_t line, std::string_view what) {
  return fail(ErrorCode::kMalformed, fmt::format("line {}: {}", line, what));
}

enum Column { kUser, kTime, kPlate, kCase, kReason, kColumns };

class Reading {
 public:
  explicit Reading(const ExportProfile& profile) : profile_(profile) {
    if (!profile.users) return;
    for (const ExportUser& user : *profile.users) usernames_[lower(user.text)] = user.username;
  }

  Result<void> header(const std::vector<std::string>& cells) {
    const ExportColumns& columns = profile_.columns;
    const std::array<std::optional<std::string>, kColumns> names{
        columns.user, columns.time, columns.plate, columns.case_number, columns.reason};
    std::size_t found = 0;
    for (std::size_t c = 0; c < kColumns; ++c) {
      if (!names[c]) continue;
      for (std::size_t at = 0; at < cells.size(); ++at) {
        if (lower(cells[at]) != lower(*names[c])) continue;
        if (places_[c]) return bad(1, fmt::format("two columns are called {}", *names[c]));
        places_[c] = at;
      }
      if (places_[c])
        ++found;
      else
        fault(Difference::kMissingColumn, std::nullopt,
              fmt::format("the export has no column \"{}\"", *names[c]));
    }
    if (found == 0)
      return bad(1, fmt::format("none of the columns that the profile \"{}\" names is here: is it "
                                "the vendor's list of searches, as CSV?",
                                profile_.name));
    width_ = cells.size();
    export_.has_times = places_[kTime].has_value();
    return {};
  }

  void row(const std::vector<std::string>& cells, std::size_t line_number) {
    const auto line = static_cast<std::int64_t>(line_number);
    if (cells.size() == 1 && trimmed(cells.front()).empty()) return;  // an empty line
    const auto [first, is_new] = lines_.emplace(policy::write_record(cells), line);
    if (!is_new) {
      fault(Difference::kRepeatedRow, line, fmt::format("the same as line {}", first->second));
      return;
    }
    if (cells.size() != width_) {
      fault(Difference::kUnreadableRow, line,
            fmt::format("{} cells instead of {}", cells.size(), width_));
      return;
    }
    if (!export_.has_times) return;
    const auto time = parse_export_time(cells[*places_[kTime]], profile_);
    if (!time) {
      fault(Difference::kUnreadableRow, line, time.error().detail);
      return;
    }
    ExportRow row{line,
                  *time,
                  cell(cells, kUser),
                  cell(cells, kPlate),
                  cell(cells, kCase),
                  cell(cells, kReason)};
    if (row.user && row.user->empty()) row.user.reset();
    if (row.user) {
      const auto known = usernames_.find(lower(*row.user));
      if (known != usernames_.end()) row.user = known->second;
    }
    export_.rows.push_back(std::move(row));
  }

  VendorExport finish() { return std::move(export_); }

 private:
  std::optional<std::string> cell(const std::vector<std::string>& cells, Column column) const {
    if (!places_[column]) return std::nullopt;
    const std::string_view text = trimmed(cells[*places_[column]]);
    if (profile_.withheld && text == *profile_.withheld) return std::nullopt;
    return std::string(text);
  }
  void fault(Difference difference, std::optional<std::int64_t> line, std::string what) {
    export_.faults.push_back({difference, line, std::move(what)});
  }

  const ExportProfile& profile_;
  std::map<std::string, std::string> usernames_;  // by the vendor's text
  std::array<std::optional<std::size_t>, kColumns> places_;
  std::size_t width_ = 0;
  std::unordered_map<std::string, std::int64_t> lines_;  // of each record, where it first stood
  VendorExport export_;
};

}  // namespace

Result<VendorExport> read_export(std::string_view file, const ExportProfile& profile) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (file.starts_with(kByteOrderMark)) file.remove_prefix(kByteOrderMark.size());
  if (file.empty()) return fail(ErrorCode::kMalformed, "the file is empty");
  if (!chain::valid_utf8(file))
    return fail(ErrorCode::kMalformed, "the file is not UTF-8: save it as CSV UTF-8");
  policy::RecordReader reader(file, profile.delimiter ? profile.delimiter->front() : ',');
  Reading reading(profile);
  std::vector<std::string> cells;
  auto more = reader.next(cells);
  if (!more) return bad(reader.line(), more.error().detail);
  if (auto read = reading.header(cells); !read) return tl::unexpected(read.error());
  for (std::size_t rows = 0; (more = reader.next(cells)) && *more; ++rows) {
    if (rows >= kExportRowsMax)
      return fail(ErrorCode::kTooLarge, "more than 200,000 rows: export a shorter time");
    reading.row(cells, reader.line());
  }
  if (!more) return bad(reader.line(), more.error().detail);
  return reading.finish();
}

}  // namespace alpr::figures
