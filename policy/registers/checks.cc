#include "policy/registers/checks.h"

#include <fmt/format.h>

#include "ledger/chain/encoding.h"
#include "policy/records/audits.h"
#include "policy/records/people.h"
#include "policy/records/sessions.h"
#include "policy/registers/people_fold.h"
#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

chain::RowKey check_key(MonthlyCheck check, std::int64_t month) {
  return chain::RowKey()
      .number(static_cast<std::uint64_t>(check))
      .number(static_cast<std::uint64_t>(month));
}

Result<void> made(MonthlyCheck check, bool passed, const chain::EventView& event,
                  chain::RegisterWriter& rows) {
  const Month month = month_of(event.header.time);
  return write_row(rows, table::kChecks, check_key(check, month.value),
                   CheckRow{check, month.value, event.header.seq, event.header.time, passed});
}

Result<void> on(const SystemChecked& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  return made(MonthlyCheck::kSystem, e.passed, event, rows);
}

Result<void> on(const TrainingsReviewed& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  return made(MonthlyCheck::kTrainings, e.untrained.empty(), event, rows);
}

Result<void> on(const AccountsReviewed&, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  return made(MonthlyCheck::kAccounts, true, event, rows);
}

Result<void> on(const UserEnrolled& e, const chain::EventView& event, chain::RegisterWriter& rows) {
  return write_kept_row(rows, table::kAccountUse, text_key(e.username),
                        AccountUseRow{event.header.time, false});
}

Result<void> on(const SessionOpened& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  return write_kept_row(rows, table::kAccountUse, text_key(e.username),
                        AccountUseRow{event.header.time, true});
}

}  // namespace

Month month_of(TimeUs time) {
  const std::string text = chain::format_time(time);  // "2026-11-..."
  const auto year = chain::parse_decimal(text.substr(0, 4));
  const auto month = text[5] == '0' ? chain::parse_decimal(text.substr(6, 1))
                                    : chain::parse_decimal(text.substr(5, 2));
  ALPR_CHECK(year && month);  // the log's times have the form
  return {static_cast<std::int64_t>(*year * 12 + *month - 1)};
}

TimeUs month_end(Month month) {
  const auto time = chain::parse_time(month_text({month.value + 1}) + "-01T00:00:00Z");
  ALPR_CHECK(time.has_value());
  return *time;
}

std::string month_text(Month month) {
  return fmt::format("{:04}-{:02}", month.value / 12, month.value % 12 + 1);
}

Result<std::optional<CheckRow>> find_check(const chain::RegisterReader& rows, MonthlyCheck check,
                                           Month month) {
  return read_row<CheckRow>(rows, table::kChecks, check_key(check, month.value));
}

Result<std::optional<AccountUseRow>> account_use(const chain::RegisterReader& rows,
                                                 std::string_view username) {
  return read_kept_row<AccountUseRow>(rows, table::kAccountUse, text_key(username));
}

Result<void> fold_checks(const chain::EventView& event, chain::RegisterWriter& rows) {
  return fold_any<SystemChecked, TrainingsReviewed, AccountsReviewed, UserEnrolled, SessionOpened>(
      event, [&](const auto& record) { return on(record, event, rows); });
}

}  // namespace alpr::policy
