#include "policy/rules/k_self_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ledger/chain/canonical_json.h"
#include "policy/registers/hotlists.h"
#include "policy/registers/people.h"
#include "policy/rules/parameters.h"

namespace alpr::policy {
namespace {

constexpr std::array kCheckers{Role::kCoordinator, Role::kAdministrator, Role::kItUnit};

// By the records alone, without the gate's own code.
bool may_not(const UserRow& user, const Moment& moment) {
  const bool undesignated = user.user_class == UserClass::kOtherDesignated && !user.designation;
  return user.deactivated || user.user_class == UserClass::kAuditor || undesignated ||
         !training_in_force(user, moment.now, moment.policy->parameters.retraining_seconds);
}

// Each once, or one that failed could be left out. A version that does not name its rule is older
// than the check of decisions: it may be there or not.
std::optional<SystemCheck> check_not_once(const std::vector<SystemCheckResult>& checks,
                                          const Parameters& parameters) {
  const bool decisions = in_force(parameters, AddedRule::kSelfCheckDecisions);
  for (const auto& [check, text] : EnumTexts<SystemCheck>::texts) {
    const auto made = std::ranges::count(checks, check, &SystemCheckResult::check);
    const bool may_lack = check == SystemCheck::kDecisions && !decisions;
    if (made > 1 || (made == 0 && !may_lack)) return check;
  }
  return std::nullopt;
}

Actor acting(const UserRow& user, Sequence session) {
  return {user.username, user.name, user.organisation, session, std::nullopt};
}

}  // namespace

Result<SystemCheckResult> check_refresh(const State& state, const Moment& moment) {
  const auto lists = active_lists(state.rows);
  if (!lists) return tl::unexpected(lists.error());
  const std::int64_t limit_us = moment.policy->parameters.hotlist_refresh_seconds * kSecondUs;
  const auto old = std::ranges::count_if(*lists, [&](const HotlistRow& list) {
    return moment.now.value - last_good_import(list).value > limit_us;
  });
  return SystemCheckResult{
      SystemCheck::kRefresh, old == 0,
      fmt::format("{} of {} general lists are older than the policy allows", old, lists->size())};
}

Result<SystemCheckResult> check_gates(const State& state, const Moment& moment) {
  const auto users = list_users(state.rows);
  if (!users) return tl::unexpected(users.error());
  // No event ever has this seq.
  constexpr Sequence kNoSession{static_cast<std::uint64_t>(chain::kIntegerMax)};
  std::size_t barred = 0;
  std::size_t let_in = 0;
  const auto passes = [&](const UserRow& user, Sequence session, Need need) {
    return !gate(state, acting(user, session), moment, need).refusal.has_value();
  };
  for (const UserRow& user : *users) {
    bool open = passes(user, kNoSession, Need::kAccount);
    if (may_not(user, moment)) {
      ++barred;
      for (const Sequence session : user.sessions)
        open = open || passes(user, session, Need::kAlpr);
    }
    let_in += open ? 1U : 0U;
  }
  return SystemCheckResult{
      SystemCheck::kGates, let_in == 0,
      fmt::format("{} of {} accounts are let in where they must not be; {} may not "
                  "use ALPR data at all",
                  let_in, users->size(), barred)};
}

Gate gate_self_check(const State& state, const Actor& actor, const Moment& moment) {
  return gate_role(state, actor, moment, kCheckers, {"I12-K-4", "I12-L-4"});
}

Decision decide(const State& state, const Actor& actor, const CheckSystem& command,
                const Moment& moment) {
  const Gate access = gate_self_check(state, actor, moment);
  if (auto stopped = access.stop("system.check")) return *stopped;
  if (const auto not_once = check_not_once(command.checks, moment.policy->parameters))
    return Decision::not_judged(
        ErrorCode::kMalformed,
        fmt::format("checks: {} is not there exactly once", to_text(*not_once)));
  const bool passed = std::ranges::all_of(command.checks, &SystemCheckResult::passed);
  return Decision{}.then(
      SystemChecked{moment.policy->version, command.size, passed, command.checks, access.actor});
}

}  // namespace alpr::policy
