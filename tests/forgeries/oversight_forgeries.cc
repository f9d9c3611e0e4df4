// Breaches of sections K and L: audits, checks, reviews, gaps, the annual report.
#include "policy/records/audit_worksheets.h"
#include "policy/records/audits.h"
#include "policy/records/checks.h"
#include "policy/records/gaps.h"
#include "policy/records/outlines.h"
#include "policy/records/oversight.h"
#include "policy/records/reconciliations.h"
#include "policy/records/reports.h"
#include "policy/records/sessions.h"
#include "policy/records/source_grants.h"
#include "policy/rules/c3_outlines.h"
#include "policy/rules/c3_sources.h"
#include "policy/rules/k2_gaps.h"
#include "policy/rules/k_audits.h"
#include "policy/rules/k_reconciliations.h"
#include "policy/rules/k_self_checks.h"
#include "policy/rules/k_training_reviews.h"
#include "policy/rules/l4_checks.h"
#include "policy/rules/l5_reports.h"
#include "policy/rules/l_oversight.h"
#include "policy/rules/sessions.h"
#include "tests/forgeries/forger.h"
#include "tests/policy/all_checks.h"

namespace alpr::forgeries {
namespace {

using namespace policy;
using namespace policy::testing;

AuditPlanned honest_plan(Forger& f) {
  PlanAudit command;
  command.population = "QUERIES";
  command.from = f.world.log.front().header.time;
  command.to = f.world.log.back().header.time;
  command.beacon = "DRAND";
  command.round = "4711";
  command.beacon_at = {f.world.now.value + kHour * kSecondUs};
  command.reason = "the yearly audit";
  ClosedPopulation closed;
  closed.size = static_cast<std::int64_t>(f.world.log.size());
  closed.last = command.to;
  closed.outline = outline(command).value();
  closed.outline.strata.front().population = 1;
  closed.outline.strata.front().n = 1;
  closed.n = closed.needed = 1;
  closed.significant = true;
  return f.honest<AuditPlanned>(
      decide(f.state(), f.coordinator, command, Result<ClosedPopulation>(closed), f.moment()));
}

// Two people entered the beacon's value, and the query was drawn.
struct Drawn1 {
  Sequence audit;
  Sequence item;
};
Drawn1 drawn(Forger& f, const Actor& author) {
  const Sequence item = f.query(author, {f.reads[1]});
  const Sequence audit = f.forge(honest_plan(f));
  f.advance(2 * kHour);
  const std::string value(64, 'a');
  const TimeUs published{f.world.now.value - 60 * kSecondUs};
  const EnterSeed command{audit, value, published};
  f.permit(decide(f.state(), f.chief, command, std::nullopt, f.moment()));
  const Drawn sample{value, Digest{1}, Digest{2}, {{"ALL", {item}}}};
  f.permit(decide(f.state(), f.coordinator, command, std::optional<Drawn>(sample), f.moment()));
  return {audit, item};
}

AuditVerdictRecorded honest_verdict(Forger& f, const Drawn1& of) {
  const std::int64_t kind = QueryPerformed::kKind.number;
  JudgedItem judged{of.item, {}, "the case file", ""};
  for (const AuditTest& test : audit_tests(kind))
    judged.results.push_back({std::string(test.code), ItemVerdict::kPass});
  return f.honest<AuditVerdictRecorded>(decide(f.state(), f.coordinator,
                                               RecordVerdicts{of.audit, {judged}},
                                               {SampledEvent{kind, false, {}}}, f.moment()));
}

AuditConcluded honest_conclusion(Forger& f, const Drawn1& of) {
  const auto audit = find_audit(f.world.rows, of.audit);
  const auto tally = tally_audit(f.world.rows, **audit);
  AuditFigures figures;
  figures.strata = {0};
  figures.tolerable = 1;
  figures.accepted = true;
  return f.honest<AuditConcluded>(decide(f.state(), f.coordinator,
                                         ConcludeAudit{of.audit, "no deviation"}, *tally, figures,
                                         f.moment()));
}

SystemChecked honest_check(Forger& f) {
  return f.honest<SystemChecked>(
      decide(f.state(), f.coordinator, CheckSystem{10, all_checks()}, f.moment()));
}

std::vector<Forgery> of_audits() {
  return {
      {"I12-K-5", "a sample audit planned when its randomness was known",
       [](Forger& f) {
         AuditPlanned e = honest_plan(f);
         e.beacon_at = {f.world.now.value - kHour * kSecondUs};
         return f.forge(e);
       }},
      {"I12-K-5", "a plan that does not count the one before it",
       [](Forger& f) {
         const AuditPlanned e = honest_plan(f);
         f.forge(e);
         return f.forge(e);
       }},
      {"I12-K-5", "a sample drawn by one person alone",
       [](Forger& f) {
         const Sequence item = f.query(f.officer, {});
         const Sequence audit = f.forge(honest_plan(f));
         f.advance(2 * kHour);
         return f.forge(AuditSeeded{1,
                                    audit,
                                    BeaconSource::kDrand,
                                    "4711",
                                    std::string(64, 'a'),
                                    f.world.now,
                                    {},
                                    {},
                                    {{"ALL", {item}}},
                                    f.coordinator,
                                    f.coordinator});
       }},
      {"I12-K-5", "a verdict on one's own query",
       [](Forger& f) { return f.forge(honest_verdict(f, drawn(f, f.coordinator))); }},
      {"I12-K-5", "a verdict on an event that was not drawn",
       [](Forger& f) {
         const Drawn1 of = drawn(f, f.officer);
         AuditVerdictRecorded e = honest_verdict(f, of);
         e.item = f.query(f.second, {});
         return f.forge(e);
       }},
  };
}

std::vector<Forgery> of_conclusions() {
  return {
      {"I12-K-7", "an audit too small to say anything, concluded as accepted",
       [](Forger& f) {
         const Sequence item = f.query(f.officer, {f.reads[1]});
         AuditPlanned plan = honest_plan(f);
         plan.significant = false;
         const Sequence audit = f.forge(plan);
         f.advance(2 * kHour);
         const EnterSeed command{audit, std::string(64, 'a'), {f.world.now.value - 60 * kSecondUs}};
         f.permit(decide(f.state(), f.chief, command, std::nullopt, f.moment()));
         const Drawn sample{command.value, Digest{1}, Digest{2}, {{"ALL", {item}}}};
         f.permit(
             decide(f.state(), f.coordinator, command, std::optional<Drawn>(sample), f.moment()));
         f.forge(honest_verdict(f, {audit, item}));
         AuditConcluded e = honest_conclusion(f, {audit, item});
         e.accepted = true;
         return f.forge(e);
       }},
      {"I12-K-5", "an audit concluded with items left unjudged",
       [](Forger& f) {
         const Drawn1 of = drawn(f, f.officer);
         AuditConcluded e;
         e.policy = 1;
         e.audit = of.audit;
         e.strata = {{"ALL", 1, 0, 0}};
         e.tolerable = 1;
         e.significant = e.accepted = true;
         e.finding = "no deviation";
         e.by = f.coordinator;
         return f.forge(e);
       }},
  };
}

std::vector<Forgery> of_checks() {
  return {
      {"I12-K-4", "a self-check that leaves out the check that failed",
       [](Forger& f) {
         SystemChecked e = honest_check(f);
         e.checks.pop_back();
         return f.forge(e);
       }},
      {"I12-K-4", "a self-check that passed though one of its checks did not",
       [](Forger& f) {
         SystemChecked e = honest_check(f);
         e.checks.front().passed = false;
         return f.forge(e);
       }},
      {"I12-K-5", "a vendor's list held against the record by somebody without the role",
       [](Forger& f) {
         ExportReconciled e = f.honest<ExportReconciled>(
             decide(f.state(), f.coordinator,
                    ReconcileExport{f.world.log.front().header.time, f.world.now},
                    ReconciledExport{}, f.moment()));
         e.by = f.officer;
         return f.forge(e);
       }},
      {"I12-K-6", "a review of trainings over a time that is not over",
       [](Forger& f) {
         TrainingsReviewed e = f.honest<TrainingsReviewed>(
             decide(f.state(), f.coordinator,
                    ReviewTrainings{f.world.log.front().header.time, f.world.now},
                    TrainingReview{10, 1, 1, {}}, f.moment()));
         e.to = {f.world.now.value + kDay * kSecondUs};
         return f.forge(e);
       }},
      {"I12-K-2", "a gap in compliance that nobody owns in time",
       [](Forger& f) {
         GapRecorded e = f.honest<GapRecorded>(
             decide(f.state(), f.coordinator,
                    RecordGap{"I12-F-1", "IT_UNIT", TimeUs{f.world.now.value + kDay * kSecondUs},
                              "one form of log-in", "the second"},
                    f.moment()));
         e.missing = "";
         return f.forge(e);
       }},
      {"I12-L-4", "a flagged session reviewed by the person whose it is",
       [](Forger& f) {
         f.world.grant("officer", Role::kCoordinator);
         f.world.log_in("officer");
         const Sequence flag{f.world.log.size() - 1};
         SessionReviewed e = f.honest<SessionReviewed>(
             decide(f.state(), f.coordinator, ReviewSession{flag, FlagFinding::kOwnUse, "asked"},
                    f.moment()));
         e.by = f.second;
         return f.forge(e);
       }},
  };
}

ReportDisclosed honest_report(Forger& f, const Actor& by) {
  const TimeUs from = f.world.log.front().header.time;
  return f.honest<ReportDisclosed>(decide(f.state(), by,
                                          DiscloseReport{ReportForm::kJson,
                                                         10,
                                                         Digest{},
                                                         f.world.now,
                                                         from,
                                                         {from.value + 366 * kDay * kSecondUs},
                                                         Digest{3}},
                                          f.moment()));
}

std::vector<Forgery> of_reports() {
  return {
      {"I12-F-2", "the report's figures given to an officer",
       [](Forger& f) {
         ReportDisclosed e = honest_report(f, f.coordinator);
         e.by = f.officer;
         return f.forge(e);
       }},
      {"I12-L-5", "a report delivered that was made before its year was over",
       [](Forger& f) {
         const Sequence report = f.forge(honest_report(f, f.coordinator));
         ReportIssued e;
         e.policy = 1;
         e.year = report_year_of(f.world.log.front().header.time,
                                 {f.world.log.front().header.time.value + 366 * kDay * kSecondUs});
         e.recipient = ReportRecipient::kPac;
         e.report = report;
         e.size = 10;
         e.sha256 = Digest{3};
         e.delivery = "by hand";
         e.by = f.coordinator;
         return f.forge(e);
       }},
      {"I12-L-5", "more time for the report than the Commission may give",
       [](Forger& f) {
         ReportExtended e = f.honest<ReportExtended>(
             decide(f.state(), f.coordinator,
                    ExtendReport{2023, chain::parse_time("2024-04-15T00:00:00Z").value(),
                                 "the meeting of March", "staff"},
                    f.moment()));
         e.until = chain::parse_time("2024-09-01T00:00:00Z").value();
         return f.forge(e);
       }},
      {"I12-L-5", "a report delivered by somebody who is not the Coordinator",
       [](Forger& f) {
         f.advance(400 * kDay);
         const Actor coordinator = f.world.log_in("coordinator");
         ReportDisclosed report = honest_report(f, coordinator);
         report.until = {report.from.value + 366 * kDay * kSecondUs};
         const Sequence disclosed = f.forge(report);
         ReportIssued e = f.honest<ReportIssued>(decide(
             f.state(), coordinator, DeliverReport{disclosed, "PAC", "by hand"}, f.moment()));
         e.by = f.admin;
         return f.forge(e);
       }},
      {"I12-L-5", "a report that was never delivered",
       [](Forger& f) {
         f.advance(200 * kDay);
         return f.query(f.world.log_in("second"), {});
       }},
      {"I12-F-2", "an attachment of the report given to an officer",
       [](Forger& f) {
         return f.forge(AttachmentDisclosed{
             1, Attachment::kQueries, 10, {}, f.world.now, 0, Digest{}, f.officer, {}, {}});
       }},
  };
}

std::vector<Forgery> of_answers() {
  const auto violation = [](Forger& f) {
    return f.permit(decide(
        f.state(), f.chief,
        RecordViolation{"I12-C3-3", std::nullopt, "officer", "looked a friend up"}, f.moment()));
  };
  return {
      {"I12-C3-3", "a violation decided by the person who recorded it",
       [=](Forger& f) {
         const Sequence of = violation(f);
         ViolationDecided e = f.honest<ViolationDecided>(
             decide(f.state(), f.admin, DecideViolation{of, "UNFOUNDED", "NONE", "no record"},
                    f.moment()));
         e.by = f.chief;
         return f.forge(e);
       }},
      {"I12-C3-3", "a sanction without a finding",
       [=](Forger& f) {
         const Sequence of = violation(f);
         ViolationDecided e = f.honest<ViolationDecided>(
             decide(f.state(), f.admin, DecideViolation{of, "UNFOUNDED", "NONE", "no record"},
                    f.moment()));
         e.sanction = Sanction::kDiscipline;
         return f.forge(e);
       }},
      {"I12-J-3", "a breach closed before its procedure",
       [](Forger& f) {
         const Sequence of = f.permit(
             decide(f.state(), f.it,
                    RecordBreach{"CREDENTIALS", f.world.now, "a password on a note"}, f.moment()));
         return f.forge(BreachStepRecorded{1, of, BreachStep::kClosed, "done", f.it});
       }},
      {"I12-L-5", "a complaint answered twice",
       [](Forger& f) {
         const Sequence of =
             f.permit(decide(f.state(), f.coordinator,
                             RecordComplaint{"MISUSE", f.world.now, "a look-up"}, f.moment()));
         const ComplaintAnswered e = f.honest<ComplaintAnswered>(
             decide(f.state(), f.coordinator, AnswerComplaint{of, "UNFOUNDED", "no such look-up"},
                    f.moment()));
         f.forge(e);
         return f.forge(e);
       }},
  };
}

std::vector<Forgery> of_access() {
  return {
      {"I12-L-4", "a review of accounts that passes over a dormant one",
       [](Forger& f) {
         f.world.enrol("away", "SWORN");
         f.advance(91 * kDay);
         return f.forge(AccountsReviewed{1, 8, 0, {}, f.world.log_in("coordinator")});
       }},
      {"I12-C3-b", "a source that somebody opened to themselves",
       [](Forger& f) {
         SourceGranted e = f.honest<SourceGranted>(decide(
             f.state(), f.admin, GrantSource{"officer", "NCIC", {}, "certified"}, f.moment()));
         e.username = f.admin.username;
         return f.forge(e);
       }},
      {"I12-C3-2", "an area that is outlined by somebody who enrols no devices",
       [](Forger& f) {
         AreaOutlined e = f.honest<AreaOutlined>(decide(
             f.state(), f.admin, OutlineArea{"Area 2", {{0, 0}, {9, 0}, {0, 9}}}, f.moment()));
         e.by = f.coordinator;
         return f.forge(e);
       }},
      {"I12-C3-2", "an outline whose sides cross",
       [](Forger& f) {
         return f.forge(AreaOutlined{1, "Area 2", {{0, 0}, {9, 9}, {9, 0}, {0, 9}}, f.admin});
       }},
      {"I12-C3-b", "a hit of a source that was not opened to the person",
       [](Forger& f) {
         f.adopt([](Parameters& p) { p.sources_by_grant = std::vector{HotlistSource::kSvs}; });
         return f.forge(HitsDisclosed{f.moment().policy->version, {f.hit}, f.officer});
       }},
      {"I12-C2B-8", "a sealed attachment that is sealed to no key",
       [](Forger& f) {
         AttachmentDisclosed e = f.honest<AttachmentDisclosed>(
             decide(f.state(), f.coordinator,
                    DiscloseAttachment{Attachment::kQueries, 10, {}, f.world.now, 0, Digest{}},
                    f.moment()));
         e.edition = Edition::kSealed;
         return f.forge(e);
       }},
      {"I12-C3-8", "a session that moved back and was not ended",
       [](Forger& f) {
         f.permit(decide(f.state(), MoveSession{f.officer.session, "10.0.0.2"}, f.moment()));
         const Decision back = decide(f.state(), MoveSession{f.officer.session, ""}, f.moment());
         const Sequence moved = f.append(back.events.front());
         f.advance(60);
         f.query(f.second, {f.reads[1]});  // in the place of the flag
         return moved;
       }},
  };
}

std::vector<Forgery> of_missed_years() {
  const auto two_years = [](Forger& f) {
    f.advance(800 * kDay);
    return f.query(f.world.log_in("second"), {});
  };
  return {
      {"I12-K-4", "a year without an audit of the system's own function", two_years},
      {"I12-K-5", "a year without a sample audit", two_years},
      {"I12-K-6", "a year without a review of training records", two_years},
  };
}

}  // namespace

std::vector<Forgery> forgeries_of_oversight() {
  std::vector<Forgery> all = of_audits();
  for (const auto& topic :
       {of_conclusions(), of_checks(), of_reports(), of_answers(), of_access(), of_missed_years()})
    all.insert(all.end(), topic.begin(), topic.end());
  return all;
}

}  // namespace alpr::forgeries
