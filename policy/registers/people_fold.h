// What the folds of people and of their credentials share: changing one account's row, and finding
// the record that an event is. Templates, because the record's type is the point.
#pragma once

#include "policy/registers/kept_rows.h"
#include "policy/registers/people.h"
#include "policy/registers/tables.h"

namespace alpr::policy {

// Reads the user's row, lets `change` work on it, and writes it back.
template <typename Change>
Result<void> change_user(chain::RegisterWriter& rows, std::string_view username, Change change) {
  const chain::RowKey key = text_key(username);
  if (change_kept_row<UserRow>(rows, table::kUsers, key, change)) return {};
  auto user = find_user(rows, username);
  if (!user) return tl::unexpected(user.error());
  if (!*user) return fail(ErrorCode::kCorrupt, "an event refers to a missing row: user");
  change(**user);
  return write_kept_row(rows, table::kUsers, key, std::move(**user));
}

// What was shown of a second factor is not taken again.
inline void use_factor(UserRow& user, const std::optional<std::int64_t>& totp_step,
                       const std::optional<std::int64_t>& recovery_code) {
  if (!user.second_factor) return;
  if (totp_step) user.second_factor->last_step = *totp_step;
  if (recovery_code) user.second_factor->used.push_back(*recovery_code);
}

// `on(record)` of whichever of these records the event is; events of other kinds pass by.
template <Record... Rs, typename On>
Result<void> fold_any(const chain::EventView& event, On on) {
  Result<void> folded;
  const auto try_one = [&]<Record R>() {
    if (event.header.kind != R::kKind.number) return false;
    const auto record = from_event<R>(event);
    folded = record ? on(*record) : Result<void>(tl::unexpected(record.error()));
    return true;
  };
  static_cast<void>((try_one.template operator()<Rs>() || ...));
  return folded;
}

}  // namespace alpr::policy
