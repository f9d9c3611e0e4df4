// What is to be said against one enrolment, confirmation or training. Said once, for the commands
// on one person and for files of many. Pure; any thread.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "policy/registers/people.h"
#include "policy/rules/decision.h"
#include "policy/rules/people.h"

namespace alpr::policy {

// Not well formed or not as things stand (nothing is recorded), or against the order; or neither.
struct Objection {
  std::optional<Error> error;
  std::optional<Refusal> refusal;
  bool none() const { return !error && !refusal; }
};
// What a command on one person answers; nullopt where nothing is said against it.
std::optional<Decision> stop(const Objection& objection, const Moment& moment, const Actor& actor,
                             std::string_view action);

// Names in use: of accounts, for ever, and of persons with a living account (I12-K-1).
struct KnownPeople {
  std::set<std::string, std::less<>> usernames;
  std::set<std::string, std::less<>> persons;  // person_key()
  void add(const EnrolUser& person);
};
Result<KnownPeople> known_people(const chain::RegisterReader& rows);

Objection objection_to(const EnrolUser& command, const PolicyRow& policy, const KnownPeople& known);
Objection objection_to(const ConfirmUser& command, const std::optional<UserRow>& user,
                       const Actor& actor, const Moment& moment);
Objection objection_to(const CompleteTraining& command, const std::optional<UserRow>& user,
                       const Actor& actor, const Moment& moment);

// The events; `by` is the gate's actor.
TimeUs activation_code_expiry(const Moment& moment);
UserEnrolled enrolled(const EnrolUser& command, const CodeDigest& code_a, const Actor& by,
                      const Moment& moment);
UserConfirmed confirmed(const UserRow& user, const CodeDigest& code_b, const Actor& by,
                        const Moment& moment);
TrainingCompleted completed(const CompleteTraining& command, const Actor& by, const Moment& moment);

}  // namespace alpr::policy
