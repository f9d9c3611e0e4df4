// Proves that a vehicle's copy of the lists is used from `shift start` to `shift end` and no
// longer, is kept only when it is the log's and this device's, and that an alert is told only when
// its record is synced. By playing the server, and by breaking what lies on the disk.
#include "recognition/shift.h"

#include <gtest/gtest.h>

#include "recognition/files.h"
#include "recognition/render.h"
#include "recognition/send_command.h"
#include "tests/recognition/scratch.h"
#include "tests/recognition/shift_maker.h"

namespace alpr::recognition {
namespace {

const TimeUs kNow{1'760'000'000 * kSecondUs};

class Shift : public ::testing::Test {
 protected:
  Shift() { device.log_key = log.vkey(); }

  Result<TakenLists> start(const std::string& of = "car-7") {
    return start_shift(device, kNow, [&](std::string_view json) -> Result<ServerAnswer> {
      const auto body = chain::parse_canonical(json);
      EXPECT_TRUE(body.has_value());
      const auto to = chain::parse_digest_hex(*body->member("shift_key")->string());
      const Bytes answer = log.answer(list_made_at(kNow, of), *to);
      asked = *to;
      return ServerAnswer{201, std::string(as_text(answer))};
    });
  }
  std::filesystem::path file(const std::string& name) const {
    return device.queue / "shift" / name;
  }
  TimeUs later(std::int64_t seconds) const { return {kNow.value + seconds * kSecondUs}; }

  Scratch scratch{"shift"};
  MadeLog log;
  Credentials device{"car-7",
                     "oakland.example/alpr",
                     [] {
                       chain::init_crypto();
                       Digest seed{};
                       seed.fill(9);
                       return chain::SigningKey::from_seed(seed);
                     }(),
                     "",
                     378'044'000,
                     -1'222'712'000,
                     "Broadway",
                     scratch / "queue"};
  UploadQueue queue = UploadQueue::open(device.queue, kNow, device.key).value();
  chain::BoxPublicKey asked{};
};

TEST_F(Shift, I12_A_3_TheListsAreThereFromStartToEnd) {
  EXPECT_FALSE(load_shift(device, kNow).value().has_value());
  ASSERT_TRUE(start().has_value());
  const auto lists = load_shift(device, later(3600));
  ASSERT_TRUE(lists && *lists);
  EXPECT_EQ((*lists)->list.entries.size(), 2U);
  EXPECT_TRUE(end_shift(device).value());
  EXPECT_FALSE(std::filesystem::exists(file("key")));
  EXPECT_FALSE(std::filesystem::exists(file("list")));
  EXPECT_FALSE(load_shift(device, later(3600)).value().has_value());
  EXPECT_FALSE(end_shift(device).value()) << "there is none any more";
}

TEST_F(Shift, I12_A_3_NoPlateLiesOnTheDiskInClear) {
  ASSERT_TRUE(start().has_value());
  const auto bytes = read_file(file("list"), 1 << 20);
  ASSERT_TRUE(bytes.has_value());
  EXPECT_EQ(as_text(*bytes).find("7ABC123"), std::string_view::npos);
  // A copy of the list that somebody kept opens no more once the shift has ended.
  ASSERT_TRUE(end_shift(device).value());
  ASSERT_TRUE(write_file_durably(file("list"), *bytes));
  EXPECT_FALSE(load_shift(device, kNow).value().has_value());
  ASSERT_TRUE(start().has_value());
  ASSERT_TRUE(write_file_durably(file("list"), *bytes));
  EXPECT_EQ(load_shift(device, kNow).error().code, ErrorCode::kBadSignature) << "another shift's";
}

TEST_F(Shift, I12_A_3_ACopyThatWasForgottenMatchesNothing) {
  ASSERT_TRUE(start().has_value());
  EXPECT_TRUE(load_shift(device, later(86'399)).has_value());
  EXPECT_EQ(load_shift(device, later(-301)).error().code, ErrorCode::kClock);
  EXPECT_EQ(load_shift(device, later(86'400)).error().code, ErrorCode::kGone);
  EXPECT_FALSE(std::filesystem::exists(file("key"))) << "and is removed";
}

TEST_F(Shift, I12_F_3_WhatIsNotTheLogsOrNotThisDevicesIsNotKept) {
  EXPECT_EQ(start("car-8").error().code, ErrorCode::kBadSignature);
  log.signs = false;
  EXPECT_EQ(start().error().code, ErrorCode::kBadSignature);
  log.signs = true;
  log.kind = 65;
  EXPECT_EQ(start().error().code, ErrorCode::kBadSignature) << "another event";
  log.kind = kListsTakenKind;
  const auto refused = start_shift(device, kNow, [](std::string_view) -> Result<ServerAnswer> {
    return ServerAnswer{403, R"({"title":"no","detail":"revoked"})"};
  });
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_NE(refused.error().detail.find("revoked"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(file("list")));
  device.log_key.reset();
  EXPECT_EQ(start().error().code, ErrorCode::kMalformed);
}

TEST_F(Shift, I12_F_3_AListThatWasChangedOnTheDiskIsNotUsed) {
  ASSERT_TRUE(start().has_value());
  const Bytes bytes = read_file(file("list"), 1 << 20).value();
  for (std::size_t at = 0; at < bytes.size(); at += 11) {
    Bytes changed = bytes;
    changed[at] ^= 1;
    ASSERT_TRUE(write_file_durably(file("list"), changed));
    EXPECT_FALSE(load_shift(device, kNow).has_value()) << "byte " << at;
  }
}

TEST_F(Shift, I12_A_3_AnAlertIsToldOnlyWhenItsRecordIsSynced) {
  ASSERT_TRUE(start().has_value());
  const TakenLists lists = load_shift(device, later(600)).value().value();
  const Bytes photo = render_street_photo("7ABC123", 1, {.width = 640, .height = 360}).value();
  std::vector<LocalAlert> told;
  std::size_t queued = 0;
  const LocalMatching matching{lists, later(600), [&](const LocalAlert& alert) {
                                 told.push_back(alert);
                                 queued = queue.pending().value().size();
                               }};
  PlateCandidate plate;
  plate.text = "7ABC123";
  plate.confidence_ppm = 900'000;
  plate.box = {{{10, 10}, {90, 10}, {90, 30}, {10, 30}}};
  const auto enqueue = [&] {
    return enqueue_photo(queue, device, photo, later(600), {plate}, &matching);
  };
  const auto batch = enqueue();
  ASSERT_TRUE(batch.has_value()) << batch.error().detail;
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(queued, 1U) << "the batch was in the queue by then";
  EXPECT_EQ(told[0].hit.list, Sequence{12});
  EXPECT_EQ(told[0].hit.list_age_s, 3600 + 600);
  EXPECT_NE(to_json(told[0]).find("\"list\":12,\"list_age_s\":4200"), std::string::npos);
  EXPECT_NE(to_text(told[0]).find("list version 12, 4200 s old"), std::string::npos);
  const Bytes body = queue.load(**batch).value();
  const auto upload = parse_upload(body);
  ASSERT_TRUE(upload.has_value());
  EXPECT_EQ(upload->batch.reads[0].facts.local_hits, std::vector<LocalHit>{told[0].hit});
  // A disk that takes no more: no record, so no alert.
  std::filesystem::rename(device.queue / "pending", device.queue / "elsewhere");
  EXPECT_FALSE(enqueue().has_value());
  EXPECT_EQ(told.size(), 1U);
}

}  // namespace
}  // namespace alpr::recognition
