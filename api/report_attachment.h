// What goes with the annual report: every query, every sharing, every custom entry and every
// response to a hit of the period as receipts (I12-C2B-8, C2A2-2, K-3, E-5). The public's edition
// shows open members alone: anybody can count and date what was done and hold each record against
// the log, and no plate, name or narrative is in it. The Commission's shows all members, and goes
// out sealed to its key. Reading only; any thread.
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
// libsodium's sealed box of a file of the type above.
inline constexpr std::string_view kSealedAttachmentType =
    "application/vnd.plateledger.sealed-attachment";
inline constexpr std::size_t kAttachedMax = 5'000;  // events

struct ReportAttachment {
  std::string format = std::string(kAttachmentFormat);
  policy::Attachment attachment{};
  policy::Edition edition{};
  std::string marking;    // whose it is (I12-C3-0)
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
    m("edition", edition);
    m("marking", marking);
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
                                           policy::Edition edition, const chain::Checkpoint& at,
                                           const figures::Period& period);

}  // namespace alpr::api
