// The registers of second factors and of sessions that wait for a review.
#include "policy/registers/people_fold.h"

namespace alpr::policy {
namespace {

Result<void> on(const SecondFactorOffered& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  return change_user(rows, e.by.username, [&](UserRow& user) {
    use_factor(user, e.totp_step, e.recovery_code);
    user.offered_factor = SecondFactorRow{event.header.seq, e.secret, 0, {}, {}};
  });
}

Result<void> on(const SecondFactorConfirmed& e, const chain::EventView&,
                chain::RegisterWriter& rows) {
  auto session = need_row<SessionRow>(rows, table::kSessions, seq_key(e.by.session), "session");
  if (!session) return tl::unexpected(session.error());
  session->second_factor = SecondFactor::kTotp;
  auto written = write_row(rows, table::kSessions, seq_key(e.by.session), *session);
  if (!written) return written;
  return change_user(rows, e.by.username, [&](UserRow& user) {
    if (!user.offered_factor || user.offered_factor->offered != e.offered) return;
    user.second_factor = std::move(user.offered_factor);
    user.second_factor->last_step = e.totp_step;
    user.second_factor->recovery_codes = e.recovery_codes;
    user.offered_factor.reset();
  });
}

Result<void> on(const SecondFactorRemoved& e, const chain::EventView&,
                chain::RegisterWriter& rows) {
  return change_user(rows, e.username, [&](UserRow& user) {
    user.second_factor.reset();
    user.offered_factor.reset();
  });
}

Result<void> on(const SessionFlagged& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  return write_row(rows, table::kSessionFlags, seq_key(event.header.seq),
                   SessionFlagRow{event.header.seq, e.session, e.others, e.elsewhere,
                                  event.header.time, e.username});
}

Result<void> on(const SessionReviewed& e, const chain::EventView&, chain::RegisterWriter& rows) {
  return rows.erase(table::kSessionFlags, seq_key(e.flag));
}

}  // namespace

Result<std::vector<SessionFlagRow>> list_session_flags(const chain::RegisterReader& rows,
                                                       std::size_t limit) {
  return list_rows<SessionFlagRow>(rows, table::kSessionFlags, {}, limit);
}

Result<std::optional<SessionFlagRow>> find_session_flag(const chain::RegisterReader& rows,
                                                        Sequence flag) {
  return read_row<SessionFlagRow>(rows, table::kSessionFlags, seq_key(flag));
}

Result<void> fold_credentials(const chain::EventView& event, chain::RegisterWriter& rows) {
  return fold_any<SecondFactorOffered, SecondFactorConfirmed, SecondFactorRemoved, SessionFlagged,
                  SessionReviewed>(event,
                                   [&](const auto& record) { return on(record, event, rows); });
}

}  // namespace alpr::policy
