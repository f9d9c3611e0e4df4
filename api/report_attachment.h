// What goes with the annual report: every query, every sharing and every custom entry of the period
// as receipts that show open members alone (I12-C2B-8, K-3, E-5). So the public can count and date
// what was done and hold each record against the log, and no plate, name or narrative is in it.
// Reading only; any thread.
#pragma once

#include <string>
#include <vector>

#include "api/receipt.h"
#include "ledger/chain/note.h"
#include "policy/records/reports.h"
#include "reports/figures/topic.h"

namespace alpr::api {

inline constexpr std::string_view kAttachmentFormat = "plateledger attachment v1";
inline constexpr std::string_view kAttachmentType = "application/vnd.plateledger.attachment+json";
inline constexpr std::size_t kAttachedMax = 5'000;  // events

struct ReportAttachment {
  std::string format = std::string(kAttachmentFormat);
  policy::Attachment attachment{};
  std::string origin;     // of the log
  std::int64_t size = 0;  // of the log, up to which events were looked for
  TimeUs from;
  TimeUs until;
  std::int64_t events = 0;
  std::vector<Receipt> receipts;  // of each, in order
  template <typename M>
  void members(M& m) {
    m("format", format);
    m("attachment", attachment);
    m("origin", origin);
    m("size", size);
    m("from", from);
    m("until", until);
    m("events", events);
    m("receipts", receipts);
  }
};

// kTooLarge: more than kAttachedMax events, ask for a shorter period. Errors of the store.
Result<ReportAttachment> report_attachment(store::Store& store, policy::Attachment attachment,
                                           const chain::Checkpoint& at,
                                           const figures::Period& period);

}  // namespace alpr::api
