#include "policy/rules/enrolment.h"

#include <algorithm>

#include "policy/rules/parameters.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

Objection error(ErrorCode code, std::string detail) {
  return {Error{code, std::move(detail)}, std::nullopt};
}

std::optional<Error> enrol_fault(const EnrolUser& command) {
  if (!valid_username(command.username))
    return Error{ErrorCode::kMalformed, "username: must be 2 to 32 of a-z 0-9 . _ -"};
  if (auto fault = text_fault("name", command.name, kShortTextMax)) return fault;
  if (auto fault = text_fault("user_class", command.user_class, kShortTextMax)) return fault;
  return text_fault("organisation", command.organisation, kShortTextMax);
}

std::optional<Refusal> enrol_refusal(const EnrolUser& command, const PolicyRow& policy,
                                     const KnownPeople& known) {
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
  if (known.persons.contains(person_key(command.name))) {
    return Refusal{{"I12-K-1"},
                   "person-has-account",
                   "A person of this name has an account. One person has one account; for another "
                   "person of the same "
                   "name add what tells them apart, such as a badge number."};
  }
  return std::nullopt;
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

std::optional<Decision> stop(const Objection& objection, const Moment& moment, const Actor& actor,
                             std::string_view action) {
  if (objection.error) return Decision::not_judged(objection.error->code, objection.error->detail);
  if (objection.refusal) return refuse(moment, actor, action, *objection.refusal);
  return std::nullopt;
}

void KnownPeople::add(const EnrolUser& person) {
  usernames.insert(person.username);
  persons.insert(person_key(person.name));
}

Result<KnownPeople> known_people(const chain::RegisterReader& rows) {
  const auto users = list_users(rows);
  if (!users) return tl::unexpected(users.error());
  KnownPeople known;
  for (const UserRow& user : *users) {
    known.usernames.insert(user.username);
    if (!user.deactivated) known.persons.insert(person_key(user.name));
  }
  return known;
}

Objection objection_to(const EnrolUser& command, const PolicyRow& policy,
                       const KnownPeople& known) {
  if (auto fault = enrol_fault(command)) return {fault, std::nullopt};
  if (known.usernames.contains(command.username)) {
    return error(ErrorCode::kConflict,
                 "username: in use, or was; a name is used once. For lost or expired codes renew "
                 "the access");
  }
  return {std::nullopt, enrol_refusal(command, policy, known)};
}

Objection objection_to(const ConfirmUser& command, const std::optional<UserRow>& user,
                       const Actor& actor, const Moment& moment) {
  if (!user) return error(ErrorCode::kNotFound, "no such user");
  const auto& pending = user->pending;
  if (!pending || pending->first_holder || pending->confirmed_by)
    return error(ErrorCode::kConflict, "nothing of this user waits for confirmation");
  if (pending->expires <= moment.now)
    return error(ErrorCode::kConflict, "the enrolment's code has expired: IT_UNIT renews it first");
  if (actor.username == pending->enrolled_by || actor.username == command.username) {
    return {std::nullopt, Refusal{{"I12-K-1", "I12-L-1"},
                                  "own-request",
                                  "Another person than the enroller and the user confirms."}};
  }
  return {};
}

Objection objection_to(const CompleteTraining& command, const std::optional<UserRow>& user,
                       const Actor& actor, const Moment& moment) {
  if (auto fault = training_fault(command)) return {fault, std::nullopt};
  if (!user || user->deactivated) return error(ErrorCode::kNotFound, "no such user");
  return {std::nullopt, training_refusal(command, actor, moment)};
}

TimeUs activation_code_expiry(const Moment& moment) {
  return {moment.now.value + moment.policy->parameters.activation_code_seconds * kSecondUs};
}

UserEnrolled enrolled(const EnrolUser& command, const CodeDigest& code_a, const Actor& by,
                      const Moment& moment) {
  UserEnrolled record;
  record.policy = moment.policy->version;
  record.user_class = *enum_from_text<UserClass>(command.user_class);
  record.username = command.username;
  record.name = command.name;
  record.organisation = command.organisation;
  record.code = code_a;
  record.code_expires = activation_code_expiry(moment);
  record.by = by;
  return record;
}

UserConfirmed confirmed(const UserRow& user, const CodeDigest& code_b, const Actor& by,
                        const Moment& moment) {
  ALPR_CHECK(user.pending.has_value());
  return {moment.policy->version, user.pending->enrolled, user.username, code_b, by};
}

TrainingCompleted completed(const CompleteTraining& command, const Actor& by,
                            const Moment& moment) {
  TrainingCompleted record;
  record.policy = moment.policy->version;
  record.topics = command.topics;
  record.completed_on = command.completed_on;
  record.username = command.username;
  record.course = command.course;
  record.version = command.version;
  record.by = by;
  return record;
}

}  // namespace alpr::policy
