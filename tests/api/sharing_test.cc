// Proves that data leaves the Department only when it was asked for with grounds, decided by the
// Administrator and extracted by a member, each on the record first. Over HTTPS, from the request
// to the file.
#include <gmock/gmock.h>

#include "ledger/chain/encoding.h"
#include "tests/api/sharing_case.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class Sharing : public SharingCase {
 protected:
  std::vector<std::string> tasks(const std::string& who) {
    const Reply reply = d.as(who).get("/v1/me/tasks");
    std::vector<std::string> links;
    for (const Json& task : *reply.json.member("tasks")->array())
      if (*task.member("kind")->string() == "DECIDE_SHARING")
        links.push_back(*task.member("link")->string());
    return links;
  }
  const Json row(const std::string& who, std::size_t index) {
    const Reply reply = d.as(who).get("/v1/sharing");
    EXPECT_EQ(reply.status, 200) << reply.body;
    const Json* requests = reply.json.member("requests");
    EXPECT_TRUE(requests && requests->array() && requests->array()->size() > index) << reply.body;
    return requests ? requests->array()->at(index) : Json();
  }
};

TEST_F(Sharing, I12_I_1_ARequestIsDecidedReleasedAndExportedEachOnTheRecord) {
  const std::uint64_t before = d.size();
  const std::int64_t request = asked();
  EXPECT_THAT(tasks(kAdmin), ElementsAre(at(request, "decision")));
  EXPECT_THAT(tasks("oreyes"), ElementsAre());
  EXPECT_EQ(d.as("oreyes").get(at(request, "package")).status, 404) << "nothing is released";
  ASSERT_EQ(decide(request).status, 201);
  EXPECT_THAT(tasks(kAdmin), ElementsAre());
  EXPECT_EQ(decide(request).status, 409);
  const Reply given = release(request);
  ASSERT_EQ(given.status, 201) << given.body;
  EXPECT_EQ(release(request).status, 409) << "released once";
  const Reply package = d.as("oreyes").get(at(request, "package"));
  ASSERT_EQ(package.status, 200) << package.body;
  EXPECT_EQ(package.header("content-type"), "application/vnd.plateledger.package+json");
  EXPECT_EQ(package.header("x-plateledger-receipt"),
            "/v1/events/" + std::to_string(d.size() - 1) + "/receipt");
  EXPECT_THAT(package.body, HasSubstr("7ABC123"));
  std::vector<std::string> kinds = d.kinds_since(before);
  std::erase_if(kinds, [](const std::string& kind) { return kind.starts_with("session."); });
  EXPECT_THAT(kinds, ElementsAre("recipient.registered", "sharing.requested", "sharing.decided",
                                 "sharing.released", "file.exported"));
  EXPECT_EQ(package.header("x-plateledger-event"), std::to_string(d.size() - 1));
}

TEST_F(Sharing, I12_E_4_EachExportIsAnEventOfItsOwnAndMarkedAsTheDepartments) {
  const std::int64_t request = released();
  const auto exports = [&] {
    const auto kinds = d.kinds_since(0);
    return std::count(kinds.begin(), kinds.end(), "file.exported");
  };
  EXPECT_EQ(exports(), 0);
  const Reply first = d.as("oreyes").get(at(request, "package"));
  EXPECT_THAT(first.text("content"), HasSubstr("Property of " + std::string(kDepartment)));
  EXPECT_EQ(exports(), 1);
  const Reply second = d.as("ccoord").get(at(request, "package"));
  EXPECT_EQ(exports(), 2);
  EXPECT_EQ(first.text("content"), second.text("content")) << "one release, one content";
  const Reply image =
      d.as("oreyes").get(at(request, "reads/" + std::to_string(reads[0]) + "/image"));
  ASSERT_EQ(image.status, 200) << image.body;
  EXPECT_EQ(image.body, png("cam-1/1/7ABC123"));
  EXPECT_EQ(exports(), 3);
  EXPECT_EQ(d.as("oreyes").get(at(request, "reads/1/image")).status, 404);
  EXPECT_EQ(exports(), 3) << "what does not leave is no export";
}

TEST_F(Sharing, I12_E_2_I12_E_3_RefusalsNameTheirRuleAndAreEvents) {
  struct Case {
    std::int64_t recipient;
    Json grounds;
    const char* rule;
  };
  const std::int64_t district = recipient();
  for (const Case& one :
       {Case{recipient("Nevada Police", "CA_LAW_ENFORCEMENT", "OUT_OF_STATE"), grounds(),
             "I12-E-2"},
        Case{recipient("Federal Bureau", "CA_LAW_ENFORCEMENT", "FEDERAL"), grounds(), "I12-E-2"},
        Case{recipient("Public Works", "OTHER_CITY_DEPARTMENT"),
             with(without(grounds(), "instrument"), "route", "DISCRETIONARY"), "I12-I-0"},
        Case{district, with(grounds(), "purpose", "IMMIGRATION_ENFORCEMENT"), "I12-E-3"},
        Case{district, with(grounds(), "purpose", "REPRODUCTIVE_CARE"), "I12-C3-7"},
        Case{district, without(grounds(), "route"), "I12-I-1"}}) {
    const Reply reply =
        d.as("oreyes").post("/v1/sharing", request_body(one.recipient, one.grounds));
    EXPECT_EQ(reply.status, 403) << reply.body;
    EXPECT_TRUE(reply.has_rule(one.rule)) << one.rule << reply.body;
    EXPECT_EQ(d.kind(reply.number("event")), "sharing.refused");
  }
}

TEST_F(Sharing, I12_E_2_ARecipientThatMovesAfterTheApprovalGetsNothing) {
  const std::int64_t agency = recipient();
  const Reply asked_for = d.as("oreyes").post("/v1/sharing", request_body(agency));
  const std::int64_t request = asked_for.number("seq");
  ASSERT_EQ(decide(request).status, 201);
  ASSERT_EQ(d.as("ccoord")
                .post("/v1/recipients/" + std::to_string(agency) + "/jurisdiction",
                      object({{"jurisdiction", "FEDERAL"}, {"reason", "a task force"}}))
                .status,
            201);
  const Reply refused = release(request);
  EXPECT_EQ(refused.status, 403) << refused.body;
  EXPECT_TRUE(refused.has_rule("I12-E-2"));
  EXPECT_THAT(refused.text("type"), EndsWith("recipient-out-of-state-or-federal"));
  EXPECT_EQ(d.as("oreyes").get(at(request, "package")).status, 403);
}

TEST_F(Sharing, I12_I_8_I12_I_14_OthersDoNotDecideAndNobodyWithoutAReason) {
  const std::int64_t request = asked();
  d.train(kChief);
  for (const char* one : {"oreyes", "ccoord", kChief}) {
    const Reply reply =
        d.as(one).post(at(request, "decision"), object({{"outcome", "DENIED"}, {"reason", "no"}}));
    EXPECT_EQ(reply.status, 403) << one;
    EXPECT_TRUE(reply.has_rule("I12-I-8")) << reply.body;
  }
  const Reply silent = d.as(kAdmin).post(at(request, "decision"), object({{"outcome", "DENIED"}}));
  EXPECT_EQ(silent.status, 403);
  EXPECT_TRUE(silent.has_rule("I12-I-14"));
  const Reply open = d.as(kAdmin).post(at(request, "decision"), object({{"reason", "papers"}}));
  EXPECT_TRUE(open.has_rule("I12-I-13")) << open.body;
  EXPECT_EQ(decide(request, "DENIED").status, 201);
  const Reply late = release(request);
  EXPECT_EQ(late.status, 403);
  EXPECT_TRUE(late.has_rule("I12-I-8"));
}

TEST_F(Sharing, I12_I_9_I12_I_12_I12_I_15_TheFolderHasAllOfThemForItsKeepersAlone) {
  const std::int64_t request = released();
  const std::int64_t agency = recipient("Berkeley Police", "CA_LAW_ENFORCEMENT");
  const Reply filed = d.as("oreyes").send("POST", "/v1/sharing-documents",
                                          {"Content-Type: application/pdf"}, "%PDF-1.7 a letter");
  ASSERT_EQ(filed.status, 201) << filed.body;
  Json in_writing = with(without(grounds(), "instrument"), "route", "DISCRETIONARY");
  in_writing = with(in_writing, "purpose", "CRIMINAL_INVESTIGATION");
  in_writing = with(in_writing, "document", num(filed.number("seq")));
  const Reply second = d.as("oreyes").post("/v1/sharing", request_body(agency, in_writing));
  ASSERT_EQ(second.status, 201) << second.body;
  ASSERT_EQ(decide(second.number("seq"), "DENIED").status, 201);

  const Json first = row("ccoord", 0);
  EXPECT_EQ(*first.member("request")->integer(), request);
  EXPECT_EQ(*first.member("state")->string(), "RELEASED");
  const Json* said = first.member("asked")->member("grounds");
  EXPECT_EQ(*said->member("requesting_person")->string(), "Dana Attorney");
  EXPECT_EQ(*first.member("decision")->member("by")->member("username")->string(), kAdmin);
  EXPECT_EQ(*row(kAdmin, 1).member("state")->string(), "DENIED");
  const auto kinds = d.kinds_since(0);
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), "sharing.requested"), 2) << "as many as listed";
  EXPECT_EQ(d.as("ccoord").get("/v1/sharing?after=" + std::to_string(request)).body.find("Dana") !=
                std::string::npos,
            true);

  const Reply closed = d.as("oreyes").get("/v1/sharing");
  EXPECT_EQ(closed.status, 403);
  EXPECT_TRUE(closed.has_rule("I12-I-9"));
  EXPECT_THAT(closed.body, Not(HasSubstr("Dana")));
  const std::string document = "/v1/sharing-documents/" + std::to_string(filed.number("seq"));
  const Reply read_back = d.as("ccoord").get(document);
  EXPECT_EQ(read_back.body, "%PDF-1.7 a letter");
  EXPECT_EQ(d.kind(std::stoll(read_back.header("x-plateledger-event"))), "file.exported");
  d.officer("other");
  EXPECT_EQ(d.as("other").get(document).status, 403);
}

TEST_F(Sharing, I12_I_7_AWrittenRequestIsAPdfOfBoundedSize) {
  const auto file = [&](const std::string& type, const std::string& body) {
    return d.as("oreyes")
        .send("POST", "/v1/sharing-documents", {"Content-Type: " + type}, body)
        .status;
  };
  EXPECT_EQ(file("application/pdf", "a letter"), 400);
  EXPECT_EQ(file("text/plain", "%PDF-1.7"), 415);
  EXPECT_EQ(file("application/pdf", "%PDF-" + std::string(700'000, 'x')), 413);
  EXPECT_EQ(file("application/pdf", "%PDF-" + std::string(699'000, 'x')), 201);
}

TEST_F(Sharing, I12_I_10_OnlyMembersExtractAndStrangersGetNothing) {
  const std::int64_t request = released();
  d.officer("other");
  const Reply other = d.as("other").get(at(request, "package"));
  EXPECT_EQ(other.status, 403);
  EXPECT_TRUE(other.has_rule("I12-I-10")) << other.body;
  EXPECT_THAT(other.body, Not(HasSubstr("7ABC123")));
  EXPECT_EQ(d.stranger().get(at(request, "package")).status, 401);
}

TEST_F(Sharing, I12_G_1_PastDueIsGoneUnlessItIsHeldForThisCase) {
  const std::int64_t request = asked();
  ASSERT_EQ(decide(request).status, 201);
  const std::int64_t other =
      d.as("oreyes")
          .post("/v1/sharing", request_body(recipient("DA, Contra Costa"),
                                            with(grounds(), "case_number", "26-777777")))
          .number("seq");
  ASSERT_EQ(decide(other).status, 201);
  const Reply hold =
      d.as("oreyes").post("/v1/holds", object({{"events", Json::Array{num(reads[0])}},
                                               {"reason", "ACTIVE_CRIMINAL"},
                                               {"case_number", "26-000123"},
                                               {"justification", "evidence"},
                                               {"review_by", num(d.now().value + 60 * kDayUs)}}));
  ASSERT_EQ(d.as("ccoord")
                .post("/v1/holds/" + std::to_string(hold.number("seq")) + "/decision",
                      object({{"verdict", "APPROVE"}, {"reason", "needed"}}))
                .status,
            201);
  d.advance(31 * kDayUs);
  d.tick();
  EXPECT_EQ(release(request).status, 410) << "one of the two is gone";
  EXPECT_EQ(release(other).status, 410);
  Json body = release_body();
  body = with(body, "reads", Json::Array{num(reads[0])});
  EXPECT_EQ(d.as("oreyes").post(at(other, "release"), body).status, 410) << "held for another case";
  ASSERT_EQ(d.as("oreyes").post(at(request, "release"), body).status, 201);
  const Reply package = d.as("oreyes").get(at(request, "package"));
  ASSERT_EQ(package.status, 200) << package.body;
  EXPECT_THAT(package.body, HasSubstr("7ABC123"));
  EXPECT_THAT(package.body, Not(HasSubstr("8XYZ987")));
}

TEST_F(Sharing, I12_G_1_AReleasedPackageIsGoneWithItsReads) {
  const std::int64_t request = released();
  ASSERT_EQ(d.as("oreyes").get(at(request, "package")).status, 200);
  d.advance(30 * kDayUs);
  EXPECT_EQ(d.as("oreyes").get(at(request, "package")).status, 410) << "due to the second";
  d.tick();
  const Reply gone = d.as("oreyes").get(at(request, "package"));
  EXPECT_EQ(gone.status, 410) << gone.body;
  EXPECT_EQ(d.kind(gone.number("tombstone")), "reads.purged");
  EXPECT_THAT(d.kinds_since(0), Contains("sharing.released")) << "what was shared stays on record";
}

TEST_F(Sharing, AQuerysReadsAndAHitsReadCanBeAskedFor) {
  const std::int64_t agency = recipient();
  const Reply query = d.query("oreyes", "8XYZ987");
  const Reply by_query =
      d.as("oreyes").post("/v1/sharing", object({{"recipient", num(agency)},
                                                 {"query", num(query.number("query"))},
                                                 {"grounds", grounds()}}));
  ASSERT_EQ(by_query.status, 201) << by_query.body;
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list({"6HIT666,STOLEN VEHICLE"})).status, 201);
  const Reply upload = d.upload("cam-1", d.batch("cam-1", 2, {"6HIT666"}));
  const std::int64_t hit = *upload.json.member("hits")->array()->at(0).integer();
  const Reply by_hit = d.as("oreyes").post("/v1/sharing", object({{"recipient", num(agency)},
                                                                  {"hits", Json::Array{num(hit)}},
                                                                  {"grounds", grounds()}}));
  ASSERT_EQ(by_hit.status, 201) << by_hit.body;
  const auto asked_reads = [&](std::size_t index) {
    return row("ccoord", index).member("asked")->member("reads")->array()->at(0);
  };
  EXPECT_EQ(*asked_reads(0).integer(), reads[1]);
  EXPECT_EQ(*asked_reads(1).integer(), *upload.json.member("reads")->array()->at(0).integer());
  const std::int64_t request = by_hit.number("seq");
  ASSERT_EQ(decide(request).status, 201);
  ASSERT_EQ(release(request).status, 201);
  const Reply package = d.as("oreyes").get(at(request, "package"));
  EXPECT_THAT(package.body, HasSubstr("6HIT666"));
  EXPECT_THAT(package.body, Not(HasSubstr("STOLEN"))) << "the list's row is not ours to give";
}

TEST_F(Sharing, RecipientsAreFoundHoweverTheyAreSpelt) {
  const std::int64_t district = recipient();
  const Reply again =
      d.as("ccoord").post("/v1/recipients", object({{"name", "district attorney (Alameda)"},
                                                    {"class", "CA_LAW_ENFORCEMENT"},
                                                    {"jurisdiction", "CALIFORNIA"},
                                                    {"contact", "desk"}}));
  EXPECT_EQ(again.status, 403) << again.body;
  EXPECT_THAT(again.text("type"), EndsWith("recipient-known"));
  const Reply found = d.as("oreyes").get("/v1/recipients?name=DISTRICT+ATTORNEY+ALAMEDA");
  ASSERT_EQ(found.status, 200);
  EXPECT_EQ(*found.json.member("recipients")->array()->at(0).member("recipient")->integer(),
            district);
  EXPECT_EQ(
      d.as("oreyes").get("/v1/recipients?name=nobody").json.member("recipients")->array()->size(),
      0U);
}

TEST_F(Sharing, TheRegistersAreTheSameAfterARestart) {
  const std::int64_t request = released();
  const std::string before = d.as("ccoord").get("/v1/sharing").body;
  d.restart();
  EXPECT_EQ(d.as("ccoord").get("/v1/sharing").body, before);
  EXPECT_EQ(d.as("oreyes").get(at(request, "package")).status, 200);
}

}  // namespace
}  // namespace alpr::api::testing
