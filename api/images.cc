#include "api/images.h"

#include "api/gone.h"
#include "ledger/chain/encoding.h"
#include "policy/records/reads.h"

namespace alpr::api {

Result<Picture> picture_of(const store::Store& store, Sequence read) {
  const auto event = store.event(read);
  if (!event) return tl::unexpected(event.error());
  const auto recorded = policy::from_event<policy::ReadRecorded>(*event);
  if (!recorded) return tl::unexpected(recorded.error());
  const policy::ImagePlace& place = recorded->image;
  // The store checks the due time again, and that the bytes are those the read committed to.
  const auto bytes = store.image(
      read, bucket_of(event->header.time),
      {static_cast<std::uint64_t>(place.offset), static_cast<std::uint64_t>(place.length)},
      place.sha256);
  if (!bytes) return tl::unexpected(bytes.error());
  return Picture{recorded->read->image.type, std::string(as_text(*bytes))};
}

Response shown_image(Context& context, Sequence read, const Outcome& outcome) {
  const store::Store& store = context.service.store();
  if (outcome.error) return event_problem(store, read, *outcome.error);
  if (!outcome.done()) return not_done(outcome);
  auto picture = picture_of(store, read);
  if (!picture) return event_problem(store, read, picture.error());
  const Written event = written(context, outcome.commit.first);
  return {200,
          std::move(picture->type),
          std::move(picture->bytes),
          {{"X-Plateledger-Event", std::to_string(event.seq.value)},
           {"X-Plateledger-Leaf", chain::hex(event.leaf)},
           {"X-Plateledger-Receipt", event.receipt}}};
}

Response disclose_image(Context& context, const policy::Actor& actor,
                        const policy::DiscloseImage& command) {
  return shown_image(context, command.read, context.service.perform(actor, command));
}

}  // namespace alpr::api
