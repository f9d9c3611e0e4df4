// Proves what becomes of a match that a vehicle made with its own copy of the lists: a hit that
// names the version and its age, or a record of why it is none. By taking a copy, changing the
// lists or the claim, and sending it.
#include <gtest/gtest.h>

#include "policy/registers/hits.h"
#include "policy/registers/shift_lists.h"
#include "tests/policy/shift_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class LocalHits : public ::testing::Test {
 protected:
  LocalHits() {
    world.enrol_device(kCar, DeviceKind::kMobile);
    admin = trained_admin(world);
    officer = world.trained("officer", "SWORN");
    svs({"7ABC123,STOLEN", "8XYZ999,STOLEN"});
    shift = take_lists(world);
    world.advance(7200);
  }
  void svs(const std::vector<std::string>& rows) {
    world.permit(load(world, admin, list_to_load(world, "SVS", rows)));
  }
  std::vector<recognition::LocalHit> matched(std::string_view plate, std::int64_t seconds_ago = 0) {
    auto hits = local_hits(shift, plate, {world.now.value - seconds_ago * kSecondUs});
    EXPECT_FALSE(hits.empty());
    return hits;
  }
  std::vector<HitSetAside> aside_since(Sequence from) const {
    std::vector<HitSetAside> all;
    for (std::size_t i = from.value; i < world.log.size(); ++i)
      if (auto one = from_event<HitSetAside>(world.log[i])) all.push_back(std::move(*one));
    return all;
  }
  // Sends it, expects no hit, and says why.
  std::string set_aside(const recognition::UploadBatch& batch) {
    const Sequence upload = take(world, batch);
    EXPECT_TRUE(hits_since(world, upload).empty());
    const auto aside = aside_since(upload);
    EXPECT_EQ(aside.size(), 1U);
    if (aside.empty()) return "";
    EXPECT_EQ(aside[0].read, (Sequence{upload.value + 1}));
    EXPECT_EQ(from_event<UploadReceived>(world.log.at(upload.value))->hits, 0);
    return std::string(to_text(aside[0].why));
  }

  World world;
  Actor admin;
  Actor officer;
  Shift shift;
  std::uint64_t number = 0;
};

TEST_F(LocalHits, I12_A_3_AHitNamesTheVersionThatTheVehicleUsedAndItsAge) {
  const Sequence upload = take(world, batch_with(world, 1, "7ABC123", matched("7ABC123")));
  const auto hits = hits_since(world, upload);
  ASSERT_EQ(hits.size(), 1U) << "one for the vehicle's match and the server's own";
  const HitRaised hit = hit_at(world, hits[0]);
  ASSERT_TRUE(hit.offline.has_value());
  EXPECT_EQ(hit.offline->taken, shift.taken);
  EXPECT_EQ(hit.offline->list, shift.list.lists[0].list);
  EXPECT_EQ(hit.offline->list_age_s, 3600 + 7200);
  EXPECT_EQ(hit.offline->late_s, 0);
  EXPECT_FALSE(hit.offline->late);
  EXPECT_TRUE(aside_since(upload).empty());
  // What the vehicle said stands in the read, and is what it signed.
  const auto read = from_event<ReadRecorded>(world.log.at(upload.value + 1));
  ASSERT_TRUE(read && read->read->local_hits);
  EXPECT_EQ(read->read->local_hits->at(0).list_age_s, 3600 + 7200);
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

TEST_F(LocalHits, I12_C2A_8_AHitThatComesLateSaysSo) {
  for (const auto& [ago, late] : {std::pair{300, false}, std::pair{301, true}}) {
    const Sequence upload =
        take(world, batch_with(world, ++number, "7ABC123", matched("7ABC123", ago), ago));
    const HitRaised hit = hit_at(world, hits_since(world, upload).at(0));
    EXPECT_EQ(hit.offline->late_s, ago);
    EXPECT_EQ(hit.offline->late, late);
    EXPECT_EQ(hit.offline->list_age_s, 3600 + 7200 - ago);
  }
}

TEST_F(LocalHits, I12_A_3_AnOldVersionStillCountsWhileThePlateIsListed) {
  const auto said = matched("7ABC123");
  svs({"1NEW111,STOLEN", "7ABC123,STOLEN"});
  const Sequence upload = take(world, batch_with(world, 1, "7ABC123", said));
  const HitRaised hit = hit_at(world, hits_since(world, upload).at(0));
  EXPECT_EQ(hit.offline->list, shift.list.lists[0].list);
  EXPECT_GT(hit.entry.list, hit.offline->list) << "the entry is today's";
  // The permanent record of a member's answer keeps both.
  world.permit(decide(world.state(), admin, following_step(hits_since(world, upload).at(0)),
                      world.moment()));
  const auto response = find_response(world.rows, hits_since(world, upload).at(0));
  ASSERT_TRUE(response && *response);
  EXPECT_EQ((*response)->facts.offline->list, hit.offline->list);
}

TEST_F(LocalHits, I12_C2B1_2_APlateThatWasTakenOffTheListRaisesNothing) {
  const auto said = matched("7ABC123");
  svs({"8XYZ999,STOLEN", "1NEW111,STOLEN"});
  EXPECT_EQ(set_aside(batch_with(world, 1, "7ABC123", said)), "NO_LONGER_LISTED");
}

TEST_F(LocalHits, AnEntryThatWasNotInTheCopyRaisesNothing) {
  auto said = matched("7ABC123");
  said[0].entry = 1;  // another plate's row
  svs({"8XYZ999,STOLEN", "1NEW111,STOLEN"});
  EXPECT_EQ(set_aside(batch_with(world, 1, "7ABC123", said)), "NOT_IN_THE_LIST");
  said[0].entry = 99;
  EXPECT_EQ(set_aside(batch_with(world, 2, "7ABC123", said)), "NOT_IN_THE_LIST");
  said[0].entry = 0;
  EXPECT_EQ(set_aside(batch_with(world, 3, "5OTHER5", said)), "NOT_IN_THE_LIST")
      << "of another plate than the read's";
}

TEST_F(LocalHits, I12_F_3_WhatTheDeviceWasNotGivenRaisesNothing) {
  const auto said = matched("7ABC123");
  svs({"1NEW111,STOLEN"});  // so that no hit of the server's own is raised
  auto unknown = said;
  unknown[0].taken.value += 1;
  EXPECT_EQ(set_aside(batch_with(world, 1, "7ABC123", unknown)), "COPY_NOT_GIVEN");
  auto newer = said;
  newer[0].list = find_list(world.rows, shift.list.lists[0].list).value()->superseded.value();
  EXPECT_EQ(set_aside(batch_with(world, 2, "7ABC123", newer)), "COPY_NOT_GIVEN");
  world.enrol_device("car-8", DeviceKind::kMobile);
  auto stolen = batch_with(world, 1, "7ABC123", said);
  stolen.device = "car-8";
  sign(stolen);
  EXPECT_EQ(set_aside(stolen), "COPY_NOT_GIVEN") << "another vehicle's copy";
}

TEST_F(LocalHits, I12_A_3_AMatchOutsideTheShiftRaisesNothing) {
  const auto said = matched("7ABC123");
  svs({"1NEW111,STOLEN"});
  const auto at = [&](TimeUs matched_at) {
    auto changed = said;
    changed[0].matched_at = matched_at;
    return set_aside(batch_with(world, ++number, "7ABC123", changed));
  };
  constexpr std::int64_t kSkew = recognition::kClockSkewMaxUs;
  EXPECT_EQ(at({shift.list.made_at.value - kSkew - 1}), "OUTSIDE_ITS_TIME") << "before the shift";
  EXPECT_EQ(at({world.now.value + kSkew + 1}), "OUTSIDE_ITS_TIME") << "in the future";
  EXPECT_EQ(at({world.now.value - kSkew - 1}), "OUTSIDE_ITS_TIME") << "before it was captured";
  EXPECT_EQ(at({world.now.value - kSkew}), "NO_LONGER_LISTED") << "within what clocks may differ";
  world.now = shift.list.valid_until;
  EXPECT_EQ(at(world.now), "OUTSIDE_ITS_TIME") << "with a copy that was forgotten";
}

TEST_F(LocalHits, AnEntryThatHadExpiredWhenItMatchedRaisesNothing) {
  const TimeUs end{world.now.value + 3600 * kSecondUs};
  svs({"7ABC123,CA,PC,STOLEN,SVS,R1,," + chain::format_time(end) + ",,,,,,,,,"});
  shift = take_lists(world);
  world.now = end;
  EXPECT_EQ(set_aside(batch_with(world, 1, "7ABC123", matched("7ABC123", 1), 1)),
            "NO_LONGER_LISTED");
  auto said = matched("7ABC123", 1);
  said[0].matched_at = end;
  EXPECT_EQ(set_aside(batch_with(world, 2, "7ABC123", said)), "NOT_IN_THE_LIST");
}

TEST_F(LocalHits, I12_C2A_8_AConfusedPlateIsLabelled) {
  const Sequence upload = take(world, batch_with(world, 1, "7A8C1Z3", matched("7A8C1Z3")));
  const HitRaised hit = hit_at(world, hits_since(world, upload).at(0));
  EXPECT_TRUE(hit.offline.has_value());
  EXPECT_EQ(hit.match, MatchKind::kOcrEquivalent);
}

TEST_F(LocalHits, I12_C2B2_2_ACustomEntryIsHeldToItsOwnLife) {
  const Sequence entry = approved_entry(world, officer, entry_command(world, "2CAR222"));
  world.advance(1);
  EXPECT_TRUE(local_hits(shift, "2CAR222", world.now).empty()) << "approved after the copy";
  const recognition::LocalHit early{shift.taken,
                                    find_entry(world.rows, entry).value()->approved.value(),
                                    entry.value, world.now, 1};
  const Sequence false_claim = take(world, batch_with(world, 1, "2CAR222", {early}));
  EXPECT_EQ(aside_since(false_claim).at(0).why, SetAside::kNotInTheList);
  EXPECT_FALSE(hit_at(world, hits_since(world, false_claim).at(0)).offline) << "the server's own";
  shift = take_lists(world);
  const Sequence upload = take(world, batch_with(world, 2, "2CAR222", matched("2CAR222")));
  const HitRaised hit = hit_at(world, hits_since(world, upload).at(0));
  EXPECT_EQ(hit.offline->list, find_entry(world.rows, entry).value()->approved);
  EXPECT_TRUE(hit.entry.informational);
  const auto said = matched("2CAR222");
  world.permit(decide(world.state(), admin, RemoveEntry{entry, "found"}, world.moment()));
  EXPECT_EQ(set_aside(batch_with(world, 3, "2CAR222", said)), "NO_LONGER_LISTED");
}

TEST_F(LocalHits, AVersionWhoseRowsAreDestroyedCannotBeChecked) {
  const auto said = matched("7ABC123");
  const auto blob = find_list(world.rows, said[0].list).value()->blob;
  svs({"1NEW111,STOLEN"});
  world.blobs.erase(static_cast<std::uint64_t>(blob));
  EXPECT_EQ(set_aside(batch_with(world, 1, "7ABC123", said)), "LIST_GONE");
}

}  // namespace
}  // namespace alpr::policy
