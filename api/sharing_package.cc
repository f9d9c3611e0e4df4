#include "api/sharing_package.h"

#include "ledger/chain/encoding.h"

namespace alpr::api {

PackagedEvent packaged(const chain::EventView& event) {
  ALPR_CHECK(event.have_payload && event.header.form == chain::Form::kWhole);
  return {event.header.seq, chain::hex(event.salt), event.json};
}

bool shown_to_recipient(const chain::EventView&, const chain::Member& member) {
  return member.name != "by" && member.name != "delivery" && member.name != "recipient";
}

}  // namespace alpr::api
