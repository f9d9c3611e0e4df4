// Proves that a chart shows its numbers: bars in proportion, every label within the drawing and
// none over a bar. By measuring the shapes that SVG and PDF are drawn from.
#include "reports/forms/bar_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace alpr::forms {
namespace {

using figures::Figure;
using ::testing::HasSubstr;

TEST(BarChart, TheLongestBarIsTheLargestNumber) {
  Figure figure;
  figure.label = "Reads & more";
  EXPECT_TRUE(bar_chart(figure).empty());
  EXPECT_EQ(svg_of(bar_chart(figure)), "");
  figure.rows = {{"2026-01", 0, {}}, {"2026-02", 50, {}}, {"2026-03", 100, {}}};
  const std::string svg = svg_of(bar_chart(figure));
  EXPECT_THAT(svg, HasSubstr("<figcaption>Reads &amp; more</figcaption>"));
  EXPECT_THAT(svg, HasSubstr("aria-label=\"Reads &amp; more,"));
  EXPECT_THAT(svg, HasSubstr("width=\"0\""));
  EXPECT_THAT(svg, HasSubstr("width=\"110\""));
  EXPECT_THAT(svg, HasSubstr("width=\"221\""));
  EXPECT_THAT(svg, HasSubstr(">none</text>"));
  figure.rows[2].value = 9'007'199'254'740'991;
  EXPECT_THAT(svg_of(bar_chart(figure)), HasSubstr("width=\"221\""));
  figure.rows[0].value = -5;
  EXPECT_EQ(bar_chart(figure).bars[0].width, 0);
  figure.rows.assign(kBarRowsMax + 1, {"2026-01", 1, {}});
  EXPECT_TRUE(bar_chart(figure).empty()) << "nobody could read it";
}

// A letter is taken to be two thirds as wide as it is high, as digits of DejaVu Sans nearly are.
TEST(BarChart, NothingLiesOverAnythingElse) {
  for (const char* name : {"2026-01", "Missing or at risk",
                           "A name of a purpose that is longer than any line of the drawing is"}) {
    const Drawing drawing = bar_chart("Title", {{name, 500'000'000}, {name, 1}, {name, 0}});
    ASSERT_EQ(drawing.bars.size(), 3U);
    ASSERT_EQ(drawing.labels.size(), 6U);
    const std::int64_t letter = kLabelSize * 2 / 3;
    for (std::size_t i = 0; i < 3; ++i) {
      const Bar& bar = drawing.bars[i];
      const Label& label = drawing.labels[2 * i];
      const Label& number = drawing.labels[2 * i + 1];
      EXPECT_LE(bar.y + bar.height, drawing.height);
      EXPECT_GT(number.x, bar.x + bar.width);
      EXPECT_LE(number.x + static_cast<std::int64_t>(number.text.size()) * letter, drawing.width);
      if (label.anchor == Anchor::kEnds) {
        EXPECT_LT(label.x, bar.x);
        EXPECT_GE(label.x - static_cast<std::int64_t>(label.text.size()) * letter, 0);
      } else {
        EXPECT_LT(label.baseline, bar.y) << "it stands above";
        EXPECT_LE(label.text.size(), 51U) << "48 characters and an ellipsis";
      }
    }
  }
}

}  // namespace
}  // namespace alpr::forms
