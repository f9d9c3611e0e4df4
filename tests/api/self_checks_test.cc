// Proves that the yearly audit of the system's function looks at chain, purges, lists, clock, gates
// and decisions, and that chain, purges, lists and decisions can fail it (I12-K-4; tests/policy has
// the gates, and a clock that stands still stops the record too). Over HTTPS on a department's
// server, whose store is changed while it is stopped, or whose housekeeping is left out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/service.h"
#include "ledger/chain/encoding.h"
#include "policy/records/system.h"
#include "policy/registers/fold.h"
#include "policy/rules/decision.h"
#include "tests/api/department.h"
#include "tests/ledger/verify/store_maker.h"

namespace alpr::api::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SelfChecks : public ::testing::Test {
 protected:
  Reply check(const std::string& who = kIt) {
    return d.as(who).send("POST", "/v1/self-checks", {}, "");
  }
  // "" where it passed.
  static std::string failed(const Reply& reply) {
    EXPECT_EQ(reply.status, 201) << reply.body;
    const chain::Json* checks = reply.json.member("checks");
    std::string names;
    if (!checks) return "no checks";
    for (const chain::Json& one : *checks->array())
      if (!*one.member("passed")->boolean()) names += *one.member("check")->string();
    EXPECT_EQ(names.empty(), *reply.json.member("passed")->boolean());
    return names;
  }
  // By more than a tile: what a full one covers is not looked at by a start.
  Outcome grow() {
    return d.service().perform(
        [&](const policy::State&, store::Transaction&, const policy::Moment& moment) {
          policy::Decision decision;
          for (int i = 0; i < 300; ++i) decision.then(policy::DiskLow{moment.policy->version});
          return decision;
        });
  }
  Department d;
};

TEST_F(SelfChecks, I12_K_4_AGoodSystemPassesAndItIsOnTheRecord) {
  d.officer("oreyes");
  d.enrol("newbie", "Nora New");
  d.as("newbie");
  const Reply reply = check();
  EXPECT_EQ(failed(reply), "");
  EXPECT_EQ(d.kind(reply.number("seq")), "system.checked");
  EXPECT_THAT(reply.body, HasSubstr("0 of 6 accounts are let in"));
  d.enrol("pac", "Paula Auditor", "AUDITOR");
  d.give_role("pac", "PAC_AUDITOR");
  EXPECT_THAT(d.as("pac").get("/v1/self-checks").body, HasSubstr("\"check\":\"GATES\""));
  d.as("oreyes");
  const std::uint64_t before = d.size();
  const Reply refused = check("oreyes");
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(refused.has_rule("I12-K-4"));
  EXPECT_THAT(d.kinds_since(before), ElementsAre("command.refused"));
  const std::string live = d.service().store().dump_registers().value();
  ASSERT_TRUE(d.service().store().rebuild_registers(policy::fold()).has_value());
  EXPECT_EQ(d.service().store().dump_registers().value(), live);
}

TEST_F(SelfChecks, I12_K_4_ABrokenChainFailsIt) {
  d.forges();
  const Outcome many = grow();
  ASSERT_TRUE(many.done());
  ASSERT_EQ(failed(check()), "");
  const Sequence target{many.commit.first.value + 50};
  chain::Header header = d.service().store().header(target).value();
  header.previous[0] ^= 1;  // no start looks at it
  const auto bytes = chain::encode(header);
  const auto copy = d.folder() / "copy";
  std::filesystem::copy(d.folder() / "store", copy, std::filesystem::copy_options::recursive);
  Bytes key;
  chain::put_be64(key, target.value);
  verify::testing::edit_row(copy, "headers", key, Bytes(bytes.begin(), bytes.end()));
  d.replace_store(copy);
  const Reply reply = check();
  EXPECT_EQ(failed(reply), "CHAIN");
  EXPECT_THAT(reply.body,
              HasSubstr(std::to_string(target.value) + ": it does not link to the one before"));
}

TEST_F(SelfChecks, I12_K_4_WhatIsGoneBeforeItsTimeFailsIt) {
  d.enrol_device("cam-1");
  // A start reads every live read, and refuses where one is gone; uploads it passes over.
  const std::int64_t upload = d.reads("cam-1", 1, {"7ABC123"}).front() - 1;
  ASSERT_TRUE(grow().done());
  ASSERT_EQ(failed(check()), "");
  const auto copy = d.folder() / "copy";
  std::filesystem::copy(d.folder() / "store", copy, std::filesystem::copy_options::recursive);
  Bytes key;
  chain::put_be64(key, static_cast<std::uint64_t>(upload));
  verify::testing::edit_row(copy, "payloads", key, std::nullopt);
  d.forges();
  d.replace_store(copy);
  const Reply reply = check();
  EXPECT_EQ(failed(reply), "PURGEDECISIONS");
  EXPECT_THAT(reply.body, HasSubstr("has lost its payload without a tombstone"));
}

TEST_F(SelfChecks, I12_K_4_AnOldListAndAnOverduePurgeFailIt) {
  d.train(kAdmin);
  d.enrol_device("cam-1");
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
  d.reads("cam-1", 1, {"7ABC123"});
  ASSERT_EQ(failed(check()), "");
  d.advance(kDayUs + kHourUs);
  EXPECT_EQ(failed(check()), "REFRESH");
  d.advance(30 * kDayUs);  // and nothing purges
  EXPECT_THAT(failed(check()), HasSubstr("PURGE"));
  d.tick();
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
  const Reply late = check();
  EXPECT_EQ(failed(late), "DECISIONS") << "what was done too late is told once";
  EXPECT_EQ(failed(check()), "") << late.body;
}

}  // namespace
}  // namespace alpr::api::testing
