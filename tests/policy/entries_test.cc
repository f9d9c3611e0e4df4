// Proves that a custom entry is documented in full, approved by the Administrator and nobody else,
// and matches nothing before. By requesting, deciding and removing entries in a log in memory, with
// one fact missing at a time.
#include <gtest/gtest.h>

#include <functional>

#include "policy/records/hotlists.h"
#include "policy/registers/hotlists.h"
#include "policy/registers/plate_index.h"
#include "policy/rules/parameters.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class Entries : public ::testing::Test {
 protected:
  Entries() : officer(world.trained("officer", "SWORN")), admin(trained_admin(world)) {
    world.enrol_device(kReader);
  }

  Decision ask(const RequestEntry& command) {
    return decide(world.state(), officer, command, world.moment());
  }
  Sequence requested(const RequestEntry& command) { return world.permit(ask(command)); }
  Decision judged(const Actor& actor, Sequence request, Verdict verdict = Verdict::kApprove) {
    return decide(world.state(), actor, DecideEntry{request, verdict, "documented"},
                  world.moment());
  }
  std::size_t matches(std::string_view plate) {
    return world.plates.matches(plate, world.now).value().size();
  }
  EntryRow entry(Sequence request) { return find_entry(world.rows, request).value().value(); }

  World world;
  Actor officer;
  Actor admin;
};

TEST_F(Entries, I12_C2B2_4_I12_C2B2_7_AnEntryHoldsWhoAskedAndWhen) {
  const Sequence request = requested(entry_command(world, "7bad-001"));
  const EntryRow row = entry(request);
  EXPECT_EQ(row.asked.by.username, "officer");
  EXPECT_EQ(row.asked.by.name, "Name of officer");
  EXPECT_EQ(row.requested_at, world.now);  // I12-C2B2-7: the server's clock
  EXPECT_EQ(row.asked.plate, "7BAD001");
  EXPECT_EQ(row.state, EntryState::kRequested);
}

struct Missing {
  std::string rule;
  std::function<void(RequestEntry&)> without;
};

TEST_F(Entries, I12_C2B2_WhatIsMissingIsRefusedByItsRule) {
  const std::vector<Missing> table{
      {"I12-C2A1-2", [](RequestEntry& e) { e.purpose.reset(); }},
      {"I12-C2A1-2", [](RequestEntry& e) { e.purpose = "TRAFFIC"; }},
      {"I12-C2A1-2", [](RequestEntry& e) { e.purpose = "COURT_PROCESS"; }},
      {"I12-C2B2-1", [](RequestEntry& e) { e.offense_report_no.reset(); }},
      {"I12-C2B2-1", [](RequestEntry& e) { e.offense_report_no = " "; }},
      {"I12-C2B2-5", [](RequestEntry& e) { e.case_number.reset(); }},
      {"I12-C2B2-5", [](RequestEntry& e) { e.case_number = "none"; }},
      {"I12-C2B2-6", [](RequestEntry& e) { e.justification.reset(); }},
      {"I12-C2B2-6", [](RequestEntry& e) { e.justification = " \xc2\xa0\xe2\x80\x8b "; }},
      {"I12-C2B2-6", [](RequestEntry& e) { e.plate.reset(); }},
      {"I12-C3-4", [](RequestEntry& e) { e.not_protected_characteristic.reset(); }},
      {"I12-C3-4", [](RequestEntry& e) { e.not_protected_characteristic = false; }},
      {"I12-C2A1-3", [this](RequestEntry& e) { e.expires_at = world.now; }},
      {"I12-C2A1-3",
       [this](RequestEntry& e) {
         e.expires_at.value =
             world.now.value +
             (world.moment().policy->parameters.hotlist_entry_seconds_max + 1) * kSecondUs;
       }},
  };
  for (const Missing& row : table) {
    RequestEntry command = entry_command(world, "7BAD001");
    row.without(command);
    world.refused(ask(command), row.rule);
  }
  requested(entry_command(world, "7BAD001"));
}

TEST_F(Entries, I12_C2B2_8_SuspectInformationNeedsTheSame) {
  RequestEntry command = entry_command(world, "");
  command.plate.reset();
  command.descriptor = "Grey pick-up with a ladder rack and a dented left door";
  for (const Missing& row : std::vector<Missing>{
           {"I12-C2B2-8", [](RequestEntry& e) { e.case_number.reset(); }},
           {"I12-C2B2-8", [](RequestEntry& e) { e.justification = ""; }},
           {"I12-C2B2-1", [](RequestEntry& e) { e.offense_report_no.reset(); }},
           {"I12-C3-4", [](RequestEntry& e) { e.not_protected_characteristic.reset(); }}}) {
    RequestEntry without = command;
    row.without(without);
    world.refused(ask(without), row.rule);
  }
  const Sequence request = requested(command);
  world.permit(judged(admin, request));
  EXPECT_EQ(entry(request).state, EntryState::kActive);
}

TEST_F(Entries, I12_C2B2_2_NothingMatchesWhilePending) {
  const Sequence request = requested(entry_command(world, "7BAD001"));
  EXPECT_EQ(matches("7BAD001"), 0U);
  EXPECT_TRUE(hits_since(world, send(world, 1, {"7BAD001"})).empty());
  const Sequence approval = world.permit(judged(admin, request));
  const auto hits = hits_since(world, send(world, 2, {"7BAD001"}));
  ASSERT_EQ(hits.size(), 1U);
  const HitRaised hit = hit_at(world, hits[0]);
  EXPECT_EQ(hit.entry.list, approval);
  EXPECT_EQ(hit.entry.request, request);
  EXPECT_EQ(hit.entry.reason, "BURGLARY");
}

TEST_F(Entries, I12_C2B2_3_ItsHitsAreInformational) {
  approved_entry(world, officer, entry_command(world, "7BAD001"));
  const auto hits = hits_since(world, send(world, 1, {"7BAD001"}));
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_TRUE(hit_at(world, hits[0]).entry.informational);
  EXPECT_EQ(hit_at(world, hits[0]).state, HitState::kUnvalidated);
  EXPECT_NE(world.log.at(hits[0].value).json.find("\"informational\":true"), std::string::npos);
}

TEST_F(Entries, I12_C2B2_2_OnlyTheAdministratorApprovesAndNeverTheirOwn) {
  const Sequence request = requested(entry_command(world, "7BAD001"));
  const Actor other = world.trained("other", "SWORN");
  world.refused(judged(other, request), "I12-C2B2-2");
  world.grant("other", Role::kCoordinator);
  world.refused(judged(other, request), "I12-C2B2-2");
  EXPECT_EQ(world.refused(judged(officer, request), "I12-C2B2-2"), "role-missing");
  const Sequence own =
      world.permit(decide(world.state(), admin, entry_command(world, "7BAD002"), world.moment()));
  EXPECT_EQ(world.refused(judged(admin, own), "I12-C2B2-2"), "self-approval");
  EXPECT_EQ(world.refused(judged(admin, own, Verdict::kDeny), "I12-C2B2-2"), "self-approval");
  EXPECT_EQ(matches("7BAD001") + matches("7BAD002"), 0U);
}

TEST_F(Entries, I12_C1_1_WithoutTrainingNobodyAsksApprovesOrLists) {
  world.enrol("rookie", "SWORN");
  const Actor rookie = world.log_in("rookie");
  world.refused(decide(world.state(), rookie, entry_command(world, "7BAD001"), world.moment()),
                "I12-C1-1");
  World untrained;
  const Sequence request =
      untrained.permit(decide(untrained.state(), untrained.trained("officer", "SWORN"),
                              entry_command(untrained, "7BAD001"), untrained.moment()));
  untrained.refused(decide(untrained.state(), untrained.holder(kAdmin),
                           DecideEntry{request, Verdict::kApprove, "yes"}, untrained.moment()),
                    "I12-C1-1");
}

TEST_F(Entries, AnEntryIsDecidedOnce) {
  const Sequence denied = requested(entry_command(world, "7BAD001"));
  world.permit(judged(admin, denied, Verdict::kDeny));
  EXPECT_EQ(entry(denied).state, EntryState::kDenied);
  EXPECT_EQ(judged(admin, denied).error->code, ErrorCode::kConflict);
  const Sequence approved = requested(entry_command(world, "7BAD002"));
  world.permit(judged(admin, approved));
  EXPECT_EQ(judged(admin, approved, Verdict::kDeny).error->code, ErrorCode::kConflict);
  EXPECT_EQ(judged(admin, {999'999}).error->code, ErrorCode::kNotFound);
  EXPECT_EQ(matches("7BAD001"), 0U);
  EXPECT_EQ(matches("7BAD002"), 1U);
  const Sequence blank_reason = requested(entry_command(world, "7BAD003"));
  world.refused(
      decide(world.state(), admin, DecideEntry{blank_reason, Verdict::kDeny, " "}, world.moment()),
      "I12-C2B2-2");
}

TEST_F(Entries, I12_C2B2_1_AnUpdateIsANewEntryThatSupersedes) {
  const Sequence first = approved_entry(world, officer, entry_command(world, "7BAD001"));
  RequestEntry update = entry_command(world, "7BAD009");
  update.supersedes = first;
  RequestEntry undocumented = update;
  undocumented.offense_report_no.reset();
  world.refused(ask(undocumented), "I12-C2B2-1");
  const Sequence second = requested(update);
  EXPECT_EQ(matches("7BAD001"), 1U) << "until the update is approved";
  EXPECT_EQ(matches("7BAD009"), 0U);
  world.permit(judged(admin, second));
  EXPECT_EQ(matches("7BAD001"), 0U);
  EXPECT_EQ(matches("7BAD009"), 1U);
  EXPECT_EQ(entry(first).state, EntryState::kRemoved);
  EXPECT_EQ(ask(update).error->code, ErrorCode::kConflict) << "superseded already";
  update.supersedes = Sequence{999'999};
  EXPECT_EQ(ask(update).error->code, ErrorCode::kNotFound);
}

TEST_F(Entries, TwoUpdatesOfOneEntryCannotBothBeApproved) {
  const Sequence first = approved_entry(world, officer, entry_command(world, "7BAD001"));
  RequestEntry update = entry_command(world, "7BAD002");
  update.supersedes = first;
  const Sequence one = requested(update);
  const Sequence two = requested(update);
  world.permit(judged(admin, one));
  EXPECT_EQ(judged(admin, two).error->code, ErrorCode::kConflict);
}

TEST_F(Entries, AnEntryExpires) {
  const Sequence pending = requested(entry_command(world, "7BAD002"));
  const Sequence active = approved_entry(world, officer, entry_command(world, "7BAD001"));
  world.now = entry_command(world, "7BAD001").expires_at;
  officer = world.log_in("officer");
  EXPECT_EQ(matches("7BAD001"), 0U);
  EXPECT_EQ(state_at(entry(active), world.now), EntryState::kExpired);
  EXPECT_EQ(judged(admin, pending).error->code, ErrorCode::kConflict);
}

TEST_F(Entries, RemovalIsForTheRequesterAdministratorAndCoordinator) {
  const Sequence request = approved_entry(world, officer, entry_command(world, "7BAD001"));
  const Actor other = world.trained("other", "SWORN");
  const auto remove = [&](const Actor& actor, std::string reason) {
    return decide(world.state(), actor, RemoveEntry{request, std::move(reason)}, world.moment());
  };
  world.refused(remove(other, "found"), "I12-L-3");
  world.refused(remove(officer, ""), "I12-C2B2-1");
  EXPECT_EQ(matches("7BAD001"), 1U);
  world.permit(remove(officer, "vehicle found"));
  EXPECT_EQ(matches("7BAD001"), 0U);
  EXPECT_EQ(remove(officer, "again").error->code, ErrorCode::kConflict);
}

TEST_F(Entries, I12_A_5_ListingIsForAuthorisedPeopleAndOnTheRecord) {
  const Sequence one = requested(entry_command(world, "7BAD001"));
  const Sequence two = approved_entry(world, officer, entry_command(world, "7BAD002"));
  const auto all = select_entries(world.state(), {}, world.moment());
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->front().request, two);
  const Sequence seq =
      world.permit(decide(world.state(), officer, ListEntries{}, *all, world.moment()));
  const auto event = from_event<EntriesDisclosed>(world.log.at(seq.value));
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->entries, (std::vector<Sequence>{two, one}));
  EXPECT_EQ(event->by.username, "officer");
  const auto active =
      select_entries(world.state(), {EntryState::kActive, std::nullopt}, world.moment());
  ASSERT_TRUE(active.has_value());
  EXPECT_EQ(active->size(), 1U);
  world.enrol("rookie", "SWORN");
  world.refused(decide(world.state(), world.log_in("rookie"), ListEntries{}, *all, world.moment()),
                "I12-A-5");
  EXPECT_FALSE(select_entries(world.state(), {std::nullopt, 0}, world.moment()).has_value());
}

TEST_F(Entries, TextsAreBounded) {
  RequestEntry command = entry_command(world, "7BAD001");
  command.justification = std::string(4001, 'x');
  EXPECT_EQ(ask(command).error->code, ErrorCode::kMalformed);
  command = entry_command(world, "7BAD001");
  command.attributes->make = " ";
  EXPECT_EQ(ask(command).error->code, ErrorCode::kMalformed);
  command = entry_command(world, "NOT/A/PLATE");
  EXPECT_EQ(ask(command).error->code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace alpr::policy
