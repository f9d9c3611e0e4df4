#include "reports/forms/area_map.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "policy/registers/areas.h"
#include "policy/registers/outlines.h"
#include "reports/forms/area_labels.h"
#include "reports/forms/html_text.h"

namespace alpr::forms {
namespace {

using policy::Point;

// As wide as a chart, and no higher than a page of the PDF holds beside a heading.
constexpr std::int64_t kWidth = 360;
constexpr std::int64_t kHeightMax = 420;
constexpr std::int64_t kEdge = 2;  // for the lines
constexpr std::int64_t kMillion = 1'000'000;

// cos of a latitude in millionths, after Bhaskara: to two thousandths, and without floating point.
std::int64_t cosine_ppm(std::int64_t latitude_e7) {
  constexpr std::int64_t kHalfTurnSquared = 32'400 * kMillion;  // 180 degrees, in thousandths
  const std::int64_t milli = std::abs(latitude_e7) / 10'000;
  const std::int64_t square = milli * milli;
  return std::max<std::int64_t>(
      (kHalfTurnSquared - 4 * square) * 1'000 / ((kHalfTurnSquared + square) / 1'000),
      kMillion / 100);
}

// From degrees to the drawing.
class Projection {
 public:
  explicit Projection(const std::vector<MappedArea>& areas) {
    box_ = policy::box_of(areas[0].corners);
    for (const MappedArea& area : areas) {
      const policy::Box other = policy::box_of(area.corners);
      box_ = {std::min(box_.south, other.south), std::max(box_.north, other.north),
              std::min(box_.west, other.west), std::max(box_.east, other.east)};
    }
    narrower_ppm_ = cosine_ppm((box_.south + box_.north) / 2);
    const std::int64_t wide = std::max<std::int64_t>(eastwards(box_.east), 1);
    const std::int64_t high = std::max<std::int64_t>(box_.north - box_.south, 1);
    constexpr std::int64_t kInner = kWidth - 2 * kEdge;
    by_width_ = high * kInner <= wide * kHeightMax;
    units_ = by_width_ ? kInner : kHeightMax;
    span_ = by_width_ ? wide : high;
    left_ = kEdge + (kInner - scaled(wide)) / 2;
    height_ = scaled(high) + 2 * kEdge;
  }
  std::int64_t height() const { return height_; }
  Spot spot(const Point& point) const {
    return {left_ + scaled(eastwards(point.longitude_e7)),
            kEdge + scaled(box_.north - point.latitude_e7)};
  }

 private:
  std::int64_t eastwards(std::int64_t longitude_e7) const {
    return (longitude_e7 - box_.west) * narrower_ppm_ / kMillion;
  }
  std::int64_t scaled(std::int64_t distance) const { return distance * units_ / span_; }

  policy::Box box_;
  std::int64_t narrower_ppm_ = kMillion;
  bool by_width_ = true;
  std::int64_t units_ = 1, span_ = 1, left_ = 0, height_ = 0;
};

// 1 to kShades - 1 for those that have any.
int shade_of(const std::optional<std::int64_t>& readers, std::int64_t most) {
  if (readers.value_or(0) <= 0) return 0;
  constexpr std::int64_t kDark = kShades - 1;
  return static_cast<int>((static_cast<__int128>(*readers) * kDark + most - 1) / most);
}

std::optional<std::int64_t> readers_of(const figures::Figure& figure, const std::string& area) {
  if (!figure.computed) return std::nullopt;
  for (const figures::FigureRow& row : figure.rows)
    if (row.key == area) return row.value.value_or(0);
  return 0;
}

std::string without_outline(const figures::Figure& figure, const std::vector<MappedArea>& areas) {
  std::size_t others = 0;
  for (const figures::FigureRow& row : figure.rows)
    if (std::none_of(areas.begin(), areas.end(),
                     [&](const MappedArea& area) { return area.name == row.key; }))
      ++others;
  if (others == 0) return "";
  return " Not on the map, for they have no outline in the log: " +
         grouped(static_cast<std::int64_t>(others)) +
         (others == 1 ? " area that readers are deployed in."
                      : " areas that readers are deployed in.");
}

}  // namespace

Drawing area_map(const std::vector<MappedArea>& areas) {
  if (areas.empty()) return {};
  for (const MappedArea& area : areas)
    ALPR_CHECK(policy::check_outline("corners", area.corners, policy::kOutlineCornersMax));
  const Projection projection(areas);
  std::int64_t most = 1;
  for (const MappedArea& area : areas) most = std::max(most, area.readers.value_or(0));
  Drawing drawing{std::string(kMapTitle), kWidth, projection.height(), {}, {}, {}};
  std::vector<AreaText> texts;
  for (std::size_t i = 0; i < areas.size(); ++i) {
    Shape shape{{}, shade_of(areas[i].readers, most)};
    for (const Point& corner : areas[i].corners) shape.corners.push_back(projection.spot(corner));
    drawing.shapes.push_back(std::move(shape));
    AreaText text{{areas[i].name}, std::to_string(i + 1)};
    if (areas[i].readers) text.lines.push_back(readers_text(areas[i].readers));
    texts.push_back(std::move(text));
  }
  drawing.labels = area_labels(drawing.shapes, texts);
  return drawing;
}

std::string readers_text(const std::optional<std::int64_t>& readers) {
  if (!readers) return "not counted without keys";
  if (*readers <= 0) return "none";
  return grouped(*readers) + (*readers == 1 ? " reader" : " readers");
}

DeploymentMap deployment_map(const figures::AnnualReport& report, const figures::Figure& figure) {
  DeploymentMap made{{}, {"On the map", "Area", "Readers"}, {}, ""};
  std::vector<MappedArea> areas;
  if (report.map) {
    // A report that was changed can have anything here; its check says so, and the page is made.
    for (const figures::AreaOutline& outline : report.map->areas)
      if (areas.size() < policy::kOutlinedAreasMax &&
          policy::check_outline("corners", outline.corners, policy::kOutlineCornersMax))
        areas.push_back({outline.area, outline.corners, readers_of(figure, outline.area)});
  }
  if (areas.empty()) {
    made.note = "No police area has an outline in the log, so there is no map.";
    return made;
  }
  made.drawing = area_map(areas);
  for (std::size_t i = 0; i < areas.size(); ++i)
    made.rows.push_back({std::to_string(i + 1), areas[i].name, readers_text(areas[i].readers)});
  made.note =
      "North is up; the darker an area is, the more readers are deployed in it. Outlines: " +
      report.map->definition + " (" + report.map->rule + ")" + without_outline(figure, areas);
  return made;
}

}  // namespace alpr::forms
