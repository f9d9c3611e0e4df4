// Sample audits, checks, reports, gaps, complaints, breaches, violations, cost, grants of sources,
// outlines of areas (I12-C3-2, C3-3, C3-b, J-3, K, L-4, L-5).
#include "policy/records/oversight.h"

#include <algorithm>
#include <array>

#include "policy/records/audit_worksheets.h"
#include "policy/records/audits.h"
#include "policy/records/checks.h"
#include "policy/records/gaps.h"
#include "policy/records/outlines.h"
#include "policy/records/reads.h"
#include "policy/records/reconciliations.h"
#include "policy/records/reports.h"
#include "policy/records/source_grants.h"
#include "policy/registers/audits.h"
#include "policy/replay/judge.h"
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

namespace alpr::policy {
namespace {

// Whether the population, the sizes and the draw follow from the log is another command's to say
// (`plateledger-verify audit`); here is whether this plan could be made then, and by whom.
Again planned(const Scene& s, const AuditPlanned& e) {
  if (e.strata.empty() || e.size <= 0) return breach({"I12-K-5"}, "a plan without a population");
  const auto last = s.past.at(Sequence{static_cast<std::uint64_t>(e.size) - 1});
  if (!last) return breach({"I12-K-5"}, "a plan over more events than there were");
  PlanAudit command;
  command.population = std::string(to_text(e.population));
  command.from = std::ranges::min_element(e.strata, {}, &AuditStratum::from)->from;
  command.to = std::ranges::max_element(e.strata, {}, &AuditStratum::to)->to;
  command.beacon = std::string(to_text(e.beacon));
  command.round = e.round;
  command.beacon_at = e.beacon_at;
  command.reason = e.reason;
  ClosedPopulation closed;
  closed.size = e.size;
  closed.root = e.root;
  closed.last = last->time;
  closed.outline = {e.population,   e.method,      e.spread, e.risk_bp,
                    e.tolerable_bp, e.expected_bp, e.strata};
  closed.certain = e.certain;
  closed.n = e.n;
  closed.needed = e.needed;
  closed.significant = e.significant;
  return decided(
      decide(s.state, e.by, command, Result<ClosedPopulation>(std::move(closed)), s.moment));
}

Again seed_entered(const Scene& s, const AuditSeedEntered& e) {
  const Drawn drawn{e.value, {}, {}, {}};
  return decided(decide(s.state, e.by, EnterSeed{e.audit, e.value, e.published_at},
                        std::optional<Drawn>(drawn), s.moment))
      .without({"plan", "seed", "samples"});
}

Again seeded(const Scene&, const AuditSeeded&) {
  return stray("I12-K-5", "a sample is drawn when a second person enters the same value");
}

Again worksheet(const Scene& s, const AuditWorksheetDisclosed& e) {
  return decided(decide(s.state, e.by, DiscloseWorksheet{e.audit, e.form, e.items, e.own, e.sha256},
                        s.moment));
}

SampledEvent sampled(const Scene& s, Sequence item) {
  SampledEvent event;
  const auto what = s.past.at(item);
  if (!what) return event;
  event.kind = what->kind;
  event.gone = what->kind == ReadRecorded::kKind.number && due_time(what->time) <= s.moment.now;
  event.people = s.past.people_of(item);
  return event;
}

Again image(const Scene& s, const AuditImageDisclosed& e) {
  return decided(
      decide(s.state, e.by, ShowSampledRead{e.audit, e.item}, sampled(s, e.item), s.moment));
}

Again verdict(const Scene& s, const AuditVerdictRecorded& e) {
  const RecordVerdicts command{e.audit, {JudgedItem{e.item, e.results, e.evidence, e.note}}};
  return decided(decide(s.state, e.by, command, {sampled(s, e.item)}, s.moment));
}

Again concluded(const Scene& s, const AuditConcluded& e) {
  const auto audit = find_audit(s.state.rows, e.audit);
  if (!audit) return undecidable(audit.error().detail);
  if (!*audit) return breach({"I12-K-5"}, "it concludes an audit that was never planned");
  const auto tally = tally_audit(s.state.rows, **audit);
  if (!tally) return undecidable(tally.error().detail);
  if (e.strata.size() != (*audit)->plan.strata.size() || tally->strata.size() != e.strata.size())
    return breach({"I12-K-5"}, "it does not have the strata of its plan");
  AuditFigures figures;
  for (const StratumConcluded& stratum : e.strata) figures.strata.push_back(stratum.upper);
  figures.upper = e.upper;
  figures.tolerable = e.tolerable;
  figures.lower_both = e.lower_both;
  figures.upper_both = e.upper_both;
  // Where each stratum is judged by itself, `plateledger-verify audit` says whether all are.
  const bool each = (*audit)->plan.spread == AuditSpread::kEach;
  figures.accepted = each ? e.accepted : e.upper < e.tolerable;
  return decided(
      decide(s.state, e.by, ConcludeAudit{e.audit, e.finding}, *tally, figures, s.moment));
}

Again trainings_reviewed(const Scene& s, const TrainingsReviewed& e) {
  return decided(decide(s.state, e.by, ReviewTrainings{e.from, e.to},
                        TrainingReview{e.size, e.accesses, e.people, e.untrained}, s.moment));
}

Again checked(const Scene& s, const SystemChecked& e) {
  return decided(decide(s.state, e.by, CheckSystem{e.size, e.checks}, s.moment));
}

// Whether the counts follow from the vendor's file is for whoever has the file.
Again reconciled(const Scene& s, const ExportReconciled& e) {
  return decided(
      decide(s.state, e.by, ReconcileExport{e.from, e.until},
             ReconciledExport{e.size, e.profile, e.profile_sha256, e.file_sha256, e.rows, e.queries,
                              e.matched, e.differences, e.result_sha256, e.disclosed},
             s.moment));
}

Again report(const Scene& s, const ReportDisclosed& e) {
  return decided(decide(s.state, e.by,
                        DiscloseReport{e.form, e.size, e.root, e.as_of, e.from, e.until, e.sha256},
                        s.moment));
}

Again attachment(const Scene& s, const AttachmentDisclosed& e) {
  const Edition edition = e.edition.value_or(Edition::kPublic);
  if ((edition == Edition::kSealed) != e.sealed_to.has_value())
    return breach({"I12-C2B-8"}, "a sealed edition is sealed to a key, and no other is");
  return decided(decide(s.state, e.by,
                        DiscloseAttachment{e.attachment, e.size, e.from, e.until, e.events,
                                           e.sha256, edition, e.sealed_to},
                        s.moment));
}

Again issued(const Scene& s, const ReportIssued& e) {
  return decided(decide(s.state, e.by,
                        DeliverReport{e.report, std::string(to_text(e.recipient)), e.delivery},
                        s.moment));
}

Again extended(const Scene& s, const ReportExtended& e) {
  return decided(
      decide(s.state, e.by, ExtendReport{e.year, e.until, e.granted_by, e.reason}, s.moment));
}

Again gap_recorded(const Scene& s, const GapRecorded& e) {
  return decided(decide(
      s.state, e.by, RecordGap{e.rule, std::string(to_text(e.owner)), e.due, e.missing, e.upgrade},
      s.moment));
}

Again gap_closed(const Scene& s, const GapClosed& e) {
  return decided(decide(s.state, e.by, CloseGap{e.gap, e.how}, s.moment));
}

Again accounts_reviewed(const Scene& s, const AccountsReviewed& e) {
  return decided(decide(s.state, e.by, ReviewAccounts{e.reasons}, s.moment));
}

Again complaint(const Scene& s, const ComplaintRecorded& e) {
  return decided(decide(s.state, e.by,
                        RecordComplaint{std::string(to_text(e.subject)), e.received, e.what},
                        s.moment));
}

Again answered(const Scene& s, const ComplaintAnswered& e) {
  return decided(decide(s.state, e.by,
                        AnswerComplaint{e.complaint, std::string(to_text(e.finding)), e.answer},
                        s.moment));
}

Again breach_recorded(const Scene& s, const BreachRecorded& e) {
  return decided(decide(
      s.state, e.by, RecordBreach{std::string(to_text(e.breach)), e.discovered, e.what}, s.moment));
}

Again breach_step(const Scene& s, const BreachStepRecorded& e) {
  return decided(decide(
      s.state, e.by, RecordBreachStep{e.breach, std::string(to_text(e.step)), e.note}, s.moment));
}

Again violation(const Scene& s, const ViolationRecorded& e) {
  return decided(
      decide(s.state, e.by, RecordViolation{e.rule, e.event, e.username, e.what}, s.moment));
}

Again violation_decided(const Scene& s, const ViolationDecided& e) {
  return decided(decide(s.state, e.by,
                        DecideViolation{e.violation, std::string(to_text(e.finding)),
                                        std::string(to_text(e.sanction)), e.reason},
                        s.moment));
}

Again cost(const Scene& s, const CostRecorded& e) {
  return decided(decide(s.state, e.by,
                        RecordCost{e.year, std::string(to_text(e.category)), e.cents, e.funding},
                        s.moment));
}

Again source_granted(const Scene& s, const SourceGranted& e) {
  return decided(decide(s.state, e.by,
                        GrantSource{e.username, std::string(to_text(e.source)), e.until, e.reason},
                        s.moment));
}

Again source_grant_ended(const Scene& s, const SourceGrantEnded& e) {
  return decided(decide(s.state, e.by,
                        EndSourceGrant{e.username, std::string(to_text(e.source)), e.reason},
                        s.moment));
}

Again outlined(const Scene& s, const AreaOutlined& e) {
  return decided(decide(s.state, e.by, OutlineArea{e.area, e.corners}, s.moment));
}

}  // namespace

std::span<const Judge> oversight_judges() {
  static const std::array all{
      judging<AuditPlanned, planned>("I12-K-5"),
      judging<AuditSeedEntered, seed_entered>("I12-K-5"),
      judging<AuditSeeded, seeded>("I12-K-5"),
      judging<AuditWorksheetDisclosed, worksheet>("I12-F-2"),
      judging<AuditImageDisclosed, image>("I12-F-2"),
      judging<AuditVerdictRecorded, verdict>("I12-K-5"),
      judging<AuditConcluded, concluded>("I12-K-7"),
      judging<TrainingsReviewed, trainings_reviewed>("I12-K-6"),
      judging<SystemChecked, checked>("I12-K-4"),
      judging<ExportReconciled, reconciled>("I12-F-2"),
      judging<ReportDisclosed, report>("I12-F-2"),
      judging<AttachmentDisclosed, attachment>("I12-K-3"),
      judging<ReportIssued, issued>("I12-L-5"),
      judging<ReportExtended, extended>("I12-L-5"),
      judging<GapRecorded, gap_recorded>("I12-K-2"),
      judging<GapClosed, gap_closed>("I12-K-2"),
      judging<AccountsReviewed, accounts_reviewed>("I12-L-4"),
      judging<ComplaintRecorded, complaint>("I12-L-5"),
      judging<ComplaintAnswered, answered>("I12-L-5"),
      judging<BreachRecorded, breach_recorded>("I12-J-3"),
      judging<BreachStepRecorded, breach_step>("I12-J-3"),
      judging<ViolationRecorded, violation>("I12-C3-3"),
      judging<ViolationDecided, violation_decided>("I12-C3-3"),
      judging<CostRecorded, cost>("I12-L-5"),
      judging<SourceGranted, source_granted>("I12-C3-b"),
      judging<SourceGrantEnded, source_grant_ended>("I12-C3-b"),
      judging<AreaOutlined, outlined>("I12-C3-2"),
  };
  return all;
}

}  // namespace alpr::policy
