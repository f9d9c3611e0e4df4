// Proves which of a vendor's reasons the order allows, and by which row not, and who may hold its
// list against the record (I12-K-5, C2B-1). On texts and a log in memory.
#include <gtest/gtest.h>

#include "policy/rules/k_reconciliations.h"
#include "policy/rules/parameters.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;

TEST(Reconciliation, I12_C2B_1_AReasonIsOneOfTheOrdersPurposesOrNotAllowed) {
  Parameters parameters = built_in_parameters();
  const auto rule = [&](std::string_view reason, std::optional<QueryPurpose> purpose) {
    const auto refusal = judge_reason(parameters, reason, purpose);
    return refusal ? std::string(refusal->rule) : std::string();
  };
  EXPECT_EQ(rule("Burglary", QueryPurpose::kBurglary), "");
  EXPECT_EQ(rule("invest", std::nullopt), "I12-C2B-1");
  EXPECT_EQ(judge_reason(parameters, " \t", std::nullopt)->difference, Difference::kReasonMissing);
  EXPECT_EQ(judge_reason(parameters, "invest", std::nullopt)->difference,
            Difference::kReasonNotAllowed);
  // A word that the policy screens for counts whatever the reason is called.
  EXPECT_EQ(rule("Burglary / ICE detainer", QueryPurpose::kBurglary), "I12-E-3");
  EXPECT_EQ(rule("Burglary, abortion clinic", QueryPurpose::kBurglary), "I12-C3-7");
  EXPECT_EQ(rule("Burglary at a protest", QueryPurpose::kBurglary), "I12-C3-6");
  std::erase(parameters.query_purposes, QueryPurpose::kBurglary);
  EXPECT_EQ(rule("Burglary", QueryPurpose::kBurglary), "I12-C2B-1");
}

TEST(Reconciliation, I12_K_5_TheCoordinatorOrAdministratorAsksTrained) {
  World world;
  const Actor officer = world.trained("officer", "SWORN");
  const TimeUs from = world.now;
  world.advance(3'600);
  const ReconcileExport command{from, world.now};
  const auto decided = [&](const Actor& actor, const ReconcileExport& asked) {
    return decide(world.state(), actor, asked, ReconciledExport{}, world.moment());
  };
  EXPECT_EQ(world.refused(decided(officer, command), "I12-K-5"), "role-missing");
  const Actor untrained = world.holder(kAdmin);
  EXPECT_FALSE(world.refused(decided(untrained, command), "I12-J-3").empty());
  world.grant("officer", Role::kCoordinator);
  EXPECT_EQ(world.refused(decided(officer, {from, {world.now.value + 1}}), "I12-K-5"),
            "time-not-over");
  EXPECT_EQ(world.refused(decided(officer, {from, from}), "I12-K-5"), "time-not-over");
  const Sequence event = world.permit(decided(officer, command));
  EXPECT_EQ(from_event<ExportReconciled>(world.log[event.value])->by.username, "officer");
}

}  // namespace
}  // namespace alpr::policy
