// Which check was made in which month, and when an account was last used (I12-L-4). Folds from
// permanent events alone.
#pragma once

#include "ledger/chain/event.h"
#include "policy/records/checks.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

// A calendar month, UTC: months since January of the year 0.
struct Month {
  std::int64_t value = 0;
  auto operator<=>(const Month&) const = default;
};
Month month_of(TimeUs time);
TimeUs month_end(Month month);        // the first moment of the next one
std::string month_text(Month month);  // "2026-11"

// The newest of its kind in its month.
struct CheckRow {
  MonthlyCheck check{};
  std::int64_t month = 0;
  Sequence event;
  TimeUs at;
  bool passed = false;
  template <typename M>
  void members(M& m) {
    m("check", check);
    m("month", month);
    m("event", event);
    m("at", at);
    m("passed", passed);
  }
};

struct AccountUseRow {
  TimeUs last;  // log-in, or where there was none the enrolment
  bool logged_in = false;
  template <typename M>
  void members(M& m) {
    m("last", last);
    m("logged_in", logged_in);
  }
};

// kCorrupt where a row does not read back; any snapshot on any thread.
Result<std::optional<CheckRow>> find_check(const chain::RegisterReader& rows, MonthlyCheck check,
                                           Month month);
Result<std::optional<AccountUseRow>> account_use(const chain::RegisterReader& rows,
                                                 std::string_view username);
Result<void> fold_checks(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
