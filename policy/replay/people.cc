// Accounts, codes, designations, trainings, roles, files of people (I12-C1, J, K-1, L-1, L-2).
#include "policy/registers/people.h"

#include <array>

#include "policy/records/imports.h"
#include "policy/registers/rows.h"
#include "policy/registers/tables.h"
#include "policy/replay/judge.h"
#include "policy/replay/memory_rows.h"
#include "policy/rules/codes.h"
#include "policy/rules/imports.h"
#include "policy/rules/people.h"
#include "policy/rules/roles.h"

namespace alpr::policy {
namespace {

Again enrolled(const Scene& s, const UserEnrolled& e) {
  if (e.first_holder || !e.by)
    return breach({"I12-K-1", "I12-L-1"},
                  "an account that nobody enrolled, outside the log's first commit");
  if (e.renewal) return decided(decide(s.state, *e.by, RenewAccess{e.username}, e.code, s.moment));
  return decided(
      decide(s.state, *e.by,
             EnrolUser{e.username, e.name, std::string(to_text(e.user_class)), e.organisation},
             e.code, s.moment));
}

Again confirmed(const Scene& s, const UserConfirmed& e) {
  return decided(decide(s.state, e.by, ConfirmUser{e.username}, e.code, s.moment));
}

// Both halves of the code were given, the log has only their digests: the row gets digests of codes
// that are known here, and everything else about them (that there are two halves, whose, until
// when) is judged as it stands.
Again activated(const Scene& s, const PasswordSet& e, const std::string& hash) {
  constexpr std::string_view kCodeA = "AAAA";
  constexpr std::string_view kCodeB = "BBBB";
  auto user = find_user(s.state.rows, e.username);
  if (!user) return undecidable(user.error().detail);
  SetPassword command{e.username, std::string(kCodeA), std::nullopt};
  OverlaidRows rows(s.state.rows);
  if (*user && (*user)->pending) {
    PendingAccessRow& pending = *(*user)->pending;
    pending.code_a = digest_code(kCodeA, Salt{});
    if (pending.code_b) pending.code_b = digest_code(kCodeB, Salt{});
    if (!pending.first_holder) command.code_b = std::string(kCodeB);
    rows.put(table::kUsers, text_key(e.username), to_json_text(**user));
  }
  const State state{rows, s.state.reads, s.state.plates, s.state.holds_on};
  return decided(decide(state, command, hash, s.moment));
}

// The event does not say in which of the person's sessions: each open one could be it.
Again changed(const Scene& s, const PasswordSet& e, const std::string& hash) {
  const auto user = find_user(s.state.rows, e.username);
  if (!user) return undecidable(user.error().detail);
  if (!*user || (*user)->sessions.empty())
    return breach({"I12-K-1", "I12-F-1"}, "a password changed without a session of the person");
  Again again;
  for (const Sequence session : (*user)->sessions) {
    const Actor actor{e.username, {}, {}, session, std::nullopt};
    again.decisions.push_back(
        decide(s.state, actor, PasswordChange{(*user)->password_hash, hash}, s.moment));
  }
  return again;
}

Again password_set(const Scene& s, const PasswordSet& e) {
  if (e.argon2id.has_value() == e.pbkdf2_sha256.has_value())
    return breach({"event-kinds"}, "exactly one hash must be there");
  const std::string& hash = e.argon2id ? *e.argon2id : *e.pbkdf2_sha256;
  if (e.cause == PasswordCause::kActivation) return activated(s, e, hash);
  if (e.cause == PasswordCause::kChange) return changed(s, e, hash);
  const auto user = find_user(s.state.rows, e.username);
  if (!user) return undecidable(user.error().detail);
  const bool has_one = *user && (*user)->password_hash;
  if (!has_one) return breach({"I12-K-1"}, "a password hashed anew that was never set");
  return decided(
      decide(s.state, RehashPassword{e.username, *(*user)->password_hash, hash}, s.moment));
}

Again withdrawn(const Scene& s, const PasswordWithdrawn& e) {
  return decided(decide(s.state, e.by, WithdrawPassword{e.username, e.reason}, s.moment));
}

Again deactivated(const Scene& s, const UserDeactivated& e) {
  return decided(decide(s.state, e.by, DeactivateUser{e.username, e.reason}, s.moment));
}

Again designated(const Scene& s, const UserDesignated& e) {
  return decided(decide(s.state, e.by, DesignateUser{e.username, e.justification}, s.moment));
}

Again designation_revoked(const Scene& s, const DesignationRevoked& e) {
  return decided(decide(s.state, e.by, RevokeDesignation{e.username, e.reason}, s.moment));
}

Again trained(const Scene& s, const TrainingCompleted& e) {
  return decided(decide(s.state, e.by,
                        CompleteTraining{e.username, e.course, e.version, e.completed_on, e.topics},
                        s.moment));
}

Again grant_requested(const Scene& s, const RoleGrantRequested& e) {
  return decided(decide(s.state, e.by,
                        RequestRoleGrant{e.username, e.role, e.from, e.until, e.justification},
                        s.moment));
}

Again granted(const Scene& s, const RoleGranted& e) {
  if (!e.request || !e.by)
    return breach({"I12-L-1", "I12-L-2"},
                  "a role that nobody asked for or granted, outside the log's first commit");
  return decided(decide(s.state, *e.by,
                        DecideRoleGrant{*e.request, Verdict::kApprove, e.reason.value_or("")},
                        s.moment));
}

Again grant_denied(const Scene& s, const RoleGrantDenied& e) {
  return decided(
      decide(s.state, e.by, DecideRoleGrant{e.request, Verdict::kDeny, e.reason}, s.moment));
}

Again role_ended(const Scene& s, const RoleEnded& e) {
  return decided(decide(s.state, e.by, EndRole{e.username, e.grant, e.reason}, s.moment));
}

// Who may take a file in is judged here, its lines one by one as they follow (replay.cc counts
// them).
Again imported(const Scene& s, const ListImported& e) {
  const auto file = [&]<typename Command>() {
    ImportFile<Command> empty;
    empty.sha256 = e.file_sha256;
    return empty;
  };
  const auto decision = [&] {
    switch (e.list) {
      case ImportedList::kPeople:
        return decide(s.state, e.by, file.template operator()<EnrolUser>(),
                      std::vector<CodeDigest>(), s.moment);
      case ImportedList::kConfirmations:
        return decide(s.state, e.by, file.template operator()<ConfirmUser>(),
                      std::vector<CodeDigest>(), s.moment);
      case ImportedList::kTrainings:
        break;
    }
    return decide(s.state, e.by, file.template operator()<CompleteTraining>(), s.moment);
  };
  return decided(decision()).without({"rows"});
}

}  // namespace

std::span<const Judge> people_judges() {
  static const std::array all{
      judging<UserEnrolled, enrolled>("I12-K-1"),
      judging<UserConfirmed, confirmed>("I12-K-1"),
      judging<PasswordSet, password_set>("I12-F-1"),
      judging<PasswordWithdrawn, withdrawn>("I12-K-1"),
      judging<UserDeactivated, deactivated>("I12-L-1"),
      judging<UserDesignated, designated>("I12-C1-3"),
      judging<DesignationRevoked, designation_revoked>("I12-C1-3"),
      judging<TrainingCompleted, trained>("I12-J-2"),
      judging<RoleGrantRequested, grant_requested>("I12-L-2"),
      judging<RoleGranted, granted>("I12-L-2"),
      judging<RoleGrantDenied, grant_denied>("I12-L-2"),
      judging<RoleEnded, role_ended>("I12-L-2"),
      judging<ListImported, imported>("I12-K-1"),
  };
  return all;
}

}  // namespace alpr::policy
