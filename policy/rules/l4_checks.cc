#include "policy/rules/l4_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "policy/registers/people.h"
#include "policy/registers/reports.h"
#include "policy/rules/people.h"
#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kReviewers{Role::kCoordinator, Role::kAdministrator};
constexpr std::size_t kKeptMax = 10'000;
constexpr std::array kAll{MonthlyCheck::kSystem, MonthlyCheck::kTrainings, MonthlyCheck::kAccounts};

std::optional<Error> fault(const ReviewAccounts& command) {
  if (command.keep.size() > kKeptMax)
    return Error{ErrorCode::kTooLarge, "keep: at most 10,000 accounts"};
  for (const KeptAccount& one : command.keep) {
    if (!valid_username(one.username))
      return Error{ErrorCode::kMalformed, "keep: a username that nobody can have"};
    if (auto e = text_fault("keep.reason", one.reason, kNarrativeMax)) return e;
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<DormantAccount>> dormant_accounts(const State& state, const Moment& moment) {
  const auto users = list_users(state.rows);
  if (!users) return tl::unexpected(users.error());
  std::vector<DormantAccount> dormant;
  for (const UserRow& user : *users) {
    if (user.deactivated || !user.sessions.empty()) continue;
    const auto use = account_use(state.rows, user.username);
    if (!use) return tl::unexpected(use.error());
    if (!*use) return fail(ErrorCode::kCorrupt, "an account without an enrolment");
    if (moment.now.value - (*use)->last.value >= kDormantUs)
      dormant.push_back({user.username, (*use)->last, (*use)->logged_in});
  }
  std::ranges::sort(dormant, {}, &DormantAccount::username);
  return dormant;
}

Gate gate_account_review(const State& state, const Actor& actor, const Moment& moment) {
  return gate_role(state, actor, moment, kReviewers, {"I12-L-4"});
}

Decision decide(const State& state, const Actor& actor, const ReviewAccounts& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "accounts.review";
  if (auto e = fault(command)) return Decision::not_judged(e->code, e->detail);
  const Gate open = gate_account_review(state, actor, moment);
  if (auto stop = open.stop(kAction)) return *stop;
  const auto users = list_users(state.rows);
  if (!users) return Decision::not_judged(users.error().code, users.error().detail);
  const auto dormant = dormant_accounts(state, moment);
  if (!dormant) return Decision::not_judged(dormant.error().code, dormant.error().detail);
  std::set<std::string> undecided;
  for (const DormantAccount& one : *dormant) undecided.insert(one.username);
  bool others = false, reasons = true;
  for (const KeptAccount& one : command.keep) {
    others = undecided.erase(one.username) == 0 || others;
    reasons = reasons && !blank(one.reason);
  }
  RequiredFacts facts;
  facts.that(
      undecided.empty(), "I12-L-4", "dormant-undecided",
      fmt::format("{} accounts were not used for 90 days: deactivate each, or keep it with a "
                  "reason (GET /v1/account-reviews has them).",
                  undecided.size()));
  facts.that(!others, "I12-L-4", "not-dormant",
             "Name only accounts that are dormant now, each once.");
  facts.that(reasons, "I12-L-4", "reason-missing", "State why each account is kept.");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  const auto usable = std::ranges::count_if(
      *users, [](const UserRow& user) { return !user.deactivated.has_value(); });
  return Decision{}.then(AccountsReviewed{moment.policy->version, usable,
                                          static_cast<std::int64_t>(command.keep.size()),
                                          command.keep, open.actor});
}

Result<std::vector<MonthCheck>> monthly_checks(const State& state, const Moment& moment) {
  std::vector<MonthCheck> all;
  const auto since = reports_since(state.rows);
  if (!since) return tl::unexpected(since.error());
  if (!*since) return all;
  const Month present = month_of(moment.now);
  const Month first{std::max(month_of(**since).value, present.value - kMonthsMax + 1)};
  std::map<MonthlyCheck, Month> last_made;
  for (Month month = first; month <= present; ++month.value) {
    for (const MonthlyCheck check : kAll) {
      const auto row = find_check(state.rows, check, month);
      if (!row) return tl::unexpected(row.error());
      MonthCheck one{check, month, CheckState::kDue, month_end(month), {}, {}, false};
      if (*row) {
        one.state = (*row)->passed ? CheckState::kPassed : CheckState::kFailed;
        one.event = (*row)->event;
        one.at = (*row)->at;
        last_made[check] = month;
      } else if (month < present) {
        one.state = CheckState::kMissed;
      }
      all.push_back(one);
    }
  }
  for (MonthCheck& one : all) {
    const auto made = last_made.find(one.check);
    one.overdue =
        one.state == CheckState::kMissed && (made == last_made.end() || made->second < one.month);
  }
  return all;
}

Gate gate_checks(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kReaders{Role::kCoordinator, Role::kAdministrator, Role::kPacAuditor};
  return gate_role(state, actor, moment, kReaders, {"I12-L-4"});
}

}  // namespace alpr::policy
