// Police areas as a map: outlines, darker where more readers are deployed, with names and numbers
// as text. North is up. Whole numbers only, so that the same outlines give the same map on every
// machine. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/records/queries.h"
#include "reports/figures/annual.h"
#include "reports/forms/drawing.h"

namespace alpr::forms {

inline constexpr std::string_view kMapTitle = "Map of deployment by police area, north is up";

struct MappedArea {
  std::string name;
  std::vector<policy::Point> corners;
  std::optional<std::int64_t> readers;  // absent: not counted without keys
};

// The drawing is of the areas in their order, each with its name and readers where these have room
// in it, else with its place in that order (from 1), else with nothing. Empty for no areas. Corners
// as policy::check_outline takes them (ALPR_CHECKed).
Drawing area_map(const std::vector<MappedArea>& areas);

// "12 readers", "none", "not counted without keys".
std::string readers_text(const std::optional<std::int64_t>& readers);

// The figure that a report's map belongs to.
inline constexpr std::string_view kMappedFigure = "C3-2.devices.area";

// What stands beside the figure: the map and its areas as a table.
struct DeploymentMap {
  Drawing drawing;
  std::vector<std::string> heads;              // of the table
  std::vector<std::vector<std::string>> rows;  // number on the map, area, readers
  std::string note;                            // where its outlines are from, and what it has not
};
DeploymentMap deployment_map(const figures::AnnualReport& report, const figures::Figure& figure);

}  // namespace alpr::forms
