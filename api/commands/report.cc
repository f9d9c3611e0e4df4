#include "api/commands/report.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>

#include "api/commands/commands.h"
#include "policy/records/describe.h"
#include "reports/forms/public_site.h"

namespace alpr::api {
namespace {

constexpr std::size_t kReportMax = std::size_t{16} << 20;  // bytes

Result<std::string> read_input(const std::filesystem::path& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kNotFound, path.string() + ": it cannot be opened");
  std::string text(most + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad()) return fail(ErrorCode::kIo, path.string() + ": it cannot be read");
  if (text.size() > most)
    return fail(ErrorCode::kMalformed, fmt::format("{}: more than {} bytes", path.string(), most));
  return text;
}

Result<figures::AnnualReport> read_report(const std::filesystem::path& path) {
  auto text = read_input(path, kReportMax);
  if (!text) return tl::unexpected(text.error());
  while (!text->empty() && text->back() == '\n') text->pop_back();
  auto report = policy::from_json_text<figures::AnnualReport>(*text);
  if (!report)
    return fail(ErrorCode::kMalformed,
                path.string() + ": it does not read as a report: " + report.error().detail);
  if (report->format != figures::kReportFormat)
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

}  // namespace alpr::api
