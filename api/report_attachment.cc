#include "api/report_attachment.h"

#include <algorithm>
#include <span>

#include "api/marking.h"
#include "policy/records/attachments.h"

namespace alpr::api {
namespace {

constexpr std::uint64_t kBlock = 4'096;  // headers

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
                                           policy::Edition edition, const chain::Checkpoint& at,
                                           const figures::Period& period) {
  const auto events = attached(store, policy::attached_kinds(attachment), at.size, period);
  if (!events) return tl::unexpected(events.error());
  ReportAttachment made;
  made.attachment = attachment;
  made.edition = edition;
  made.marking = owner_notice(at.origin);
  made.origin = at.origin;
  made.size = static_cast<std::int64_t>(at.size);
  made.from = period.from;
  made.until = period.until;
  made.events = static_cast<std::int64_t>(events->size());
  for (const Sequence seq : *events) {
    // In the public's edition what is sealed stays sealed (I12-E-5).
    auto receipt = receipt_of(store, seq, [edition](const chain::EventView&, const chain::Member&) {
      return edition == policy::Edition::kSealed;
    });
    if (!receipt) return tl::unexpected(receipt.error());
    made.receipts.push_back(std::move(*receipt));
  }
  return made;
}

}  // namespace alpr::api
