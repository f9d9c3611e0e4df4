// Proves that the public's requests are kept apart from those of agencies, with their dates, basis
// and exceptions. Over HTTPS, from the request to its closing.
#include <gmock/gmock.h>

#include "ledger/chain/encoding.h"
#include "tests/api/sharing_case.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::HasSubstr;
using ::testing::Not;

class RecordsRequests : public SharingCase {
 protected:
  std::int64_t enter(const std::string& of_class) {
    const Reply reply = d.as("ccoord").post(
        "/v1/records-requests", object({{"requester", "Pat Public"},
                                        {"received_on", chain::format_time(d.now()).substr(0, 10)},
                                        {"statute", "Gov. Code 7920.000"},
                                        {"record_class", of_class},
                                        {"described", "the register of readers"}}));
    EXPECT_EQ(reply.status, 201) << reply.body;
    return reply.number("seq");
  }
  Reply post(std::int64_t request, const std::string& what, const Json& body) {
    return d.as("ccoord").post("/v1/records-requests/" + std::to_string(request) + "/" + what,
                               body);
  }
  Reply answer(std::int64_t request, const std::string& outcome) {
    return post(request, "decision",
                object({{"outcome", outcome},
                        {"basis", "Gov. Code 7923.600"},
                        {"reason", "as counsel advised"}}));
  }
};

TEST_F(RecordsRequests, I12_E_6_DeniedNonInvestigatoryRecordsAreListedAsExceptions) {
  const std::int64_t investigatory = enter("INVESTIGATORY");
  const std::int64_t other = enter("NON_INVESTIGATORY");
  EXPECT_EQ(answer(investigatory, "DENIED").status, 201);
  EXPECT_EQ(answer(other, "DENIED").status, 201);
  const Reply closed = post(other, "closing", object({{"how", "by mail"}}));
  EXPECT_EQ(closed.status, 201) << closed.body;
  const Reply listed = d.as("ccoord").get("/v1/records-requests");
  ASSERT_EQ(listed.status, 200) << listed.body;
  EXPECT_EQ(listed.json.member("requests")->array()->size(), 2U);
  const Json::Array& exceptions = *listed.json.member("exceptions")->array();
  ASSERT_EQ(exceptions.size(), 1U);
  EXPECT_EQ(*exceptions[0].integer(), other);
  const Json& row = listed.json.member("requests")->array()->at(1);
  EXPECT_EQ(*row.member("closed_at")->integer(), d.now().value);
  EXPECT_EQ(*row.member("answer")->member("basis")->string(), "Gov. Code 7923.600");
}

TEST_F(RecordsRequests, I12_H_1_AreForTheirKeepersAndNoBusinessOfSharing) {
  const std::int64_t request = enter("NON_INVESTIGATORY");
  const Reply refused = d.as("oreyes").get("/v1/records-requests");
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(refused.has_rule("I12-H-1"));
  EXPECT_THAT(refused.body, Not(HasSubstr("Pat")));
  const Reply decided = decide(request);
  EXPECT_EQ(decided.status, 403) << decided.body;
  EXPECT_TRUE(decided.has_rule("I12-H-1"));
  EXPECT_EQ(d.kind(decided.number("event")), "sharing.refused");
  EXPECT_TRUE(release(request).has_rule("I12-H-1"));
  EXPECT_EQ(answer(asked(), "DISCLOSED").status, 404);
  const Reply missing = d.as("ccoord").post("/v1/records-requests", object({}));
  EXPECT_EQ(missing.status, 403);
  EXPECT_TRUE(missing.has_rule("I12-H-1"));
}

}  // namespace
}  // namespace alpr::api::testing
