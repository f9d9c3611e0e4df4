// Proves that what leaves the system says whose it is, and that an endpoint which no rule names is
// shut. By asking a department's server over HTTPS for each kind of file.
#include "api/marking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api.h"
#include "tests/api/department.h"
#include "tests/api/sharing_case.h"

namespace alpr::api::testing {
namespace {

using ::testing::HasSubstr;

class Marking : public SharingCase {};

TEST_F(Marking, I12_C3_0_WhatLeavesSaysWhoseItIs) {
  const std::string marking = owner_notice(d.service().store().origin());
  EXPECT_THAT(marking, HasSubstr("General Order I-12"));
  const std::string year = "?from=2023-01-01T00:00:00Z&until=2024-01-01T00:00:00Z";
  const std::string attachment = "/v1/reports/annual/attachments/QUERIES" + year;
  for (const std::string& path :
       {std::string("/v1/hits"), std::string("/v1/stops.csv"), std::string("/v1/stops.xlsx"),
        std::string("/v1/me"), "/v1/reports/annual" + year, attachment})
    EXPECT_EQ(d.as("ccoord").get(path).header("plateledger-marking"), marking) << path;
  // And in the files themselves, which go on without their headers.
  EXPECT_THAT(d.as("ccoord").get("/v1/stops.csv").body, HasSubstr(marking));
  EXPECT_THAT(d.as("ccoord").get(attachment).body, HasSubstr("\"marking\":\"" + marking));
  EXPECT_EQ(d.stranger().get("/v1/hits").header("plateledger-marking"), "") << "nothing left";
}

TEST(MarkingOfEndpoints, I12_C3_0_OneThatNoRuleNamesIsShut) {
  Endpoints endpoints;
  bool called = false;
  const auto handle = [&](const Call&) {
    called = true;
    return Response{};
  };
  endpoints.add(without_body({.method = "GET", .path = "/v1/forgotten", .who = "anybody"}, handle));
  const auto found = endpoints.find("GET", "/v1/forgotten");
  ASSERT_TRUE(std::holds_alternative<Response>(found));
  EXPECT_EQ(std::get<Response>(found).status, 403);
  EXPECT_FALSE(called);
}

TEST_F(Marking, I12_C3_0_EachEndpointNamesItsRules) {
  for (const Endpoint& endpoint : d.endpoints().all())
    EXPECT_FALSE(endpoint.rules.empty()) << endpoint.method << ' ' << endpoint.path;
}

}  // namespace
}  // namespace alpr::api::testing
