// An attachment of the annual report as a sheet: a row for each record with the members it shows
// (the open ones, or of an opened sealed edition all), so that it can be sorted and counted
// (I12-K-3). Each row has the event's seq and leaf hash, by which it is held against the log; the
// receipts themselves stay in the attachment. Pure; any thread.
#pragma once

#include "api/report_attachment.h"
#include "reports/forms/sheet.h"

namespace alpr::api {

// Columns: seq, time, kind, leaf, then every member shown that any record has, in the order of
// first appearance; one that is an object has a column for each of its own members ("by.username").
// kMalformed: a receipt does not read. kTooLarge: more than a sheet takes.
Result<forms::Sheet> attachment_sheet(const ReportAttachment& attachment);

}  // namespace alpr::api
