// An attachment of the annual report as a sheet: a row for each record with the members it shows
// (the open ones, or of an opened sealed edition all), so that it can be sorted and counted
// (I12-K-3). Each row has the event's seq and leaf hash, by which it is held against the log; the
// receipts themselves stay in the attachment. Pure; any thread.
#pragma once

#include <functional>
#include <optional>

#include "api/report_attachment.h"
#include "reports/forms/sheet.h"

namespace alpr::api {

// The rows of one attachment or of several that follow on one another, which are looked at twice:
// for the columns, and for the rows. Holds one at a time.
class AttachmentTable {
 public:
  // In order. kMalformed: a receipt does not read, or it is of another kind, edition or log than
  // those before, or not of later events. kTooLarge: more columns than a sheet takes.
  Result<void> see(const ReportAttachment& attachment);
  // Those of attachment_sheet(), of all that were seen.
  const std::vector<std::string>& columns() const { return columns_; }
  std::string title() const;
  TimeUs made_at() const { return until_; }  // where the last of them ends
  // The rows of one that was seen, a text per column. What `add` says is handed on.
  Result<void> rows(const ReportAttachment& attachment,
                    const std::function<Result<void>(const std::vector<std::string>&)>& add) const;

 private:
  std::vector<std::string> columns_{"seq", "time", "kind", "leaf"};
  std::optional<policy::Attachment> attachment_;  // none seen yet: absent
  policy::Edition edition_{};
  std::string origin_;
  TimeUs until_;
  std::uint64_t next_ = 0;  // seqs below it were seen
};

// Columns: seq, time, kind, leaf, then every member shown that any record has, in the order of
// first appearance; one that is an object has a column for each of its own members ("by.username").
// kMalformed: a receipt does not read. kTooLarge: more than a sheet takes.
Result<forms::Sheet> attachment_sheet(const ReportAttachment& attachment);

}  // namespace alpr::api
