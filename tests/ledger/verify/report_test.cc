// Proves the report's JSON shape, that nothing a hostile store says can break it or a terminal, and
// that it survives the way from the reading process. Reports are made by hand.
#include "ledger/verify/report.h"

#include <gtest/gtest.h>

#include "ledger/chain/canonical_json.h"

namespace alpr::verify {
namespace {

Report sample() {
  Report report;
  report.anchored = true;
  report.simulated = true;
  report.as_of = {1'767'225'600 * kSecondUs};
  report.size = 3;
  report.took_us = 12'345;
  report.levels.resize(2);
  report.levels[0].holds = true;
  report.levels[0].checked = 3;
  report.levels[1].level = Level::kErasure;
  report.levels[1].add(2, "I12-G-1", "late");
  report.levels[1].add(std::nullopt, "x", "y");
  report.levels[1].not_checked = 1;
  return report;
}

TEST(Report, JsonIsAsTheDesignSays) {
  EXPECT_EQ(
      to_json(sample()),
      "{\"holds\":false,\"anchored\":true,\"as_of\":\"2026-01-01T00:00:00.000000Z\",\"simulated\":"
      "true,"
      "\"size\":3,\"root\":\"" +
          std::string(64, '0') +
          "\",\"levels\":[{\"level\":\"chain\",\"holds\":true,\"checked\":3,\"not_checked\":0,"
          "\"findings_count\":0,\"findings\":[]},{\"level\":\"erasure\",\"holds\":false,"
          "\"checked\":0,"
          "\"not_checked\":1,\"findings_count\":2,\"findings\":[{\"seq\":2,\"rule\":\"I12-G-1\","
          "\"what\":\"late\"},{\"seq\":null,\"rule\":\"x\",\"what\":\"y\"}]}],\"seconds\":0.012}");
}

TEST(Report, ALevelThatWasNotCheckedIsNullAndDoesNotHold) {
  Report report = sample();
  report.levels.pop_back();
  EXPECT_TRUE(report.holds());
  report.levels.emplace_back().level = Level::kPolicy;
  EXPECT_FALSE(report.holds());
  EXPECT_NE(to_json(report).find("\"level\":\"policy\",\"holds\":null"), std::string::npos);
  EXPECT_NE(to_text(report).find("not checked"), std::string::npos);
  EXPECT_FALSE(Report{}.holds());
}

TEST(Report, WhatAStoreSaysIsEscaped) {
  LevelReport level;
  level.add(1, "r", "a\x1b[2Jb\xff\"\n");
  EXPECT_EQ(level.findings.at(0).what, "a\\x1b[2Jb\\xff\"\\x0a");
}

TEST(Report, FindingsAreBoundedAndTheirCountIsWhole) {
  LevelReport level;
  level.holds = true;
  for (std::uint64_t i = 0; i < 5000; ++i) level.add(i, "r", "w");
  EXPECT_EQ(level.findings.size(), kFindingsKept);
  EXPECT_EQ(level.findings_count, 5000U);
  EXPECT_EQ(level.holds, false);
  level.add(~0ULL, "r", "w");
}

TEST(Report, SurvivesTheWayFromTheReadingProcess) {
  Report report = sample();
  report.levels.emplace_back().note = "why not";
  const auto back = decode_report(encode(report));
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), to_json(report));
  EXPECT_EQ(to_text(*back), to_text(report));
  EXPECT_FALSE(decode_report("{}"));
  EXPECT_FALSE(decode_report(""));
}

TEST(Report, TextSaysWhetherItIsAnchoredAndSimulated) {
  Report report = sample();
  EXPECT_NE(to_text(report).find("simulated"), std::string::npos);
  EXPECT_NE(to_text(report).find("does not hold, anchored"), std::string::npos);
  report.levels.pop_back();
  report.anchored = false;
  EXPECT_NE(to_text(report).find("\nholds, not anchored"), std::string::npos);
}

}  // namespace
}  // namespace alpr::verify
