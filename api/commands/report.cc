#include "api/commands/report.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <system_error>

#include "api/attachment_sheet.h"
#include "api/commands/commands.h"
#include "api/commands/output_file.h"
#include "policy/records/describe.h"
#include "reports/forms/annual_document.h"
#include "reports/forms/annual_page.h"
#include "reports/forms/annual_sheet.h"
#include "reports/forms/csv.h"
#include "reports/forms/pdf.h"
#include "reports/forms/public_site.h"
#include "reports/forms/xlsx.h"

namespace alpr::api {
namespace {

constexpr std::size_t kReportMax = std::size_t{16} << 20;  // bytes
constexpr std::size_t kFindingsShown = 20;
constexpr std::size_t kAttachmentMax = std::size_t{256} << 20;

Result<std::string> read_input(const std::filesystem::path& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kNotFound, path.string() + ": it cannot be opened");
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::string text;
  while (file && text.size() <= most) {
    const std::size_t before = text.size();
    text.resize(before + kPiece);
    file.read(text.data() + before, static_cast<std::streamsize>(kPiece));
    text.resize(before + static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return fail(ErrorCode::kIo, path.string() + ": it cannot be read");
  if (text.size() > most)
    return fail(ErrorCode::kMalformed, fmt::format("{}: more than {} bytes", path.string(), most));
  return text;
}

template <typename T>
Result<T> read_json(const std::filesystem::path& path, std::size_t most, std::string_view what) {
  auto text = read_input(path, most);
  if (!text) return tl::unexpected(text.error());
  while (!text->empty() && text->back() == '\n') text->pop_back();
  auto value = policy::from_json_text<T>(*text);
  if (value) return value;
  return fail(ErrorCode::kMalformed, fmt::format("{}: it does not read as {}: {}", path.string(),
                                                 what, value.error().detail));
}

Result<figures::AnnualReport> read_report(const std::filesystem::path& path) {
  auto report = read_json<figures::AnnualReport>(path, kReportMax, "a report");
  if (report && report->format != figures::kReportFormat)
    return fail(ErrorCode::kMalformed,
                path.string() + ": a report of another format than this program's");
  return report;
}

Result<void> write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return fail(ErrorCode::kIo, path.string() + ": it cannot be written");
  return {};
}

// All of it or nothing: written beside its place, then moved there.
Result<void> write_folder(const std::filesystem::path& out,
                          const std::vector<forms::SiteFile>& files) {
  std::error_code error;
  if (std::filesystem::exists(out, error))
    return fail(ErrorCode::kConflict, out.string() + " is there already; name a new folder");
  std::filesystem::path unfinished = out;
  if (!unfinished.has_filename()) unfinished = unfinished.parent_path();
  unfinished += ".unfinished";
  std::filesystem::remove_all(unfinished, error);
  Result<void> written;
  for (const forms::SiteFile& file : files) {
    const std::filesystem::path path = unfinished / file.name;
    std::filesystem::create_directories(path.parent_path(), error);
    if (!error && written) written = write_file(path, file.bytes);
  }
  if (written && !error) std::filesystem::rename(unfinished, out, error);
  if (written && !error) return {};
  const std::string why = error ? out.string() + ": " + error.message() : written.error().detail;
  std::filesystem::remove_all(unfinished, error);
  return fail(ErrorCode::kIo, why);
}

Result<void> write_new(const std::filesystem::path& path, const std::string& bytes) {
  std::error_code error;
  if (std::filesystem::exists(path, error))
    return fail(ErrorCode::kConflict, path.string() + " is there already; name a new file");
  return write_file(path, bytes);
}

using Made = std::vector<std::pair<std::filesystem::path, std::string>>;
int write_made(const Made& made, bool json) {
  for (const auto& [path, bytes] : made) {
    if (auto written = write_new(path, bytes); !written) return complain(written.error());
    if (!json) fmt::print("{}: {} bytes\n", path.string(), bytes.size());
  }
  if (json) fmt::print("{{\"files\":{}}}\n", made.size());
  return 0;
}

// The findings in what the verifier printed: lines that are indented, before a verdict.
Result<std::vector<std::string>> findings_of(const std::filesystem::path& path) {
  const auto text = read_input(path, kReportMax);
  if (!text) return tl::unexpected(text.error());
  std::vector<std::string> found;
  std::istringstream lines(*text);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ") && found.size() <= kFindingsShown) found.push_back(line.substr(2));
    if (line.starts_with("holds") || line.starts_with("does not hold") ||
        line.starts_with("The report"))
      last = line;
  }
  if (last.empty())
    return fail(ErrorCode::kMalformed,
                path.string() + ": it is not what plateledger-verify prints without --json");
  if (last.starts_with("holds") || last == "The report holds.") return std::vector<std::string>();
  if (found.size() > kFindingsShown) found.back() = "and more";
  found.insert(found.begin(),
               "The verifier looked at this log or report, and it does not hold. It found:");
  return found;
}

Result<std::optional<forms::CheckpointGiven>> checkpoint_of(const PublicSiteCommand& command) {
  if (!command.checkpoint) {
    if (command.key.empty()) return std::nullopt;
    return fail(ErrorCode::kMalformed, "--key is for --checkpoint: name both or neither");
  }
  auto note = read_input(*command.checkpoint, chain::kNoteSizeMax);
  if (!note) return tl::unexpected(note.error());
  const auto key = chain::parse_vkey(command.key);
  if (!key) return fail(ErrorCode::kMalformed, "--key: " + key.error().detail);
  return forms::CheckpointGiven{std::move(*note), *key};
}

Error at_file(const std::filesystem::path& path, const Error& error) {
  return {error.code, path.string() + ": " + error.detail};
}

Result<ReportAttachment> read_attachment(const std::filesystem::path& path) {
  return read_json<ReportAttachment>(path, kAttachmentMax,
                                     "an attachment (a sealed one is opened with "
                                     "plateledger-verify attachment --open)");
}

// The forms of a table that were asked for, row by row.
class TableFiles {
 public:
  Result<void> begin(const AttachmentFormsCommand& command, const AttachmentTable& table) {
    if (command.csv)
      if (auto opened = csv_.emplace().open(*command.csv); !opened) return opened;
    if (command.xlsx) {
      if (auto opened = xlsx_.emplace().open(*command.xlsx); !opened) return opened;
      book_.emplace(
          forms::ZipOutput{
              [this](std::string_view bytes) { return xlsx_->append(bytes); },
              [this](std::uint64_t at, std::string_view bytes) { return xlsx_->patch(at, bytes); }},
          table.title(), table.made_at());
    }
    return put(table.columns());
  }
  Result<void> add(const std::vector<std::string>& texts) {
    ++rows_;
    return put(forms::cells_of(texts));
  }
  Result<void> finish() {
    if (book_)
      if (auto done = book_->finish(); !done) return done;
    for (std::optional<OutputFile>* file : {&csv_, &xlsx_})
      if (*file)
        if (auto done = (*file)->finish(); !done) return done;
    return {};
  }
  std::size_t rows() const { return rows_; }
  int count() const { return (csv_ ? 1 : 0) + (xlsx_ ? 1 : 0); }

 private:
  Result<void> put(const std::vector<std::string>& cells) {
    if (csv_)
      if (auto done = csv_->append(forms::csv_row(cells)); !done) return done;
    if (book_) return book_->add(cells);
    return {};
  }

  std::optional<OutputFile> csv_, xlsx_;
  std::optional<forms::WorkbookWriter> book_;
  std::size_t rows_ = 0;
};

}  // namespace

int run_public_site(const PublicSiteCommand& command) {
  std::vector<figures::AnnualReport> reports;
  for (const std::filesystem::path& path : command.reports) {
    auto report = read_report(path);
    if (!report) return complain(report.error());
    reports.push_back(std::move(*report));
  }
  const auto checkpoint = checkpoint_of(command);
  if (!checkpoint) return complain(checkpoint.error());
  const auto site = forms::gather_site(reports, *checkpoint);
  if (!site) {
    const int code = complain(site.error());
    return site.error().code == ErrorCode::kBadSignature ? 1 : code;
  }
  const auto files = forms::site_files(*site);
  if (auto written = write_folder(command.out, files); !written) return complain(written.error());
  if (command.json)
    fmt::print("{{\"files\":{},\"periods\":{}}}\n", files.size(), site->periods.size());
  else
    fmt::print("{} files of {} periods in {}; open index.html\n", files.size(),
               site->periods.size(), command.out.string());
  return 0;
}

int run_report_forms(const ReportFormsCommand& command) {
  if (!command.html && !command.pdf && !command.csv && !command.xlsx)
    return complain(Error{ErrorCode::kMalformed, "say which form: --html, --pdf, --csv or --xlsx"});
  const auto report = read_report(command.report);
  if (!report) return complain(report.error());
  std::vector<std::string> found;
  if (command.verified) {
    auto findings = findings_of(*command.verified);
    if (!findings) return complain(findings.error());
    found = std::move(*findings);
  }
  Made made;
  if (command.html) made.emplace_back(*command.html, forms::annual_page(*report, found));
  if (command.pdf) {
    auto pdf = forms::to_pdf(forms::annual_document(*report, found));
    if (!pdf) return complain(pdf.error());
    made.emplace_back(*command.pdf, std::move(*pdf));
  }
  if (command.csv || command.xlsx) {
    const auto sheet = forms::annual_sheet(*report);
    if (!sheet) return complain(sheet.error());
    if (command.csv) made.emplace_back(*command.csv, forms::to_csv(*sheet));
    if (command.xlsx) made.emplace_back(*command.xlsx, forms::to_xlsx(*sheet));
  }
  return write_made(made, command.json);
}

int run_attachment_forms(const AttachmentFormsCommand& command) {
  if (!command.csv && !command.xlsx)
    return complain(Error{ErrorCode::kMalformed, "say which form: --csv or --xlsx"});
  AttachmentTable table;
  for (const std::filesystem::path& path : command.attachments) {
    const auto attachment = read_attachment(path);
    if (!attachment) return complain(attachment.error());
    if (auto seen = table.see(*attachment); !seen) return complain(at_file(path, seen.error()));
  }
  TableFiles files;
  if (auto begun = files.begin(command, table); !begun) return complain(begun.error());
  for (const std::filesystem::path& path : command.attachments) {
    const auto attachment = read_attachment(path);
    if (!attachment) return complain(attachment.error());
    auto added = table.rows(*attachment, [&](const auto& texts) { return files.add(texts); });
    if (!added) return complain(at_file(path, added.error()));
  }
  if (auto done = files.finish(); !done) return complain(done.error());
  if (command.json)
    fmt::print("{{\"files\":{},\"rows\":{}}}\n", files.count(), files.rows());
  else
    fmt::print("{} rows in {} file{}\n", files.rows(), files.count(),
               files.count() == 1 ? "" : "s");
  return 0;
}

}  // namespace alpr::api
