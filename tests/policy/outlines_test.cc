// Proves who records where a police area is, and that nothing becomes an outline that cannot be
// drawn. By commands against a log in memory.
#include <gtest/gtest.h>

#include "policy/rules/c3_outlines.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;  // NOLINT: the fixture's names are this file's vocabulary

const std::vector<Point> kSquare{{0, 0}, {0, 900}, {900, 900}, {900, 0}};

class Outlines : public ::testing::Test {
 protected:
  Decision outline(const std::optional<std::string>& area, std::vector<Point> corners = kSquare,
                   std::string_view by = kAdmin) {
    return decide(world.state(), world.holder(by), OutlineArea{area, std::move(corners)},
                  world.moment());
  }
  std::vector<OutlineRow> listed() { return list_outlines(world.rows).value(); }
  World world;
};

TEST_F(Outlines, I12_C3_2_TheNewestOfAnAreaIsItsOutline) {
  world.permit(outline("Area 2"));
  const Sequence first = world.permit(outline("Area 1"));
  ASSERT_EQ(listed().size(), 2U);
  EXPECT_EQ(listed()[0].area, "Area 1");
  EXPECT_EQ(listed()[0].outlined, first);
  world.permit(outline("Area 1", {{1, 1}, {5, 9}, {9, 1}}));
  ASSERT_EQ(listed().size(), 2U);
  EXPECT_EQ(listed()[0].corners.size(), 3U);
  EXPECT_EQ(listed()[0].corners[1].longitude_e7, 9);
  world.permit(outline("Area 1", {}));
  ASSERT_EQ(listed().size(), 1U);
  EXPECT_EQ(listed()[0].area, "Area 2");
  EXPECT_EQ(outline("Area 1", {}).error->code, ErrorCode::kConflict) << "it is gone already";
}

TEST_F(Outlines, I12_L_1_AreRecordedByTheAdministratorOnly) {
  for (const auto by : {kIt, kChief, kTrainer})
    EXPECT_EQ(world.refused(outline("Area 1", kSquare, by), "I12-L-1"), "role-missing");
  for (const auto& area : {std::optional<std::string>(), std::optional<std::string>(" ")})
    EXPECT_EQ(world.refused(outline(area), "I12-C3-2"), "required-fact-missing");
}

TEST_F(Outlines, I12_C3_2_CornersThatGoAroundNothingAreMalformed) {
  std::vector<Point> circle;
  for (std::int64_t i = 0; i < 201; ++i) circle.push_back({i * i, i});
  for (const std::vector<Point>& bad : {std::vector<Point>{{0, 0}, {9, 9}},
                                        {{0, 0}, {9, 9}, {9, 0}, {0, 9}},
                                        {{0, 0}, {0, 9}, {900'000'001, 9}},
                                        {{0, -1'790'000'000}, {0, 1'790'000'000}, {9, 0}},
                                        circle}) {
    const Decision decision = outline("Area 1", bad);
    ASSERT_TRUE(decision.error.has_value()) << bad.size();
    EXPECT_EQ(decision.error->code, ErrorCode::kMalformed);
    EXPECT_EQ(decision.error->detail.substr(0, 9), "corners: ");
  }
  circle.pop_back();
  world.permit(outline("Area 1", circle));
  EXPECT_EQ(outline(std::string(201, 'x')).error->code, ErrorCode::kMalformed);
}

TEST_F(Outlines, ThereAreNoMoreThanAMapCanShow) {
  for (std::size_t i = 0; i < kOutlinedAreasMax; ++i)
    world.permit(outline("Area " + std::to_string(i)));
  EXPECT_EQ(outline("one more").error->code, ErrorCode::kConflict);
  world.permit(outline("Area 7", {{1, 1}, {5, 9}, {9, 1}}));
}

}  // namespace
}  // namespace alpr::policy
