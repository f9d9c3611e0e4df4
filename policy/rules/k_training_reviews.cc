#include "policy/rules/k_training_reviews.h"

#include <algorithm>
#include <array>

#include "policy/records/hits.h"
#include "policy/records/holds.h"
#include "policy/records/hotlists.h"
#include "policy/records/queries.h"
#include "policy/records/reconciliations.h"
#include "policy/records/stops.h"
#include "policy/registers/people.h"
#include "policy/registers/policies.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kReviewers{Role::kCoordinator, Role::kAdministrator};

constexpr std::array kAccessKinds{
    EntryRequested::kKind.number,          HitsDisclosed::kKind.number,
    HitStepRecorded::kKind.number,         StopDocumented::kKind.number,
    StopFollowedUp::kKind.number,          EntriesDisclosed::kKind.number,
    HotlistDeltaDisclosed::kKind.number,   StopsDisclosed::kKind.number,
    QueryPerformed::kKind.number,          ImageDisclosed::kKind.number,
    HoldRequested::kKind.number,           ExportReconciled::kKind.number,
    AuditWorksheetDisclosed::kKind.number, AuditImageDisclosed::kKind.number};
static_assert(std::is_sorted(kAccessKinds.begin(), kAccessKinds.end()));

}  // namespace

std::span<const std::uint16_t> access_kinds() { return kAccessKinds; }

Result<bool> trained_then(const chain::RegisterReader& rows, const PersonsAccess& access) {
  auto user = find_user(rows, access.username);
  if (!user) return tl::unexpected(user.error());
  if (!*user) return false;
  const auto policy = find_policy(rows, access.policy);
  if (!policy) return tl::unexpected(policy.error());
  if (!*policy) return fail(ErrorCode::kCorrupt, "an event names a policy that is not there");
  std::erase_if((*user)->trainings,
                [&](const TrainingRow& training) { return training.training > access.event; });
  return training_in_force(**user, access.at, (*policy)->parameters.retraining_seconds).has_value();
}

Gate gate_training_review(const State& state, const Actor& actor, const Moment& moment) {
  return gate_role(state, actor, moment, kReviewers, {"I12-K-6", "I12-L-3"});
}

Decision decide(const State& state, const Actor& actor, const ReviewTrainings& command,
                const TrainingReview& review, const Moment& moment) {
  constexpr std::string_view kAction = "trainings.review";
  if (auto e = time_fault("from", command.from)) return Decision::not_judged(e->code, e->detail);
  if (auto e = time_fault("to", command.to)) return Decision::not_judged(e->code, e->detail);
  const Gate access = gate_training_review(state, actor, moment);
  if (auto stopped = access.stop(kAction)) return *stopped;
  if (command.to <= command.from || moment.now < command.to)
    return refuse(moment, access.actor, kAction,
                  {{"I12-K-6"}, "time-not-over", "review a time that is over: from before to"});
  return Decision{}.then(TrainingsReviewed{moment.policy->version, command.from, command.to,
                                           review.size, review.accesses, review.people,
                                           review.untrained, access.actor});
}

}  // namespace alpr::policy
