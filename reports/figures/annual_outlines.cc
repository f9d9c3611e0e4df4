#include "reports/figures/annual_outlines.h"

#include <algorithm>

namespace alpr::figures {
namespace {

constexpr std::string_view kRule = "I12-C3-2";
constexpr std::string_view kDefinition =
    "Of each police area the corners in its newest area.outlined before the period's end, by name; "
    "an area of which the newest has no corners is left out.";

bool same_corners(const std::vector<policy::Point>& a, const std::vector<policy::Point>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& p, const auto& q) {
    return p.latitude_e7 == q.latitude_e7 && p.longitude_e7 == q.longitude_e7;
  });
}

const AreaOutline* outline_of(const AreaMap& map, const std::string& area) {
  const auto found = std::find_if(map.areas.begin(), map.areas.end(),
                                  [&](const AreaOutline& one) { return one.area == area; });
  return found == map.areas.end() ? nullptr : &*found;
}

}  // namespace

Result<void> OutlineFold::take(const SeenEvent& event) {
  auto outlined = open_part<policy::AreaOutlined>(event);
  if (!outlined) return tl::unexpected(outlined.error());
  if (outlined->corners.empty())
    corners_.erase(outlined->area);
  else
    corners_[outlined->area] = std::move(outlined->corners);
  return {};
}

std::optional<AreaMap> OutlineFold::map() const {
  if (corners_.empty()) return std::nullopt;
  AreaMap map{std::string(kRule), std::string(kDefinition), {}};
  for (const auto& [area, corners] : corners_) map.areas.push_back({area, corners});
  return map;
}

std::vector<std::string> differences(const std::optional<AreaMap>& given,
                                     const std::optional<AreaMap>& log) {
  if (!given && !log) return {};
  if (!given) return {"the log has outlines of police areas, and the report has none"};
  if (!log) return {"the report has outlines of police areas, and the log has none"};
  std::vector<std::string> found;
  if (given->rule != log->rule || given->definition != log->definition)
    found.emplace_back("it is described in another way than it is made");
  for (const AreaOutline& area : log->areas) {
    const AreaOutline* told = outline_of(*given, area.area);
    if (told == nullptr)
      found.push_back(area.area + ": its outline is missing");
    else if (!same_corners(told->corners, area.corners))
      found.push_back(area.area + ": its outline is another than the log gives");
  }
  for (const AreaOutline& area : given->areas)
    if (outline_of(*log, area.area) == nullptr)
      found.push_back(area.area + ": the log gives no outline of it");
  const bool in_order =
      std::equal(given->areas.begin(), given->areas.end(), log->areas.begin(), log->areas.end(),
                 [](const auto& a, const auto& b) { return a.area == b.area; });
  if (found.empty() && !in_order) found.emplace_back("its areas are not those that the log gives");
  return found;
}

}  // namespace alpr::figures
