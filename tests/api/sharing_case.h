// A department with two reads, and people who enter, decide and extract requests for them: for the
// tests of sharing, through the API alone.
#pragma once

#include <gtest/gtest.h>

#include "tests/api/department.h"

namespace alpr::api::testing {

class SharingCase : public ::testing::Test {
 protected:
  SharingCase() {
    d.officer("oreyes");
    d.officer("ccoord");
    d.give_role("ccoord", "COORDINATOR");
    d.train(kAdmin);
    d.enrol_device("cam-1");
    reads = d.reads("cam-1", 1, {"7ABC123", "8XYZ987"});
  }
  static chain::Json attestations() {
    return object({{"not_personal", true},
                   {"not_harassment", true},
                   {"not_protected_characteristic", true},
                   {"not_first_amendment", true},
                   {"not_reproductive_care", true},
                   {"not_immigration_enforcement", true}});
  }
  static chain::Json grounds() {
    return object({{"route", "LEGAL_OBLIGATION"},
                   {"purpose", "PROSECUTION"},
                   {"instrument", object({{"type", "SUBPOENA"},
                                          {"number", "26-S-17"},
                                          {"court", "Superior Court, Alameda"},
                                          {"court_jurisdiction", "CALIFORNIA"},
                                          {"issued_on", "2026-01-02"},
                                          {"return_on", "2026-02-01"}})},
                   {"law", "Evidence Code 1271"},
                   {"requesting_person", "Dana Attorney"},
                   {"right_to_know", object({{"basis", "COURT_ORDER"}, {"citation", "26-S-17"}})},
                   {"need_to_know", "trial preparation"},
                   {"case_number", "26-000123"},
                   {"attestations", attestations()}});
  }
  std::int64_t recipient(const std::string& name = "District Attorney, Alameda",
                         const std::string& of_class = "DISTRICT_ATTORNEY",
                         const std::string& jurisdiction = "CALIFORNIA") {
    const Reply reply =
        d.as("ccoord").post("/v1/recipients", object({{"name", name},
                                                      {"class", of_class},
                                                      {"jurisdiction", jurisdiction},
                                                      {"contact", "records desk"}}));
    EXPECT_EQ(reply.status, 201) << reply.body;
    return reply.number("seq");
  }
  chain::Json request_body(std::int64_t of, const chain::Json& with_grounds = grounds()) const {
    return object({{"recipient", num(of)},
                   {"reads", chain::Json::Array{num(reads[0]), num(reads[1])}},
                   {"grounds", with_grounds}});
  }
  std::int64_t asked() {
    const Reply reply = d.as("oreyes").post("/v1/sharing", request_body(recipient()));
    EXPECT_EQ(reply.status, 201) << reply.body;
    return reply.number("seq");
  }
  std::string at(std::int64_t request, const std::string& what) const {
    return "/v1/sharing/" + std::to_string(request) + "/" + what;
  }
  Reply decide(std::int64_t request, const std::string& outcome = "HONORED") {
    return d.as(kAdmin).post(at(request, "decision"), object({{"outcome", outcome},
                                                              {"reason", "the papers are in order"},
                                                              {"attestations", attestations()}}));
  }
  static chain::Json release_body() {
    return object({{"onward_use", object({{"person", "Dana Attorney"},
                                          {"certified_on", "2026-01-05"},
                                          {"not_immigration_enforcement", true},
                                          {"not_reproductive_care", true},
                                          {"not_passed_on", true}})},
                   {"delivery", "encrypted disk, by hand"}});
  }
  Reply release(std::int64_t request, const std::string& by = "oreyes") {
    return d.as(by).post(at(request, "release"), release_body());
  }
  // A request that is honored and released.
  std::int64_t released() {
    const std::int64_t request = asked();
    EXPECT_EQ(decide(request).status, 201);
    const Reply reply = release(request);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return request;
  }
  Department d;
  std::vector<std::int64_t> reads;
};

}  // namespace alpr::api::testing
