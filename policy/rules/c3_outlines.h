// Section C.3, item 2 and OMC 9.64.010(1) D: where readers are deployed is reported by police area.
// The ADMINISTRATOR enrols devices in areas, and records where these are. Pure; on the sequencer's
// thread.
#pragma once

#include "policy/registers/outlines.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// -> area.outlined; it takes the place of the one before. kMalformed: the name is too long, or the
// corners are no outline (see check_outline). kConflict: there are kOutlinedAreasMax, or nothing to
// take away.
struct OutlineArea {
  std::optional<std::string> area;
  std::vector<Point> corners;  // 3 to kOutlineCornersMax; none takes the outline away
  template <typename M>
  void members(M& m) {
    m("area", area);
    m("corners", corners);
  }
};
Decision decide(const State& state, const Actor& actor, const OutlineArea& command,
                const Moment& moment);

}  // namespace alpr::policy
