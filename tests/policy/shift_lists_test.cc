// Proves which devices are given a copy of the lists, that the record names what is in it before it
// is given, and that a copy matches as the server does. By asking with one thing wrong at a time,
// and by comparing both matchers over plates that cameras confuse.
#include "policy/registers/shift_lists.h"

#include <gtest/gtest.h>

#include <random>

#include "ledger/chain/hash.h"
#include "policy/rules/devices.h"
#include "tests/policy/shift_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class ShiftLists : public ::testing::Test {
 protected:
  ShiftLists() {
    world.enrol_device(kCar, DeviceKind::kMobile);
    admin = trained_admin(world);
    officer = world.trained("officer", "SWORN");
    world.permit(load(world, admin, list_to_load(world, "SVS", {"7ABC123,STOLEN", "8B00,PLATE"})));
    world.permit(load(world, admin, list_to_load(world, "AMBER", {"7ABC123,ABDUCTION"})));
  }
  std::string refused(const TakeLists& command, std::string_view rule) {
    const auto judged = judge_take(world.state(), kOrigin, command, world.moment());
    EXPECT_TRUE(judged.has_value()) << "was let in, expected " << rule;
    if (!judged) return "";
    const std::string slug = world.refused(*judged, rule);
    EXPECT_EQ(world.log.back().header.kind, ListsRefused::kKind.number);
    return slug;
  }
  bool judged_good(const TakeLists& command) const {
    return !judge_take(world.state(), kOrigin, command, world.moment());
  }

  World world;
  Actor admin;
  Actor officer;
};

TEST_F(ShiftLists, I12_A_3_TheRecordNamesEveryVersionInTheCopy) {
  const Sequence entry = approved_entry(world, officer, entry_command(world, "2CAR222"));
  const Shift shift = take_lists(world);
  const auto taken = from_event<ListsTaken>(world.log.at(shift.taken.value));
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->device, kCar);
  ASSERT_EQ(taken->lists.size(), 2U);
  EXPECT_EQ(taken->lists[0].source, HotlistSource::kSvs);
  EXPECT_EQ(taken->lists[0].rows, 2);
  EXPECT_EQ(taken->lists[1].source, HotlistSource::kAmber);
  EXPECT_EQ(taken->custom_entries, 1);
  EXPECT_EQ(taken->valid_until.value - taken->made_at.value, recognition::kShiftMaxUs);
  // The copy is the one whose hash is on the record, and says the same.
  const auto again = recognition::write_shift_list(shift.list);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(chain::sha256(as_bytes(*again)), taken->sha256);
  ASSERT_EQ(shift.list.lists.size(), 3U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(shift.list.lists[i].list, taken->lists[i].list);
    EXPECT_EQ(shift.list.lists[i].list_time, taken->lists[i].list_time);
  }
  const auto custom = find_entry(world.rows, entry);
  ASSERT_TRUE(custom.has_value() && custom->has_value());
  EXPECT_EQ(shift.list.lists[2].list, (*custom)->approved);
  // Nobody who tries plates finds this digest: the salt is in it.
  const auto other =
      make_copy(world.plates, world.moment().policy->parameters, kOrigin, kCar, world.now, Salt{8});
  EXPECT_NE(other->sha256, make_copy(world.plates, world.moment().policy->parameters, kOrigin, kCar,
                                     world.now, Salt{7})
                               ->sha256);
  // Nothing beyond what matching needs leaves the house.
  EXPECT_EQ(again->find("22-004711"), std::string::npos) << "a case number";
  EXPECT_EQ(again->find("FORD"), std::string::npos) << "an attribute";
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

TEST_F(ShiftLists, I12_DEF_1_OnlyEnrolledDevicesAreGivenLists) {
  EXPECT_EQ(refused(ask(world, "car-8"), "I12-DEF-1"), "device-unknown");
  world.permit(decide(world.state(), world.holder(kAdmin),
                      RevokeDevice{std::string(kCar), "stolen with the car"}, world.moment()));
  EXPECT_EQ(refused(ask(world), "I12-DEF-1"), "device-revoked");
}

TEST_F(ShiftLists, I12_F_3_TheRequestIsTheDevicesOwnAndCountsOnce) {
  const TakeLists good = ask(world);
  std::vector<TakeLists> bad(4, good);
  bad[0].asked_at.value += 1;
  bad[1].shift_key[0] ^= 1;  // somebody else's key
  bad[2].signature = chain::base64(Signature{});
  sign(bad[3], "other.example/alpr");
  for (const TakeLists& command : bad)
    EXPECT_EQ(refused(command, "I12-F-3"), "request-not-authentic");
  auto malformed = good;
  malformed.signature = "x";
  const auto judged = judge_take(world.state(), kOrigin, malformed, world.moment());
  ASSERT_TRUE(judged && judged->error);
  EXPECT_EQ(judged->error->code, ErrorCode::kMalformed);
  take_lists(world);
  EXPECT_EQ(refused(good, "I12-F-3"), "request-repeated");
  world.advance(1);
  EXPECT_TRUE(judged_good(ask(world)));
}

TEST_F(ShiftLists, I12_A_3_OnlyVehiclesWithARightClockAreGivenLists) {
  world.enrol_device(kReader);
  EXPECT_EQ(refused(ask(world, kReader), "I12-A-3"), "device-not-mobile");
  for (const std::int64_t off : {-301, 301}) {
    TakeLists command = ask(world);
    command.asked_at.value += off * kSecondUs;
    sign(command);
    EXPECT_EQ(refused(command, "I12-A-3"), "device-clock");
  }
  TakeLists command = ask(world);
  command.asked_at.value += 300 * kSecondUs;
  sign(command);
  EXPECT_TRUE(judged_good(command));
}

TEST_F(ShiftLists, ACopyOfListsThatChangedMeanwhileIsNotGivenOut) {
  const auto copy =
      make_copy(world.plates, world.moment().policy->parameters, kOrigin, kCar, world.now, Salt{7});
  ASSERT_TRUE(copy.has_value());
  approved_entry(world, officer, entry_command(world, "2CAR222"));
  const Decision late = decide(world.state(), kOrigin, ask(world), *copy, world.moment());
  ASSERT_TRUE(late.error.has_value());
  EXPECT_EQ(late.error->code, ErrorCode::kBusy);
  EXPECT_TRUE(late.events.empty());
}

// A plate of characters that are confused with one another, so that many match.
std::string confusable(std::mt19937& random) {
  constexpr std::string_view kCharacters = "0ODQ1I2Z5S8B6GA7";
  std::string plate;
  for (int i = 0; i < 3; ++i) plate += kCharacters[random() % kCharacters.size()];
  return plate;
}

TEST_F(ShiftLists, I12_B_3_ACopyMatchesAsTheServerDoes) {
  std::mt19937 random(20'261'125);
  std::vector<std::string> svs;
  std::vector<std::string> ncic;
  for (int i = 0; i < 400; ++i) {
    svs.push_back(confusable(random) + ",STOLEN");
    // Some expire during the shift: the ninth field is expires_at.
    ncic.push_back(confusable(random) + ",CA,PC,WANTED,NCIC,R" + std::to_string(i) + ",," +
                   (i % 3 == 0 ? chain::format_time({world.now.value + 3600 * kSecondUs}) : "") +
                   ",,,,,,,,,");
  }
  world.permit(load(world, admin, list_to_load(world, "SVS", svs)));
  world.permit(load(world, admin, list_to_load(world, "NCIC", ncic)));
  for (int i = 0; i < 20; ++i)
    approved_entry(world, officer, entry_command(world, confusable(random)));
  const Shift shift = take_lists(world);
  std::size_t found = 0;
  std::size_t expired = 0;
  for (const std::int64_t later : {std::int64_t{0}, std::int64_t{3601}}) {
    const TimeUs at{world.now.value + later * kSecondUs};
    for (int i = 0; i < 2000; ++i) {
      const std::string plate = confusable(random);
      const auto server = world.plates.matches(plate, at);
      ASSERT_TRUE(server.has_value());
      const auto vehicle = recognition::matches(shift.list, plate, at);
      ASSERT_EQ(vehicle.size(), server->size()) << plate;
      for (std::size_t k = 0; k < vehicle.size(); ++k) {
        const MatchedEntry& entry = (*server)[k].entry;
        EXPECT_EQ(vehicle[k].list->list, entry.list);
        EXPECT_EQ(vehicle[k].list->source, to_text(entry.source));
        EXPECT_EQ(vehicle[k].list->list_time, entry.list_time);
        EXPECT_EQ(vehicle[k].entry->entry,
                  entry.row ? static_cast<std::uint64_t>(*entry.row) : entry.request->value);
        EXPECT_EQ(vehicle[k].entry->plate, entry.plate);
        EXPECT_EQ(vehicle[k].entry->category, entry.reason);
        EXPECT_EQ(vehicle[k].exact, (*server)[k].match == MatchKind::kExact);
      }
      (later == 0 ? found : expired) += vehicle.size();
    }
  }
  EXPECT_GT(found, 1000U);
  EXPECT_LT(expired, found);
}

TEST_F(ShiftLists, I12_C3_b_ListsOpenedByGrantAreNotInAVehiclesCopy) {
  Parameters parameters = world.moment().policy->parameters;
  const auto whole = make_copy(world.plates, parameters, kOrigin, kCar, world.now, Salt{7});
  ASSERT_TRUE(whole.has_value());
  parameters.sources_by_grant = std::vector{HotlistSource::kSvs};
  const auto less = make_copy(world.plates, parameters, kOrigin, kCar, world.now, Salt{7});
  ASSERT_TRUE(less.has_value());
  EXPECT_EQ(less->list.lists.size() + 1, whole->list.lists.size());
  for (const recognition::ShiftListVersion& one : less->list.lists) EXPECT_NE(one.source, "SVS");
  const auto read = recognition::parse_shift_list(less->text);
  ASSERT_TRUE(read.has_value()) << read.error().detail;
  EXPECT_EQ(recognition::parse_shift_list(whole->text)->entries.size(), read->entries.size() + 2);
}

}  // namespace
}  // namespace alpr::policy
