#include "policy/rules/k_reconciliations.h"

#include <array>

#include "policy/rules/c3_reviews.h"
#include "policy/rules/parameters.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kReconcilers{Role::kCoordinator, Role::kAdministrator};
constexpr std::string_view kAction = "export.reconcile";

}  // namespace

Gate gate_reconciliation(const State& state, const Actor& actor, const Moment& moment) {
  Gate open = gate(state, actor, moment, Need::kAlpr);
  if (open.refusal || open.error) return open;
  if (!holds_any_role(state, actor.username, kReconcilers, moment)) {
    open.refusal = {{"I12-K-5", "I12-F-2", "I12-L-3"},
                    "role-missing",
                    "A vendor's export is compared by the ALPR Coordinator or Administrator."};
  }
  return open;
}

Decision decide(const State& state, const Actor& actor, const ReconcileExport& command,
                const ReconciledExport& found, const Moment& moment) {
  if (auto e = time_fault("from", command.from)) return Decision::not_judged(e->code, e->detail);
  if (auto e = time_fault("until", command.until)) return Decision::not_judged(e->code, e->detail);
  const Gate access = gate_reconciliation(state, actor, moment);
  if (auto stopped = access.stop(kAction)) return *stopped;
  if (command.until <= command.from || moment.now < command.until)
    return refuse(moment, access.actor, kAction,
                  {{"I12-K-5"}, "time-not-over", "compare a time that is over: from before until"});
  return Decision{}.then(ExportReconciled{
      moment.policy->version, found.size, command.from, command.until, found.profile,
      found.profile_sha256, found.file_sha256, found.rows, found.queries, found.matched,
      found.differences, found.result_sha256, found.disclosed, access.actor});
}

std::optional<ReasonRefusal> judge_reason(const Parameters& parameters, std::string_view reason,
                                          std::optional<QueryPurpose> purpose) {
  if (blank(reason))
    return ReasonRefusal{Difference::kReasonMissing, "I12-C2B-1", "no reason is given"};
  const auto screened = [](std::string_view rule, const std::string& about) {
    return ReasonRefusal{Difference::kReasonNotAllowed, rule,
                         "the reason has a word that the policy screens for " + about};
  };
  if (has_screen_word(parameters.screen_immigration, reason))
    return screened("I12-E-3", "immigration enforcement");
  if (has_screen_word(parameters.screen_reproductive_care, reason))
    return screened("I12-C3-7", "reproductive health care");
  if (has_screen_word(parameters.screen_first_amendment, reason))
    return screened("I12-C3-6", "First Amendment rights");
  if (!purpose)
    return ReasonRefusal{Difference::kReasonNotAllowed, "I12-C2B-1",
                         "the reason is none of the order's purposes; where it stands for one, the "
                         "profile says so"};
  if (!allowed(parameters.query_purposes, *purpose))
    return ReasonRefusal{Difference::kReasonNotAllowed, "I12-C2B-1",
                         "the policy in force does not allow " + std::string(to_text(*purpose))};
  return std::nullopt;
}

}  // namespace alpr::policy
