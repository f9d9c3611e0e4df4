// Proves what is taken over from other makers' messages and that everything else is dropped and
// counted (I12-D-1). Reads messages in the shapes that their makers document, and damaged ones.
#include "recognition/relay/message.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/chain/encoding.h"

namespace alpr::recognition {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

const Bytes kPicture{'p', 'i', 'c'};

std::string group(const std::string& more = "") {
  return fmt::format(
      R"({{"data_type":"alpr_group","version":2,"epoch_start":1764000000123,
"epoch_end":1764000001123,"camera_id":1001,"gps_latitude":37.8044,"gps_longitude":-122.2712,
"best_plate_number":"7abc 123",
"best_confidence":93.25,"candidates":[{{"plate":"7ABC123","confidence":93.25,"matches_template":1}},
{{"plate":"7A8C123","confidence":71}}],"vehicle":{{"color":[{{"name":"black","confidence":20.5}},
{{"name":"silver-gray","confidence":61.5}}],"make":[{{"name":"Honda","confidence":80}}],
"make_model":[{{"name":"honda_civic","confidence":40.5}},{{"name":"honda_cr-v","confidence":39}}],
"occupants":2}},"vehicle_crop_jpeg":"{}","travel_direction":182.5,"is_parked":false{}}})",
      chain::base64(kPicture), more);
}

std::string sharp(const std::string& inside) {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<AutoVu>" + inside + "</AutoVu>";
}
const std::string kSharp =
    "<Plate>7ABC123</Plate><State>CA</State><UTCDate>2026:11:25</UTCDate>"
    "<UTCTime>14:03:59.250</UTCTime><CameraName>Sharp 7</CameraName><SourceName/>"
    "<ContextImage>cG\r\nlj</ContextImage><PlateImage>b3RoZXI=</PlateImage>"
    "<LongitudeX>-122.2712</LongitudeX><LatitudeY>37.8044</LatitudeY>"
    "<ConfidenceScore>88</ConfidenceScore><DriverSex>F</DriverSex>";

TEST(RelayMessage, I12_D_1_RekorsGroupGivesWhatTheOrderNamesAndNothingElse) {
  const Result<ForeignMessage> message = parse_message(group());
  ASSERT_TRUE(message) << message.error().detail;
  EXPECT_EQ(message->camera, "1001");
  ASSERT_EQ(message->reads.size(), 1U);
  const ForeignRead& read = message->reads[0];
  EXPECT_EQ(read.plate, "7ABC123");
  EXPECT_EQ(read.confidence_ppm, 932'500);
  EXPECT_EQ(read.captured_at.value, 1'764'000'000'123'000);
  EXPECT_EQ(read.latitude_e7, 378'044'000);
  EXPECT_EQ(read.longitude_e7, -1'222'712'000);
  EXPECT_THAT(read.alternatives, ElementsAre(Alternative{"7A8C123", 710'000}));
  EXPECT_EQ(message->maker, "rekor");
  EXPECT_EQ(read.color, (VehicleAttribute{"silver", 615'000}));
  EXPECT_EQ(read.make, (VehicleAttribute{"honda", 800'000}));
  EXPECT_EQ(read.model, (VehicleAttribute{"civic", 405'000}));
  EXPECT_EQ(read.picture, kPicture);
  EXPECT_THAT(
      message->dropped.by_name(),
      ElementsAre(Pair("candidates.matches_template", 1), Pair("epoch_end", 1),
                  Pair("is_parked", 1), Pair("travel_direction", 1), Pair("vehicle.occupants", 1)));
}

TEST(RelayMessage, I12_D_1_GenetecsFileGivesWhatTheOrderNamesAndNothingElse) {
  const Result<ForeignMessage> message = parse_message("\xEF\xBB\xBF" + sharp(kSharp));
  ASSERT_TRUE(message) << message.error().detail;
  EXPECT_EQ(message->camera, "Sharp 7");
  ASSERT_EQ(message->reads.size(), 1U);
  const ForeignRead& read = message->reads[0];
  EXPECT_EQ(read.plate, "7ABC123");
  EXPECT_EQ(read.confidence_ppm, 880'000);
  EXPECT_EQ(read.captured_at.value, chain::parse_time("2026-11-25T14:03:59.25Z")->value);
  EXPECT_EQ(read.latitude_e7, 378'044'000);
  EXPECT_EQ(read.longitude_e7, -1'222'712'000);
  EXPECT_EQ(read.picture, kPicture);
  // An element that is there and empty says nothing, so nothing of it was dropped.
  EXPECT_THAT(message->dropped.by_name(), ElementsAre(Pair("DriverSex", 1), Pair("State", 1)));
}

TEST(RelayMessage, SeveralPlatesOfOnePictureAreSeveralReads) {
  const std::string text = fmt::format(
      R"({{"data_type":"alpr_results","epoch_time":1764000000000,"camera_id":"gate",
"results":[{{"plate":"AAA111","confidence":90,"plate_crop_jpeg":"{0}"}},
{{"plate":"BBB222","confidence":80,"plate_crop_jpeg":"{0}"}},
{{"plate":"CCC333","confidence":70}},{{"plate":"","confidence":70,"plate_crop_jpeg":"{0}"}}]}})",
      chain::base64(kPicture));
  const Result<ForeignMessage> message = parse_message(text);
  ASSERT_TRUE(message) << message.error().detail;
  ASSERT_EQ(message->reads.size(), 2U);
  EXPECT_EQ(message->reads[1].plate, "BBB222");
  EXPECT_FALSE(message->reads[1].latitude_e7);
  EXPECT_EQ(message->without_picture, 1);
  EXPECT_EQ(message->without_plate, 1);
}

TEST(RelayMessage, AHeartbeatIsNoReadAndNoFault) {
  const Result<ForeignMessage> message =
      parse_message(R"({"data_type":"heartbeat","agent_uid":"x","video_streams":[]})");
  ASSERT_TRUE(message);
  EXPECT_THAT(message->reads, IsEmpty());
}

TEST(RelayMessage, I12_C2A1_1_AnotherSystemsMatchIsNotTakenOver) {
  const Result<ForeignMessage> message =
      parse_message(R"({"data_type":"alpr_alert","camera_id":1,"plate_number":"7ABC123"})");
  ASSERT_FALSE(message);
  EXPECT_THAT(message.error().detail, HasSubstr("data_type"));
}

TEST(RelayMessage, ACameraWithoutAPositionSaysNone) {
  for (const char* nowhere : {"0", "-1", "null", "\"x\"", "1e400"}) {
    std::string text = group();
    const auto put = [&](const std::string& name, std::size_t length) {
      const std::size_t at = text.find(name) + name.size();
      text.replace(at, length, nowhere);
    };
    put("\"gps_latitude\":", 7);
    put("\"gps_longitude\":", 9);
    const Result<ForeignMessage> message = parse_message(text);
    if (std::string(nowhere) == "1e400") continue;  // whether it is JSON is the parser's to say
    ASSERT_TRUE(message) << nowhere << ": " << message.error().detail;
    EXPECT_FALSE(message->reads.at(0).latitude_e7) << nowhere;
  }
}

TEST(RelayMessage, WhatIsWrongIsNamedAndNoPlateIsInTheWords) {
  const auto without = [](std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "empty"},
      {"plate=7ABC123", "neither"},
      {group().substr(0, 200), "not JSON"},
      {without(group(), "\"camera_id\":1001,", ""), "camera_id"},
      {without(group(), "1764000000123", "-5"), "epoch_start"},
      {without(group(), "1764000000123", "9e99"), "epoch_start"},
      {without(group(), "\"best_confidence\":93.25", "\"best_confidence\":101"), "best_confidence"},
      {without(group(), chain::base64(kPicture), "@@@@"), "vehicle_crop_jpeg"},
      {sharp(kSharp).substr(0, 150), "ends early"},
      {sharp(without(kSharp, "<CameraName>Sharp 7</CameraName>", "")), "CameraName"},
      {sharp(without(kSharp, "UTCDate>2026", "LocalDate>2026")), "XML"},
      {sharp(without(kSharp, "2026:11:25", "2026:13:45")), "UTC"},
      {sharp(without(kSharp, "2026:11:25", "4052:11:25")), "century"},
      {sharp(without(kSharp, ">88<", ">880<")), "ConfidenceScore"},
      {sharp(without(kSharp, ">37.8044<", ">97.8044<")), "LatitudeY"},
      {sharp(without(kSharp, ">37.8044<", ">north<")), "LatitudeY"},
      {sharp(without(kSharp, "cG\r\nlj", "c")), "ContextImage"},
      {std::string(kMessageBytesMax + 1, ' '), "24 MiB"},
      {std::string(200, '['), "neither"},
      {"{\"a\":" + std::string(100'000, '['), "not JSON"},
  };
  for (const auto& [text, word] : wrong) {
    const Result<ForeignMessage> message = parse_message(text);
    ASSERT_FALSE(message) << word;
    EXPECT_THAT(message.error().detail, HasSubstr(word));
    EXPECT_THAT(message.error().detail, testing::Not(HasSubstr("ABC123")));
  }
}

TEST(RelayMessage, NamesFromOutsideAreBounded) {
  DroppedAttributes dropped;
  dropped.count(std::string(65, 'a'));
  dropped.count("7ABC 123\n");
  for (int i = 0; i < 200; ++i) dropped.count("a" + std::to_string(i));
  dropped.count("a0");
  EXPECT_EQ(dropped.by_name().size(), DroppedAttributes::kNamesMax + 0U);
  EXPECT_EQ(dropped.by_name().at("a0"), 2);
  EXPECT_EQ(dropped.by_name().at("other"), 2 + 200 - 99);
}

}  // namespace
}  // namespace alpr::recognition
