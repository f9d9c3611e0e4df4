// Proves that a map shows each area where it is, darker where more readers are, and that its labels
// stand in their areas and not over one another. By measuring the shapes that SVG and PDF are drawn
// from.
#include "reports/forms/area_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/forms/annual_document.h"
#include "reports/forms/annual_page.h"
#include "reports/forms/area_labels.h"
#include "tests/reports/forms/sample_report.h"

namespace alpr::forms {
namespace {

using policy::Point;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::sample_report;

std::vector<Point> square(std::int64_t south, std::int64_t west, std::int64_t side) {
  return {{south, west}, {south, west + side}, {south + side, west + side}, {south + side, west}};
}
const Label* label(const Drawing& drawing, const std::string& text) {
  for (const Label& one : drawing.labels)
    if (one.text == text) return &one;
  return nullptr;
}

TEST(AreaMap, NorthIsUpAndEastIsRight) {
  const Drawing map = area_map({{"South west", square(0, 0, 1'000), 1},
                                {"North east", square(1'000, 1'000, 1'000), 4},
                                {"Nobody", square(0, 1'000, 1'000), 0}});
  ASSERT_EQ(map.shapes.size(), 3U);
  EXPECT_EQ(map.width, 360);
  EXPECT_NEAR(static_cast<double>(map.height), 360, 2) << "at the equator a square is a square";
  for (const Shape& shape : map.shapes)
    for (const Spot& spot : shape.corners) {
      EXPECT_GE(spot.x, 0);
      EXPECT_GE(spot.y, 0);
      EXPECT_LE(spot.x, map.width);
      EXPECT_LE(spot.y, map.height);
    }
  EXPECT_LT(map.shapes[0].corners[0].x, map.shapes[1].corners[0].x);
  EXPECT_GT(map.shapes[0].corners[0].y, map.shapes[1].corners[0].y);
  EXPECT_EQ(map.shapes[0].shade, 1);
  EXPECT_EQ(map.shapes[1].shade, kShades - 1);
  EXPECT_EQ(map.shapes[2].shade, 0);
  for (const char* text : {"South west", "1 reader", "North east", "4 readers", "Nobody", "none"})
    EXPECT_NE(label(map, text), nullptr) << text;
  EXPECT_TRUE(area_map({}).empty());
}

// At 60 degrees a degree of longitude is half as long as one of latitude.
TEST(AreaMap, IsAsNarrowAsTheGlobeIsThere) {
  const Drawing map = area_map({{"North", square(600'000'000, 0, 1'000), 1}});
  const auto& corners = map.shapes[0].corners;
  EXPECT_NEAR(static_cast<double>(corners[1].x - corners[0].x),
              static_cast<double>(corners[0].y - corners[3].y) / 2, 4);
  EXPECT_EQ(map.height, 424) << "as high as it may be";
  EXPECT_NEAR(static_cast<double>(corners[0].x + corners[1].x) / 2, 180, 2) << "in the middle";
}

// The whole globe, and the smallest that there is.
TEST(AreaMap, HoldsWhatAnOutlineMayBe) {
  for (const std::vector<Point>& corners :
       {std::vector<Point>{{-900'000'000, -900'000'000},
                           {900'000'000, -900'000'000},
                           {900'000'000, 900'000'000},
                           {-900'000'000, 900'000'000}},
        {{899'999'999, 0}, {899'999'999, 1}, {900'000'000, 0}},
        {{0, 1'799'999'999}, {0, 1'800'000'000}, {1, 1'800'000'000}}}) {
    const Drawing map = area_map({{"Area", corners, 9'007'199'254'740'991}});
    for (const Spot& spot : map.shapes[0].corners) {
      EXPECT_GE(spot.x, 0);
      EXPECT_GE(spot.y, 0);
      EXPECT_LE(spot.x, map.width);
      EXPECT_LE(spot.y, map.height);
    }
    EXPECT_EQ(map.shapes[0].shade, kShades - 1);
  }
}

TEST(AreaMap, ANameWithoutRoomBecomesANumber) {
  const std::string name = "An area with a name that is longer than it is wide";
  const Drawing map =
      area_map({{"West", square(0, 0, 3'000), 1}, {name, square(0, 3'000, 600), 2}});
  EXPECT_EQ(label(map, name), nullptr);
  EXPECT_NE(label(map, "2"), nullptr);
  EXPECT_EQ(label(map, "1"), nullptr) << "it has its name";
}

// In an area that is bent, the middle of its box is outside of it.
TEST(AreaMap, ALabelStandsInItsArea) {
  const Drawing map =
      area_map({{"Bay",
                 {{0, 0}, {0, 4'000}, {4'000, 4'000}, {4'000, 3'000}, {1'000, 3'000}, {1'000, 0}},
                 2}});
  const Label* name = label(map, "Bay");
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->anchor, Anchor::kMiddle);
  const bool in_arm = name->x > 360 * 3 / 4;
  const bool in_foot = name->baseline > map.height * 3 / 4;
  EXPECT_TRUE(in_arm || in_foot) << name->x << " " << name->baseline;
}

TEST(AreaMap, LabelsLieNotOverOneAnother) {
  const Shape shape{{{0, 0}, {100, 0}, {100, 40}, {0, 40}}, 1};
  const auto labels = area_labels({shape, shape}, {{{"one", "two"}, "1"}, {{"three"}, "2"}});
  ASSERT_EQ(labels.size(), 2U) << "the second has no room beside the first";
  EXPECT_EQ(labels[0].text, "one");
  EXPECT_EQ(labels[1].baseline - labels[0].baseline, kLabelSize + 3);
  EXPECT_TRUE(area_labels({{{{0, 0}, {4, 0}, {4, 4}}, 0}}, {{{"one"}, "1"}}).empty());
}

TEST(AreaMap, I12_C3_2_StandsInTheReportWithItsTable) {
  const std::string page = annual_page(sample_report());
  EXPECT_THAT(page, HasSubstr("<figcaption>Map of deployment by police area"));
  EXPECT_THAT(page, HasSubstr(", as a map; the numbers are in the table below"));
  EXPECT_THAT(page, HasSubstr("<caption>The map&#39;s areas</caption>"));
  EXPECT_THAT(page, HasSubstr("41,822,586 readers"));
  EXPECT_THAT(page, HasSubstr("As the log has it. (I12-C3-2)"));
  EXPECT_THAT(page, Not(HasSubstr("no map")));
  EXPECT_THAT(page, Not(HasSubstr("Not on the map")));
  bool drawn = false;
  for (const Block& block : annual_document(sample_report()).blocks)
    if (const auto* drawing = std::get_if<Drawing>(&block)) drawn = drawn || drawing->is_map();
  EXPECT_TRUE(drawn);
}

TEST(AreaMap, I12_C3_2_WhatIsNotOnTheMapIsSaid) {
  auto report = sample_report();
  report.map->areas.resize(60);
  EXPECT_THAT(annual_page(report), HasSubstr("5 areas that readers are deployed in."));
  report.map->areas[3].corners.resize(2);  // by whoever changed the file
  EXPECT_THAT(annual_page(report), HasSubstr("6 areas that readers are deployed in."));
  report.map.reset();
  EXPECT_THAT(annual_page(report), HasSubstr("there is no map."));
  EXPECT_THAT(annual_page(report), Not(HasSubstr("<polygon")));
}

}  // namespace
}  // namespace alpr::forms
