// Proves that a log is judged by the rules that were in force when it was written: what an older
// software wrote under its own document holds, and the same events under a version that names the
// added rules are each named (I12-HDR-1). A department whose first document has none of them.
#include <gtest/gtest.h>

#include "policy/records/self_checks.h"
#include "policy/replay/replay.h"
#include "policy/rules/c3_reviews.h"
#include "policy/rules/k_self_checks.h"
#include "policy/rules/parameters.h"
#include "policy/rules/sessions.h"
#include "tests/forgeries/forger.h"
#include "tests/policy/all_checks.h"

namespace alpr::forgeries {
namespace {

using namespace policy;
using namespace policy::testing;

// But for the lists, which nobody refreshes in this department.
std::vector<ReplayFinding> findings_of(const World& world) {
  std::vector<ReplayFinding> found;
  Replay replay([&](ReplayFinding finding) {
    if (finding.rules.front() != "I12-C2B1-1") found.push_back(std::move(finding));
  });
  for (const chain::EventView& event : world.log) replay.take(event, Seen::kWhole);
  replay.finish(world.now);
  return found;
}

bool names(const std::vector<ReplayFinding>& found, Sequence event, std::string_view rule) {
  for (const ReplayFinding& finding : found)
    for (const std::string& one : finding.rules)
      if (finding.seq == event && one == rule) return true;
  return false;
}

std::string told(const std::vector<ReplayFinding>& found) {
  std::string all;
  for (const ReplayFinding& finding : found)
    all += "\n event " + std::to_string(finding.seq.value) + ": " + finding.what;
  return all;
}

// A query at noon for so many days, and then one at midnight, as the rules of the version in force
// write them; the last one's events.
std::vector<Sequence> query_at_midnight(Forger& f) {
  const auto ask = [&] {
    f.officer = f.world.log_in("officer");
    const std::string plate = "9ZZ" + std::to_string(f.world.log.size());  // never the same again
    auto events = f.world.apply(
        decide(f.state(), f.officer, f.query_of(plate), Found{{}, false}, f.moment()));
    f.permit(decide(f.state(), CloseSession{f.officer.session, SessionEnd::kLogout}, f.moment()));
    return events;
  };
  for (std::int64_t day = 0; day < kHabitQueriesMin; ++day) {
    ask();
    f.advance(kDay);
  }
  f.advance(12 * kHour);
  return ask();
}

// What the added rules would not let stand, each as the rules of an older version write it.
struct OfOldLog {
  Sequence query, check, request;
};
OfOldLog live_by_older_rules(Forger& f) {
  OfOldLog log;
  const SharingRequested request = f.honest_request(RecipientClass::kCaLawEnforcement);
  f.forge(request);
  log.request = f.forge(request);
  auto five = all_checks();
  five.pop_back();
  SystemChecked check = f.honest<SystemChecked>(
      decide(f.state(), f.coordinator, CheckSystem{10, all_checks()}, f.moment()));
  check.checks = five;
  log.check = f.forge(check);
  log.query = query_at_midnight(f).front();
  return log;
}

TEST(OlderLog, I12_HDR_1_HoldsByTheRulesOfItsTime) {
  Forger f(/*added_rules=*/0);
  const OfOldLog log = live_by_older_rules(f);
  EXPECT_EQ(f.world.log.at(log.query.value + 1).header.kind, SessionClosed::kKind.number)
      << "no review was raised";
  const auto found = findings_of(f.world);
  EXPECT_TRUE(found.empty()) << told(found);
}

TEST(OlderLog, I12_HDR_1_TheSameUnderAVersionWithTheAddedRulesIsNamed) {
  Forger f;
  const OfOldLog log = live_by_older_rules(f);
  // The review of the query at midnight is left out, as by a server that does not know the rule.
  ASSERT_EQ(f.world.log.at(log.query.value + 1).header.kind, ReviewRaised::kKind.number);
  const auto review = f.world.log.begin() + static_cast<std::ptrdiff_t>(log.query.value) + 1;
  for (auto later = review + 1; later != f.world.log.end(); ++later) --later->header.seq.value;
  f.world.log.erase(review);
  const auto found = findings_of(f.world);
  EXPECT_TRUE(names(found, log.query, "I12-C3-3")) << told(found);
  EXPECT_TRUE(names(found, log.check, "I12-K-4")) << told(found);
  EXPECT_TRUE(names(found, log.request, "I12-I-9")) << told(found);
}

TEST(OlderLog, I12_HDR_1_AnAddedRuleCountsFromTheVersionThatNamesIt) {
  Forger f(/*added_rules=*/0);
  live_by_older_rules(f);
  f.chief = f.world.log_in(kChief);
  f.admin = f.world.log_in(kAdmin);
  f.coordinator = f.world.log_in("coordinator");
  f.adopt([](Parameters& p) { p.added_rules = built_in_parameters().added_rules; });
  f.advance(6 * kHour);  // at neither of the hours of before
  const auto midnight = query_at_midnight(f);
  EXPECT_EQ(midnight.size(), 2U) << "the server follows the version: a review is raised";
  const auto found = findings_of(f.world);
  EXPECT_TRUE(found.empty()) << told(found);
}

TEST(OlderLog, I12_HDR_1_AFirstDocumentIsOneThatTheSoftwareHadAtSomeTime) {
  // The second of the rules without the first was never a first document.
  Forger f(/*added_rules=*/1);
  const auto adopted = from_event<PolicyAdopted>(f.world.log.at(1));
  ASSERT_TRUE(adopted.has_value());
  PolicyAdopted other = *adopted;
  other.parameters.added_rules = std::vector{AddedRule::kSelfCheckDecisions};
  f.world.log.at(1) = event_of(to_draft(other), Sequence{1}, f.world.log.at(1).header.time);
  EXPECT_TRUE(names(findings_of(f.world), Sequence{1}, "I12-HDR-1"));
}

}  // namespace
}  // namespace alpr::forgeries
