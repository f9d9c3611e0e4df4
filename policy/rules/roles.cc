#include "policy/rules/roles.h"

#include <algorithm>
#include <array>

#include "policy/rules/access.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kMayAsk{Role::kChiefDesignee, Role::kAdministrator, Role::kItUnit};
constexpr std::array kMayApprove{Role::kChiefDesignee, Role::kAdministrator};

std::optional<Error> request_fault(const RequestRoleGrant& command, const Moment& moment) {
  if (auto fault = text_fault("justification", command.justification, kNarrativeMax)) return fault;
  if (auto fault = time_fault("from", command.from)) return fault;
  if (!command.until) return std::nullopt;
  if (auto fault = time_fault("until", *command.until)) return fault;
  if (*command.until <= command.from || *command.until <= moment.now)
    return Error{ErrorCode::kMalformed, "until: must be after from and in the future"};
  return std::nullopt;
}

// An auditor answers to the Commission and a member to the department: neither holds what is the
// other's.
std::optional<Refusal> class_refusal(UserClass user_class, Role role) {
  const bool auditor = user_class == UserClass::kAuditor;
  if (auditor == (role == Role::kPacAuditor)) return std::nullopt;
  return Refusal{{"I12-C1-2"},
                 "class-not-eligible",
                 auditor ? "An auditor holds PAC_AUDITOR, and no role of the department."
                         : "PAC_AUDITOR is for users of class AUDITOR, not for the department's."};
}

bool holds_any(const UserRow& user, std::span<const Role> roles, std::string_view without,
               std::optional<Sequence> grant, TimeUs now) {
  if (user.deactivated || !user.password_hash) return false;  // cannot act
  const bool touched = user.username == without;
  if (touched && !grant) return false;
  return std::any_of(user.grants.begin(), user.grants.end(), [&](const GrantRow& held) {
    if (touched && held.grant == *grant) return false;
    return in_force(held, now) && std::find(roles.begin(), roles.end(), held.role) != roles.end();
  });
}

struct Granters {
  std::size_t may_ask = 0;
  std::size_t may_approve = 0;
};

Granters granters(const std::vector<UserRow>& users, std::string_view without,
                  std::optional<Sequence> grant, TimeUs now) {
  Granters count;
  for (const UserRow& user : users) {
    count.may_ask += holds_any(user, kMayAsk, without, grant, now) ? 1 : 0;
    count.may_approve += holds_any(user, kMayApprove, without, grant, now) ? 1 : 0;
  }
  return count;
}

}  // namespace

Decision decide(const State& state, const Actor& actor, const RequestRoleGrant& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "role.grant-request";
  if (auto fault = request_fault(command, moment)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kMayAsk, {"I12-L-1", "I12-L-2"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = find_user(state.rows, command.username);
  if (!user) return not_judged(user.error());
  if (!*user || (*user)->deactivated)
    return Decision::not_judged(ErrorCode::kNotFound, "no such user");
  if (command.username == actor.username) {
    return refuse(moment, open.actor, kAction,
                  {{"I12-L-1", "I12-L-2"},
                   "own-role",
                   "Nobody asks for a role for themselves: another holder does."});
  }
  if (auto refusal = class_refusal((*user)->user_class, command.role))
    return refuse(moment, open.actor, kAction, *refusal);
  if (blank(command.justification)) {
    return refuse(
        moment, open.actor, kAction,
        {{"I12-L-2"}, "justification-missing", "Say why this person is to hold the role."});
  }
  RoleGrantRequested record;
  record.policy = moment.policy->version;
  record.role = command.role;
  record.from = command.from;
  record.until = command.until;
  record.username = command.username;
  record.justification = command.justification;
  record.by = open.actor;
  return Decision{}.then(record);
}

namespace {

std::optional<Refusal> verdict_refusal(const GrantRequestRow& request,
                                       const std::optional<UserRow>& grantee, const Actor& approver,
                                       const DecideRoleGrant& command, const Moment& moment) {
  if (approver.username == request.requested_by) {
    return Refusal{
        {"I12-L-1", "I12-L-2"}, "own-request", "Another person than the requester decides."};
  }
  if (approver.username == request.username) {
    return Refusal{
        {"I12-L-1", "I12-L-2"}, "own-role", "Nobody decides about a role for themselves."};
  }
  if (blank(command.reason))
    return Refusal{{"I12-L-2"}, "reason-missing", "Give the reason for the decision."};
  if (command.verdict == Verdict::kDeny) return std::nullopt;
  if (!grantee || grantee->deactivated) {
    return Refusal{
        {"I12-K-1"}, "account-not-active", "The account was deactivated since: deny the request."};
  }
  if (request.until && *request.until <= moment.now) {
    return Refusal{
        {"I12-L-2"}, "term-over", "The term asked for is over: deny the request and ask anew."};
  }
  return std::nullopt;
}

}  // namespace

Decision decide(const State& state, const Actor& actor, const DecideRoleGrant& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "role.grant-decision";
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kMayApprove, {"I12-L-1", "I12-L-2"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto request = find_grant_request(state.rows, command.request);
  if (!request) return not_judged(request.error());
  if (!*request) return Decision::not_judged(ErrorCode::kNotFound, "no such request for a role");
  if ((*request)->state != GrantRequestState::kPending)
    return Decision::not_judged(ErrorCode::kConflict, "this request is already decided");
  const auto grantee = find_user(state.rows, (*request)->username);
  if (!grantee) return not_judged(grantee.error());
  if (auto refusal = verdict_refusal(**request, *grantee, open.actor, command, moment))
    return refuse(moment, open.actor, kAction, *refusal);

  if (command.verdict == Verdict::kDeny) {
    RoleGrantDenied denied;
    denied.policy = moment.policy->version;
    denied.request = command.request;
    denied.reason = command.reason;
    denied.by = open.actor;
    return Decision{}.then(denied);
  }
  RoleGranted granted;
  granted.policy = moment.policy->version;
  granted.request = command.request;
  granted.role = (*request)->role;
  granted.from = (*request)->from;
  granted.until = (*request)->until;
  granted.username = (*request)->username;
  granted.reason = command.reason;
  granted.by = open.actor;
  return Decision{}.then(granted);
}

Decision decide(const State& state, const Actor& actor, const EndRole& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "role.end";
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*fault);
  const bool resigns = command.username == actor.username;
  const Gate open = resigns ? gate(state, actor, moment, Need::kAccount)
                            : gate_role(state, actor, moment, kMayAsk, {"I12-L-1", "I12-L-2"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = find_user(state.rows, command.username);
  if (!user) return not_judged(user.error());
  if (!*user) return Decision::not_judged(ErrorCode::kNotFound, "no such user");
  const auto& grants = (*user)->grants;
  const auto grant = std::find_if(grants.begin(), grants.end(), [&](const GrantRow& held) {
    return held.grant == command.grant;
  });
  if (grant == grants.end())
    return Decision::not_judged(ErrorCode::kNotFound, "this user has no such grant");
  if (grant->ended || (grant->until && *grant->until <= moment.now))
    return Decision::not_judged(ErrorCode::kConflict, "this grant has ended already");
  if (blank(command.reason))
    return refuse(moment, open.actor, kAction,
                  {{"I12-L-2"}, "reason-missing", "Give the reason for ending the role."});
  if (auto last = last_holder(state, open.actor, kAction, command.username, command.grant, moment))
    return *last;
  RoleEnded record;
  record.policy = moment.policy->version;
  record.grant = command.grant;
  record.role = grant->role;
  record.username = command.username;
  record.reason = command.reason;
  record.by = open.actor;
  return Decision{}.then(record);
}

Result<bool> roles_stay_grantable(const State& state, std::string_view without,
                                  std::optional<Sequence> grant, const Moment& moment) {
  const auto users = list_users(state.rows);
  if (!users) return tl::unexpected(users.error());
  const Granters before = granters(*users, {}, std::nullopt, moment.now);
  const Granters after = granters(*users, without, grant, moment.now);
  // What takes no granter away is never in the way, even where too few are left already.
  if (after.may_ask == before.may_ask && after.may_approve == before.may_approve) return true;
  // An approver may ask too, so two who may ask, one of them an approver, are a pair.
  return after.may_approve >= 1 && after.may_ask >= 2;
}

std::optional<Decision> last_holder(const State& state, const Actor& actor, std::string_view action,
                                    std::string_view without, std::optional<Sequence> grant,
                                    const Moment& moment) {
  const auto grantable = roles_stay_grantable(state, without, grant, moment);
  if (!grantable) return not_judged(grantable.error());
  if (*grantable) return std::nullopt;
  return refuse(moment, actor, action,
                {{"I12-L-2"},
                 "last-holder",
                 "Nobody could grant roles afterwards: have a successor granted first."});
}

}  // namespace alpr::policy
