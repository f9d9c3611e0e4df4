#include "policy/registers/people.h"

#include <algorithm>

#include "policy/registers/kept_rows.h"
#include "policy/registers/people_fold.h"
#include "policy/registers/policies.h"
#include "policy/registers/rows.h"
#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

// Bounds of the lists: far above a police department, so that a runaway log is cut and not
// swallowed whole.
constexpr std::size_t kUsersMax = 100'000;
constexpr std::size_t kSessionsMax = 100'000;
constexpr std::size_t kGrantRequestsMax = 100'000;

struct UserListRow {
  std::string username;
  template <typename M>
  void members(M& m) {
    m("username", username);
  }
};

Result<void> on(const UserEnrolled& e, const chain::EventView& event, chain::RegisterWriter& rows) {
  auto known = find_user(rows, e.username);
  if (!known) return tl::unexpected(known.error());
  UserRow user = *known ? **known : UserRow{};
  if (!*known) {
    user.enrolled = event.header.seq;
    user.username = e.username;
    auto listed =
        write_row(rows, table::kUserList, seq_key(event.header.seq), UserListRow{e.username});
    if (!listed) return listed;
  }
  if (!e.renewal) {
    user.name = e.name;
    user.organisation = e.organisation;
    user.user_class = e.user_class;
  }
  PendingAccessRow pending;
  pending.enrolled = event.header.seq;
  pending.first_holder = e.first_holder;
  if (e.by) pending.enrolled_by = e.by->username;
  pending.expires = e.code_expires;
  pending.code_a = e.code;
  user.pending = std::move(pending);
  return write_kept_row(rows, table::kUsers, text_key(e.username), std::move(user));
}

Result<void> on(const UserConfirmed& e, const chain::EventView&, chain::RegisterWriter& rows) {
  return change_user(rows, e.username, [&](UserRow& user) {
    if (!user.pending || user.pending->enrolled != e.enrolled) return;
    user.pending->confirmed_by = e.by.username;
    user.pending->code_b = e.code;
  });
}

Result<void> on(const PasswordSet& e, const chain::EventView&, chain::RegisterWriter& rows) {
  return change_user(rows, e.username, [&](UserRow& user) {
    user.password_hash = e.argon2id ? e.argon2id : e.pbkdf2_sha256;
    if (e.cause == PasswordCause::kRehash) return;  // the person, their codes and locks as before
    user.pending.reset();
    user.failures.clear();
    user.locked_until.reset();
  });
}

Result<void> on(const PasswordWithdrawn& e, const chain::EventView&, chain::RegisterWriter& rows) {
  return change_user(rows, e.username, [&](UserRow& user) {
    user.password_hash.reset();
    user.pending.reset();  // codes of before count no more
  });
}

Result<void> on(const SessionOpened& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  const Sequence session = event.header.seq;
  auto written = write_kept_row(
      rows, table::kSessions, seq_key(session),
      SessionRow{session, e.username, event.header.time, e.client, e.second_factor, {}, {}});
  if (!written) return written;
  return change_user(rows, e.username, [&](UserRow& user) {
    use_factor(user, e.totp_step, e.recovery_code);
    user.sessions.push_back(session);
    user.failures.clear();
    user.locked_until.reset();
  });
}

Result<void> on(const SessionMoved& e, const chain::EventView& event, chain::RegisterWriter& rows) {
  auto session = need_row<SessionRow>(rows, table::kSessions, seq_key(e.session), "session");
  if (!session) return tl::unexpected(session.error());
  session->client = e.to;
  session->left = e.from;
  session->left_at = event.header.time;
  return write_row(rows, table::kSessions, seq_key(e.session), *session);
}

Result<void> on(const SessionClosed& e, const chain::EventView&, chain::RegisterWriter& rows) {
  if (auto erased = rows.erase(table::kSessions, seq_key(e.session)); !erased) return erased;
  return change_user(rows, e.username,
                     [&](UserRow& user) { std::erase(user.sessions, e.session); });
}

Result<void> on(const LoginFailed& e, const chain::EventView& event, chain::RegisterWriter& rows) {
  // Only wrong passwords and codes count towards a lock: the other failures cannot be guesses that
  // come closer.
  const bool guess =
      e.reason == LoginFailure::kWrongPassword || e.reason == LoginFailure::kWrongSecondFactor;
  if (!e.username || !guess) return {};
  auto policy = policy_in_force(rows, event.header.time);
  if (!policy) return tl::unexpected(policy.error());
  const auto keep = static_cast<std::size_t>(policy->parameters.login_failures_max);
  return change_user(rows, *e.username, [&](UserRow& user) {
    const auto more = std::min(static_cast<std::size_t>(e.count), keep);
    user.failures.insert(user.failures.end(), more, event.header.time);
    if (user.failures.size() > keep)
      user.failures.erase(user.failures.begin(),
                          user.failures.end() - static_cast<std::ptrdiff_t>(keep));
  });
}

Result<void> on(const AccountLocked& e, const chain::EventView&, chain::RegisterWriter& rows) {
  return change_user(rows, e.username, [&](UserRow& user) {
    user.locked_until = e.until;
    user.failures.clear();
  });
}

Result<void> on(const RoleGrantRequested& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  return write_row(rows, table::kGrantRequests, seq_key(event.header.seq),
                   GrantRequestRow{event.header.seq, GrantRequestState::kPending, e.role,
                                   e.username, e.from, e.until, e.justification, e.by.username});
}

Result<void> settle_request(chain::RegisterWriter& rows, Sequence request,
                            GrantRequestState state) {
  auto row =
      need_row<GrantRequestRow>(rows, table::kGrantRequests, seq_key(request), "grant request");
  if (!row) return tl::unexpected(row.error());
  row->state = state;
  return write_row(rows, table::kGrantRequests, seq_key(request), *row);
}

Result<void> on(const RoleGranted& e, const chain::EventView& event, chain::RegisterWriter& rows) {
  if (e.request) {
    auto settled = settle_request(rows, *e.request, GrantRequestState::kGranted);
    if (!settled) return settled;
  }
  return change_user(rows, e.username, [&](UserRow& user) {
    user.grants.push_back({event.header.seq, e.role, e.from, e.until, std::nullopt});
  });
}

Result<void> on(const RoleGrantDenied& e, const chain::EventView&, chain::RegisterWriter& rows) {
  return settle_request(rows, e.request, GrantRequestState::kDenied);
}

Result<void> on(const RoleEnded& e, const chain::EventView& event, chain::RegisterWriter& rows) {
  return change_user(rows, e.username, [&](UserRow& user) {
    for (GrantRow& grant : user.grants)
      if (grant.grant == e.grant) grant.ended = event.header.time;
  });
}

Result<void> on(const UserDesignated& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  return change_user(rows, e.username, [&](UserRow& user) { user.designation = event.header.seq; });
}

Result<void> on(const DesignationRevoked& e, const chain::EventView&, chain::RegisterWriter& rows) {
  return change_user(rows, e.username, [&](UserRow& user) { user.designation.reset(); });
}

Result<void> on(const TrainingCompleted& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  return change_user(rows, e.username, [&](UserRow& user) {
    user.trainings.push_back({event.header.seq, e.course, e.version, e.completed_on, e.topics});
  });
}

Result<void> on(const UserDeactivated& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  return change_user(rows, e.username, [&](UserRow& user) {
    user.deactivated = event.header.time;
    user.pending.reset();
    user.password_hash.reset();
  });
}

}  // namespace

std::optional<Sequence> training_in_force(const UserRow& user, TimeUs now,
                                          std::optional<std::int64_t> retraining_seconds) {
  for (auto training = user.trainings.rbegin(); training != user.trainings.rend(); ++training) {
    const auto& given = training->topics;
    const bool complete =
        std::all_of(EnumTexts<TrainingTopic>::texts.begin(), EnumTexts<TrainingTopic>::texts.end(),
                    [&](const auto& topic) {
                      return std::find(given.begin(), given.end(), topic.first) != given.end();
                    });
    const bool stale = retraining_seconds &&
                       now.value - training->completed_on.value >= *retraining_seconds * kSecondUs;
    if (complete && !stale && training->completed_on <= now) return training->training;
  }
  return std::nullopt;
}

bool in_force(const GrantRow& grant, TimeUs now) {
  return grant.from <= now && (!grant.until || now < *grant.until) && !grant.ended;
}

Result<std::optional<UserRow>> find_user(const chain::RegisterReader& rows,
                                         std::string_view username) {
  return read_kept_row<UserRow>(rows, table::kUsers, text_key(username));
}

Result<SeenRow<UserRow>> see_user(const chain::RegisterReader& rows, std::string_view username) {
  return see_row<UserRow>(rows, table::kUsers, text_key(username));
}

Result<std::optional<SessionRow>> find_session(const chain::RegisterReader& rows,
                                               Sequence session) {
  return read_kept_row<SessionRow>(rows, table::kSessions, seq_key(session));
}

Result<std::optional<GrantRequestRow>> find_grant_request(const chain::RegisterReader& rows,
                                                          Sequence request) {
  return read_row<GrantRequestRow>(rows, table::kGrantRequests, seq_key(request));
}

Result<std::vector<UserRow>> list_users(const chain::RegisterReader& rows) {
  auto names = list_rows<UserListRow>(rows, table::kUserList, {}, kUsersMax);
  if (!names) return tl::unexpected(names.error());
  std::vector<UserRow> users;
  users.reserve(names->size());
  for (const UserListRow& name : *names) {
    auto user = find_user(rows, name.username);
    if (!user) return tl::unexpected(user.error());
    if (!*user) return fail(ErrorCode::kCorrupt, "an event refers to a missing row: user");
    users.push_back(std::move(**user));
  }
  return users;
}

Result<std::vector<SessionRow>> list_open_sessions(const chain::RegisterReader& rows) {
  return list_rows<SessionRow>(rows, table::kSessions, {}, kSessionsMax);
}

Result<std::vector<GrantRequestRow>> list_grant_requests(const chain::RegisterReader& rows) {
  return list_rows<GrantRequestRow>(rows, table::kGrantRequests, {}, kGrantRequestsMax);
}

Result<void> fold_people(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto fold = [&](const auto& record) { return on(record, event, rows); };
  return fold_any<UserEnrolled, UserConfirmed, PasswordSet, SessionOpened, SessionMoved,
                  SessionClosed, LoginFailed, AccountLocked, RoleGrantRequested, RoleGranted,
                  RoleGrantDenied, RoleEnded, UserDesignated, DesignationRevoked, TrainingCompleted,
                  UserDeactivated, PasswordWithdrawn>(event, fold);
}

}  // namespace alpr::policy
