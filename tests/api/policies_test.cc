// Proves that a version of the order's parameters goes through the API as a TOML document and takes
// effect on the running server, and that it alone publishes the log, a day late. By proposing,
// adopting and waiting on a simulated clock, over HTTPS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/service.h"
#include "api/toml.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/note.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::HasSubstr;

class Policies : public ::testing::Test {
 protected:
  // The newest version's document, with its version and time moved on.
  std::string document() {
    const Reply listed = d.as(kAdmin).get("/v1/policies");
    EXPECT_EQ(listed.status, 200) << listed.body;
    std::string text = listed.text("document");
    const auto json = parse_toml(text);
    EXPECT_TRUE(json.has_value()) << text;
    const std::int64_t version = *json->member("version")->integer();
    const auto replace_line = [&](const std::string& name, const std::string& value) {
      const auto at = text.find(name + " = ");
      text.replace(at, text.find('\n', at) - at, name + " = " + value);
    };
    replace_line("version", std::to_string(version + 1));
    replace_line("effective", chain::format_time({d.now().value + kHourUs}));
    return text;
  }
  static std::string with(std::string text, const std::string& name, const std::string& value) {
    const auto at = text.find(name + " = ");
    if (at == std::string::npos) {
      const std::string table = "[parameters]\n";
      return text.insert(text.find(table) + table.size(), name + " = " + value + "\n");
    }
    return text.replace(at, text.find('\n', at) - at, name + " = " + value);
  }
  Reply propose(const std::string& document) {
    return d.as(kAdmin).post("/v1/policies", object({{"document", document},
                                                     {"justification", "the Commission asked"}}));
  }
  void adopt(const std::string& document) {
    const Reply proposed = propose(document);
    ASSERT_EQ(proposed.status, 201) << proposed.body;
    const Reply adopted =
        d.as(kChief).post("/v1/policies/" + std::to_string(proposed.number("seq")) + "/decision",
                          object({{"verdict", "APPROVE"}, {"reason", "agreed"}}));
    ASSERT_EQ(adopted.status, 201) << adopted.body;
    EXPECT_EQ(d.kind(adopted.number("seq")), "policy.adopted");
  }
  Department d;
};

TEST_F(Policies, I12_HDR_1_ADocumentIsProposedAdoptedAndTakesEffect) {
  adopt(with(document(), "idle_lock_seconds", "300"));
  EXPECT_EQ(d.as(kAdmin).get("/v1/policies").number("in_force"), 1);
  d.advance(kHourUs);
  EXPECT_EQ(d.as(kAdmin).get("/v1/policies").number("in_force"), 2);
  Client& admin = d.as(kAdmin);
  d.advance(299 * kSecondUs);
  EXPECT_EQ(admin.get("/v1/me").status, 200);
  d.advance(300 * kSecondUs);
  EXPECT_EQ(admin.get("/v1/me").status, 401) << "five minutes of idleness lock a session now";
  d.restart();
  EXPECT_EQ(d.as(kAdmin).get("/v1/policies").number("in_force"), 2);
}

TEST_F(Policies, I12_G_1_WhatGoesBeyondTheOrderIsRefusedAndRecorded) {
  const Reply longer = propose(with(document(), "retention_seconds", "2592001"));
  EXPECT_EQ(longer.status, 403) << longer.body;
  EXPECT_TRUE(longer.has_rule("I12-G-1"));
  EXPECT_THAT(longer.body, HasSubstr("retention_seconds"));
  EXPECT_EQ(d.kind(longer.number("event")), "command.refused");
}

TEST_F(Policies, I12_C3_b_AGrantOfOneSourceOpensNoOther) {
  for (const char* who : {"oreyes", "other"}) d.officer(who);
  d.train(kAdmin);
  d.enrol_device("cam-1");
  adopt(with(document(), "sources_by_grant", "[\"SVS\", \"NCIC\"]"));
  d.advance(kHourUs);
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
  ASSERT_EQ(d.load_list(kAdmin, "NCIC", csv_list({"6DEF456,WANTED PERSON"})).status, 201);
  d.reads("cam-1", 1, {"7ABC123"});
  d.reads("cam-1", 2, {"6DEF456"});
  const auto plates = [&](const std::string& who) {
    const std::string body = d.as(who).get("/v1/hits").body;
    std::string seen;
    for (const char* plate : {"7ABC123", "6DEF456"})
      if (body.find(plate) != std::string::npos) seen += plate;
    return seen;
  };
  EXPECT_EQ(plates("oreyes"), "") << "both sources are opened by grant";
  const auto grant = [&](const std::string& by, const std::string& source) {
    return d.as(by).post(
        "/v1/source-grants",
        object({{"username", "oreyes"}, {"source", source}, {"reason", "CLETS certified"}}));
  };
  EXPECT_EQ(grant("other", "SVS").status, 403);
  EXPECT_EQ(grant(kAdmin, "DMV").status, 403) << "of the closed list";
  ASSERT_EQ(grant(kAdmin, "SVS").status, 201);
  EXPECT_EQ(plates("oreyes"), "7ABC123");
  EXPECT_EQ(plates("other"), "") << "it is one person's";
  // Asked for by its number it is refused, and that is on the record.
  const Reply all = d.as(kAdmin).get("/v1/hits");
  EXPECT_EQ(plates(kAdmin), "") << "an Administrator too";
  const std::int64_t hit = static_cast<std::int64_t>(d.size()) - 1;
  std::int64_t wanted = 0;
  for (std::int64_t seq = hit; seq > 0 && wanted == 0; --seq)
    if (d.kind(seq) == "hit.raised") wanted = seq;
  const Reply refused = d.as("oreyes").get("/v1/hits/" + std::to_string(wanted));
  EXPECT_EQ(refused.status, 403) << refused.body;
  EXPECT_TRUE(refused.has_rule("I12-C3-b"));
  EXPECT_EQ(d.kind(refused.number("event")), "command.refused");
  EXPECT_EQ(d.as("oreyes")
                .post("/v1/hits/" + std::to_string(wanted) + "/steps",
                      object({{"step", "VISUAL_MATCH"}, {"visual_plate_match", Json(true)}}))
                .status,
            403);
  EXPECT_THAT(d.as(kAdmin).get("/v1/source-grants").body, HasSubstr("\"source\":\"SVS\""));
  const Json why = object({{"source", "SVS"}, {"reason", "left the unit"}});
  const Reply ended = d.as(kChief).post("/v1/source-grants/oreyes/end", why);
  ASSERT_EQ(ended.status, 201) << ended.body;
  EXPECT_EQ(plates("oreyes"), "");
  EXPECT_EQ(d.as(kChief).post("/v1/source-grants/oreyes/end", why).status, 404);
}

TEST_F(Policies, I12_HDR_1_ADocumentIsWholeAndWellFormed) {
  const Reply broken = propose("version = \n");
  EXPECT_EQ(broken.status, 400) << broken.body;
  EXPECT_THAT(broken.body, HasSubstr("line 1"));
  const Reply unknown = propose(with(document(), "idle_lock_second", "300"));
  EXPECT_EQ(unknown.status, 400);
  EXPECT_THAT(unknown.body, HasSubstr("idle_lock_second"));
  std::string text = document();
  const auto at = text.find("hold_review_seconds");
  text.erase(at, text.find('\n', at) - at);
  const Reply missing = propose(text);
  EXPECT_EQ(missing.status, 400);
  EXPECT_THAT(missing.body, HasSubstr("hold_review_seconds"));
  EXPECT_EQ(propose(with(document(), "hotlist_sources", "[\"WANTED_POSTERS\"]")).status, 400);
  EXPECT_EQ(propose(with(document(), "idle_lock_seconds", "300.5")).status, 400);
}

TEST_F(Policies, I12_E_5_TheLogIsPublishedADayLateWhereTheVersionSaysSo) {
  EXPECT_EQ(d.stranger().get("/public/log/checkpoint").status, 404) << "not by default";
  adopt(with(document(), "tiles_published_after_seconds", "86400"));
  d.advance(kHourUs);
  d.tick();
  EXPECT_EQ(d.stranger().get("/log/checkpoint").status, 401) << "the live one is for readers";
  // What is on the log by now is published a day from now, and nothing after it.
  const std::uint64_t by_now = d.size();
  for (int hour = 0; hour < 25; ++hour) {
    d.advance(kHourUs);
    d.tick();
    d.as(kIt).get("/v1/people");
  }
  const Reply note = d.stranger().get("/public/log/checkpoint");
  ASSERT_EQ(note.status, 200) << note.body;
  const auto vkey = chain::parse_vkey(d.vkey());
  ASSERT_TRUE(vkey.has_value());
  const auto head = chain::open_checkpoint(note.body, kOrigin, {*vkey});
  ASSERT_TRUE(head.has_value()) << head.error().detail;
  EXPECT_GE(head->size, by_now);
  EXPECT_LT(head->size, d.size());
  const TimeUs last = d.service().store().header(Sequence{head->size - 1})->time;
  EXPECT_LE(last.value, d.now().value - kDayUs);
  const std::string partial = head->size < 256
                                  ? "/public/log/tile/0/000.p/" + std::to_string(head->size)
                                  : "/public/log/tile/0/000";
  EXPECT_EQ(d.stranger().get(partial).status, 200);
  EXPECT_EQ(d.stranger().get("/public/log/tile/0/000.p/" + std::to_string(head->size + 1)).status,
            404)
      << "what is younger than a day stays for readers";
  EXPECT_EQ(d.stranger().get("/public/log/tile/entries/000.p/" + std::to_string(head->size)).status,
            200);
}

TEST(Toml, GivesBackWhatItWrote) {
  const Json value = object({{"a", "text \"quoted\"\n"},
                             {"b", Json::Array{Json(std::int64_t{1}), Json("two")}},
                             {"c", object({{"d", true}})}});
  const auto again = parse_toml(write_toml(value));
  ASSERT_TRUE(again.has_value()) << again.error().detail;
  EXPECT_EQ(*again->member("a"), *value.member("a"));
  EXPECT_EQ(*again->member("b"), *value.member("b"));
  EXPECT_EQ(*again->member("c"), *value.member("c"));
}

TEST(Toml, TakesTimesWithTheirOffsetAndNothingWithout) {
  const auto time = parse_toml("at = 1970-01-02T01:00:00.5+01:00");
  ASSERT_TRUE(time.has_value()) << time.error().detail;
  EXPECT_EQ(*time->member("at")->integer(), 86'400'500'000);
  EXPECT_FALSE(parse_toml("at = 1970-01-02T00:00:00").has_value());
  EXPECT_FALSE(parse_toml("at = 1970-01-02").has_value());
  EXPECT_FALSE(parse_toml("x = 1.5").has_value());
  EXPECT_FALSE(parse_toml("x = 1\nx = 2").has_value());
}

}  // namespace
}  // namespace alpr::api::testing
