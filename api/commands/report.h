// plateledger report: forms of a report that was given out as JSON, made on anybody's machine; no
// store, no server. Exit codes as in commands.h.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace alpr::api {

struct PublicSiteCommand {
  std::vector<std::filesystem::path> reports;  // JSON as GET /v1/reports/annual gives it
  std::filesystem::path out;                   // a new folder
  std::optional<std::filesystem::path> checkpoint;
  std::string key;  // the log's verifier key, with a checkpoint
  bool json = false;
};
// 1: the checkpoint is not signed with the key.
int run_public_site(const PublicSiteCommand& command);

// A report in other forms, as the server gives them out; each into a new file.
struct ReportFormsCommand {
  std::filesystem::path report;
  std::optional<std::filesystem::path> html, pdf, csv, xlsx;  // one at least
  // What plateledger-verify printed of the log or the report; its findings stand on page one.
  std::optional<std::filesystem::path> verified;
  bool json = false;
};
int run_report_forms(const ReportFormsCommand& command);

// Attachments as one table, with one of them in memory at a time.
struct AttachmentFormsCommand {
  // JSON as GET /v1/reports/annual/attachments/... gives it, of periods that follow on one another.
  std::vector<std::filesystem::path> attachments;
  std::optional<std::filesystem::path> csv, xlsx;  // one at least
  bool json = false;
};
int run_attachment_forms(const AttachmentFormsCommand& command);

}  // namespace alpr::api
