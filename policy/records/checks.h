// What is looked at every month, so that function and use are monitored and not only audited once a
// year (I12-L-4).
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

enum class MonthlyCheck {
  kSystem,     // system.checked
  kTrainings,  // trainings.reviewed
  kAccounts    // accounts.reviewed
};
template <>
struct EnumTexts<MonthlyCheck> {
  static constexpr std::array texts{std::pair{MonthlyCheck::kSystem, "SYSTEM"},
                                    std::pair{MonthlyCheck::kTrainings, "TRAININGS"},
                                    std::pair{MonthlyCheck::kAccounts, "ACCOUNTS"}};
};

// An account that nobody has used for long and that stays open.
struct KeptAccount {
  std::string username;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("reason", reason);
  }
};

struct AccountsReviewed {
  static constexpr KindSpec kKind{134, "accounts.reviewed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "every account that can be used was looked at, and each that "
                                  "nobody has used for long was ended or kept with a reason "
                                  "(I12-L-4)"};
  std::int64_t policy = 0;
  std::int64_t accounts = 0;  // that are not deactivated
  std::int64_t kept = 0;      // of them dormant
  std::vector<KeptAccount> reasons;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("accounts", accounts);
    m.open("kept", kept);
    m("reasons", reasons);
    m("by", by);
  }
};

inline std::vector<chain::Kind> checks_kinds() { return {kind_of<AccountsReviewed>()}; }

}  // namespace alpr::policy
