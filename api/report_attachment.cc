#include "api/report_attachment.h"

#include <algorithm>
#include <span>

#include "policy/records/hotlists.h"
#include "policy/records/queries.h"
#include "policy/records/sharing.h"

namespace alpr::api {
namespace {

constexpr std::uint64_t kBlock = 4'096;  // headers

std::span<const std::uint16_t> kinds_of(policy::Attachment attachment) {
  using namespace policy;  // NOLINT: each list names what the order does
  static constexpr std::array kQueries{QueryPerformed::kKind.number, QueryRefused::kKind.number,
                                       QueryPageDisclosed::kKind.number};
  static constexpr std::array kSharing{
      SharingRequested::kKind.number, SharingDecided::kKind.number, SharingWithdrawn::kKind.number,
      SharingReleased::kKind.number,  SharingRefused::kKind.number, FileExported::kKind.number};
  static constexpr std::array kEntries{EntryRequested::kKind.number, EntryApproved::kKind.number,
                                       EntryDenied::kKind.number, EntryRemoved::kKind.number};
  switch (attachment) {
    case Attachment::kQueries:
      return kQueries;
    case Attachment::kSharing:
      return kSharing;
    case Attachment::kEntries:
      return kEntries;
  }
  ALPR_CHECK(false);
}

Result<std::vector<Sequence>> attached(const store::Store& store,
                                       std::span<const std::uint16_t> kinds, std::uint64_t size,
                                       const figures::Period& period) {
  std::vector<Sequence> found;
  for (std::uint64_t first = 0; first < size; first += kBlock) {
    const auto block = store.header_range({first}, std::min(kBlock, size - first));
    if (!block) return tl::unexpected(block.error());
    for (const chain::HeaderBytes& bytes : *block) {
      const auto header = chain::decode_header(bytes);
      if (!header) return tl::unexpected(header.error());
      if (header->time >= period.until) return found;  // times do not go back
      if (!period.has(header->time) ||
          std::find(kinds.begin(), kinds.end(), header->kind) == kinds.end())
        continue;
      if (found.size() == kAttachedMax) {
        return fail(ErrorCode::kTooLarge,
                    "more than one attachment takes (5,000 events): ask for "
                    "a shorter period");
      }
      found.push_back(header->seq);
    }
  }
  return found;
}

}  // namespace

Result<ReportAttachment> report_attachment(store::Store& store, policy::Attachment attachment,
                                           const chain::Checkpoint& at,
                                           const figures::Period& period) {
  const auto events = attached(store, kinds_of(attachment), at.size, period);
  if (!events) return tl::unexpected(events.error());
  ReportAttachment made;
  made.attachment = attachment;
  made.origin = at.origin;
  made.size = static_cast<std::int64_t>(at.size);
  made.from = period.from;
  made.until = period.until;
  made.events = static_cast<std::int64_t>(events->size());
  for (const Sequence seq : *events) {
    auto receipt = receipt_of(store, seq, [](const chain::EventView&, const chain::Member&) {
      return false;  // what is sealed stays sealed (I12-E-5)
    });
    if (!receipt) return tl::unexpected(receipt.error());
    made.receipts.push_back(std::move(*receipt));
  }
  return made;
}

}  // namespace alpr::api
