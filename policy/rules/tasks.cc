#include "policy/rules/tasks.h"

#include <algorithm>
#include <array>
#include <map>

#include "policy/registers/audits.h"
#include "policy/registers/gaps.h"
#include "policy/registers/holds.h"
#include "policy/registers/hotlists.h"
#include "policy/registers/people.h"
#include "policy/registers/policies.h"
#include "policy/registers/reviews.h"
#include "policy/registers/sharing.h"
#include "policy/rules/access.h"
#include "policy/rules/c2a2_stops.h"
#include "policy/rules/l4_checks.h"
#include "policy/rules/l5_reports.h"

namespace alpr::policy {
namespace {

constexpr std::size_t kRowsMax = 100'000;  // looked through, of a register

class Gathering {
 public:
  Gathering(const State& state, const Actor& actor, const Moment& moment)
      : state_(state), actor_(actor), moment_(moment) {}

  template <typename... R>
  bool holds(R... roles) const {
    return (holds_role(state_, actor_.username, roles, moment_) || ...);
  }
  bool self(const std::string& username) const { return username == actor_.username; }
  void add(Task task) {
    std::size_t of_kind = 0;
    for (const Task& one : tasks_) of_kind += one.kind == task.kind ? 1 : 0;
    if (of_kind < kTasksMax) tasks_.push_back(std::move(task));
  }
  std::vector<Task> take() { return std::move(tasks_); }

  Result<void> entries();
  Result<void> roles();
  Result<void> policies();
  Result<void> holds_asked();
  Result<void> holds_in_force();
  Result<void> users();
  Result<void> flags();
  Result<void> reviews();
  Result<void> stops();
  Result<void> lists();
  Result<void> sharing();
  Result<void> reports();
  Result<void> gaps();
  Result<void> checks();
  Result<void> audits();

 private:
  void audit(const AuditRow& row);

  const State& state_;
  const Actor& actor_;
  const Moment& moment_;
  std::vector<Task> tasks_;
};

Result<void> Gathering::entries() {
  if (!holds(Role::kAdministrator)) return {};
  const auto all = list_entries(state_.rows);
  if (!all) return tl::unexpected(all.error());
  for (const EntryRow& entry : *all) {
    if (state_at(entry, moment_.now) != EntryState::kRequested || self(entry.asked.by.username))
      continue;
    add({TaskKind::kDecideEntry, entry.request, {}, {}, entry.asked.expires_at});
  }
  return {};
}

Result<void> Gathering::roles() {
  if (!holds(Role::kChiefDesignee, Role::kAdministrator)) return {};
  const auto all = list_grant_requests(state_.rows);
  if (!all) return tl::unexpected(all.error());
  for (const GrantRequestRow& request : *all) {
    if (request.state != GrantRequestState::kPending || self(request.requested_by) ||
        self(request.username))
      continue;
    add({TaskKind::kDecideRole, request.request, {}, {}, request.from});
  }
  return {};
}

Result<void> Gathering::policies() {
  if (!holds(Role::kChiefDesignee)) return {};
  const auto all = list_policy_proposals(state_.rows, kRowsMax);
  if (!all) return tl::unexpected(all.error());
  for (const PolicyProposalRow& proposal : *all) {
    if (proposal.state != RequestState::kPending || self(proposal.asked.by.username)) continue;
    add({TaskKind::kDecidePolicy, proposal.proposal, {}, {}, proposal.asked.effective});
  }
  return {};
}

Result<void> Gathering::holds_asked() {
  if (!holds(Role::kCoordinator, Role::kAdministrator)) return {};
  const auto all = list_hold_requests(state_.rows, kRowsMax);
  if (!all) return tl::unexpected(all.error());
  for (const HoldRequestRow& request : *all) {
    if (request.state != RequestState::kPending || self(request.asked.by.username)) continue;
    add({TaskKind::kDecideHold, request.request, {}, {}, {}});
  }
  return {};
}

Result<void> Gathering::holds_in_force() {
  if (!holds(Role::kCoordinator, Role::kAdministrator)) return {};
  const auto all = list_holds(state_.rows, kRowsMax);
  if (!all) return tl::unexpected(all.error());
  for (const HoldRow& hold : *all) {
    if (hold.released || moment_.now.value < hold.review_by.value - kHoldReviewNoticeUs) continue;
    add({TaskKind::kReviewHold, hold.hold, {}, {}, hold.review_by});
  }
  return {};
}

// I12-K-1: an account takes two persons, and so does the way back into one.
Result<void> Gathering::users() {
  const bool confirms = holds(Role::kChiefDesignee, Role::kAdministrator, Role::kTrainingSection);
  const bool renews = holds(Role::kItUnit);
  if (!confirms && !renews) return {};
  const auto all = list_users(state_.rows);
  if (!all) return tl::unexpected(all.error());
  for (const UserRow& user : *all) {
    if (user.deactivated || self(user.username)) continue;
    const auto& pending = user.pending;
    const bool ran_out = pending && moment_.now >= pending->expires;
    if (confirms && pending && !ran_out && !pending->first_holder && !pending->confirmed_by &&
        !(pending->enrolled_by && self(*pending->enrolled_by)))
      add({TaskKind::kConfirmUser, pending->enrolled, user.username, {}, pending->expires});
    if (renews && !user.password_hash && (!pending || ran_out))
      add({TaskKind::kRenewAccess,
           user.enrolled,
           user.username,
           ran_out ? std::optional(pending->expires) : std::nullopt,
           {}});
  }
  return {};
}

Result<void> Gathering::flags() {
  if (!holds(Role::kCoordinator, Role::kAdministrator, Role::kChiefDesignee)) return {};
  const auto all = list_session_flags(state_.rows, kRowsMax);
  if (!all) return tl::unexpected(all.error());
  for (const SessionFlagRow& flag : *all) {
    if (self(flag.username)) continue;
    add({TaskKind::kReviewSession, flag.flag, {}, flag.at, {}});
  }
  return {};
}

Result<void> Gathering::reviews() {
  if (!holds(Role::kCoordinator, Role::kAdministrator, Role::kChiefDesignee)) return {};
  const auto all = list_reviews(state_.rows, kRowsMax);
  if (!all) return tl::unexpected(all.error());
  for (const ReviewRow& review : *all) {
    if (self(review.username)) continue;
    add({TaskKind::kReviewQuery, review.review, {}, review.raised_at, {}});
  }
  return {};
}

Result<void> Gathering::stops() {
  const bool coordinator = holds(Role::kCoordinator);
  const auto owed = owed_stops(state_, moment_);
  if (!owed) return tl::unexpected(owed.error());
  for (const OwedStop& stop : *owed) {
    if (self(stop.by))
      add({TaskKind::kDocumentStop, stop.hit, {}, stop.first_at, stop.due_at});
    else if (coordinator && stop.overdue)
      add({TaskKind::kSeeToStop, stop.hit, {}, stop.first_at, stop.due_at});
  }
  return {};
}

Result<void> Gathering::lists() {
  if (!holds(Role::kAdministrator, Role::kCoordinator, Role::kItUnit)) return {};
  const auto all = active_lists(state_.rows);
  if (!all) return tl::unexpected(all.error());
  for (const HotlistRow& list : *all)
    if (list.stale)
      add({TaskKind::kLoadList, *list.stale, std::string(to_text(list.source)), {}, {}});
  return {};
}

// I12-I-8
Result<void> Gathering::sharing() {
  if (!holds(Role::kAdministrator)) return {};
  const auto all = list_sharing(state_.rows, Sequence{0}, kRowsMax);
  if (!all) return tl::unexpected(all.error());
  for (const SharingRow& row : *all) {
    if (row.state != SharingState::kPending || self(row.asked.by.username)) continue;
    add({TaskKind::kDecideSharing, row.request, {}, {}, {}});
  }
  return {};
}

// I12-L-5
Result<void> Gathering::reports() {
  if (!holds(Role::kCoordinator)) return {};
  const auto years = report_years(state_, moment_);
  if (!years) return tl::unexpected(years.error());
  for (const ReportYear& year : *years) {
    if (!year.over || year.row.delivered()) continue;
    add({TaskKind::kDeliverReport, {}, std::to_string(year.row.year), {}, year.due});
  }
  return {};
}

// I12-L-4: of each check the newest month that it is owed for.
Result<void> Gathering::checks() {
  if (!holds(Role::kCoordinator)) return {};
  const auto all = monthly_checks(state_, moment_);
  if (!all) return tl::unexpected(all.error());
  std::map<MonthlyCheck, Task> owed;
  for (const MonthCheck& one : *all) {
    const bool near =
        one.state == CheckState::kDue && moment_.now.value >= one.due.value - kCheckNoticeUs;
    // Once it is overdue the present month's adds nothing: one check answers for both.
    if (one.overdue || (near && !owed.contains(one.check)))
      owed[one.check] = {TaskKind::kMakeCheck, {}, std::string(to_text(one.check)), {}, one.due};
  }
  for (auto& [check, task] : owed) add(std::move(task));
  return {};
}

// I12-K-2
Result<void> Gathering::gaps() {
  const auto all = list_gaps(state_.rows, Sequence{0}, kRowsMax);
  if (!all) return tl::unexpected(all.error());
  const bool coordinator = holds(Role::kCoordinator);
  for (const GapRow& row : *all) {
    const TimeUs due = row.recorded.due;
    if (row.closed || moment_.now.value < due.value - kGapNoticeUs) continue;
    if (holds(row.recorded.owner) || (coordinator && moment_.now >= due))
      add({TaskKind::kCloseGap, row.gap, {}, row.recorded_at, due});
  }
  return {};
}

// Of reads nothing is held for an audit: they are judged before the first of them is due.
std::optional<TimeUs> judged_by(const AuditPlanned& plan) {
  if (plan.population != AuditPopulation::kReads) return std::nullopt;
  return due_time(std::ranges::min_element(plan.strata, {}, &AuditStratum::from)->from);
}

void Gathering::audit(const AuditRow& row) {
  if (row.state == AuditState::kPlanned) {
    const bool entered = std::ranges::any_of(
        row.entries, [&](const SeedEntryRow& entry) { return self(entry.by.username); });
    if (moment_.now >= row.plan.beacon_at && !entered &&
        holds(Role::kCoordinator, Role::kAdministrator, Role::kChiefDesignee))
      add({TaskKind::kEnterSeed, row.audit, {}, row.plan.beacon_at, judged_by(row.plan)});
    return;
  }
  if (row.state != AuditState::kSeeded) return;
  const auto items = row.plan.n + static_cast<std::int64_t>(row.plan.certain.size());
  if (row.judged < items) {
    if (holds(Role::kCoordinator, Role::kAdministrator))
      add({TaskKind::kJudgeItems, row.audit, {}, {}, judged_by(row.plan)});
  } else if (holds(Role::kCoordinator)) {
    add({TaskKind::kConcludeAudit, row.audit, {}, {}, {}});
  }
}

// I12-K-5: audits in the order of their plans.
Result<void> Gathering::audits() {
  if (!holds(Role::kCoordinator, Role::kAdministrator, Role::kChiefDesignee)) return {};
  const auto all = list_audits(state_.rows, kRowsMax);
  if (!all) return tl::unexpected(all.error());
  for (const AuditRow& row : *all) audit(row);
  return {};
}

}  // namespace

Result<std::vector<Task>> tasks_of(const State& state, const Actor& actor, const Moment& moment) {
  const Gate open = gate(state, actor, moment, Need::kAccount);
  if (open.error) return tl::unexpected(*open.error);
  Gathering gathering(state, actor, moment);
  if (open.refusal) return gathering.take();
  constexpr std::array kAll{
      &Gathering::stops,    &Gathering::entries,     &Gathering::roles,
      &Gathering::policies, &Gathering::holds_asked, &Gathering::holds_in_force,
      &Gathering::users,    &Gathering::flags,       &Gathering::reviews,
      &Gathering::lists,    &Gathering::sharing,     &Gathering::reports,
      &Gathering::gaps,     &Gathering::checks,      &Gathering::audits};
  for (const auto part : kAll)
    if (auto done = (gathering.*part)(); !done) return tl::unexpected(done.error());
  return gathering.take();
}

bool sees_to_purges(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kRoles{Role::kCoordinator, Role::kAdministrator, Role::kItUnit};
  return holds_any_role(state, actor.username, kRoles, moment);
}

}  // namespace alpr::policy
