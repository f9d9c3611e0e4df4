// Section L: function and use are monitored (I12-L-4). Three checks a calendar month (UTC), each an
// event; a month that went by without one is overdue until the check is made again, and missed for
// ever. Pure; decide() on the sequencer's thread, the rest on any.
#pragma once

#include <vector>

#include "policy/records/checks.h"
#include "policy/registers/checks.h"
#include "policy/rules/access.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// Nobody logged in for so long.
inline constexpr std::int64_t kDormantUs = 90LL * 86'400 * kSecondUs;

struct DormantAccount {
  std::string username;
  TimeUs since;            // last log-in, or where there was none the enrolment
  bool logged_in = false;  // ever
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("since", since);
    m("logged_in", logged_in);
  }
};
// Accounts that are not deactivated and dormant, by name. kCorrupt.
Result<std::vector<DormantAccount>> dormant_accounts(const State& state, const Moment& moment);

// COORDINATOR or ADMINISTRATOR.
Gate gate_account_review(const State& state, const Actor& actor, const Moment& moment);

// -> accounts.reviewed. Each dormant account has been deactivated before, or is named here with the
// reason to keep it; nobody else is named.
struct ReviewAccounts {
  std::vector<KeptAccount> keep;
  template <typename M>
  void members(M& m) {
    m("keep", keep);
  }
};
Decision decide(const State& state, const Actor& actor, const ReviewAccounts& command,
                const Moment& moment);

enum class CheckState { kPassed, kFailed, kDue, kMissed };
template <>
struct EnumTexts<CheckState> {
  static constexpr std::array texts{
      std::pair{CheckState::kPassed, "PASSED"}, std::pair{CheckState::kFailed, "FAILED"},
      std::pair{CheckState::kDue, "DUE"}, std::pair{CheckState::kMissed, "MISSED"}};
};

struct MonthCheck {
  MonthlyCheck check{};
  Month month;
  CheckState state{};
  TimeUs due;  // the month's end
  std::optional<Sequence> event;
  std::optional<TimeUs> at;
  // The month is over without it, and it was not made since.
  bool overdue = false;
};
// From the log's first month to the present one, oldest first; of the last kMonthsMax months.
inline constexpr std::int64_t kMonthsMax = 60;
Result<std::vector<MonthCheck>> monthly_checks(const State& state, const Moment& moment);

// COORDINATOR, ADMINISTRATOR or PAC_AUDITOR.
Gate gate_checks(const State& state, const Actor& actor, const Moment& moment);

}  // namespace alpr::policy
