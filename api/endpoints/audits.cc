// Sample audits: planned, seeded, looked at, concluded. Worksheets and verdicts stand in
// audit_worksheets.cc.
#include "api/audit_population.h"
#include "api/endpoints/log_access.h"
#include "api/endpoints/reconciliations.h"
#include "policy/records/open_part.h"
#include "policy/rules/k_audits.h"
#include "reports/figures/audit_population.h"
#include "reports/figures/explain.h"

namespace alpr::api {

namespace {

struct AuditLine {
  Sequence audit;
  policy::AuditPopulation population{};
  std::int64_t number = 0;
  policy::AuditState state{};
  TimeUs planned_at;
  std::int64_t items = 0;
  std::int64_t judged = 0;
  std::int64_t deviations = 0;
  bool significant = false;
  std::optional<bool> accepted;
  template <typename M>
  void members(M& m) {
    m("audit", audit);
    m("population", population);
    m("number", number);
    m("state", state);
    m("planned_at", planned_at);
    m("items", items);
    m("judged", judged);
    m("deviations", deviations);
    m("significant", significant);
    m("accepted", accepted);
  }
};

struct AuditList {
  std::vector<policy::AuditCountRow> counts;
  std::vector<AuditLine> audits;
  template <typename M>
  void members(M& m) {
    m("counts", counts);
    m("audits", audits);
  }
};

struct AuditShown {
  AuditLine audit;
  policy::OpenPart<policy::AuditPlanned> plan;
  std::string explanation;
  std::int64_t seed_entries =
      0;  // persons who entered a value; what it is, is shown once two agree
  std::optional<policy::SeedRow> seed;
  std::optional<Sequence> conclusion;
  std::optional<policy::OpenPart<policy::AuditConcluded>> concluded;
  std::optional<std::string> shows;
  template <typename M>
  void members(M& m) {
    m("audit", audit);
    m("plan", plan);
    m("explanation", explanation);
    m("seed_entries", seed_entries);
    m("seed", seed);
    m("conclusion", conclusion);
    m("concluded", concluded);
    m("shows", shows);
  }
};

struct PlanAnswer {
  Sequence seq;
  Digest leaf{};
  std::string receipt;
  std::int64_t n = 0;
  std::int64_t needed = 0;
  bool significant = false;
  std::string explanation;
  template <typename M>
  void members(M& m) {
    m("seq", seq);
    m("leaf", leaf);
    m("receipt", receipt);
    m("n", n);
    m("needed", needed);
    m("significant", significant);
    m("explanation", explanation);
  }
};

struct SeedAnswer {
  Sequence seq;
  Digest leaf{};
  std::string receipt;
  bool agrees = false;  // with what somebody else entered: the sample is drawn
  template <typename M>
  void members(M& m) {
    m("seq", seq);
    m("leaf", leaf);
    m("receipt", receipt);
    m("agrees", agrees);
  }
};

AuditLine line_of(const policy::AuditRow& row) {
  AuditLine line;
  line.audit = row.audit;
  line.population = row.plan.population;
  line.number = row.plan.number;
  line.state = row.state;
  line.planned_at = row.planned_at;
  line.items = row.plan.n + static_cast<std::int64_t>(row.plan.certain.size());
  line.judged = row.judged;
  line.deviations = row.deviations;
  line.significant = row.plan.significant;
  if (row.concluded) line.accepted = row.concluded->accepted;
  return line;
}

Response plan(Context& context, const Call& call, const policy::PlanAudit& command) {
  // Nothing is counted for somebody who may not plan.
  if (auto refused = refuse_unless(context, call, policy::gate_audit_plan, "audit.plan"))
    return std::move(*refused);
  const auto closing = close_population(context.service.store(), command);
  const Result<policy::ClosedPopulation> closed =
      closing ? Result<policy::ClosedPopulation>(closing->closed) : tl::unexpected(closing.error());
  const Outcome outcome = context.service.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, *call.actor, command, closed, moment);
      });
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  return json_answer(
      PlanAnswer{event.seq, event.leaf, event.receipt, closed->n, closed->needed,
                 closed->significant, figures::explain(closing->question, closing->sizes)},
      201);
}

Response enter_seed(Context& context, const Call& call, const policy::EnterSeed& command) {
  std::optional<policy::Drawn> drawn;
  {
    const auto snapshot = context.service.snapshot();
    const auto row = policy::find_audit(*snapshot.rows, command.audit);
    if (!row) return problem(row.error());
    // Only the second who enters it draws, and that reads headers: not on the sequencer's thread.
    if (*row && (*row)->state == policy::AuditState::kPlanned &&
        policy::agreeing_entry(**row, call.actor->username, command)) {
      auto sample = draw_audit(context.service.store(), **row, command.value);
      if (!sample) return problem(sample.error());
      drawn = std::move(*sample);
    }
  }
  const Outcome outcome = context.service.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, *call.actor, command, drawn, moment);
      });
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  return json_answer(SeedAnswer{event.seq, event.leaf, event.receipt, outcome.commit.count > 1},
                     201);
}

Response conclude(Context& context, const Call& call, const policy::ConcludeAudit& command) {
  const Outcome outcome =
      context.service.perform([&](const policy::State& state, store::Transaction&,
                                  const policy::Moment& moment) -> policy::Decision {
        const auto not_judged = [](const Error& e) {
          return policy::Decision::not_judged(e.code, e.detail);
        };
        const auto row = policy::find_audit(state.rows, command.audit);
        if (!row) return not_judged(row.error());
        policy::AuditTally tally;
        policy::AuditFigures shown;
        if (*row && (*row)->state == policy::AuditState::kSeeded) {
          auto now = policy::tally_audit(state.rows, **row);
          if (!now) return not_judged(now.error());
          tally = std::move(*now);
          auto found = figures::evaluate((*row)->plan, policy::deviations_of(**row, tally));
          if (!found) return not_judged(found.error());
          shown = {std::move(found->strata), found->upper,          found->tolerable,
                   found->interval.lower,    found->interval.upper, found->accepted};
        }
        return policy::decide(state, *call.actor, command, tally, shown, moment);
      });
  return answer(context, outcome);
}

Response list(Context& context, const Call& call) {
  constexpr std::size_t kShownMax = 1000;
  if (auto refused = refuse_log(context, call)) return std::move(*refused);
  const auto snapshot = context.service.snapshot();
  auto counts = policy::list_audit_counts(*snapshot.rows);
  if (!counts) return problem(counts.error());
  const auto audits = policy::list_audits(*snapshot.rows, kShownMax);
  if (!audits) return problem(audits.error());
  AuditList all{std::move(*counts), {}};
  for (const policy::AuditRow& row : *audits) all.audits.push_back(line_of(row));
  return json_answer(all);
}

Response show(Context& context, const Call& call) {
  if (auto refused = refuse_log(context, call)) return std::move(*refused);
  const auto audit = call.seq("audit");
  if (!audit) return problem(audit.error());
  const auto snapshot = context.service.snapshot();
  const auto row = policy::find_audit(*snapshot.rows, *audit);
  if (!row) return problem(row.error());
  if (!*row) return problem(Error{ErrorCode::kNotFound, "no such audit"});
  const policy::AuditRow& found = **row;
  const figures::PlanQuestion question = figures::question_of(found.plan);
  const auto sizes = figures::plan_sizes(question);
  if (!sizes) return problem(sizes.error());
  AuditShown shown{line_of(found),
                   {found.plan},
                   figures::explain(question, *sizes),
                   static_cast<std::int64_t>(found.entries.size()),
                   found.seed,
                   found.conclusion,
                   {},
                   {}};
  if (found.concluded) {
    shown.concluded = policy::OpenPart<policy::AuditConcluded>{*found.concluded};
    shown.shows = figures::conclusion_text(found.plan, *found.concluded);
  }
  return json_answer(shown);
}

}  // namespace

void add_audit_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(with_body<policy::PlanAudit>(
      {.method = "POST",
       .path = "/v1/audits",
       .summary = "Plan a sample audit: its population is closed and its size computed",
       .who = "COORDINATOR",
       .rules = {"I12-K-5", "I12-K-7", "I12-L-3"},
       .answer_status = 201,
       .answer = members_of<PlanAnswer>()},
      {}, [&context](const Call& call, const policy::PlanAudit& command) {
        return plan(context, call, command);
      }));
  endpoints.add(with_body<policy::EnterSeed>(
      {.method = "POST",
       .path = "/v1/audits/{audit}/seed",
       .summary =
           "Enter the beacon's value; the second person who enters the same draws the sample",
       .who = "COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE; two persons",
       .rules = {"I12-K-5"},
       .answer_status = 201,
       .answer = members_of<SeedAnswer>()},
      {{"audit", "audit"}}, [&context](const Call& call, const policy::EnterSeed& command) {
        return enter_seed(context, call, command);
      }));
  endpoints.add(with_body<policy::ConcludeAudit>(
      {.method = "POST",
       .path = "/v1/audits/{audit}/conclusion",
       .summary = "Conclude an audit all of whose items are judged",
       .who = "COORDINATOR",
       .rules = {"I12-K-5", "I12-K-7", "I12-L-3"},
       .answer_status = 201,
       .answer = members_of<Written>()},
      {{"audit", "audit"}}, [&context](const Call& call, const policy::ConcludeAudit& command) {
        return conclude(context, call, command);
      }));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/audits",
                              .summary = "All sample audits, and how often each was planned",
                              .who = std::string(kLogReaders),
                              .rules = {"I12-K-5", "I12-F-0"},
                              .answer = members_of<AuditList>()},
                             [&context](const Call& call) { return list(context, call); }));
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/v1/audits/{audit}",
                    .summary = "A sample audit: its plan, in words too, and what it has shown",
                    .who = std::string(kLogReaders),
                    .rules = {"I12-K-5", "I12-K-7", "I12-F-0"},
                    .answer = members_of<AuditShown>()},
                   [&context](const Call& call) { return show(context, call); }));
  add_audit_worksheet_endpoints(endpoints, context);
  add_training_review_endpoints(endpoints, context);
  add_self_check_endpoints(endpoints, context);
  add_reconciliation_endpoints(endpoints, context);
}

}  // namespace alpr::api
