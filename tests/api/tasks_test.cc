// Proves that what waits for a person is listed for those who may do it and for nobody else, until
// it is done, and that a response to a hit is owed its record. Each case makes something wait,
// looks at everybody's tasks over TLS, does it through the link of the task, and looks again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/chain/encoding.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr const char* kOfficer = "oreyes";
constexpr const char* kCoordinator = "ccoord";

class Tasks : public ::testing::Test {
 protected:
  Tasks() {
    d.officer(kOfficer);
    d.officer(kCoordinator);
    d.give_role(kCoordinator, "COORDINATOR");
    d.train(kAdmin);
    d.enrol_device("cam-1");
  }
  std::vector<Json> tasks(const std::string& who, const std::string& kind) {
    const Reply reply = d.as(who).get("/v1/me/tasks");
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_THAT(reply.body, Not(HasSubstr("7ABC123")));
    std::vector<Json> found;
    const Json* all = reply.json.member("tasks");
    if (!all || !all->array()) return found;
    for (const Json& task : *all->array())
      if (*task.member("kind")->string() == kind) found.push_back(task);
    return found;
  }
  // Who of the department has a task of this kind.
  std::vector<std::string> those_with(const std::string& kind) {
    std::vector<std::string> who;
    for (const char* one : {kIt, kChief, kAdmin, kTrainer, kCoordinator, kOfficer})
      if (!tasks(one, kind).empty()) who.emplace_back(one);
    return who;
  }
  Reply do_it(const std::string& who, const std::string& kind, const Json& body) {
    const auto found = tasks(who, kind);
    EXPECT_EQ(found.size(), 1U) << kind;
    return found.empty() ? Reply() : d.as(who).post(*found[0].member("link")->string(), body);
  }
  static Json verdict() { return object({{"verdict", "DENY"}, {"reason", "not needed"}}); }
  std::int64_t hit() {
    EXPECT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
    const Reply reply = d.upload("cam-1", d.batch("cam-1", 1, {"7ABC123"}));
    EXPECT_EQ(reply.status, 201) << reply.body;
    return *reply.json.member("hits")->array()->at(0).integer();
  }
  Department d;
};

TEST_F(Tasks, I12_C2A2_1_AResponseIsOwedItsRecordAndIsOverdueAfterTheShift) {
  const std::int64_t answered = hit();
  EXPECT_THAT(those_with("DOCUMENT_STOP"), IsEmpty()) << "a hit that nobody answered";
  ASSERT_EQ(
      d.as(kOfficer)
          .post("/v1/hits/" + std::to_string(answered) + "/steps", object({{"step", "FOLLOWING"}}))
          .status,
      201);
  const std::int64_t began = d.now().value;
  const auto listed = [&](const std::string& query) {
    const Reply reply = d.as(kCoordinator).get("/v1/stops/owed" + query);
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_THAT(reply.body, Not(HasSubstr("7ABC123")));
    return reply;
  };
  const Reply owed = listed("");
  ASSERT_EQ(owed.number("owed"), 1) << owed.body;
  EXPECT_EQ(owed.number("overdue"), 0);
  const Json& stop = owed.json.member("stops")->array()->at(0);
  EXPECT_EQ(*stop.member("hit")->integer(), answered);
  EXPECT_EQ(*stop.member("by")->string(), kOfficer);
  EXPECT_EQ(*stop.member("due_at")->integer(), began + 12 * kHourUs);
  EXPECT_THAT(*listed("?overdue=true").json.member("stops")->array(), IsEmpty());
  EXPECT_THAT(those_with("DOCUMENT_STOP"), ElementsAre(kOfficer));
  EXPECT_THAT(those_with("SEE_TO_STOP"), IsEmpty());

  d.advance(12 * kHourUs - 1);
  EXPECT_EQ(listed("").number("overdue"), 0);
  d.advance(1);
  EXPECT_EQ(listed("?overdue=true").json.member("stops")->array()->size(), 1U);
  EXPECT_THAT(those_with("SEE_TO_STOP"), ElementsAre(kCoordinator));
  const Json task = tasks(kOfficer, "DOCUMENT_STOP").at(0);
  EXPECT_TRUE(*task.member("overdue")->boolean());
  EXPECT_EQ(*task.member("since")->integer(), began);

  const Reply refused = d.as(kOfficer).get("/v1/stops/owed");
  EXPECT_EQ(refused.status, 403) << refused.body;
  EXPECT_TRUE(refused.has_rule("I12-C2A2-1")) << refused.body;
  EXPECT_EQ(d.kind(refused.number("event")), "command.refused");

  const Reply documented = do_it(kOfficer, "DOCUMENT_STOP",
                                 object({{"action", "FREEDOM_NOT_RESTRICTED"},
                                         {"justification", "followed until it was parked"},
                                         {"case_number", "26-009001"},
                                         {"disposition", "NO_ACTION"},
                                         {"responded_at", num(d.now().value)},
                                         {"next_steps", "none known"}}));
  EXPECT_EQ(documented.status, 201) << documented.body;
  EXPECT_EQ(listed("").number("owed"), 0);
  EXPECT_THAT(those_with("DOCUMENT_STOP"), IsEmpty());
  EXPECT_THAT(those_with("SEE_TO_STOP"), IsEmpty());
}

TEST_F(Tasks, I12_C2B2_2_AnEntryWaitsForAnAdministratorWhoDidNotAskForIt) {
  const auto ask = [&](const std::string& who) {
    const Reply asked =
        d.as(who).post("/v1/hot-list-entries", object({{"plate", "7ABC123"},
                                                       {"purpose", "BURGLARY"},
                                                       {"case_number", "26-004711"},
                                                       {"offense_report_no", "26-004711-R1"},
                                                       {"justification", "seen leaving"},
                                                       {"expires_at", num(d.now().value + kDayUs)},
                                                       {"not_protected_characteristic", true}}));
    EXPECT_EQ(asked.status, 201) << asked.body;
  };
  ask(kAdmin);
  EXPECT_THAT(those_with("DECIDE_ENTRY"), IsEmpty());
  ask(kOfficer);
  EXPECT_THAT(those_with("DECIDE_ENTRY"), ElementsAre(kAdmin));
  EXPECT_EQ(do_it(kAdmin, "DECIDE_ENTRY", verdict()).status, 201);
  EXPECT_THAT(those_with("DECIDE_ENTRY"), IsEmpty());
}

TEST_F(Tasks, I12_L_1_ARoleWaitsForASecondPerson) {
  const std::int64_t asked_at = d.now().value;
  ASSERT_EQ(d.as(kChief)
                .post("/v1/role-grants", object({{"username", kOfficer},
                                                 {"role", "COORDINATOR"},
                                                 {"from", num(asked_at)},
                                                 {"justification", "assigned to the unit"}}))
                .status,
            201);
  EXPECT_THAT(those_with("DECIDE_ROLE"), ElementsAre(kAdmin));
  EXPECT_EQ(*tasks(kAdmin, "DECIDE_ROLE").at(0).member("since")->integer(), asked_at);
  EXPECT_EQ(do_it(kAdmin, "DECIDE_ROLE", verdict()).status, 201);
  EXPECT_THAT(those_with("DECIDE_ROLE"), IsEmpty());
}

TEST_F(Tasks, I12_HDR_1_AProposedVersionWaitsForTheDesignee) {
  std::string document = d.as(kAdmin).get("/v1/policies").text("document");
  const auto set = [&](const std::string& name, const std::string& value) {
    const auto at = document.find(name + " = ");
    document.replace(at, document.find('\n', at) - at, name + " = " + value);
  };
  set("version", "2");
  set("effective", chain::format_time({d.now().value + kHourUs}));
  ASSERT_EQ(d.as(kAdmin)
                .post("/v1/policies",
                      object({{"document", document}, {"justification", "the Commission asked"}}))
                .status,
            201);
  EXPECT_THAT(those_with("DECIDE_POLICY"), ElementsAre(kChief));
  EXPECT_EQ(do_it(kChief, "DECIDE_POLICY", verdict()).status, 201);
  EXPECT_THAT(those_with("DECIDE_POLICY"), IsEmpty());
}

TEST_F(Tasks, I12_G_2_AHoldWaitsForADecisionAndLaterForItsReview) {
  const auto reads = d.reads("cam-1", 1, {"7ABC123"});
  const auto ask = [&] {
    return d.as(kCoordinator)
        .post("/v1/holds", object({{"events", Json::Array{num(reads[0])}},
                                   {"reason", "ACTIVE_CRIMINAL"},
                                   {"case_number", "26-000123"},
                                   {"justification", "the car of the suspect"},
                                   {"review_by", num(d.now().value + 20 * kDayUs)}}));
  };
  ASSERT_EQ(ask().status, 201);
  EXPECT_THAT(those_with("DECIDE_HOLD"), ElementsAre(kAdmin)) << "who asked does not decide";
  EXPECT_EQ(do_it(kAdmin, "DECIDE_HOLD", object({{"verdict", "APPROVE"}, {"reason", "documented"}}))
                .status,
            201);
  EXPECT_THAT(those_with("DECIDE_HOLD"), IsEmpty());
  EXPECT_THAT(those_with("REVIEW_HOLD"), IsEmpty());
  d.advance(6 * kDayUs);
  EXPECT_THAT(those_with("REVIEW_HOLD"), UnorderedElementsAre(kAdmin, kCoordinator));
  EXPECT_FALSE(*tasks(kAdmin, "REVIEW_HOLD").at(0).member("overdue")->boolean());
  d.advance(14 * kDayUs);
  EXPECT_TRUE(*tasks(kAdmin, "REVIEW_HOLD").at(0).member("overdue")->boolean());
  EXPECT_EQ(do_it(kAdmin, "REVIEW_HOLD", object({{"reason", "the case is closed"}})).status, 201);
  EXPECT_THAT(those_with("REVIEW_HOLD"), IsEmpty());
}

TEST_F(Tasks, I12_K_1_WhoCannotLogInWaitsForTwoPersons) {
  ASSERT_EQ(
      d.as(kAdmin)
          .post("/v1/users/oreyes/password/withdrawal", object({{"reason", "seen on a note"}}))
          .status,
      201);
  EXPECT_THAT(tasks(kAdmin, "RENEW_ACCESS"), IsEmpty());
  EXPECT_EQ(do_it(kIt, "RENEW_ACCESS", object({})).status, 201);
  EXPECT_THAT(tasks(kIt, "RENEW_ACCESS"), IsEmpty());
  EXPECT_THAT(tasks(kIt, "CONFIRM_USER"), IsEmpty()) << "the second half comes from another person";
  for (const char* who : {kChief, kAdmin, kTrainer})
    EXPECT_EQ(tasks(who, "CONFIRM_USER").size(), 1U) << who;
  EXPECT_EQ(do_it(kChief, "CONFIRM_USER", object({})).status, 201);
  EXPECT_THAT(tasks(kAdmin, "CONFIRM_USER"), IsEmpty());
  d.advance(15 * kDayUs);
  EXPECT_EQ(tasks(kIt, "RENEW_ACCESS").size(), 1U) << "the codes ran out";
}

TEST_F(Tasks, I12_C3_8_AFlaggedSessionWaitsForSomebodyElse) {
  ASSERT_EQ(d.log_in(kCoordinator).status, 201);
  ASSERT_EQ(d.log_in(kCoordinator).status, 201);
  EXPECT_THAT(tasks(kCoordinator, "REVIEW_SESSION"), IsEmpty());
  const auto before = tasks(kAdmin, "REVIEW_SESSION");
  ASSERT_FALSE(before.empty());
  EXPECT_EQ(d.as(kAdmin)
                .post(*before[0].member("link")->string(),
                      object({{"finding", "OWN_USE"}, {"note", "two machines at one desk"}}))
                .status,
            201);
  EXPECT_EQ(tasks(kAdmin, "REVIEW_SESSION").size(), before.size() - 1);
}

TEST_F(Tasks, I12_C2B1_1_I12_G_4_StaleListsAndOverduePurgesWaitForWhoAnswersForThem) {
  hit();
  EXPECT_THAT(those_with("LOAD_LIST"), IsEmpty());
  d.advance(25 * kHourUs);
  d.tick();
  EXPECT_THAT(those_with("LOAD_LIST"), UnorderedElementsAre(kIt, kAdmin, kCoordinator));
  EXPECT_EQ(*tasks(kIt, "LOAD_LIST").at(0).member("link")->string(), "/v1/hot-lists/SVS");
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
  EXPECT_THAT(those_with("LOAD_LIST"), IsEmpty());
  EXPECT_THAT(those_with("SEE_TO_PURGE"), IsEmpty());
  d.advance(30 * kDayUs + 2 * kHourUs);
  EXPECT_THAT(those_with("SEE_TO_PURGE"), UnorderedElementsAre(kIt, kAdmin, kCoordinator));
  d.tick();
  EXPECT_THAT(those_with("SEE_TO_PURGE"), IsEmpty());
}

}  // namespace
}  // namespace alpr::api::testing
