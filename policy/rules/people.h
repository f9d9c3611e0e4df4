// Accounts, designations and training: who is enrolled, by whom, and when the training gate opens.
//
// I12-C1-2, C1-3, E-1 (who may be a user), I12-I-10 (no outside accounts), I12-K-1 (one person, one
// account), I12-J-1 to J-3 and C3-a (training), L-1 (who manages access). All pure; identity and
// time come in through Actor and Moment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/records/people.h"
#include "policy/registers/people.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// IT_UNIT -> user.enrolled. The enroller is given half A of the code, whose digest comes in beside
// the command.
struct EnrolUser {
  std::string username;  // [a-z0-9._-]{2,32}
  std::string name;
  std::string
      user_class;  // judged here, so that another class is a refusal on the record (I12-C1-2)
  std::string organisation;  // the department's own (I12-I-10)
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("name", name);
    m("user_class", user_class);
    m("organisation", organisation);
  }
};
Decision decide(const State& state, const Actor& actor, const EnrolUser& command,
                const CodeDigest& code_a, const Moment& moment);

// IT_UNIT -> user.enrolled with renewal: new codes for somebody whose codes expired or whose
// password is forgotten. The old password works until a new one is set. Not for oneself.
struct RenewAccess {
  std::string username;
  template <typename M>
  void members(M& m) {
    m("username", username);
  }
};
Decision decide(const State& state, const Actor& actor, const RenewAccess& command,
                const CodeDigest& code_a, const Moment& moment);

// CHIEF_DESIGNEE, ADMINISTRATOR or TRAINING_SECTION, another person than the enroller and the user
// -> user.confirmed. The confirmer is given half B. kNotFound: no such user; kConflict: nothing to
// confirm.
struct ConfirmUser {
  std::string username;
  template <typename M>
  void members(M& m) {
    m("username", username);
  }
};
Decision decide(const State& state, const Actor& actor, const ConfirmUser& command,
                const CodeDigest& code_b, const Moment& moment);

// The person, before any log-in -> password.set, and session.closed for what was open. Unknown
// names, wrong, missing and expired codes are all refused alike. `hash` is the encoded hash, made
// outside.
struct SetPassword {
  std::string username;
  std::string code_a;
  std::optional<std::string> code_b;  // a first holder has one code only
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("code_a", code_a);
    m("code_b", code_b);
  }
};
Decision decide(const State& state, const SetPassword& command, const std::string& hash,
                const Moment& moment);

// The person, in a session -> password.set, and session.closed for their other sessions.
// `matched_hash` is the stored hash that the given current password matched, absent when it
// matched none.
struct PasswordChange {
  std::optional<std::string> matched_hash;
  std::string new_hash;
};
Decision decide(const State& state, const Actor& actor, const PasswordChange& change,
                const Moment& moment);

// The server, right after a log-in whose hash is not of the algorithm or cost that is set by now
// -> password.set. Changes nothing else. kConflict: it was changed meanwhile.
struct RehashPassword {
  std::string username;
  std::string matched_hash;
  std::string new_hash;
};
Decision decide(const State& state, const RehashPassword& command, const Moment& moment);

// IT_UNIT, ADMINISTRATOR or CHIEF_DESIGNEE, not for oneself -> password.withdrawn, session.closed:
// the password ends at once, and the codes that were given out. A renewal and its confirmation, by
// two persons, lead to another. Refused when nobody could grant roles afterwards.
struct WithdrawPassword {
  std::string username;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const WithdrawPassword& command,
                const Moment& moment);

// session.closed for each of the user's open sessions but one.
void close_sessions(const Moment& moment, Decision& decision, const UserRow& user,
                    std::optional<Sequence> but, SessionEnd reason);

// IT_UNIT, ADMINISTRATOR or CHIEF_DESIGNEE -> user.deactivated, session.closed. Refused when nobody
// could grant roles afterwards.
struct DeactivateUser {
  std::string username;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const DeactivateUser& command,
                const Moment& moment);

// CHIEF_DESIGNEE, not for oneself -> user.designated. kConflict for a class that needs none
// (I12-C1-2).
struct DesignateUser {
  std::string username;
  std::string justification;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("justification", justification);
  }
};
Decision decide(const State& state, const Actor& actor, const DesignateUser& command,
                const Moment& moment);

// CHIEF_DESIGNEE -> designation.revoked.
struct RevokeDesignation {
  std::string username;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const RevokeDesignation& command,
                const Moment& moment);

// TRAINING_SECTION, not for oneself -> training.completed. A course without all eight topics is
// recorded (I12-J-2) and opens nothing (I12-J-3).
struct CompleteTraining {
  std::string username;
  std::string course;
  std::string version;
  TimeUs completed_on;
  std::vector<TrainingTopic> topics;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("course", course);
    m("version", version);
    m("completed_on", completed_on);
    m("topics", topics);
  }
};
Decision decide(const State& state, const Actor& actor, const CompleteTraining& command,
                const Moment& moment);

// [a-z0-9._-]{2,32}
bool valid_username(std::string_view username);

// What two spellings of one person's name have in common: letter case and spacing do not tell
// people apart (I12-K-1).
std::string person_key(std::string_view name);

}  // namespace alpr::policy
