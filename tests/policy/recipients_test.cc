// Proves that recipients are of the order's classes, that two spellings of one name are one
// recipient, and that federal immigration agencies are registered as what they are. By changing one
// thing at a time in a log in memory.
#include "policy/registers/recipients.h"

#include <gtest/gtest.h>

#include "tests/policy/sharing_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class Recipients : public ::testing::Test, protected SharingWorld {};

TEST_F(Recipients, I12_I_1_AreOfTheOrdersClassesAndOneJurisdiction) {
  for (const char* of_class : {"", "PRIVATE_COMPANY", "district_attorney"})
    EXPECT_EQ(world.refused(register_one("Somebody", of_class), "I12-I-1"), "class-not-allowed");
  world.refused(register_one("Somebody", "DISTRICT_ATTORNEY", "NEVADA"), "I12-E-2");
  world.refused(
      decide(world.state(), coordinator,
             RegisterRecipient{"Somebody", std::nullopt, std::nullopt, ""}, world.moment()),
      "I12-E-2");
  world.permit(register_one("Somebody", "DISTRICT_ATTORNEY"));
}

TEST_F(Recipients, I12_H_1_ThePublicIsNoRecipient) {
  for (const char* of_class : {"PUBLIC", "PRESS"})
    EXPECT_EQ(world.refused(register_one("The Daily", of_class), "I12-H-1"), "public-request");
}

TEST_F(Recipients, TwoSpellingsOfOneNameAreOneRecipient) {
  const Sequence first =
      world.permit(register_one("D.A., Alameda County & Court", "DISTRICT_ATTORNEY"));
  for (const char* same : {"DA Alameda County and Court", "  d.a. alameda  county AND COURT ",
                           "D-A (Alameda County & Court)"}) {
    const Decision decision = register_one(same, "CA_LAW_ENFORCEMENT");
    EXPECT_EQ(world.refused(decision, "I12-I-1"), "recipient-known");
    EXPECT_NE(decision.refusal->reason.find("'D.A., Alameda County & Court': event " +
                                            std::to_string(first.value)),
              std::string::npos)
        << decision.refusal->reason;
    EXPECT_EQ(*find_recipient_named(world.rows, same), first) << same;
  }
  EXPECT_EQ(*find_recipient_named(world.rows, "DA Contra Costa"), std::nullopt);
  // Cyrillic and full-width letters look alike and compare as others, so no name has them.
  for (const char* odd : {"D\xD0\x90 Alameda", "\xEF\xBC\xA4\xEF\xBC\xA1 Alameda", "...", ""})
    EXPECT_EQ(register_one(odd, "DISTRICT_ATTORNEY").error->code, ErrorCode::kMalformed) << odd;
}

TEST_F(Recipients, I12_E_3_NamedAgenciesAreFederalHoweverTheyAreWritten) {
  for (const char* name :
       {"U.S. Immigration & Customs Enforcement", "ICE San Francisco", "I.C.E.", "I C E",
        "Customs and Border Patrol (CPB)", "US Customs and Border Protection", "border-patrol"}) {
    EXPECT_EQ(world.refused(register_one(name, "CA_LAW_ENFORCEMENT"), "I12-E-3"),
              "named-federal-agency")
        << name;
  }
  const Sequence ice = world.permit(register_one("I.C.E.", "CA_LAW_ENFORCEMENT", "FEDERAL"));
  world.refused(decide(world.state(), coordinator, MoveRecipient{ice, "CALIFORNIA", "they say so"},
                       world.moment()),
                "I12-E-3");
  world.permit(register_one("Office of Police, Venice", "CA_LAW_ENFORCEMENT"));
}

TEST_F(Recipients, I12_L_3_AreRegisteredAndMovedByTheCoordinator) {
  const RegisterRecipient command{"Berkeley PD", "CA_LAW_ENFORCEMENT", "CALIFORNIA", "desk"};
  world.refused(decide(world.state(), officer, command, world.moment()), "I12-L-3");
  const Sequence agency = world.permit(decide(world.state(), coordinator, command, world.moment()));
  const auto moves = [&](const Actor& by, const std::string& to, const std::string& reason) {
    return decide(world.state(), by, MoveRecipient{agency, to, reason}, world.moment());
  };
  world.refused(moves(officer, "FEDERAL", "seen"), "I12-L-3");
  world.refused(moves(coordinator, "MARS", "seen"), "I12-E-2");
  EXPECT_EQ(world.refused(moves(coordinator, "FEDERAL", " "), "I12-E-2"), "reason-missing");
  EXPECT_EQ(moves(coordinator, "CALIFORNIA", "seen").error->code, ErrorCode::kConflict);
  world.permit(moves(coordinator, "FEDERAL", "a task force"));
  const auto row = find_recipient(world.rows, agency);
  EXPECT_EQ((*row)->jurisdiction, Jurisdiction::kFederal);
  EXPECT_EQ((*row)->moved_at, world.now);
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

}  // namespace
}  // namespace alpr::policy
