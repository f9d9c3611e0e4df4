// Proves the way from a hot list to a documented stop, and that the department's own entries match
// nothing before another person approved them (I12-DEF-3, C2A, C2A2, C2B1, C2B2). Lists, uploads,
// steps and stops go over TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Hits : public ::testing::Test {
 protected:
  Hits() {
    d.officer("oreyes");
    d.train(kAdmin);
    d.enrol_device("cam-1");
  }
  // The seqs of the hits that an upload of this plate raised.
  std::vector<std::int64_t> hits_of(std::uint64_t number, const std::string& plate) {
    const Reply reply = d.upload("cam-1", d.batch("cam-1", number, {plate}));
    EXPECT_EQ(reply.status, 201) << reply.body;
    std::vector<std::int64_t> hits;
    if (const Json* listed = reply.json.member("hits"))
      for (const Json& hit : *listed->array()) hits.push_back(*hit.integer());
    return hits;
  }
  Reply step(std::int64_t hit, const Json& body) {
    return d.as("oreyes").post("/v1/hits/" + std::to_string(hit) + "/steps", body);
  }
  Json stop() const {
    return object({{"action", "FREEDOM_RESTRICTED"},
                   {"justification", "stolen vehicle, confirmed by CLETS"},
                   {"case_number", "26-009001"},
                   {"disposition", "ARREST"},
                   {"responded_at", num(d.now().value)},
                   {"next_steps", "none known"}});
  }
  Json entry(const std::string& plate) const {
    return object({{"plate", plate},
                   {"purpose", "BURGLARY"},
                   {"case_number", "26-004711"},
                   {"offense_report_no", "26-004711-R1"},
                   {"justification", "seen leaving three burglaries"},
                   {"expires_at", num(d.now().value + 30 * kDayUs)},
                   {"not_protected_characteristic", true}});
  }
  Reply decide(const std::string& who, std::int64_t request, const std::string& verdict) {
    return d.as(who).post("/v1/hot-list-entries/" + std::to_string(request) + "/decision",
                          object({{"verdict", verdict}, {"reason", "documented"}}));
  }
  Department d;
};

TEST_F(Hits, I12_C2A_3_FromAListToADocumentedStop) {
  const Reply loaded = d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"}));
  ASSERT_EQ(loaded.status, 201) << loaded.body;
  EXPECT_EQ(d.kind(loaded.number("seq")), "hotlist.loaded");
  EXPECT_THAT(hits_of(1, "8XYZ987"), IsEmpty());
  const auto hits = hits_of(2, "7ABC123");
  ASSERT_EQ(hits.size(), 1U);
  const std::int64_t hit = hits.front();
  EXPECT_EQ(d.kind(hit), "hit.raised");

  const std::uint64_t before = d.size();
  const Reply shown = d.as("oreyes").get("/v1/hits/" + std::to_string(hit));
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_EQ(d.kind(shown.number("disclosure")), "hits.disclosed");
  EXPECT_GE(shown.number("disclosure"), static_cast<std::int64_t>(before));
  EXPECT_THAT(shown.body, ::testing::HasSubstr("UNVALIDATED"));

  const std::string path = "/v1/hits/" + std::to_string(hit) + "/stop";
  const Reply early = d.as("oreyes").post(path, stop());
  EXPECT_EQ(early.status, 403) << early.body;
  EXPECT_TRUE(early.has_rule("I12-C2A-3")) << early.body;
  EXPECT_EQ(step(hit, object({{"step", "PLATE_CONFIRMED"},
                              {"observed_plate", "7ABC123"},
                              {"observed_state", "CA"}}))
                .status,
            201);
  EXPECT_EQ(step(hit, object({{"step", "VISUAL_MATCH"}, {"visual_plate_match", true}})).status,
            201);
  EXPECT_EQ(step(hit, object({{"step", "ATTRIBUTES_CHECKED"}, {"checks", Json::Array{}}})).status,
            201);
  const Reply last = step(
      hit,
      object({{"step", "CLETS_VERIFIED"}, {"clets", "CONFIRMED"}, {"clets_reference", "QV-17"}}));
  ASSERT_EQ(last.status, 201) << last.body;
  EXPECT_EQ(d.kind(last.number("seq") + 1), "hit.validated");

  const Reply stopped = d.as("oreyes").post(path, stop());
  ASSERT_EQ(stopped.status, 201) << stopped.body;
  EXPECT_EQ(d.kind(stopped.number("seq")), "stop.documented");
  EXPECT_EQ(d.as("oreyes").post(path, stop()).status, 409) << "one record per hit";
  const Reply later =
      d.as("oreyes").post("/v1/stops/" + std::to_string(stopped.number("seq")) + "/follow-ups",
                          object({{"next_steps", "sent to the District Attorney"}}));
  EXPECT_EQ(later.status, 201) << later.body;
}

TEST_F(Hits, AHitIsGoneWithItsThirtyDaysAndNotShownToTheUntrained) {
  d.enrol("untrained", "Not Trained");
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
  const std::int64_t hit = hits_of(1, "7ABC123").at(0);
  const std::string path = "/v1/hits/" + std::to_string(hit);
  for (const std::string& one : {std::string("/v1/hits"), path, path + "/image"}) {
    const Reply refused = d.as("untrained").get(one);
    EXPECT_EQ(refused.status, 403) << one << refused.body;
    EXPECT_TRUE(refused.has_rule("I12-C1-1")) << one << refused.body;
    EXPECT_EQ(refused.body.find("7ABC123"), std::string::npos) << one;
  }
  const Reply unseen = d.as("oreyes").get(path + "/image");
  EXPECT_EQ(unseen.status, 403) << "a picture is for whom the hit was shown to";
  EXPECT_TRUE(unseen.has_rule("I12-F-2")) << unseen.body;
  ASSERT_EQ(d.as("oreyes").get(path).status, 200);
  const std::uint64_t before = d.size();
  const Reply image = d.as("oreyes").get(path + "/image");
  EXPECT_EQ(image.status, 200) << image.body;
  EXPECT_EQ(image.body, png("cam-1/1/7ABC123"));
  EXPECT_THAT(d.kinds_since(before), ::testing::Contains("image.disclosed"));
  d.advance(30 * kDayUs);
  for (const std::string& one : {path, path + "/image"}) {
    const Reply due = d.as("oreyes").get(one);
    EXPECT_EQ(due.status, 410) << one << due.body;
    EXPECT_EQ(due.json.member("tombstone"), nullptr) << "its purge has not run yet";
  }
  d.tick();
  for (const std::string& one : {path, path + "/image"}) {
    const Reply gone = d.as("oreyes").get(one);
    EXPECT_EQ(gone.status, 410) << one << gone.body;
    ASSERT_NE(gone.json.member("tombstone"), nullptr) << one << gone.body;
    const std::int64_t tombstone = *gone.json.member("tombstone")->integer();
    EXPECT_EQ(d.kind(tombstone), "reads.purged");
    const Reply proof = d.as("oreyes").get(gone.text("proof"));
    EXPECT_EQ(proof.status, 200) << proof.body;
    EXPECT_THAT(proof.body, ::testing::HasSubstr("index " + std::to_string(tombstone)));
    const std::string never = "/v1/hits/" + std::to_string(d.size() + 1000);
    EXPECT_EQ(d.as("oreyes").get(one == path ? never : never + "/image").status, 404);
  }
  const Reply none = d.as("oreyes").get("/v1/hits");
  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(none.body.find("7ABC123"), std::string::npos);
}

TEST_F(Hits, I12_C2A1_1_OnlyTheNamedSourcesAndOnlyThoseWhoMayLoadThem) {
  const Reply seventh = d.load_list(kAdmin, "REPO", csv_list({"7ABC123,REPOSSESSION"}));
  EXPECT_EQ(seventh.status, 403) << seventh.body;
  EXPECT_TRUE(seventh.has_rule("I12-C2A1-1")) << seventh.body;
  EXPECT_EQ(d.kind(seventh.number("event")), "hotlist.import-refused");
  const Reply officer = d.load_list("oreyes", "SVS", csv_list({"7ABC123,STOLEN VEHICLE"}));
  EXPECT_EQ(officer.status, 403) << officer.body;
  const std::string file = csv_list({"7ABC123,STOLEN VEHICLE"});
  EXPECT_EQ(d.load_list(kAdmin, "SVS", file.substr(0, file.size() - 5)).status, 403) << "cut off";
  EXPECT_THAT(hits_of(1, "7ABC123"), IsEmpty());
}

TEST_F(Hits, I12_C2B2_2_AnEntryMatchesNothingBeforeAnotherPersonApprovedIt) {
  const Reply asked = d.as("oreyes").post("/v1/hot-list-entries", entry("6DEF456"));
  ASSERT_EQ(asked.status, 201) << asked.body;
  const std::int64_t request = asked.number("seq");
  EXPECT_THAT(hits_of(1, "6DEF456"), IsEmpty()) << "pending";
  const Reply own = decide("oreyes", request, "APPROVE");
  EXPECT_EQ(own.status, 403) << own.body;
  EXPECT_TRUE(own.has_rule("I12-C2B2-2")) << own.body;
  EXPECT_THAT(hits_of(2, "6DEF456"), IsEmpty());
  ASSERT_EQ(decide(kAdmin, request, "APPROVE").status, 201);
  EXPECT_EQ(hits_of(3, "6DEF456").size(), 1U);
  EXPECT_EQ(decide(kAdmin, request, "DENY").status, 409) << "decided once";
  const Reply removed =
      d.as("oreyes").post("/v1/hot-list-entries/" + std::to_string(request) + "/removal",
                          object({{"reason", "car was found"}}));
  ASSERT_EQ(removed.status, 201) << removed.body;
  EXPECT_THAT(hits_of(4, "6DEF456"), IsEmpty()) << "removed";
}

TEST_F(Hits, I12_C2B2_2_TheAdministratorsOwnEntryIsNotTheirsToApprove) {
  const Reply asked = d.as(kAdmin).post("/v1/hot-list-entries", entry("6DEF456"));
  ASSERT_EQ(asked.status, 201) << asked.body;
  const Reply own = decide(kAdmin, asked.number("seq"), "APPROVE");
  EXPECT_EQ(own.status, 403) << own.body;
  EXPECT_THAT(own.text("type"), ::testing::EndsWith("self-approval"));
  EXPECT_EQ(d.kind(own.number("event")), "command.refused");
  EXPECT_THAT(hits_of(1, "6DEF456"), IsEmpty());
}

TEST_F(Hits, I12_A_5_EntriesAreShownToTrainedMembersAloneAndTheLookIsRecorded) {
  d.enrol("untrained", "Not Trained");
  ASSERT_EQ(d.as("oreyes").post("/v1/hot-list-entries", entry("6DEF456")).status, 201);
  const Reply refused = d.as("untrained").get("/v1/hot-list-entries");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body.find("6DEF456"), std::string::npos);
  const Reply shown = d.as("oreyes").get("/v1/hot-list-entries?state=REQUESTED&limit=10");
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_NE(shown.body.find("6DEF456"), std::string::npos);
  EXPECT_EQ(d.kind(shown.number("disclosure")), "entries.disclosed");
}

}  // namespace
}  // namespace alpr::api::testing
