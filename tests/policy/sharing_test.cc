// Proves that data goes to others by the order's two routes alone, for what it allows, decided by
// the Administrator, and that what it forbids is refused at every stage. By changing one thing at a
// time in a log in memory.
#include <gtest/gtest.h>

#include <functional>

#include "ledger/chain/hash.h"
#include "policy/rules/i_grounds.h"
#include "policy/rules/i_releases.h"
#include "policy/rules/i_sharing.h"
#include "policy/rules/roles.h"
#include "policy/rules/tasks.h"
#include "tests/policy/sharing_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class Sharing : public ::testing::Test, protected SharingWorld {
 protected:
  SharingRow row(Sequence request) const { return **find_sharing(world.rows, request); }
  // The grounds of this class with one thing changed are refused by the rule.
  void refuses(RecipientClass of_class, std::string_view rule, std::string_view slug,
               const std::function<void(SharingGrounds&)>& change) {
    const auto name = to_text(of_class);
    if (!recipients.contains(of_class)) recipients[of_class] = recipient(of_class);
    SharingGrounds grounds = grounds_for(of_class);
    change(grounds);
    const Decision decision = ask(recipients[of_class], grounds);
    ASSERT_TRUE(decision.refusal) << name << ": not refused by " << rule;
    EXPECT_EQ(decision.refusal->slug, slug) << name;
    EXPECT_EQ(decision.events.at(0).kind, SharingRefused::kKind.number);
    world.refused(decision, rule);
  }
  std::map<RecipientClass, Sequence> recipients;
};

constexpr std::array kClasses{RecipientClass::kDistrictAttorney, RecipientClass::kDefenseViaDa,
                              RecipientClass::kCaLawEnforcement,
                              RecipientClass::kCivilOrOtherByCourtOrder,
                              RecipientClass::kOtherCityDepartment};

TEST_F(Sharing, I12_I_2_EveryClassIsServedByLegalObligation) {
  for (const RecipientClass one : kClasses) {
    const Sequence request = asked(one);
    world.permit(honor(admin, request));
    world.permit(release(officer, release_of(request)));
    EXPECT_EQ(row(request).state, SharingState::kReleased);
  }
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

TEST_F(Sharing, I12_E_2_OutOfStateAndFederalAreRefusedAtEveryStage) {
  for (const char* where : {"OUT_OF_STATE", "FEDERAL"}) {
    for (const RecipientClass one : kClasses) {
      const Sequence foreign = recipient(one, where);
      EXPECT_EQ(world.refused(ask(foreign, grounds_for(one)), "I12-E-2"),
                "recipient-out-of-state-or-federal");
      // Registered as Californian, and found out after the request, the approval, the release.
      const std::string name = "agency " + std::to_string(world.log.size());
      const Sequence moved = world.permit(register_one(name, std::string(to_text(one))));
      const Sequence request = world.permit(ask(moved, grounds_for(one)));
      move(moved, where);
      world.refused(honor(admin, request), "I12-E-2");
      move(moved, "CALIFORNIA");
      world.permit(honor(admin, request));
      move(moved, where);
      world.refused(release(officer, release_of(request)), "I12-E-2");
      move(moved, "CALIFORNIA");
      world.permit(release(officer, release_of(request)));
      move(moved, where);
      world.refused(decide(world.state(), officer, ExportPackage{request}, world.moment()),
                    "I12-E-2");
    }
  }
  refuses(RecipientClass::kCivilOrOtherByCourtOrder, "I12-E-2", "court-out-of-state-or-federal",
          [](SharingGrounds& g) { g.instrument->court_jurisdiction = "FEDERAL"; });
}

TEST_F(Sharing, I12_E_3_I12_C3_7_ForbiddenPurposesAreRefusedByName) {
  for (const RecipientClass one : kClasses) {
    refuses(one, "I12-E-3", "purpose-immigration-enforcement",
            [](SharingGrounds& g) { g.purpose = "IMMIGRATION_ENFORCEMENT"; });
    refuses(one, "I12-C3-7", "purpose-reproductive-care",
            [](SharingGrounds& g) { g.purpose = "REPRODUCTIVE_CARE"; });
    refuses(one, "I12-E-3", "attestation-missing",
            [](SharingGrounds& g) { g.attestations->not_immigration_enforcement = false; });
    refuses(one, "I12-C3-7", "attestation-missing",
            [](SharingGrounds& g) { g.attestations->not_reproductive_care = false; });
  }
  const Sequence request = asked(RecipientClass::kCaLawEnforcement);
  DecideSharing honored{request, "HONORED", "in order", attested()};
  const auto decided = [&] { return decide(world.state(), admin, honored, world.moment()); };
  honored.attestations->not_immigration_enforcement = false;
  world.refused(decided(), "I12-E-3");
  honored.attestations = attested();
  honored.attestations->not_reproductive_care = false;
  world.refused(decided(), "I12-C3-7");
  honored.attestations.reset();
  world.refused(decided(), "I12-E-3");
  world.permit(honor(admin, request));

  ReleaseSharing command = release_of(request);
  command.onward_use->not_immigration_enforcement = false;
  EXPECT_EQ(world.refused(release(officer, command), "I12-E-3"), "certification-missing");
  command.onward_use = certified();
  command.onward_use->not_reproductive_care = false;
  world.refused(release(officer, command), "I12-C3-7");
  command.onward_use = certified();
  command.onward_use->not_passed_on = false;
  world.refused(release(officer, command), "I12-E-2");
  command.onward_use.reset();
  world.refused(release(officer, command), "I12-E-3");
}

TEST_F(Sharing, I12_I_1_ThereAreTwoRoutesAndListedPurposes) {
  for (const RecipientClass one : kClasses) {
    for (const char* route : {"", "FAVOR"})
      refuses(one, "I12-I-1", "route-missing", [&](SharingGrounds& g) { g.route = route; });
    refuses(one, "I12-I-1", "route-missing", [](SharingGrounds& g) { g.route.reset(); });
    refuses(one, "I12-I-1", "purpose-not-allowed", [](SharingGrounds& g) { g.purpose.reset(); });
    refuses(one, "I12-I-1", "purpose-not-allowed",
            [](SharingGrounds& g) { g.purpose = "INTELLIGENCE"; });
  }
}

TEST_F(Sharing, I12_I_2_TheInstrumentIsComplete) {
  const std::vector<std::function<void(SharingInstrument&)>> changes{
      [](SharingInstrument& i) { i.type = "LETTER"; }, [](SharingInstrument& i) { i.number = " "; },
      [](SharingInstrument& i) { i.court = "\t"; },
      [](SharingInstrument& i) { i.issued_on = "2026-02-30"; },
      [](SharingInstrument& i) { i.return_on = ""; }};
  for (const auto& change : changes)
    refuses(RecipientClass::kDistrictAttorney, "I12-I-2", "instrument-incomplete",
            [&](SharingGrounds& g) { change(*g.instrument); });
  for (const RecipientClass one : kClasses)
    refuses(one, "I12-I-2", "instrument-incomplete",
            [](SharingGrounds& g) { g.instrument.reset(); });
}

TEST_F(Sharing, I12_I_3_I12_I_4_TheDistrictAttorneysClassesNeedTheirLaw) {
  refuses(RecipientClass::kDistrictAttorney, "I12-I-3", "required-fact-missing",
          [](SharingGrounds& g) { g.law.reset(); });
  refuses(RecipientClass::kDefenseViaDa, "I12-I-4", "required-fact-missing",
          [](SharingGrounds& g) { g.law = " "; });
  refuses(RecipientClass::kDefenseViaDa, "I12-I-4", "da-transmittal-missing",
          [](SharingGrounds& g) { g.da_transmittal.reset(); });
  refuses(RecipientClass::kDefenseViaDa, "I12-I-4", "purpose-not-of-this-class",
          [](SharingGrounds& g) { g.purpose = "PROSECUTION"; });
}

TEST_F(Sharing, I12_I_5_AgenciesOfCaliforniaNameTheirInvestigation) {
  refuses(RecipientClass::kCaLawEnforcement, "I12-I-5", "required-fact-missing",
          [](SharingGrounds& g) { g.case_number.reset(); });
  refuses(RecipientClass::kCaLawEnforcement, "I12-I-5", "purpose-not-of-this-class",
          [](SharingGrounds& g) { g.purpose = "CIVIL_LITIGATION"; });
}

TEST_F(Sharing, I12_I_6_I12_I_0_PartiesAndOtherDepartmentsNeedACourtOrder) {
  for (const char* type : {"SUBPOENA", "WARRANT"}) {
    refuses(RecipientClass::kCivilOrOtherByCourtOrder, "I12-I-6", "court-order-needed",
            [&](SharingGrounds& g) { g.instrument->type = type; });
    refuses(RecipientClass::kOtherCityDepartment, "I12-I-0", "court-order-needed",
            [&](SharingGrounds& g) { g.instrument->type = type; });
  }
  const auto without = [](SharingGrounds& g) {
    g.route = "DISCRETIONARY";
    g.instrument.reset();
  };
  refuses(RecipientClass::kOtherCityDepartment, "I12-I-0", "no-obligation", without);
  refuses(RecipientClass::kCivilOrOtherByCourtOrder, "I12-I-6", "no-obligation", without);
  refuses(RecipientClass::kDistrictAttorney, "I12-I-7", "no-obligation", without);
  refuses(RecipientClass::kDefenseViaDa, "I12-I-4", "no-obligation", without);
}

TEST_F(Sharing, I12_I_7_WithoutObligationTheRequestIsInWriting) {
  refuses(RecipientClass::kCaLawEnforcement, "I12-I-7", "document-missing",
          [](SharingGrounds& g) { g.route = "DISCRETIONARY"; });
  SharingGrounds grounds = grounds_for(RecipientClass::kCaLawEnforcement);
  grounds.route = "DISCRETIONARY";
  grounds.instrument.reset();
  grounds.document = Sequence{1};
  const Sequence agency = recipients.at(RecipientClass::kCaLawEnforcement);
  EXPECT_EQ(ask(agency, grounds).error->code, ErrorCode::kNotFound) << "event 1 is no document";
  grounds.document = filed();
  const Sequence request = world.permit(ask(agency, grounds));
  EXPECT_EQ(row(request).asked.document_sha256, chain::sha256(as_bytes("%PDF-1.7 a letter")));
  for (const std::string& bytes :
       {std::string("a letter"), std::string(), "%PDF-" + std::string(kDocumentBytesMax, 'x')})
    EXPECT_EQ(decide(world.state(), officer, FileDocument{bytes}, world.moment()).error->code,
              ErrorCode::kMalformed);
}

TEST_F(Sharing, I12_I_11_I12_I_12_RightNeedAndNameAreStated) {
  for (const RecipientClass one : kClasses) {
    refuses(one, "I12-I-11", "right-to-know-missing",
            [](SharingGrounds& g) { g.right_to_know.reset(); });
    refuses(one, "I12-I-11", "right-to-know-missing",
            [](SharingGrounds& g) { g.right_to_know->basis = "CURIOSITY"; });
    refuses(one, "I12-I-11", "need-to-know-missing",
            [](SharingGrounds& g) { g.need_to_know = "\xE2\x80\x8B"; });
    refuses(one, "I12-I-12", "required-fact-missing",
            [](SharingGrounds& g) { g.requesting_person.reset(); });
  }
  refuses(RecipientClass::kCivilOrOtherByCourtOrder, "I12-I-11", "not-sworn",
          [](SharingGrounds& g) { g.right_to_know->basis = "SWORN_STATUS"; });
  SharingGrounds sworn = grounds_for(RecipientClass::kCaLawEnforcement);
  sworn.right_to_know = RightToKnowClaim{"SWORN_STATUS", "Sgt., badge 1234"};
  world.permit(ask(recipients.at(RecipientClass::kCaLawEnforcement), sworn));
}

TEST_F(Sharing, I12_I_8_OnlyTheAdministratorDecidesAndNotTheirOwn) {
  const Sequence request = asked(RecipientClass::kDistrictAttorney);
  world.train(kChief);
  world.train(kIt);
  for (const Actor& one : {officer, coordinator, world.log_in(kChief), world.log_in(kIt)})
    EXPECT_EQ(world.refused(honor(one, request), "I12-I-8"), "role-missing") << one.username;
  const Sequence district = recipient(RecipientClass::kDistrictAttorney);
  const Sequence own =
      world.permit(decide(world.state(), admin,
                          RequestSharing{district, reads, std::nullopt, std::nullopt,
                                         grounds_for(RecipientClass::kDistrictAttorney)},
                          world.moment()));
  EXPECT_EQ(world.refused(honor(admin, own), "I12-I-8"), "self-approval");
  EXPECT_EQ(world.refused(release(officer, release_of(request)), "I12-I-8"), "not-honored");
  world.permit(honor(admin, request));
  EXPECT_EQ(honor(admin, request).error->code, ErrorCode::kConflict);
}

TEST_F(Sharing, I12_I_8_ARoleThatEndedDecidesNothing) {
  const Sequence request = asked(RecipientClass::kDistrictAttorney);
  const Actor designee = world.trained("designee", "SWORN");
  const Actor chief = world.holder(kChief);
  const TimeUs until{world.now.value + 3'600 * kSecondUs};
  const Sequence granted = world.permit(
      decide(world.state(), chief,
             RequestRoleGrant{"designee", Role::kAdministrator, world.now, until, "on leave"},
             world.moment()));
  world.permit(decide(world.state(), admin, DecideRoleGrant{granted, Verdict::kApprove, "agreed"},
                      world.moment()));
  world.advance(3'601);
  EXPECT_EQ(world.refused(honor(designee, request), "I12-I-8"), "role-missing");
  world.permit(honor(admin, request));
}

TEST_F(Sharing, I12_I_13_I12_I_14_I12_I_15_OutcomeReasonAndOfficerAreRecorded) {
  const Sequence request = asked(RecipientClass::kDistrictAttorney);
  const auto decided = [&](std::optional<std::string> outcome, std::optional<std::string> reason) {
    return decide(world.state(), admin,
                  DecideSharing{request, std::move(outcome), std::move(reason), attested()},
                  world.moment());
  };
  EXPECT_EQ(world.refused(decided(std::nullopt, "in order"), "I12-I-13"), "outcome-missing");
  EXPECT_EQ(world.refused(decided("LATER", "in order"), "I12-I-13"), "outcome-missing");
  for (const char* outcome : {"HONORED", "DENIED"}) {
    EXPECT_EQ(world.refused(decided(outcome, std::nullopt), "I12-I-14"), "reason-missing");
    EXPECT_EQ(world.refused(decided(outcome, "\xC2\xA0"), "I12-I-14"), "reason-missing");
  }
  const Sequence denied = world.permit(decided("DENIED", "no such case"));
  const SharingRow after = row(request);
  EXPECT_EQ(after.state, SharingState::kDenied);
  ASSERT_TRUE(after.decision);
  EXPECT_EQ(after.decision->decision, denied);
  EXPECT_EQ(after.decision->reason, "no such case");
  EXPECT_EQ(after.decision->by.username, kAdmin);
  EXPECT_EQ(after.decision->by.name, admin.name);
  world.refused(release(officer, release_of(request)), "I12-I-13");
}

TEST_F(Sharing, I12_I_10_WhoEnteredItOrTheCoordinatorExtracts) {
  const Sequence request = asked(RecipientClass::kDistrictAttorney);
  world.permit(honor(admin, request));
  const Actor other = world.trained("other", "SWORN");
  EXPECT_EQ(world.refused(release(other, release_of(request)), "I12-I-10"), "role-missing");
  EXPECT_EQ(world.refused(release(admin, release_of(request)), "I12-I-10"), "role-missing");
  ReleaseSharing command = release_of(request);
  command.delivery = " ";
  world.refused(release(coordinator, command), "I12-I-10");
  world.permit(release(coordinator, release_of(request)));
  EXPECT_EQ(release(coordinator, release_of(request)).error->code, ErrorCode::kConflict);
  world.refused(decide(world.state(), other, ExportPackage{request}, world.moment()), "I12-I-10");
  world.permit(decide(world.state(), officer, ExportPackage{request}, world.moment()));
}

TEST_F(Sharing, I12_G_1_WhatIsPastDueIsNotReleased) {
  const Sequence request = asked(RecipientClass::kDistrictAttorney);
  world.permit(honor(admin, request));
  world.advance(30 * 86'400);
  const Actor later = world.log_in("officer");
  EXPECT_EQ(release(later, release_of(request)).error->code, ErrorCode::kGone);
  EXPECT_EQ(row(request).state, SharingState::kHonored);
}

TEST_F(Sharing, APartOfWhatWasAskedForCanBeReleasedAndNothingElse) {
  const Sequence request = asked(RecipientClass::kDistrictAttorney);
  world.permit(honor(admin, request));
  ReleaseSharing command = release_of(request);
  for (const std::vector<Sequence>& wrong :
       {std::vector<Sequence>{}, {reads[0], reads[0]}, {Sequence{1}}}) {
    command.reads = wrong;
    EXPECT_EQ(release(officer, command).error->code, ErrorCode::kMalformed);
  }
  command.reads = {reads[1]};
  world.permit(release(officer, command));
  EXPECT_EQ(row(request).release->released.events, std::vector<Sequence>{reads[1]});
  EXPECT_EQ(
      decide(world.state(), officer, ExportPackage{request, reads[0]}, world.moment()).error->code,
      ErrorCode::kNotFound);
  world.permit(decide(world.state(), officer, ExportPackage{request, reads[1]}, world.moment()));
}

TEST_F(Sharing, I12_I_9_WithdrawnRequestsStayOnTheRecordWithTheirReason) {
  const Sequence request = asked(RecipientClass::kDistrictAttorney);
  const auto withdraw = [&](const Actor& by, const std::string& reason) {
    return decide(world.state(), by, WithdrawSharing{request, reason}, world.moment());
  };
  world.refused(withdraw(admin, "not needed"), "I12-I-9");
  world.refused(withdraw(officer, " "), "I12-I-9");
  world.permit(withdraw(officer, "the case was closed"));
  EXPECT_EQ(withdraw(officer, "again").error->code, ErrorCode::kConflict);
  EXPECT_EQ(honor(admin, request).error->code, ErrorCode::kConflict);
  EXPECT_EQ(release(officer, release_of(request)).error->code, ErrorCode::kConflict);
  EXPECT_EQ(row(request).state, SharingState::kWithdrawn);
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

TEST_F(Sharing, I12_I_9_ARequestThatRepeatsAnOpenOneIsRefusedAndNamesIt) {
  constexpr RecipientClass kAgency = RecipientClass::kCaLawEnforcement;
  const Sequence to = recipient(kAgency);
  const SharingGrounds grounds = grounds_for(kAgency);
  const Sequence first = world.permit(ask(to, grounds));
  const auto repeats = [&](const SharingGrounds& again) {
    const Decision decision = ask(to, again);
    EXPECT_EQ(world.refused(decision, "I12-I-9"), "request-repeated");
    EXPECT_NE(decision.refusal->reason.find("Request " + std::to_string(first.value)),
              std::string::npos)
        << decision.refusal->reason;
  };
  SharingGrounds respelt = grounds;
  respelt.case_number = " 22 000123";
  respelt.need_to_know = "other words";
  repeats(respelt);
  world.permit(honor(admin, first));
  repeats(grounds);
  // For another case, by another recipient, of other reads it is another request.
  SharingGrounds other = grounds;
  other.case_number = "22-000124";
  world.permit(ask(to, other));
  world.permit(ask(recipient(kAgency), grounds));
  world.permit(decide(world.state(), officer,
                      RequestSharing{to, std::vector{reads[0]}, {}, {}, grounds}, world.moment()));
  world.permit(release(officer, release_of(first)));
  world.permit(ask(to, grounds));
}

TEST_F(Sharing, I12_I_9_TheSameLetterIsOneRequestWhateverWasTypedBesideIt) {
  constexpr RecipientClass kAgency = RecipientClass::kCaLawEnforcement;
  const Sequence to = recipient(kAgency);
  SharingGrounds grounds = grounds_for(kAgency);
  grounds.route = "DISCRETIONARY";
  grounds.instrument.reset();
  grounds.right_to_know = RightToKnowClaim{"SWORN_STATUS", "Sgt. 4711"};
  grounds.document = filed();
  const Sequence first = world.permit(ask(to, grounds));
  grounds.document = filed();  // the same bytes, filed once more
  grounds.case_number = "22-999999";
  EXPECT_EQ(world.refused(ask(to, grounds), "I12-I-9"), "request-repeated");
  world.permit(decide(world.state(), officer, WithdrawSharing{first, "twice"}, world.moment()));
  world.permit(ask(to, grounds));
}

TEST_F(Sharing, I12_I_8_ItWaitsForAnAdministratorWhoDidNotEnterIt) {
  const auto waiting = [&](const Actor& who) {
    const auto tasks = tasks_of(world.state(), who, world.moment());
    std::vector<Sequence> events;
    for (const Task& task : *tasks)
      if (task.kind == TaskKind::kDecideSharing) events.push_back(*task.event);
    return events;
  };
  const Sequence request = asked(RecipientClass::kDistrictAttorney);
  EXPECT_EQ(waiting(admin), std::vector<Sequence>{request});
  EXPECT_TRUE(waiting(officer).empty());
  EXPECT_TRUE(waiting(coordinator).empty());
  world.permit(honor(admin, request));
  EXPECT_TRUE(waiting(admin).empty());
}

TEST_F(Sharing, TheWhatIsBoundedAndNamed) {
  const Sequence district = recipient(RecipientClass::kDistrictAttorney);
  const auto with = [&](std::optional<std::vector<Sequence>> these,
                        std::optional<std::vector<Sequence>> hits, std::optional<Sequence> query) {
    return decide(world.state(), officer,
                  RequestSharing{district, std::move(these), std::move(hits), query,
                                 grounds_for(RecipientClass::kDistrictAttorney)},
                  world.moment());
  };
  EXPECT_EQ(with(std::nullopt, std::nullopt, std::nullopt).error->code, ErrorCode::kMalformed);
  EXPECT_EQ(with(std::vector<Sequence>(501), std::nullopt, std::nullopt).error->code,
            ErrorCode::kMalformed);
  EXPECT_EQ(with(std::vector{Sequence{1}}, std::nullopt, std::nullopt).error->code,
            ErrorCode::kGone);
  EXPECT_EQ(with(std::nullopt, std::vector{Sequence{1}}, std::nullopt).error->code,
            ErrorCode::kGone);
  EXPECT_EQ(with(std::nullopt, std::nullopt, Sequence{1}).error->code, ErrorCode::kNotFound);
  const Sequence twice = world.permit(with(std::vector{reads[1], reads[0], reads[1]}, {}, {}));
  EXPECT_EQ(row(twice).asked.reads, reads);
}

}  // namespace
}  // namespace alpr::policy
