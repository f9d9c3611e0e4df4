// Proves that a query that stands out is answered, waits for another person, and is shown to them
// on the record. Through the API, as officer and as coordinator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Reviews : public ::testing::Test {
 protected:
  Reviews() {
    d.officer("oreyes");
    d.officer("coord");
    d.give_role("coord", "COORDINATOR");
    d.enrol_device("cam-1");
    d.reads("cam-1", 1, {"7ABC123"});
  }
  Reply ask(const std::string& narrative) {
    return d.query("oreyes", "7ABC123", with(d.grounds(), "narrative", Json(narrative)));
  }
  // The number of the one review that waits.
  std::int64_t waiting() {
    const Reply list = d.as("coord").get("/v1/reviews");
    const Json* reviews = list.json.member("reviews");
    if (!reviews || reviews->array()->size() != 1) return -1;
    return *reviews->array()->front().member("review")->integer();
  }
  Department d;
};

TEST_F(Reviews, I12_C3_7_WordsRaiseAReviewAndTheAnswerComes) {
  d.as("oreyes");
  const std::uint64_t before = d.size();
  const Reply reply = ask("parked at the clinic, abortion");
  ASSERT_EQ(reply.status, 201) << reply.body;
  EXPECT_EQ(disclosed(reply).size(), 1U);
  EXPECT_THAT(reply.body, Not(HasSubstr("review"))) << "nothing of it is told to who asked";
  EXPECT_THAT(d.kinds_since(before), ElementsAre("query.performed", "review.raised"));
  EXPECT_EQ(d.as("oreyes").get("/v1/reviews").status, 403);
  const Reply tasks = d.as("coord").get("/v1/me/tasks");
  EXPECT_THAT(tasks.body, HasSubstr("REVIEW_QUERY"));
  const std::int64_t review = waiting();
  const std::string path = "/v1/reviews/" + std::to_string(review);
  const std::uint64_t then = d.size();
  const Reply shown = d.as("coord").get(path);
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_THAT(d.kinds_since(then), ElementsAre("review.disclosed"));
  EXPECT_EQ(shown.number("event"), static_cast<std::int64_t>(then));
  EXPECT_THAT(shown.body, HasSubstr("7ABC123"));
  EXPECT_THAT(shown.body, HasSubstr("REPRODUCTIVE_CARE_WORDS"));
  const Reply theirs = d.as("oreyes").get(path);
  EXPECT_EQ(theirs.status, 403);
  EXPECT_THAT(theirs.body, Not(HasSubstr("7ABC123")));
  const Json verdict =
      object({{"finding", "RETRAIN"}, {"reason", "the grounds do not carry the search"}});
  EXPECT_EQ(d.as("oreyes").post(path + "/decision", verdict).status, 403);
  EXPECT_EQ(d.as("coord").post(path + "/decision", verdict).status, 201);
  EXPECT_EQ(waiting(), -1);
  EXPECT_EQ(d.as("coord").get(path).status, 404) << "decided";
}

TEST_F(Reviews, I12_C3_3_TheThirdLookupOfAPlateIsReviewed) {
  ask("one");
  ask("two");
  EXPECT_EQ(waiting(), -1);
  ask("three");
  EXPECT_GT(waiting(), 0);
}

TEST_F(Reviews, I12_C3_5_AndI12_C3_6_OwnPlatesAndPlacesAreNamed) {
  const Reply named =
      d.as("oreyes").post("/v1/users/oreyes/plates", object({{"plate", "7abc-123"}}));
  ASSERT_EQ(named.status, 201) << named.body;
  EXPECT_EQ(d.as("oreyes").post("/v1/users/coord/plates", object({{"plate", "8X"}})).status, 403);
  EXPECT_EQ(d.as("coord").post("/v1/users/nobody/plates", object({{"plate", "8X"}})).status, 404);
  ask("mine");
  EXPECT_GT(waiting(), 0);
  const Json place =
      object({{"name", "Frank Ogawa Plaza"},
              {"circle", object({{"centre", object({{"latitude_e7", num(378'050'000)},
                                                    {"longitude_e7", num(-1'222'720'000)}})},
                                 {"radius_m", num(400)}})},
              {"from", num(d.now().value)},
              {"until", num(d.now().value + kDayUs)},
              {"reason", "a march is announced"}});
  EXPECT_EQ(d.as("oreyes").post("/v1/flagged-places", place).status, 403);
  EXPECT_EQ(d.as("coord").post("/v1/flagged-places", place).status, 201);
  EXPECT_EQ(d.as("coord").post("/v1/flagged-places", with(place, "until", num(1))).status, 400);
}

}  // namespace
}  // namespace alpr::api::testing
