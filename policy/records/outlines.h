// Where the police areas are that devices are enrolled in, so that the annual report can draw them
// (I12-C3-2; OMC 9.64.010(1) D). Areas and their outlines are published by the city, so both stand
// open; who recorded it is sealed.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/queries.h"

namespace alpr::policy {

struct AreaOutlined {
  static constexpr KindSpec kKind{115, "area.outlined", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "where a police area is, for the report's map (I12-C3-2)"};
  std::int64_t policy = 0;
  std::string area;            // as devices are enrolled in it
  std::vector<Point> corners;  // one walks around it; none: it has no outline any more
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("area", area);
    m.open("corners", corners);
    m("by", by);
  }
};

inline std::vector<chain::Kind> outlines_kinds() { return {kind_of<AreaOutlined>()}; }

}  // namespace alpr::policy
