// Designations and training: what opens the gate of access.h.
#include <array>

#include "policy/registers/people.h"
#include "policy/rules/access.h"
#include "policy/rules/enrolment.h"
#include "policy/rules/people.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kDesignators{Role::kChiefDesignee};
constexpr std::array kTrainers{Role::kTrainingSection};

// The account a command is about; kNotFound when there is none or it is deactivated.
Result<UserRow> standing_user(const State& state, const std::string& username) {
  auto user = find_user(state.rows, username);
  if (!user) return tl::unexpected(user.error());
  if (!*user || (*user)->deactivated) return fail(ErrorCode::kNotFound, "no such user");
  return std::move(**user);
}

}  // namespace

Decision decide(const State& state, const Actor& actor, const DesignateUser& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "user.designate";
  if (auto fault = text_fault("justification", command.justification, kNarrativeMax))
    return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kDesignators, {"I12-C1-3", "I12-E-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = standing_user(state, command.username);
  if (!user) return not_judged(user.error());
  if (command.username == actor.username) {
    return refuse(
        moment, open.actor, kAction,
        {{"I12-C1-3"}, "own-designation", "Nobody designates themselves: another designee does."});
  }
  if (user->user_class != UserClass::kOtherDesignated)
    return Decision::not_judged(ErrorCode::kConflict,
                                "only users of class OTHER_DESIGNATED need a designation");
  if (user->designation)
    return Decision::not_judged(ErrorCode::kConflict,
                                "this user's designation is in force already");
  if (blank(command.justification)) {
    return refuse(moment, open.actor, kAction,
                  {{"I12-C1-3"}, "justification-missing", "Say why this person is designated."});
  }
  return Decision{}.then(
      UserDesignated{moment.policy->version, command.username, command.justification, open.actor});
}

Decision decide(const State& state, const Actor& actor, const RevokeDesignation& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "designation.revoke";
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kDesignators, {"I12-C1-3", "I12-E-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = standing_user(state, command.username);
  if (!user) return not_judged(user.error());
  if (!user->designation)
    return Decision::not_judged(ErrorCode::kConflict, "this user has no designation in force");
  if (blank(command.reason)) {
    return refuse(
        moment, open.actor, kAction,
        {{"I12-C1-3"}, "reason-missing", "Give the reason for revoking the designation."});
  }
  return Decision{}.then(DesignationRevoked{moment.policy->version, *user->designation,
                                            command.username, command.reason, open.actor});
}

Decision decide(const State& state, const Actor& actor, const CompleteTraining& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "training.complete";
  const Gate open = gate_role(state, actor, moment, kTrainers, {"I12-J-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = find_user(state.rows, command.username);
  if (!user) return not_judged(user.error());
  if (auto stopped =
          stop(objection_to(command, *user, open.actor, moment), moment, open.actor, kAction))
    return *stopped;
  return Decision{}.then(completed(command, open.actor, moment));
}

}  // namespace alpr::policy
