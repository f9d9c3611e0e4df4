#include "policy/records/hits.h"
#include "policy/records/reads.h"
#include "policy/records/shift_lists.h"
#include "policy/records/stops.h"

namespace alpr::policy {

std::vector<Attribute> known_names(const KnownAttributes& attributes) {
  std::vector<Attribute> known;
  const auto add = [&](const std::optional<std::string>& value, Attribute attribute) {
    if (value) known.push_back(attribute);
  };
  add(attributes.make, Attribute::kMake);
  add(attributes.model, Attribute::kModel);
  add(attributes.style, Attribute::kStyle);
  add(attributes.color, Attribute::kColor);
  add(attributes.year, Attribute::kYear);
  add(attributes.state, Attribute::kState);
  add(attributes.plate_type, Attribute::kPlateType);
  add(attributes.vin, Attribute::kVin);
  add(attributes.marks, Attribute::kMarks);
  return known;
}

std::vector<chain::Kind> reads_kinds() {
  return {kind_of<UploadReceived>(), kind_of<ReadRecorded>(), kind_of<UploadRefused>(),
          kind_of<BucketSummarised>(), kind_of<QueueBroken>()};
}

std::vector<chain::Kind> hotlists_kinds() {
  return {
      kind_of<HotlistLoaded>(),      kind_of<HotlistImportRefused>(), kind_of<EntryRequested>(),
      kind_of<EntryApproved>(),      kind_of<EntryDenied>(),          kind_of<EntryRemoved>(),
      kind_of<HotlistStale>(),       kind_of<EntriesDisclosed>(),     kind_of<HotlistConfirmed>(),
      kind_of<HotlistFetchFailed>(), kind_of<HotlistDeltaDisclosed>()};
}

std::vector<chain::Kind> hits_kinds() {
  return {kind_of<HitRaised>(), kind_of<HitsDisclosed>(), kind_of<HitStepRecorded>(),
          kind_of<HitValidated>()};
}

std::vector<chain::Kind> shift_lists_kinds() {
  return {kind_of<ListsTaken>(), kind_of<ListsRefused>(), kind_of<HitSetAside>()};
}

std::vector<chain::Kind> stops_kinds() {
  return {kind_of<StopDocumented>(), kind_of<StopFollowedUp>(), kind_of<StopsDisclosed>()};
}

}  // namespace alpr::policy
