// Designations and training: what opens the gate of access.h.
#include <algorithm>
#include <array>

#include "policy/registers/people.h"
#include "policy/rules/access.h"
#include "policy/rules/people.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kDesignators{Role::kChiefDesignee};
constexpr std::array kTrainers{Role::kTrainingSection};

Decision not_judged(const Error& error) { return Decision::not_judged(error.code, error.detail); }

// The account a command is about; kNotFound when there is none or it is deactivated.
Result<UserRow> standing_user(const State& state, const std::string& username) {
  auto user = find_user(state.rows, username);
  if (!user) return tl::unexpected(user.error());
  if (!*user || (*user)->deactivated) return fail(ErrorCode::kNotFound, "no such user");
  return std::move(**user);
}

std::optional<Error> training_fault(const CompleteTraining& command) {
  if (auto fault = text_fault("course", command.course, kShortTextMax)) return fault;
  if (auto fault = text_fault("version", command.version, kShortTextMax)) return fault;
  if (auto fault = time_fault("completed_on", command.completed_on)) return fault;
  auto topics = command.topics;
  std::sort(topics.begin(), topics.end());
  if (std::adjacent_find(topics.begin(), topics.end()) != topics.end())
    return Error{ErrorCode::kMalformed, "topics: a topic is given twice"};
  return std::nullopt;
}

std::optional<Refusal> training_refusal(const CompleteTraining& command, const Actor& actor,
                                        const Moment& moment) {
  if (command.username == actor.username) {
    return Refusal{
        {"I12-J-1"}, "own-training", "Another holder of TRAINING_SECTION records your training."};
  }
  if (blank(command.course) || blank(command.version) || command.topics.empty()) {
    return Refusal{
        {"I12-J-2"}, "course-missing", "Give the course, its version and the topics it covered."};
  }
  if (command.completed_on > moment.now) {
    return Refusal{
        {"I12-C3-a", "I12-J-2"}, "not-completed-yet", "A course is recorded once it is completed."};
  }
  return std::nullopt;
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
  if (auto fault = training_fault(command)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kTrainers, {"I12-J-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = standing_user(state, command.username);
  if (!user) return not_judged(user.error());
  if (auto refusal = training_refusal(command, open.actor, moment))
    return refuse(moment, open.actor, kAction, *refusal);
  TrainingCompleted record;
  record.policy = moment.policy->version;
  record.topics = command.topics;
  record.completed_on = command.completed_on;
  record.username = command.username;
  record.course = command.course;
  record.version = command.version;
  record.by = open.actor;
  return Decision{}.then(record);
}

}  // namespace alpr::policy
