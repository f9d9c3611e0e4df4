// Proves rows of the order that no other test stands for: which sources and readers count, what an
// upload and a search record, and who may search. Over HTTPS on a department's server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "api/endpoint.h"
#include "api/json_body.h"
#include "api/service.h"
#include "policy/records/kinds.h"
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
  // Every name under "properties", at any depth.
  static void look_below(const Json& schema, const std::function<void(const std::string&)>& look) {
    if (schema.array())
      for (const Json& one : *schema.array()) look_below(one, look);
    if (!schema.object()) return;
    for (const auto& [name, value] : *schema.object()) {
      if (name == "properties" && value.object())
        for (const auto& [property, below] : *value.object()) look(property);
      look_below(value, look);
    }
  }
  static Json member_of(const Json& json, std::string_view name) {
    const Json* found = json.member(name);
    EXPECT_NE(found, nullptr) << name;
    return found ? *found : Json();
  }
  Department d;
};

TEST_F(Order, I12_C3_4_NoFieldAnywhereIsForAProtectedTrait) {
  constexpr std::array kTraits{"race",     "ethnic",      "gender",     "religio", "politic",
                               "national", "orientation", "disability", "sexual"};
  const auto look = [&](std::string_view name, std::string_view where) {
    for (const char* trait : kTraits)
      EXPECT_EQ(name.find(trait), std::string_view::npos) << name << " of " << where;
  };
  std::size_t seen = 0;
  for (const Endpoint& endpoint : d.endpoints().all()) {
    for (const Schema* schema : {&endpoint.body, &endpoint.answer}) {
      for (const SchemaMember& member : *schema) {
        look(member.name, endpoint.path);
        // The names of nested members stand in the schema's text.
        const auto parsed = parse_body(member.schema);
        ASSERT_TRUE(parsed.has_value()) << member.schema;
        look_below(*parsed, [&](const std::string& name) { look(name, endpoint.path); });
        ++seen;
      }
    }
  }
  EXPECT_GT(seen, 100U);
  for (const chain::Kind& kind : policy::kinds().all())
    for (const std::string_view member : kind.open) look(member, kind.name);
}

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
  // The same question in another order of words is the same record of it.
  const auto asked = [&](Json::Object elements) {
    const Reply reply = d.as("oreyes").post(
        "/v1/queries", object({{"elements", Json(std::move(elements))}, {"grounds", d.grounds()}}));
    EXPECT_EQ(reply.status, 201) << reply.body;
    return chain::write(member_of(event(reply.number("query")), "elements"));
  };
  EXPECT_EQ(asked({{"plate", Json("7ABC1*")}, {"device", Json("cam-1")}}),
            asked({{"device", Json("cam-1")}, {"plate", Json("7ABC1*")}}));
  EXPECT_EQ(time_of(query.number("query")), d.now());
  EXPECT_EQ(*member_of(member_of(record, "elements"), "plate").string(), "7ABC123");
  const Json by = member_of(record, "by");
  EXPECT_EQ(*member_of(by, "username").string(), "oreyes");
  EXPECT_EQ(*member_of(by, "organisation").string(), kDepartment);
}

}  // namespace
}  // namespace alpr::api::testing
