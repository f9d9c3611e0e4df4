// Proves that what was decided on requests for data, and what was given out, is audited by sample
// as everything else, with the request beside each (I12-K-5, I-9). Over HTTPS, from a released
// request to the sheet that a reviewer fills in.
#include <gmock/gmock.h>

#include "policy/records/sharing.h"
#include "tests/api/sharing_case.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::HasSubstr;

class AuditSharing : public SharingCase {
 protected:
  void wait(std::int64_t us) {
    d.advance(us);
    d.tick();
  }
  Reply seed(const std::string& who, const std::string& audit, std::int64_t published) {
    return d.as(who).post(audit + "/seed", object({{"value", std::string(64, 'a')},
                                                   {"published_at", num(published)}}));
  }
  // A census of all sharing so far, drawn; its path.
  std::string drawn() {
    const std::int64_t to = d.now().value + kMinuteUs;
    wait(kHourUs);
    d.train("oreyes");
    const std::int64_t beacon_at = d.now().value + kHourUs;
    const Reply plan = d.as("ccoord").post("/v1/audits", object({{"population", "SHARING"},
                                                                 {"from", num(0)},
                                                                 {"to", num(to)},
                                                                 {"method", "CENSUS"},
                                                                 {"beacon", "DRAND"},
                                                                 {"round", "round 4096"},
                                                                 {"beacon_at", num(beacon_at)},
                                                                 {"reason", "the yearly audit"}}));
    EXPECT_EQ(plan.status, 201) << plan.body;
    const std::string audit = "/v1/audits/" + std::to_string(plan.number("seq"));
    wait(2 * kHourUs);
    EXPECT_EQ(seed("ccoord", audit, beacon_at + kMinuteUs).status, 201);
    EXPECT_EQ(seed(kAdmin, audit, beacon_at + kMinuteUs).status, 201);
    return audit;
  }
};

TEST_F(AuditSharing, I12_K_5_DecisionsAndReleasesAreAuditedBesideTheirRequests) {
  released();
  const Reply second =
      d.as("oreyes").post("/v1/sharing", request_body(recipient("District Attorney, Marin")));
  ASSERT_EQ(second.status, 201) << second.body;
  const std::int64_t denied = second.number("seq");
  ASSERT_EQ(decide(denied, "DENIED").status, 201);
  const std::string audit = drawn();
  const Reply sheet = d.as("ccoord").get(audit + "/worksheet");
  ASSERT_EQ(sheet.status, 200) << sheet.body;
  const auto& items = *sheet.json.member("worksheet")->member("items")->array();
  ASSERT_EQ(items.size(), 3U) << sheet.body;
  int releases = 0;
  for (const Json& item : items) {
    EXPECT_THAT(*item.member("related")->string(), HasSubstr("trial preparation")) << "the request";
    releases += *item.member("kind")->integer() == policy::SharingReleased::kKind.number ? 1 : 0;
  }
  EXPECT_EQ(releases, 1);
  const Reply csv = d.as("ccoord").get(audit + "/worksheet.csv");
  EXPECT_THAT(csv.body, HasSubstr("REQUEST,GROUNDS,DECIDED,SAME,NARROW,ONWARD"));
  // Who decided does not look at their own decisions.
  const Reply own = d.as(kAdmin).get(audit + "/worksheet");
  ASSERT_EQ(own.status, 200) << own.body;
  EXPECT_EQ(own.json.member("worksheet")->member("items")->array()->size(), 1U) << own.body;
}

}  // namespace
}  // namespace alpr::api::testing
