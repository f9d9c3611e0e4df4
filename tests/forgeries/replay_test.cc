// Proves what level policy says of what it cannot see, and of refusals: what is sealed or erased is
// counted by its reason and never holds, and a refusal that the rules would not make is named as
// the milder thing. Logs of the forger's department, shown to policy/replay event by event.
#include "policy/replay/replay.h"

#include <gtest/gtest.h>

#include <array>

#include "policy/records/audit_worksheets.h"
#include "policy/records/imports.h"
#include "policy/records/system.h"
#include "policy/rules/imports.h"
#include "policy/rules/people.h"
#include "policy/rules/roles.h"
#include "tests/forgeries/forger.h"

namespace alpr::forgeries {
namespace {

using namespace policy;
using namespace policy::testing;

struct Said {
  std::vector<ReplayFinding> findings;
  std::uint64_t decided = 0;
  std::map<std::string, std::uint64_t> undecidable;
  std::optional<Sequence> lost;

  std::string text() const {
    std::string all;
    for (const ReplayFinding& finding : findings) {
      all += "event " + std::to_string(finding.seq.value) + ": ";
      for (const std::string& rule : finding.rules) all += rule + " ";
      all += finding.what + "\n";
    }
    for (const auto& [why, count] : undecidable) all += std::to_string(count) + " " + why + "\n";
    return all;
  }
};

// `seen` says how much of each event there is to see.
Said said_of(const Forger& f, const std::function<Seen(const chain::EventView&)>& seen) {
  Said said;
  Replay replay([&](ReplayFinding finding) { said.findings.push_back(std::move(finding)); });
  for (const chain::EventView& event : f.world.log) {
    chain::EventView shown = event;
    const Seen how = seen(event);
    if (how != Seen::kWhole) {
      shown.have_payload = false;
      shown.json.clear();
      std::erase_if(shown.members, [&](const chain::Member& member) {
        return how == Seen::kErased || !member.open;
      });
    }
    replay.take(shown, how);
  }
  replay.finish(f.world.now);
  said.decided = replay.decided();
  said.undecidable = replay.undecidable();
  said.lost = replay.lost();
  return said;
}

Said said_of(const Forger& f) {
  return said_of(f, [](const chain::EventView&) { return Seen::kWhole; });
}

// As after the purge of everything that is due some day.
Seen erased(const chain::EventView& event) {
  return event.header.retention == chain::Retention::kThirtyDay ? Seen::kErased : Seen::kWhole;
}

TEST(Replay, WhatIsErasedIsCountedAndTheRestIsDecidedAsBefore) {
  Forger f;
  f.show_hit(f.officer);
  validate(f.world, f.officer, f.hit);
  f.permit(decide(f.state(), f.officer, stop_command(f.world, f.hit), f.moment()));
  const Sequence query = f.query(f.officer, {f.reads[1]});
  f.permit(
      decide(f.state(), f.officer, DiscloseImage{f.reads[1], query, std::nullopt}, f.moment()));
  f.permit(
      decide(f.state(), f.officer, DiscloseImage{f.reads[0], std::nullopt, f.hit}, f.moment()));
  f.honored();
  const Said whole = said_of(f);
  const Said after = said_of(f, erased);
  EXPECT_TRUE(whole.findings.empty()) << whole.text();
  EXPECT_TRUE(after.findings.empty()) << after.text();
  EXPECT_EQ(after.undecidable.at("read.recorded erased"), 2U);
  EXPECT_EQ(after.undecidable.at("hit.raised erased"), 1U);
  // The permanent events have what their rules used; which read a hit was of is in none of them.
  EXPECT_EQ(after.undecidable.at("whose hit is erased, and with it of which read it was"), 1U);
  // The upload and its two reads go together: what the reader signed.
  EXPECT_EQ(after.decided + 1 + 3, whole.decided);
}

// What a forger would hide behind an erasure: an answer to what was never a hit.
TEST(Replay, AStopOnNoHitIsNamedAfterTheErasureToo) {
  Forger f;
  validate(f.world, f.officer, f.hit);
  StopDocumented stop = f.honest<StopDocumented>(
      decide(f.state(), f.officer, stop_command(f.world, f.hit), f.moment()));
  stop.hit = f.reads[0];
  const Sequence forged = f.forge(stop);
  const Said said = said_of(f, erased);
  ASSERT_FALSE(said.findings.empty());
  EXPECT_EQ(said.findings.front().seq, forged) << said.text();
}

TEST(Replay, FromASealedEventOnNothingIsTakenForRight) {
  Forger f;
  const Sequence sealed = f.query(f.officer, {f.reads[1]});
  f.world.enrol("rookie", "SWORN");
  QueryPerformed query = f.honest_query();
  query.by = f.world.log_in("rookie");
  f.forge(query);
  const Said said = said_of(f, [&](const chain::EventView& event) {
    return event.header.seq == sealed ? Seen::kSealed : Seen::kWhole;
  });
  EXPECT_EQ(said.lost, sealed);
  EXPECT_TRUE(said.findings.empty()) << said.text();
  EXPECT_GE(said.undecidable.at("after an event that was not opened"), 2U);
  EXPECT_EQ(said_of(f).findings.size(), 1U);
}

TEST(Replay, ARefusalThatTheRulesWouldNotMakeIsTheMilderFinding) {
  Forger f;
  // Shut out, on the record, and rightly so.
  f.world.enrol("rookie", "SWORN");
  const Actor rookie = f.world.log_in("rookie");
  f.world.apply(decide(f.state(), rookie, f.query_of(), Found{}, f.moment()));
  f.world.apply(decide(f.state(), rookie, ListHits{}, {}, f.moment()));
  EXPECT_TRUE(said_of(f).findings.empty()) << said_of(f).text();

  // Trained by now, and told that they were not.
  f.world.train("rookie");
  const Refusal refusal{{"I12-C1-1"}, "not-trained", "Needs an approved course."};
  f.forge(QueryRefused{1, refusal.rules, refusal.slug, rookie, refusal.reason,
                       f.query_of().elements, f.query_of().grounds});
  f.append(refuse(f.moment(), rookie, "hits.list", refusal).events.front());
  const Refusal role{{"I12-L-5"}, "role-missing", "Needs the role COORDINATOR, in force now."};
  f.append(refuse(f.moment(), f.coordinator, "report.deliver", role).events.front());
  const Said said = said_of(f);
  ASSERT_EQ(said.findings.size(), 3U) << said.text();
  for (const ReplayFinding& finding : said.findings)
    EXPECT_TRUE(finding.what.starts_with("milder: ")) << said.text();
}

TEST(Replay, ARefusalWhoseCommandIsNotOnTheRecordIsUndecidable) {
  Forger f;
  f.world.apply(
      decide(f.state(), f.it,
             RequestRoleGrant{"officer", Role::kPolicyCoordinator, f.world.now, std::nullopt, " "},
             f.moment()));
  const Said said = said_of(f);
  EXPECT_TRUE(said.findings.empty()) << said.text();
  EXPECT_EQ(said.undecidable.at("whose command is not on the record"), 1U);
}

TEST(Replay, AFileOfPeopleHasOneEventForEachLine) {
  const ImportFile<EnrolUser> file = read_people(
      "username,name,user_class,organisation\r\n"
      "ann,Ann Alpha,SWORN,Test Police Department\r\n"
      "ben,Ben Beta,PST,Test Police Department\r\n");
  ASSERT_TRUE(file.faults.empty());
  const std::vector<CodeDigest> codes{digest_named("ann"), digest_named("ben")};
  Forger honest;
  honest.world.apply(decide(honest.state(), honest.it, file, codes, honest.moment()));
  EXPECT_TRUE(said_of(honest).findings.empty()) << said_of(honest).text();

  Forger forged;
  const Decision decision = decide(forged.state(), forged.it, file, codes, forged.moment());
  const Sequence import = forged.append(decision.events[0]);
  forged.append(decision.events[1]);
  const Said said = said_of(forged);
  ASSERT_EQ(said.findings.size(), 1U) << said.text();
  EXPECT_EQ(said.findings.front().seq, import);
}

// The event does not say in which session a password was changed; the sessions that it closed do.
TEST(Replay, AChangedPasswordClosesAllSessionsButOne) {
  Forger f;
  const Actor here = f.world.log_in("second");
  f.world.log_in("second");
  const std::optional<std::string> old = f.world.user("second").password_hash;
  const Decision decision =
      decide(f.state(), here, PasswordChange{old, hash_named("new")}, f.moment());
  ASSERT_EQ(decision.events.size(), 3U);
  for (const chain::Draft& draft : decision.events) f.append(draft);
  f.query(f.officer, {});
  EXPECT_TRUE(said_of(f).findings.empty()) << said_of(f).text();

  Forger g;
  const Actor there = g.world.log_in("second");
  g.world.log_in("second");
  const Decision again =
      decide(g.state(), there,
             PasswordChange{g.world.user("second").password_hash, hash_named("new")}, g.moment());
  const Sequence changed = g.append(again.events[0]);
  g.append(again.events[1]);  // one session stays open that must not
  g.query(g.officer, {});
  const Said said = said_of(g);
  ASSERT_EQ(said.findings.size(), 1U) << said.text();
  EXPECT_EQ(said.findings.front().seq, changed);
}

// What a verifier reads was written by others: a value of any shape in any place is a finding, or
// nothing, and never the end of the program.
TEST(Replay, NoValueOfAnyShapeStopsIt) {
  constexpr std::array kShapes{
      "0", "-1", "9007199254740991", "\"\"", "\"x\"", "[]", "{}", "[{}]", "true", "null", "[0]"};
  Forger f;
  f.show_hit(f.officer);
  validate(f.world, f.officer, f.hit);
  f.permit(decide(f.state(), f.officer, stop_command(f.world, f.hit), f.moment()));
  f.query(f.officer, {f.reads[1]});
  f.held(f.reads);
  f.honored();
  std::size_t turn = 0;
  for (std::size_t i = f.world.log.size() / 2; i < f.world.log.size(); ++i) {
    const chain::EventView honest = f.world.log[i];
    for (std::size_t member = 0; member < honest.members.size(); ++member) {
      chain::EventView& event = f.world.log[i];
      event.members[member].value = kShapes[turn++ % kShapes.size()];
      event.json = chain::to_json(event.members);
      const Said said = said_of(f);
      EXPECT_FALSE(said.findings.empty() && said.undecidable.empty());
      event = honest;
    }
  }
  EXPECT_GT(turn, 100U);
}

TEST(Replay, ALogWithoutItsFirstCommitHasNoRules) {
  Forger f;
  Said said;
  Replay replay([&](ReplayFinding finding) { said.findings.push_back(std::move(finding)); });
  for (const chain::EventView& event : f.world.log) {
    if (event.header.seq.value >= 1 && event.header.seq.value <= 9) continue;
    chain::EventView shown = event;
    if (shown.header.seq.value > 9) shown.header.seq.value -= 9;
    replay.take(shown, Seen::kWhole);
  }
  ASSERT_FALSE(said.findings.empty());
  EXPECT_EQ(said.findings.front().rules.front(), "I12-HDR-1") << said.text();
}

}  // namespace
}  // namespace alpr::forgeries
