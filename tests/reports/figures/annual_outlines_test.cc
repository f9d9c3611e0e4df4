// Proves that a report has the outlines of the police areas as they were at its period's end, and
// that any other outline is named. By reports of logs that the test writes down.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/records/outlines.h"
#include "tests/reports/figures/made_log.h"

namespace alpr::figures::testing {
namespace {

using policy::AreaOutlined;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<policy::Point> kTriangle{{0, 0}, {0, 9}, {9, 0}};
const Period kMonth{kJanuary, kFebruary};

std::optional<AreaMap> map_of(const MadeLog& log, bool keys = false) {
  return log.report(kMonth, keys).map;
}

TEST(AnnualOutlines, I12_C3_2_TheNewestOfEachAreaByName) {
  MadeLog log;
  EXPECT_FALSE(map_of(log));
  log.add(AreaOutlined{1, "Area 2", kTriangle, actor("admin")});
  log.add(AreaOutlined{1, "Area 1", kTriangle, actor("admin")});
  log.add(AreaOutlined{1, "Area 2", {{1, 1}, {1, 9}, {9, 9}, {9, 1}}, actor("admin")});
  const auto map = map_of(log);
  ASSERT_TRUE(map);
  ASSERT_EQ(map->areas.size(), 2U);
  EXPECT_EQ(map->areas[0].area, "Area 1");
  EXPECT_EQ(map->areas[1].corners.size(), 4U);
  EXPECT_THAT(differences(map, map_of(log, /*keys=*/true)), IsEmpty());
  log.add(AreaOutlined{1, "Area 1", {}, actor("admin")});
  EXPECT_EQ(map_of(log)->areas.size(), 1U);
  log.now = kFebruary;
  log.add(AreaOutlined{1, "Area 2", {}, actor("admin")});
  EXPECT_EQ(map_of(log)->areas.size(), 1U) << "after the period";
}

TEST(AnnualOutlines, I12_C3_2_AnyOtherOutlineIsNamed) {
  MadeLog log;
  log.add(AreaOutlined{1, "Area 1", kTriangle, actor("admin")});
  log.add(AreaOutlined{1, "Area 2", kTriangle, actor("admin")});
  const auto good = map_of(log);
  EXPECT_THAT(differences({}, {}), IsEmpty());
  EXPECT_THAT(differences({}, good), ElementsAre(HasSubstr("the report has none")));
  EXPECT_THAT(differences(good, {}), ElementsAre(HasSubstr("the log has none")));
  auto changed = good;
  changed->areas[1].corners[2].latitude_e7 += 1;
  EXPECT_THAT(differences(changed, good), ElementsAre(HasSubstr("Area 2: its outline is another")));
  changed = good;
  changed->areas[0].area = "Area 0";
  EXPECT_THAT(differences(changed, good), ElementsAre(HasSubstr("Area 1: its outline is missing"),
                                                      HasSubstr("Area 0: the log gives no")));
  changed = good;
  std::swap(changed->areas[0], changed->areas[1]);
  EXPECT_EQ(differences(changed, good).size(), 1U);
  changed = good;
  changed->areas.push_back(changed->areas[0]);
  EXPECT_EQ(differences(changed, good).size(), 1U);
  changed = good;
  changed->definition += ".";
  EXPECT_EQ(differences(changed, good).size(), 1U);
}

}  // namespace
}  // namespace alpr::figures::testing
