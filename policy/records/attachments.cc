#include "policy/records/attachments.h"

#include <array>

#include "policy/records/hotlists.h"
#include "policy/records/queries.h"
#include "policy/records/sharing.h"
#include "policy/records/stops.h"

namespace alpr::policy {

std::span<const std::uint16_t> attached_kinds(Attachment attachment) {
  static constexpr std::array kQueries{QueryPerformed::kKind.number, QueryRefused::kKind.number,
                                       QueryPageDisclosed::kKind.number};
  static constexpr std::array kSharing{
      SharingRequested::kKind.number, SharingDecided::kKind.number, SharingWithdrawn::kKind.number,
      SharingReleased::kKind.number,  SharingRefused::kKind.number, FileExported::kKind.number};
  static constexpr std::array kEntries{EntryRequested::kKind.number, EntryApproved::kKind.number,
                                       EntryDenied::kKind.number, EntryRemoved::kKind.number};
  static constexpr std::array kResponses{HitStepRecorded::kKind.number, HitValidated::kKind.number,
                                         StopDocumented::kKind.number,
                                         StopFollowedUp::kKind.number};
  switch (attachment) {
    case Attachment::kQueries:
      return kQueries;
    case Attachment::kSharing:
      return kSharing;
    case Attachment::kEntries:
      return kEntries;
    case Attachment::kResponses:
      return kResponses;
  }
  ALPR_CHECK(false);
}

}  // namespace alpr::policy
