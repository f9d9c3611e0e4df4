// Where the police areas are, for the report's map: no figure, and of the log's events like one, so
// that it can be made again (I12-C3-2; OMC 9.64.010(1) D). One thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policy/records/outlines.h"
#include "reports/figures/seen_event.h"

namespace alpr::figures {

struct AreaOutline {
  std::string area;                    // as devices are enrolled in it
  std::vector<policy::Point> corners;  // degrees times 10^7, WGS 84; one walks around it
  template <typename M>
  void members(M& m) {
    m("area", area);
    m("corners", corners);
  }
};

struct AreaMap {
  std::string rule;        // the row of the order that asks for it
  std::string definition;  // one sentence: how anybody makes it again
  std::vector<AreaOutline> areas;
  template <typename M>
  void members(M& m) {
    m("rule", rule);
    m("definition", definition);
    m("areas", areas);
  }
};

class OutlineFold {
 public:
  static constexpr std::uint16_t kKind = policy::AreaOutlined::kKind.number;
  // Of kKind, in order, before the period's end. kMalformed: it is not what its kind says.
  Result<void> take(const SeenEvent& event);
  // nullopt: no area has an outline.
  std::optional<AreaMap> map() const;

 private:
  std::map<std::string, std::vector<policy::Point>> corners_;  // by area
};

// What differs between a report's map and the log's, a sentence for each; none: they are the same.
std::vector<std::string> differences(const std::optional<AreaMap>& given,
                                     const std::optional<AreaMap>& log);

}  // namespace alpr::figures
