// Proves a vehicle's shift over real HTTPS: its copy of the lists opens for it alone, after the log
// has said which versions are in it, and its own match comes back as a hit that names its version
// and age (I12-A-3, C2A-8). By asking as the reader does, and by changing what goes over the wire.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/service.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "recognition/upload/shift_answer.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using recognition::TakenLists;
using ::testing::ElementsAre;

class ShiftLists : public ::testing::Test {
 protected:
  ShiftLists() {
    d.enrol_device("car-7", "MOBILE");
    d.officer("ofc.lee");
    d.train(kAdmin);
    d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE", "8XYZ999,STOLEN PLATE"}));
  }

  chain::Json request(const std::string& device, const chain::BoxKey& with) {
    const TimeUs now = d.now();
    const std::string message = recognition::signed_message(
        recognition::ShiftRequest{std::string(kOrigin), device, now, with.public_key()});
    const Signature signature = d.device_key(device).sign(as_bytes(message));
    return object({{"asked_at", num(now.value)},
                   {"shift_key", chain::hex(with.public_key())},
                   {"signature", chain::base64(signature)}});
  }
  Reply ask(const std::string& device, const chain::Json& body) {
    return d.stranger().send("POST", "/v1/devices/" + device + "/lists",
                             {"Content-Type: application/json", "Authorization: Device " + device},
                             chain::write(body));
  }
  recognition::ShiftTrust trust(const std::string& device = "car-7") const {
    return {chain::parse_vkey(d.vkey()).value(), device};
  }
  TakenLists start_shift() {
    const Reply reply = ask("car-7", request("car-7", key));
    EXPECT_EQ(reply.status, 201) << reply.error << reply.body;
    auto taken = recognition::open_shift_answer(as_bytes(reply.body), trust(), key);
    EXPECT_TRUE(taken.has_value()) << taken.error().detail;
    return taken.value_or(TakenLists{});
  }
  std::vector<recognition::LocalHit> matched(const TakenLists& taken, std::string_view plate) {
    std::vector<recognition::LocalHit> hits;
    for (const auto& match : recognition::matches(taken.list, plate, d.now()))
      hits.push_back({taken.taken, match.list->list, match.entry->entry, d.now(),
                      (d.now().value - match.list->list_time.value) / kSecondUs});
    EXPECT_FALSE(hits.empty());
    return hits;
  }

  Department d;
  chain::BoxKey key = chain::BoxKey::random();
};

TEST_F(ShiftLists, I12_A_3_ACopyIsOnTheRecordBeforeItIsGiven) {
  const std::uint64_t before = d.size();
  const TakenLists taken = start_shift();
  EXPECT_THAT(d.kinds_since(before), ElementsAre("lists.taken"));
  EXPECT_EQ(taken.taken.value, before);
  ASSERT_EQ(taken.list.lists.size(), 1U);
  EXPECT_EQ(taken.list.lists[0].source, "SVS");
  EXPECT_EQ(taken.list.entries.size(), 2U);
}

TEST_F(ShiftLists, I12_A_3_AHitFromTheVehicleNamesItsListsVersionAndAge) {
  const TakenLists taken = start_shift();
  d.advance(2 * kHourUs);
  const auto said = matched(taken, "7ABC123");
  d.advance(10 * kMinuteUs);  // no network for a while
  const std::uint64_t before = d.size();
  // A match that is older than its read is not one of this read.
  const Reply early = d.upload("car-7", d.batch("car-7", 1, {"7ABC123"}, "", said));
  ASSERT_EQ(early.status, 201) << early.body;
  EXPECT_THAT(d.kinds_since(before),
              ElementsAre("upload.received", "read.recorded", "hit.raised", "hit.set-aside"));
  const std::uint64_t next = d.size();
  const Reply reply =
      d.upload("car-7", d.batch("car-7", 2, {"7ABC123"}, "", matched(taken, "7ABC123")));
  ASSERT_EQ(reply.status, 201) << reply.body;
  EXPECT_THAT(d.kinds_since(next), ElementsAre("upload.received", "read.recorded", "hit.raised"));
  const Reply shown = d.as("ofc.lee").get("/v1/hits/" + std::to_string(next + 2));
  ASSERT_EQ(shown.status, 200) << shown.body;
  const chain::Json* raised =
      shown.json.member("hits")->array()->at(0).member("hit")->member("raised");
  ASSERT_NE(raised, nullptr);
  EXPECT_EQ(*raised->member("confidence")->integer(), 900'000);
  const chain::Json* offline = raised->member("offline");
  ASSERT_NE(offline, nullptr) << shown.body;
  EXPECT_EQ(*offline->member("list")->integer(),
            static_cast<std::int64_t>(taken.list.lists[0].list.value));
  // The file was an hour old when it was loaded.
  EXPECT_GE(*offline->member("list_age_s")->integer(), 3 * 3600 + 600);
  EXPECT_FALSE(*offline->member("late")->boolean());
}

TEST_F(ShiftLists, I12_C2B1_2_AMatchWithASupersededListIsHeldToThatList) {
  const TakenLists taken = start_shift();
  const auto said = matched(taken, "7ABC123");
  auto false_claim = said;
  false_claim[0].entry = 1;
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list({"8XYZ999,STOLEN PLATE", "1NEW111,STOLEN"})).status,
            201);
  for (std::uint64_t number = 1; number <= 2; ++number) {
    const std::uint64_t before = d.size();
    const auto& claim = number == 1 ? said : false_claim;
    const Reply reply = d.upload("car-7", d.batch("car-7", number, {"7ABC123"}, "", claim));
    ASSERT_EQ(reply.status, 201) << reply.body;
    EXPECT_TRUE(reply.json.member("hits")->array()->empty()) << "nothing to alert on";
    EXPECT_THAT(d.kinds_since(before),
                ElementsAre("upload.received", "read.recorded", "hit.set-aside"));
    const auto event = d.service().store().event({before + 2});
    ASSERT_TRUE(event.has_value());
    EXPECT_NE(event->json.find(number == 1 ? "NO_LONGER_LISTED" : "NOT_IN_THE_LIST"),
              std::string::npos)
        << event->json;
  }
}

TEST_F(ShiftLists, I12_F_3_NobodyElseOpensOrForgesACopy) {
  const Reply reply = ask("car-7", request("car-7", key));
  ASSERT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body.find("7ABC123"), std::string::npos) << "sealed";
  const auto open = [&](BytesView body, const recognition::ShiftTrust& by,
                        const chain::BoxKey& with) {
    return recognition::open_shift_answer(body, by, with).has_value();
  };
  EXPECT_TRUE(open(as_bytes(reply.body), trust(), key));
  EXPECT_FALSE(open(as_bytes(reply.body), trust(), chain::BoxKey::random())) << "another key";
  EXPECT_FALSE(open(as_bytes(reply.body), trust("car-8"), key)) << "another device";
  recognition::ShiftTrust other = trust();
  other.log.key = chain::SigningKey::from_seed(chain::sha256(as_bytes("other"))).public_key();
  EXPECT_FALSE(open(as_bytes(reply.body), other, key)) << "another log";
  std::string changed = reply.body;
  for (std::size_t at = 0; at < changed.size(); at += 3) {
    changed[at] = static_cast<char>(changed[at] ^ 0x01);
    EXPECT_FALSE(open(as_bytes(changed), trust(), key)) << "byte " << at;
    changed[at] = static_cast<char>(changed[at] ^ 0x01);
  }
  for (std::size_t kept = 0; kept < changed.size(); kept += 7)
    EXPECT_FALSE(open(as_bytes(changed).first(kept), trust(), key)) << "cut at " << kept;
}

// A list sealed to the right key by somebody who can read the answer, with the log's own proof.
TEST_F(ShiftLists, I12_F_3_AListThatTheLogDoesNotNameIsNotUsed) {
  const Reply reply = ask("car-7", request("car-7", key));
  const auto taken = recognition::open_shift_answer(as_bytes(reply.body), trust(), key);
  ASSERT_TRUE(taken.has_value());
  recognition::ShiftList forged = taken->list;
  forged.entries[0].plate = "5FALSE5";
  const auto sealed =
      chain::seal_to(key.public_key(), as_bytes(recognition::write_shift_list(forged).value()));
  const std::size_t proof = 4 + chain::get_be32(as_bytes(reply.body).data());
  Bytes answer(reply.body.begin(), reply.body.begin() + static_cast<std::ptrdiff_t>(proof));
  answer.insert(answer.end(), sealed->begin(), sealed->end());
  const auto opened = recognition::open_shift_answer(answer, trust(), key);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::kBadSignature) << opened.error().detail;
}

TEST_F(ShiftLists, I12_DEF_1_WhoIsNotGivenListsIsOnTheRecord) {
  const chain::Json good = request("car-7", key);
  EXPECT_EQ(ask("car-7", good).status, 201);
  const auto refused = [&](const std::string& device, const chain::Json& body,
                           const std::string& rule) {
    const std::uint64_t before = d.size();
    const Reply reply = ask(device, body);
    EXPECT_EQ(reply.status, 403) << reply.body;
    EXPECT_TRUE(reply.has_rule(rule)) << reply.body;
    EXPECT_THAT(d.kinds_since(before), ElementsAre("lists.refused"));
  };
  refused("car-7", good, "I12-F-3");  // sent again
  d.enrol_device("cam-1");
  refused("cam-1", request("cam-1", key), "I12-A-3");  // not a vehicle
  refused("car-9", good, "I12-DEF-1");                 // unknown
  d.advance(kMinuteUs);
  refused("car-7", with(request("car-7", key), "shift_key", std::string(64, '0')), "I12-F-3");
  const chain::Json old = request("car-7", key);
  d.advance(6 * kMinuteUs);
  refused("car-7", old, "I12-A-3");  // its clock is behind
  ASSERT_EQ(
      d.as(kAdmin).post("/v1/devices/car-7/revocation", object({{"reason", "stolen"}})).status,
      201);
  refused("car-7", request("car-7", key), "I12-DEF-1");
  const std::uint64_t before = d.size();
  EXPECT_EQ(d.stranger()
                .send("POST", "/v1/devices/car-7/lists",
                      {"Content-Type: application/json", "Authorization: Device car-8"},
                      chain::write(good))
                .status,
            400);
  EXPECT_EQ(d.size(), before);
}

}  // namespace
}  // namespace alpr::api::testing
