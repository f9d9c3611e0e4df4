#include "policy/rules/people.h"

#include <array>

#include "policy/registers/people.h"
#include "policy/rules/access.h"
#include "policy/rules/enrolment.h"
#include "policy/rules/roles.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kEnrollers{Role::kItUnit};
constexpr std::array kConfirmers{Role::kChiefDesignee, Role::kAdministrator,
                                 Role::kTrainingSection};
constexpr std::array kDeactivators{Role::kItUnit, Role::kAdministrator, Role::kChiefDesignee};

Decision no_such_user() { return Decision::not_judged(ErrorCode::kNotFound, "no such user"); }

}  // namespace

Decision decide(const State& state, const Actor& actor, const EnrolUser& command,
                const CodeDigest& code_a, const Moment& moment) {
  constexpr std::string_view kAction = "user.enrol";
  const Gate open = gate_role(state, actor, moment, kEnrollers, {"I12-L-1", "I12-K-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto known = known_people(state.rows);
  if (!known) return not_judged(known.error());
  if (auto stopped =
          stop(objection_to(command, *moment.policy, *known), moment, open.actor, kAction))
    return *stopped;
  return Decision{}.then(enrolled(command, code_a, open.actor, moment));
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
  record.code_expires = activation_code_expiry(moment);
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
  if (auto stopped = stop(objection_to(command, *user, actor, moment), moment, open.actor, kAction))
    return *stopped;
  return Decision{}.then(confirmed(**user, code_b, open.actor, moment));
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
  if (auto last = last_holder(state, open.actor, kAction, command.username, std::nullopt, moment))
    return *last;
  UserDeactivated record;
  record.policy = moment.policy->version;
  record.username = command.username;
  record.reason = command.reason;
  record.by = open.actor;
  Decision decision;
  decision.then(record);
  close_sessions(moment, decision, **user, std::nullopt, SessionEnd::kDeactivated);
  return decision;
}

}  // namespace alpr::policy
