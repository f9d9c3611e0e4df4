#include "api/sharing_package.h"

#include "ledger/chain/encoding.h"

namespace alpr::api {

std::string owner_marking(std::string_view department) {
  return "Property of " + std::string(department) +
         ". For official use in the case named, by the recipient named. Not to be passed to "
         "out-of-state or federal agencies, nor used for immigration enforcement or to pursue "
         "reproductive health care (General Order I-12, sections C.3, E and I).";
}

PackagedEvent packaged(const chain::EventView& event) {
  ALPR_CHECK(event.have_payload && event.header.form == chain::Form::kWhole);
  return {event.header.seq, chain::hex(event.salt), event.json};
}

bool shown_to_recipient(const chain::EventView&, const chain::Member& member) {
  return member.name != "by" && member.name != "delivery" && member.name != "recipient";
}

}  // namespace alpr::api
