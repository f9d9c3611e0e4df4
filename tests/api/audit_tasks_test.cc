// Proves that a sample audit waits for those who must go on with it and for nobody else: for
// whoever has not entered the beacon's value, for reviewers, for the Coordinator (I12-K-5). Looks
// at everybody's tasks over HTTPS after each step.
#include <gmock/gmock.h>

#include "tests/api/audit_case.h"

namespace alpr::api::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AuditTasks : public AuditCase {
 protected:
  std::string link(const std::string& who, const std::string& kind) {
    const Reply reply = d.as(who).get("/v1/me/tasks");
    EXPECT_EQ(reply.status, 200) << reply.body;
    for (const chain::Json& task : *reply.json.member("tasks")->array())
      if (*task.member("kind")->string() == kind) return *task.member("link")->string();
    return "";
  }
  std::vector<std::string> those_with(const std::string& kind) {
    std::vector<std::string> who;
    for (const char* one : {kIt, kChief, kAdmin, kTrainer, kCoordinator, "oreyes"})
      if (!link(one, kind).empty()) who.emplace_back(one);
    return who;
  }
};

TEST_F(AuditTasks, I12_K_5_AnAuditWaitsForWhoeverGoesOnWithIt) {
  queries(3);
  close();
  const std::int64_t audit = planned(census());
  const std::string path = "/v1/audits/" + std::to_string(audit);
  EXPECT_THAT(those_with("ENTER_SEED"), IsEmpty()) << "the value is not out yet";
  published = d.now().value + kHourUs + kMinuteUs;
  wait(2 * kHourUs);
  EXPECT_THAT(those_with("ENTER_SEED"), ElementsAre(kChief, kAdmin, kCoordinator));
  EXPECT_EQ(link(kChief, "ENTER_SEED"), path + "/seed");
  ASSERT_EQ(seed(kCoordinator, audit).status, 201);
  EXPECT_THAT(those_with("ENTER_SEED"), ElementsAre(kChief, kAdmin)) << "the second person's";
  EXPECT_THAT(those_with("JUDGE_ITEMS"), IsEmpty());
  ASSERT_EQ(seed(kAdmin, audit).status, 201);
  EXPECT_THAT(those_with("ENTER_SEED"), IsEmpty());
  EXPECT_THAT(those_with("JUDGE_ITEMS"), ElementsAre(kAdmin, kCoordinator));
  EXPECT_EQ(d.as(kAdmin).get(link(kAdmin, "JUDGE_ITEMS")).status, 200);
  EXPECT_THAT(those_with("CONCLUDE_AUDIT"), IsEmpty());
  judge_all(audit);
  EXPECT_THAT(those_with("JUDGE_ITEMS"), IsEmpty());
  EXPECT_THAT(those_with("CONCLUDE_AUDIT"), ElementsAre(kCoordinator));
  EXPECT_EQ(link(kCoordinator, "CONCLUDE_AUDIT"), path + "/conclusion");
  ASSERT_EQ(conclude(audit).status, 201);
  EXPECT_THAT(those_with("CONCLUDE_AUDIT"), IsEmpty());
}

}  // namespace
}  // namespace alpr::api::testing
