// Proves that times are written in one form, read back, and that only RFC 3339 texts of years 1970
// to 9999 are read. By known instants (computed elsewhere), random round trips and lists of near
// misses.
#include <gtest/gtest.h>

#include <random>

#include "ledger/chain/encoding.h"

namespace alpr::chain {
namespace {

TEST(Time, KnownInstantsAreWrittenWithMicroseconds) {
  EXPECT_EQ(format_time(TimeUs{0}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(format_time(TimeUs{1'795'428'000'000'007}), "2026-11-23T10:00:00.000007Z");
  EXPECT_EQ(format_time(TimeUs{951'782'400'000'000}), "2000-02-29T00:00:00.000000Z");
  EXPECT_EQ(format_time(TimeUs{253'402'300'799'999'999}), "9999-12-31T23:59:59.999999Z");
}

TEST(Time, AHostileTimeIsWrittenAsANumber) {
  EXPECT_EQ(format_time(TimeUs{-1}), "-1 us since 1970");
  EXPECT_EQ(format_time(TimeUs{9'223'372'036'854'775'807}), "9223372036854775807 us since 1970");
}

TEST(Time, OffsetsAndFractionsAreRead) {
  const std::int64_t ten = 1'795'428'000'000'000;
  EXPECT_EQ(parse_time("2026-11-23T10:00:00Z").value().value, ten);
  EXPECT_EQ(parse_time("2026-11-23T02:00:00-08:00").value().value, ten);
  EXPECT_EQ(parse_time("2026-11-23T15:30:00+05:30").value().value, ten);
  EXPECT_EQ(parse_time("2026-11-23T10:00:00.5Z").value().value, ten + 500'000);
  EXPECT_EQ(parse_time("2026-11-23T10:00:00.000001Z").value().value, ten + 1);
  EXPECT_EQ(parse_time("1969-12-31T16:00:00-08:00").value().value, 0);
}

TEST(Time, WhatIsWrittenIsReadBack) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 2000; ++i) {
    const TimeUs time{static_cast<std::int64_t>(random() % 253'402'300'800'000'000u)};
    EXPECT_EQ(parse_time(format_time(time)).value().value, time.value);
  }
}

TEST(Time, EverythingElseIsRefused) {
  for (const std::string_view text : {"",
                                      "2026-11-23",
                                      "2026-11-23T10:00:00",
                                      "2026-11-23 10:00:00Z",
                                      "2026-11-23t10:00:00z",
                                      "2026-11-23T10:00Z",
                                      "2026-11-23T10:00:00.Z",
                                      "2026-11-23T10:00:00.1234567Z",
                                      "2026-11-23T10:00:00,5Z",
                                      "2026-13-01T00:00:00Z",
                                      "2026-00-01T00:00:00Z",
                                      "2026-02-29T00:00:00Z",
                                      "2026-04-31T00:00:00Z",
                                      "2026-11-00T00:00:00Z",
                                      "2026-11-23T24:00:00Z",
                                      "2026-11-23T10:60:00Z",
                                      "2026-11-23T23:59:60Z",
                                      "2026-11-23T10:00:00+24:00",
                                      "2026-11-23T10:00:00+05:60",
                                      "2026-11-23T10:00:00+0530",
                                      "2026-11-23T10:00:00ZZ",
                                      "2026-11-23T10:00:00Z ",
                                      " 2026-11-23T10:00:00Z",
                                      "1969-12-31T23:59:59Z",
                                      "1970-01-01T00:00:00+00:01",
                                      "9999-12-31T23:59:59-00:01",
                                      "+026-11-23T10:00:00Z",
                                      "-026-11-23T10:00:00Z",
                                      "2026-1a-23T10:00:00Z"}) {
    EXPECT_FALSE(parse_time(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace alpr::chain
