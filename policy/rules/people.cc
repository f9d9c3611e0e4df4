#include "policy/rules/people.h"

#include <array>

#include "policy/registers/people.h"
#include "policy/rules/access.h"
#include "policy/rules/parameters.h"
#include "policy/rules/roles.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kEnrollers{Role::kItUnit};
constexpr std::array kConfirmers{Role::kChiefDesignee, Role::kAdministrator,
                                 Role::kTrainingSection};
constexpr std::array kDeactivators{Role::kItUnit, Role::kAdministrator, Role::kChiefDesignee};

Decision not_judged(const Error& error) { return Decision::not_judged(error.code, error.detail); }
Decision no_such_user() { return Decision::not_judged(ErrorCode::kNotFound, "no such user"); }

TimeUs code_expiry(const Moment& moment) {
  return {moment.now.value + moment.policy->parameters.activation_code_seconds * kSecondUs};
}

std::optional<Error> enrol_fault(const EnrolUser& command) {
  if (!valid_username(command.username))
    return Error{ErrorCode::kMalformed, "username: must be 2 to 32 of a-z 0-9 . _ -"};
  if (auto fault = text_fault("name", command.name, kShortTextMax)) return fault;
  if (auto fault = text_fault("user_class", command.user_class, kShortTextMax)) return fault;
  return text_fault("organisation", command.organisation, kShortTextMax);
}

std::optional<Refusal> enrol_refusal(const EnrolUser& command, const PolicyRow& policy,
                                     const std::vector<UserRow>& users) {
  const auto user_class = enum_from_text<UserClass>(command.user_class);
  if (!user_class) {
    return Refusal{{"I12-C1-2", "I12-E-1"},
                   "class-not-eligible",
                   "user_class must be one of " + enum_choices<UserClass>() + "."};
  }
  const std::string_view own =
      *user_class == UserClass::kAuditor ? kOversightBody : std::string_view(policy.department);
  if (command.organisation != own) {
    return Refusal{{"I12-I-10"},
                   "outside-organisation",
                   "Only " + policy.department + "'s own people get accounts (auditors: the " +
                       std::string(kOversightBody) +
                       "'s). Other agencies ask for data under section I."};
  }
  if (blank(command.name))
    return Refusal{{"I12-K-1", "I12-F-2"}, "name-missing", "Give the person's name."};
  for (const UserRow& user : users) {
    if (user.deactivated || person_key(user.name) != person_key(command.name)) continue;
    return Refusal{{"I12-K-1"},
                   "person-has-account",
                   "A person of this name has an account. One person has one account; for another "
                   "person of the same "
                   "name add what tells them apart, such as a badge number."};
  }
  return std::nullopt;
}

}  // namespace

bool valid_username(std::string_view username) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  return username.size() >= 2 && username.size() <= 32 &&
         username.find_first_not_of(kLetters) == std::string_view::npos;
}

std::string person_key(std::string_view name) {
  std::string key;
  for (const char c : name) {
    if (c == ' ' || c == '\t' || c == '.' || c == ',') continue;
    key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return key;
}

Decision decide(const State& state, const Actor& actor, const EnrolUser& command,
                const CodeDigest& code_a, const Moment& moment) {
  constexpr std::string_view kAction = "user.enrol";
  if (auto fault = enrol_fault(command)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kEnrollers, {"I12-L-1", "I12-K-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto policy = policy_in_force(state.rows, moment.now);
  if (!policy) return not_judged(policy.error());
  const auto users = list_users(state.rows);
  if (!users) return not_judged(users.error());
  for (const UserRow& user : *users) {
    if (user.username != command.username) continue;
    return Decision::not_judged(
        ErrorCode::kConflict,
        "username: in use, or was; a name is used once. For lost or expired codes renew the "
        "access");
  }
  if (auto refusal = enrol_refusal(command, *policy, *users))
    return refuse(moment, open.actor, kAction, *refusal);

  UserEnrolled record;
  record.policy = moment.policy->version;
  record.user_class = *enum_from_text<UserClass>(command.user_class);
  record.username = command.username;
  record.name = command.name;
  record.organisation = command.organisation;
  record.code = code_a;
  record.code_expires = code_expiry(moment);
  record.by = open.actor;
  return Decision{}.then(record);
}

Decision decide(const State& state, const Actor& actor, const RenewAccess& command,
                const CodeDigest& code_a, const Moment& moment) {
  constexpr std::string_view kAction = "user.renew";
  const Gate open = gate_role(state, actor, moment, kEnrollers, {"I12-L-1", "I12-K-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = find_user(state.rows, command.username);
  if (!user) return not_judged(user.error());
  if (!*user) return no_such_user();
  if ((*user)->deactivated)
    return Decision::not_judged(ErrorCode::kConflict, "this account was deactivated");
  if (command.username == actor.username) {
    return refuse(moment, open.actor, kAction,
                  {{"I12-K-1"}, "own-account", "Another holder of IT_UNIT renews your access."});
  }
  UserEnrolled record;
  record.policy = moment.policy->version;
  record.user_class = (*user)->user_class;
  record.renewal = true;
  record.username = (*user)->username;
  record.name = (*user)->name;
  record.organisation = (*user)->organisation;
  record.code = code_a;
  record.code_expires = code_expiry(moment);
  record.by = open.actor;
  return Decision{}.then(record);
}

Decision decide(const State& state, const Actor& actor, const ConfirmUser& command,
                const CodeDigest& code_b, const Moment& moment) {
  constexpr std::string_view kAction = "user.confirm";
  const Gate open = gate_role(state, actor, moment, kConfirmers, {"I12-L-1", "I12-K-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = find_user(state.rows, command.username);
  if (!user) return not_judged(user.error());
  if (!*user) return no_such_user();
  const auto& pending = (*user)->pending;
  if (!pending || pending->first_holder || pending->confirmed_by)
    return Decision::not_judged(ErrorCode::kConflict,
                                "nothing of this user waits for confirmation");
  if (pending->expires <= moment.now)
    return Decision::not_judged(ErrorCode::kConflict,
                                "the enrolment's code has expired: IT_UNIT renews it first");
  if (actor.username == pending->enrolled_by || actor.username == command.username) {
    return refuse(moment, open.actor, kAction,
                  {{"I12-K-1", "I12-L-1"},
                   "own-request",
                   "Another person than the enroller and the user confirms."});
  }
  UserConfirmed record;
  record.policy = moment.policy->version;
  record.enrolled = pending->enrolled;
  record.username = command.username;
  record.code = code_b;
  record.by = open.actor;
  return Decision{}.then(record);
}

Decision decide(const State& state, const Actor& actor, const DeactivateUser& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "user.deactivate";
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kDeactivators, {"I12-L-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = find_user(state.rows, command.username);
  if (!user) return not_judged(user.error());
  if (!*user) return no_such_user();
  if ((*user)->deactivated)
    return Decision::not_judged(ErrorCode::kConflict, "this account is deactivated already");
  if (blank(command.reason))
    return refuse(moment, open.actor, kAction,
                  {{"I12-L-1"}, "reason-missing", "Give the reason for the deactivation."});
  const auto grantable = roles_stay_grantable(state, command.username, std::nullopt, moment);
  if (!grantable) return not_judged(grantable.error());
  if (!*grantable) {
    return refuse(moment, open.actor, kAction,
                  {{"I12-L-2"},
                   "last-holder",
                   "Nobody could grant roles afterwards: have a successor granted first."});
  }
  UserDeactivated record;
  record.policy = moment.policy->version;
  record.username = command.username;
  record.reason = command.reason;
  record.by = open.actor;
  Decision decision;
  decision.then(record);
  for (const Sequence session : (*user)->sessions) {
    decision.then(
        SessionClosed{moment.policy->version, session, SessionEnd::kDeactivated, command.username});
  }
  return decision;
}

}  // namespace alpr::policy
