// Proves rows of the order that no other test stands for: which sources and readers count, what an
// upload and a search record, and who may search. Over HTTPS on a department's server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/service.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Order : public ::testing::Test {
 protected:
  Order() {
    d.officer("oreyes");
    d.enrol_device("cam-1");
  }
  Json event(std::int64_t seq) {
    const auto view = d.service().store().event({static_cast<std::uint64_t>(seq)});
    EXPECT_TRUE(view.has_value()) << view.error().detail;
    return chain::parse_canonical(view->json).value_or(Json());
  }
  TimeUs time_of(std::int64_t seq) {
    return d.service().store().header({static_cast<std::uint64_t>(seq)})->time;
  }
  static Json member_of(const Json& json, std::string_view name) {
    const Json* found = json.member(name);
    EXPECT_NE(found, nullptr) << name;
    return found ? *found : Json();
  }
  Department d;
};

TEST_F(Order, I12_DEF_2_I12_D_2_AListOfAnotherSourceIsRefusedAndNeverCompared) {
  d.train(kAdmin);
  const Reply loaded = d.load_list(kAdmin, "REPO_COMPANY", csv_list({"7ABC123,STOLEN VEHICLE"}));
  EXPECT_EQ(loaded.status, 403) << loaded.body;
  EXPECT_TRUE(loaded.has_rule("I12-DEF-2"));
  const std::uint64_t before = d.size();
  d.reads("cam-1", 1, {"7ABC123"});
  EXPECT_THAT(d.kinds_since(before), ElementsAre("upload.received", "read.recorded"));
}

TEST_F(Order, I12_A_1_ThePictureGoesAndTheLogStillProves) {
  const auto read = d.reads("cam-1", 1, {"7ABC123"});
  const Reply query = d.query("oreyes", "7ABC123");
  const std::string image = "/v1/queries/" + std::to_string(query.number("query")) + "/reads/" +
                            std::to_string(read[0]) + "/image";
  ASSERT_EQ(d.as("oreyes").get(image).status, 200);
  const std::uint64_t size = d.size();
  d.advance(31 * kDayUs);
  d.tick();
  EXPECT_EQ(d.as("oreyes").get(image).status, 410);
  EXPECT_FALSE(d.service().store().event({static_cast<std::uint64_t>(read[0])}).has_value());
  EXPECT_EQ(d.as(kIt).get("/log/proof/consistency?old=" + std::to_string(size)).status, 200);
  EXPECT_EQ(d.as(kIt).get("/log/proof/inclusion?seq=" + std::to_string(read[0])).status, 200);
}

TEST_F(Order, I12_A_2_AReadersMountIsOnTheRegister) {
  const Reply listed = d.as(kAdmin).get("/v1/devices");
  EXPECT_EQ(listed.status, 200);
  EXPECT_THAT(listed.body, ::testing::HasSubstr(R"("mount_class":"pole")"));
}

TEST_F(Order, I12_A_6_AnUploadHasTheServersTime) {
  d.advance(kHourUs);
  const std::uint64_t before = d.size();
  d.reads("cam-1", 1, {"7ABC123"});
  EXPECT_EQ(d.kind(static_cast<std::int64_t>(before)), "upload.received");
  EXPECT_EQ(time_of(static_cast<std::int64_t>(before)), d.now());
}

TEST_F(Order, I12_B_4_I12_E_1_ASearchIsForThoseWhomTheOrderAuthorises) {
  d.reads("cam-1", 1, {"7ABC123"});
  d.enrol("analyst", "Ana Lyst", "OTHER_DESIGNATED");
  d.train("analyst");
  const Reply before = d.query("analyst", "7ABC123");
  EXPECT_EQ(before.status, 403) << before.body;
  EXPECT_TRUE(before.has_rule("I12-E-1"));
  const Reply designated = d.as(kChief).post("/v1/users/analyst/designation",
                                             object({{"justification", "crime analysis"}}));
  ASSERT_EQ(designated.status, 201) << designated.body;
  EXPECT_EQ(d.query("analyst", "7ABC123").status, 201);
}

TEST_F(Order,
       I12_C2B_3_I12_C2B_4_I12_C2B_5_ASearchRecordsTheServersTimeAllElementsAndWhoIsLoggedIn) {
  const Json body =
      object({{"elements", object({{"plate", "7ABC123"}})}, {"grounds", d.grounds()}});
  for (const char* claimed : {"username", "time", "by"}) {
    Json::Object with = *body.object();
    with.emplace_back(claimed, Json("somebody else"));
    EXPECT_EQ(d.as("oreyes").post("/v1/queries", Json(std::move(with))).status, 400) << claimed;
  }
  const Reply query = d.query("oreyes", "7ABC123");
  ASSERT_EQ(query.status, 201) << query.body;
  const Json record = event(query.number("query"));
  EXPECT_EQ(time_of(query.number("query")), d.now());
  EXPECT_EQ(*member_of(member_of(record, "elements"), "plate").string(), "7ABC123");
  const Json by = member_of(record, "by");
  EXPECT_EQ(*member_of(by, "username").string(), "oreyes");
  EXPECT_EQ(*member_of(by, "organisation").string(), kDepartment);
}

}  // namespace
}  // namespace alpr::api::testing
