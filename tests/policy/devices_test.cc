// Proves who enrols readers, where they may look, and that names and keys are used once.
// By commands against a log in memory.
#include "policy/rules/devices.h"

#include <gtest/gtest.h>

#include "policy/registers/devices.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;  // NOLINT: the fixture's names are this file's vocabulary

EnrolDevice camera(std::string_view device) {
  EnrolDevice command;
  command.device = std::string(device);
  command.kind = DeviceKind::kMobile;
  command.mount_class = "patrol car roof";
  command.location_class = LocationClass::kPublicRightOfWay;
  command.place = "Headquarters garage";
  command.lat_e7 = 378'000'000;
  command.lon_e7 = -1'222'700'000;
  command.police_area = "Area 2";
  command.public_key = key_named(device).public_key();
  return command;
}

class Devices : public ::testing::Test {
 protected:
  Decision enrol(const EnrolDevice& command, std::string_view by = kAdmin) {
    return decide(world.state(), world.holder(by), command, world.moment());
  }
  Decision revoke(std::string_view device, std::string_view reason = "stolen",
                  std::string_view by = kAdmin) {
    return decide(world.state(), world.holder(by),
                  RevokeDevice{std::string(device), std::string(reason)}, world.moment());
  }
  ErrorCode not_judged(const Decision& decision) {
    EXPECT_TRUE(decision.error.has_value());
    EXPECT_TRUE(decision.events.empty());
    return decision.error ? decision.error->code : ErrorCode::kIo;
  }
  World world;
};

TEST_F(Devices, I12_DEF_1_AreRegisteredWithAllThatIdentifiesThem) {
  const Sequence enrolled = world.permit(enrol(camera("car-17")));
  const auto row = find_device(world.rows, "car-17");
  ASSERT_TRUE(row.has_value() && row->has_value());
  EXPECT_EQ((*row)->enrolled, enrolled);
  EXPECT_EQ((*row)->public_key, key_named("car-17").public_key());
  EXPECT_EQ((*row)->police_area, "Area 2");
  EXPECT_FALSE((*row)->revoked);
}

TEST_F(Devices, I12_L_1_AreEnrolledAndRevokedByTheAdministratorOnly) {
  world.permit(enrol(camera("car-17")));
  for (const auto by : {kIt, kChief, kTrainer}) {
    EXPECT_EQ(world.refused(enrol(camera("car-18"), by), "I12-L-1"), "role-missing");
    EXPECT_EQ(world.refused(revoke("car-17", "why not", by), "I12-L-1"), "role-missing");
  }
}

TEST_F(Devices, I12_C3_1_LookIntoNoPrivatePlaceWithoutACourtOrder) {
  EnrolDevice hidden = camera("cam-1");
  hidden.location_class = LocationClass::kPrivateNotVisible;
  EXPECT_EQ(world.refused(enrol(hidden), "I12-C3-1"), "not-public-view");
  hidden.court_order = "\u00a0";
  EXPECT_EQ(world.refused(enrol(hidden), "I12-C3-1"), "not-public-view");
  hidden.court_order = "SW-2024-0113";
  world.permit(enrol(hidden));
  EnrolDevice car_park = camera("cam-2");
  car_park.location_class = LocationClass::kPrivateVisibleFromPublic;
  world.permit(enrol(car_park));
}

TEST_F(Devices, NamesAndKeysAreUsedOnce) {
  world.permit(enrol(camera("car-17")));
  EXPECT_EQ(not_judged(enrol(camera("car-17"))), ErrorCode::kConflict);
  EnrolDevice same_key = camera("car-18");
  same_key.public_key = key_named("car-17").public_key();
  EXPECT_EQ(not_judged(enrol(same_key)), ErrorCode::kConflict);
  world.permit(revoke("car-17"));
  EXPECT_EQ(not_judged(enrol(camera("car-17"))), ErrorCode::kConflict);
}

TEST_F(Devices, BadMembersAreMalformed) {
  EnrolDevice name = camera("Car 17");
  EnrolDevice short_name = camera("c");
  EnrolDevice north = camera("car-1");
  north.lat_e7 = 900'000'001;
  EnrolDevice west = camera("car-2");
  west.lon_e7 = -1'800'000'001;
  EnrolDevice weak_key = camera("car-3");
  weak_key.public_key = PublicKey{};  // the all-zero encoding is a point of small order
  EnrolDevice long_place = camera("car-4");
  long_place.place = std::string(201, 'x');
  for (const auto& bad : {name, short_name, north, west, weak_key, long_place}) {
    EXPECT_EQ(not_judged(enrol(bad)), ErrorCode::kMalformed) << bad.device;
  }
}

// Under a key of small order anybody's signature holds; another encoding of a point is a second
// name for one key.
TEST_F(Devices, KeysOfSmallOrderAndOtherEncodingsAreMalformed) {
  world.permit(enrol(camera("car-17")));
  PublicKey zero{}, one{1}, minus_one, p, p_plus_one;
  minus_one.fill(0xff);
  minus_one[0] = 0xec;
  minus_one[31] = 0x7f;
  p = p_plus_one = minus_one;
  p[0] = 0xed;
  p_plus_one[0] = 0xee;
  for (const PublicKey& bad : {zero, one, minus_one, p, p_plus_one}) {
    EnrolDevice weak = camera("car-18");
    weak.public_key = bad;
    EXPECT_EQ(not_judged(enrol(weak)), ErrorCode::kMalformed);
    const RekeyDevice rekey{"car-17", bad, "a weak key"};
    EXPECT_EQ(not_judged(decide(world.state(), world.holder(kAdmin), rekey, world.moment())),
              ErrorCode::kMalformed);
  }
}

TEST_F(Devices, I12_DEF_1_NeedMountPlaceAndArea) {
  EnrolDevice no_mount = camera("car-1"), no_place = camera("car-1"), no_area = camera("car-1");
  no_mount.mount_class = "";
  no_place.place = " ";
  no_area.police_area = "\t";
  for (const auto& bad : {no_mount, no_place, no_area}) {
    EXPECT_EQ(world.refused(enrol(bad), "I12-DEF-1"), "device-description-missing");
  }
}

TEST_F(Devices, I12_F_3_AreRekeyedAndTheOldKeyIsNeverTakenAgain) {
  const auto rekey = [&](std::string_view device, const PublicKey& key,
                         std::string_view reason = "the old one was copied",
                         std::string_view by = kAdmin) {
    return decide(world.state(), world.holder(by),
                  RekeyDevice{std::string(device), key, std::string(reason)}, world.moment());
  };
  const PublicKey first = key_named("car-17").public_key();
  const PublicKey second = key_named("second").public_key();
  const PublicKey third = key_named("third").public_key();
  const Sequence enrolled = world.permit(enrol(camera("car-17")));
  world.permit(enrol(camera("car-18")));
  for (const auto by : {kIt, kChief, kTrainer})
    EXPECT_EQ(world.refused(rekey("car-17", second, "why not", by), "I12-L-1"), "role-missing");
  EXPECT_EQ(world.refused(rekey("car-17", second, " "), "I12-L-1"), "reason-missing");
  EXPECT_EQ(not_judged(rekey("car-99", second)), ErrorCode::kNotFound);
  EXPECT_EQ(not_judged(rekey("car-17", PublicKey{})), ErrorCode::kMalformed);
  EXPECT_EQ(not_judged(rekey("car-17", first)), ErrorCode::kConflict) << "it has this key";
  EXPECT_EQ(not_judged(rekey("car-17", key_named("car-18").public_key())), ErrorCode::kConflict);
  world.permit(rekey("car-17", second));
  world.permit(rekey("car-17", third));
  for (const PublicKey& used : {first, second, third})
    EXPECT_EQ(not_judged(rekey("car-18", used)), ErrorCode::kConflict);
  EXPECT_EQ(not_judged(rekey("car-17", first)), ErrorCode::kConflict) << "it had this key";
  EnrolDevice with_old_key = camera("car-19");
  with_old_key.public_key = first;
  EXPECT_EQ(not_judged(enrol(with_old_key)), ErrorCode::kConflict);
  const auto row = find_device(world.rows, "car-17");
  ASSERT_TRUE(row.has_value() && row->has_value());
  EXPECT_EQ((*row)->public_key, third);
  EXPECT_EQ((*row)->enrolled, enrolled);
  world.permit(revoke("car-17"));
  EXPECT_EQ(not_judged(rekey("car-17", key_named("fourth").public_key())), ErrorCode::kConflict);
}

TEST_F(Devices, AreRevokedOnceWithAReason) {
  world.permit(enrol(camera("car-17")));
  EXPECT_EQ(world.refused(revoke("car-17", " "), "I12-L-1"), "reason-missing");
  EXPECT_EQ(not_judged(revoke("car-99")), ErrorCode::kNotFound);
  world.permit(revoke("car-17"));
  const auto row = find_device(world.rows, "car-17");
  ASSERT_TRUE(row.has_value() && row->has_value());
  EXPECT_EQ((*row)->revoked, world.now);
  EXPECT_EQ(not_judged(revoke("car-17")), ErrorCode::kConflict);
  EXPECT_EQ(list_devices(world.rows)->size(), 1U);
}

}  // namespace
}  // namespace alpr::policy
