// Verdicts and conclusions of sample audits.
#include "policy/rules/k_audits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "policy/records/audit_worksheets.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kPlanners{Role::kCoordinator};
constexpr std::array kReviewers{Role::kCoordinator, Role::kAdministrator};

std::optional<Error> faults(const RecordVerdicts& c) {
  if (c.verdicts.empty() || c.verdicts.size() > kVerdictsMax)
    return Error{ErrorCode::kMalformed, fmt::format("verdicts: give 1 to {}", kVerdictsMax)};
  for (const JudgedItem& one : c.verdicts) {
    if (auto e = text_fault("evidence", one.evidence, kNarrativeMax)) return e;
    if (auto e = text_fault("note", one.note, kNarrativeMax)) return e;
    if (one.results.size() > kShortTextMax)
      return Error{ErrorCode::kMalformed, "results: more than there are tests"};
  }
  return std::nullopt;
}

// Every test of the kind once, in the worksheet's order.
Result<std::vector<TestResult>> in_order(const JudgedItem& judged, std::int64_t kind) {
  std::vector<TestResult> results;
  std::string codes;
  bool each_once = judged.results.size() == audit_tests(kind).size();
  for (const AuditTest& test : audit_tests(kind)) {
    codes += codes.empty() ? "" : ", ";
    codes += test.code;
    const auto named = [&](const TestResult& result) { return result.test == test.code; };
    each_once = each_once && std::ranges::count_if(judged.results, named) == 1;
    const auto result = std::ranges::find_if(judged.results, named);
    if (result != judged.results.end()) results.push_back(*result);
  }
  if (!each_once)
    return fail(ErrorCode::kMalformed, fmt::format("event {}: give each of these tests once: {}",
                                                   judged.item.value, codes));
  return results;
}

bool same(const std::vector<TestResult>& a, const std::vector<TestResult>& b) {
  return std::ranges::equal(a, b, [](const TestResult& x, const TestResult& y) {
    return x.test == y.test && x.verdict == y.verdict;
  });
}

bool deviates(const std::vector<TestResult>& results) {
  return std::ranges::any_of(
      results, [](const TestResult& one) { return one.verdict != ItemVerdict::kPass; });
}

// One command's verdicts, each against what is on the record and what came before it in the file.
class Verdicts {
 public:
  Verdicts(const State& state, const AuditRow& audit, const Actor& actor, const Moment& moment)
      : state_(state), audit_(audit), actor_(actor), moment_(moment) {}

  std::optional<Refusal> refusal;
  std::optional<Error> error;
  Decision decision;

  void take(const JudgedItem& judged, const SampledEvent& event) {
    const auto row = find_audit_item(state_.rows, audit_.audit, judged.item);
    if (!row) return wrong(row.error());
    if (!*row)
      return refuse_with("item-not-in-sample", judged.item,
                         "is not in the sample: an item is never replaced by another");
    if (std::ranges::find(event.people, actor_.username) != event.people.end())
      return refuse_with("own-act", judged.item, "is yours: somebody else judges it");
    auto results = in_order(judged, event.kind);
    if (!results) return wrong(results.error());
    if (event.gone && std::ranges::any_of(*results, [](const TestResult& one) {
          return one.verdict != ItemVerdict::kUnexaminable;
        }))
      return refuse_with("item-gone", judged.item, "is past its 30 days and cannot be examined");
    if (blank(judged.evidence))
      return refuse_with("evidence-missing", judged.item,
                         "needs the evidence: where it is seen, or why it could not be examined");
    const bool deviation = deviates(*results);
    const auto earlier = known(judged.item, **row);
    if (earlier && same(earlier->results, *results)) return;
    if (earlier && (earlier->deviation || !deviation))
      return refuse_with("verdict-differs", judged.item,
                         "has another verdict already: it stays, and is only made worse");
    seen_[judged.item] = {*results, deviation};
    decision.then(AuditVerdictRecorded{moment_.policy->version, audit_.audit, judged.item,
                                       std::move(*results), deviation, judged.evidence, judged.note,
                                       actor_});
  }

 private:
  struct Earlier {
    std::vector<TestResult> results;
    bool deviation = false;
  };
  std::optional<Earlier> known(Sequence item, const AuditItemRow& row) const {
    if (const auto found = seen_.find(item); found != seen_.end()) return found->second;
    if (!row.finding) return std::nullopt;
    return Earlier{row.finding->results, row.finding->deviation};
  }
  void wrong(const Error& what) {
    if (!error) error = what;
  }
  void refuse_with(std::string_view slug, Sequence item, std::string_view why) {
    if (refusal) return;
    refusal = Refusal{{"I12-K-5"}, std::string(slug), fmt::format("event {} {}", item.value, why)};
  }

  const State& state_;
  const AuditRow& audit_;
  const Actor& actor_;
  const Moment& moment_;
  std::map<Sequence, Earlier> seen_;
};

// The audit where it is being judged; or the answer.
Result<AuditRow> seeded_audit(const State& state, Sequence audit) {
  auto row = find_audit(state.rows, audit);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kNotFound, "no such audit");
  if ((*row)->state == AuditState::kPlanned)
    return fail(ErrorCode::kConflict, "nothing is drawn yet: two people enter the beacon's value");
  if ((*row)->state == AuditState::kConcluded)
    return fail(ErrorCode::kConflict, "this audit is concluded");
  return std::move(**row);
}

}  // namespace

Gate gate_audit_review(const State& state, const Actor& actor, const Moment& moment) {
  Gate open = gate(state, actor, moment, Need::kAlpr);
  if (open.refusal || open.error) return open;
  if (!holds_any_role(state, actor.username, kReviewers, moment)) {
    open.refusal = {{"I12-K-5", "I12-F-2", "I12-L-3"},
                    "role-missing",
                    "Sampled records are judged by the ALPR Coordinator or Administrator."};
  }
  return open;
}

Decision decide(const State& state, const Actor& actor, const DiscloseWorksheet& command,
                const Moment& moment) {
  const Gate open = gate_audit_review(state, actor, moment);
  if (auto stop = open.stop("audit.worksheet")) return *stop;
  const auto row = find_audit(state.rows, command.audit);
  if (!row) return not_judged(row.error());
  if (!*row || !(*row)->seed) return Decision::not_judged(ErrorCode::kNotFound, "nothing is drawn");
  return Decision{}.then(AuditWorksheetDisclosed{moment.policy->version, command.audit,
                                                 command.form, command.items, command.own,
                                                 command.sha256, open.actor});
}

Decision decide(const State& state, const Actor& actor, const ShowSampledRead& command,
                const SampledEvent& event, const Moment& moment) {
  const Gate open = gate_audit_review(state, actor, moment);
  if (auto stop = open.stop("audit.image")) return *stop;
  const auto audit = seeded_audit(state, command.audit);
  if (!audit) return not_judged(audit.error());
  const auto item = find_audit_item(state.rows, command.audit, command.item);
  if (!item) return not_judged(item.error());
  if (!*item || audit->plan.population != AuditPopulation::kReads)
    return Decision::not_judged(ErrorCode::kNotFound, "no read of this audit's sample");
  if (event.gone)
    return Decision::not_judged(ErrorCode::kGone, "this read is past its 30 days (I12-G-1)");
  return Decision{}.then(
      AuditImageDisclosed{moment.policy->version, command.audit, command.item, open.actor});
}

Decision decide(const State& state, const Actor& actor, const RecordVerdicts& command,
                const std::vector<SampledEvent>& events, const Moment& moment) {
  constexpr std::string_view kAction = "audit.judge";
  if (auto error = faults(command)) return not_judged(*error);
  const Gate access = gate_audit_review(state, actor, moment);
  if (auto stopped = access.stop(kAction)) return *stopped;
  const auto audit = seeded_audit(state, command.audit);
  if (!audit) return not_judged(audit.error());
  ALPR_CHECK(events.size() == command.verdicts.size());
  Verdicts verdicts(state, *audit, access.actor, moment);
  for (std::size_t i = 0; i < events.size(); ++i) verdicts.take(command.verdicts[i], events[i]);
  if (verdicts.error) return not_judged(*verdicts.error);
  if (verdicts.refusal) return refuse(moment, access.actor, kAction, std::move(*verdicts.refusal));
  if (verdicts.decision.events.empty())
    return Decision::not_judged(ErrorCode::kConflict, "all of this is on the record already");
  return std::move(verdicts.decision);
}

std::vector<std::int64_t> deviations_of(const AuditRow& audit, const AuditTally& tally) {
  std::vector<std::int64_t> all;
  for (std::size_t i = 0; i < tally.strata.size(); ++i) {
    const std::int64_t unexamined = audit.plan.strata[i].n - tally.strata[i].examined;
    all.push_back(tally.strata[i].deviations + unexamined);
  }
  return all;
}

Decision decide(const State& state, const Actor& actor, const ConcludeAudit& command,
                const AuditTally& tally, const AuditFigures& figures, const Moment& moment) {
  constexpr std::string_view kAction = "audit.conclude";
  if (auto e = text_fault("finding", command.finding, kNarrativeMax)) return not_judged(*e);
  const Gate access = gate_role(state, actor, moment, kPlanners, {"I12-K-5", "I12-L-3"});
  if (auto stopped = access.stop(kAction)) return *stopped;
  const auto audit = seeded_audit(state, command.audit);
  if (!audit) return not_judged(audit.error());
  if (blank(command.finding))
    return refuse(moment, access.actor, kAction,
                  {{"I12-K-5"}, "finding-missing", "say in words what the audit found"});
  const bool found = audit->deviations > 0;
  const bool stopped_by_find = audit->plan.method == AuditMethod::kDiscovery && found;
  if (tally.left > 0 && !stopped_by_find)
    return refuse(moment, access.actor, kAction,
                  {{"I12-K-5"},
                   "items-left",
                   fmt::format("{} items have no verdict: every item that was drawn is judged, and "
                               "what cannot be examined is judged so",
                               tally.left)});
  AuditConcluded concluded;
  concluded.policy = moment.policy->version;
  concluded.audit = command.audit;
  const std::vector<std::int64_t> deviations = deviations_of(*audit, tally);
  for (std::size_t i = 0; i < deviations.size(); ++i) {
    concluded.strata.push_back({audit->plan.strata[i].name, tally.strata[i].examined, deviations[i],
                                figures.strata.at(i)});
    concluded.deviations += deviations[i];
  }
  concluded.certain_deviations = tally.certain_deviations;
  concluded.upper = figures.upper;
  concluded.tolerable = figures.tolerable;
  concluded.lower_both = figures.lower_both;
  concluded.upper_both = figures.upper_both;
  concluded.stopped = tally.left > 0;
  concluded.significant = audit->plan.significant;
  const bool discovery = audit->plan.method == AuditMethod::kDiscovery;
  concluded.accepted = figures.accepted && audit->plan.significant && !(discovery && found);
  concluded.finding = command.finding;
  concluded.by = access.actor;
  return Decision{}.then(concluded);
}

}  // namespace alpr::policy
