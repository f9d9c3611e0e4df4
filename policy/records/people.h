// Accounts, roles, designations and training.
//
// Open members are the policy version, sequence numbers, roles and classes: a keyless auditor can
// count who was given what kind of power and when, and sees no name.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/enums.h"

namespace alpr::policy {

// What the log keeps of a one-use code: enough to recognise it, too little to make it.
struct CodeDigest {
  Digest salt{};
  Digest sha256{};  // SHA-256(salt || code in its written form)
  template <typename M>
  void members(M& m) {
    m("salt", salt);
    m("sha256", sha256);
  }
};

struct UserEnrolled {
  static constexpr KindSpec kKind{
      33, "user.enrolled", chain::Retention::kPermanent, chain::Form::kByMember,
      "an account of one person (I12-K-1) of an eligible class (I12-C1-2), not yet usable"};
  std::int64_t policy = 0;
  UserClass user_class{};
  bool first_holder = false;  // of the first commit: activated by one code, without a second person
  bool renewal = false;       // a new code for a known account whose password is forgotten
  std::string username;
  std::string name;
  std::string organisation;
  CodeDigest code;  // half A; a first holder's only code
  TimeUs code_expires;
  std::optional<Actor> by;  // absent in the first commit
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("user_class", user_class);
    m.open("first_holder", first_holder);
    m.open("renewal", renewal);
    m("username", username);
    m("name", name);
    m("organisation", organisation);
    m("code", code);
    m("code_expires", code_expires);
    m("by", by);
  }
};

struct UserConfirmed {
  static constexpr KindSpec kKind{
      34, "user.confirmed", chain::Retention::kPermanent, chain::Form::kByMember,
      "a second person vouches for an enrolment, so that nobody makes an account alone"};
  std::int64_t policy = 0;
  Sequence enrolled;
  std::string username;
  CodeDigest code;  // half B
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("enrolled", enrolled);
    m("username", username);
    m("code", code);
    m("by", by);
  }
};

enum class PasswordCause {
  kActivation,
  kChange,
  kRehash  // the same password, hashed as the setting says by now
};

// Exactly one of the hashes is there.
struct PasswordSet {
  static constexpr KindSpec kKind{35, "password.set", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "when a person's own credential changed (I12-F-1, K-1)"};
  std::int64_t policy = 0;
  PasswordCause cause{};
  std::string username;
  std::optional<std::string> argon2id;       // libsodium's encoded hash, salt inside
  std::optional<std::string> pbkdf2_sha256;  // "$pbkdf2-sha256$i=ITERATIONS$SALT$HASH", base64
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("cause", cause);
    m("username", username);
    m("argon2id", argon2id);
    m("pbkdf2_sha256", pbkdf2_sha256);
  }
};

struct PasswordWithdrawn {
  static constexpr KindSpec kKind{
      58, "password.withdrawn", chain::Retention::kPermanent, chain::Form::kByMember,
      "a second person ended a password at once; new codes from two persons lead to another "
      "(I12-K-1)"};
  std::int64_t policy = 0;
  std::string username;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m("username", username);
    m("reason", reason);
    m("by", by);
  }
};

struct RoleGrantRequested {
  static constexpr KindSpec kKind{
      40, "role.grant-requested", chain::Retention::kPermanent, chain::Form::kByMember,
      "who asked for whom to hold a role, from when until when (I12-L-2)"};
  std::int64_t policy = 0;
  Role role{};
  TimeUs from;
  std::optional<TimeUs> until;
  std::string username;
  std::string justification;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("role", role);
    m.open("from", from);
    m.open("until", until);
    m("username", username);
    m("justification", justification);
    m("by", by);
  }
};

struct RoleGranted {
  static constexpr KindSpec kKind{
      41, "role.granted", chain::Retention::kPermanent, chain::Form::kByMember,
      "a dated grant, approved by a second person; the first commit's have no request"};
  std::int64_t policy = 0;
  std::optional<Sequence> request;
  Role role{};
  TimeUs from;
  std::optional<TimeUs> until;
  std::string username;
  std::optional<std::string> reason;
  std::optional<Actor> by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("request", request);
    m.open("role", role);
    m.open("from", from);
    m.open("until", until);
    m("username", username);
    m("reason", reason);
    m("by", by);
  }
};

struct RoleGrantDenied {
  static constexpr KindSpec kKind{42, "role.grant-denied", chain::Retention::kPermanent,
                                  chain::Form::kByMember, "a denied request is on the record too"};
  std::int64_t policy = 0;
  Sequence request;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("request", request);
    m("reason", reason);
    m("by", by);
  }
};

struct RoleEnded {
  static constexpr KindSpec kKind{43, "role.ended", chain::Retention::kPermanent,
                                  chain::Form::kByMember, "a grant that ended before its date"};
  std::int64_t policy = 0;
  Sequence grant;
  Role role{};
  std::string username;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("grant", grant);
    m.open("role", role);
    m("username", username);
    m("reason", reason);
    m("by", by);
  }
};

struct UserDesignated {
  static constexpr KindSpec kKind{
      44, "user.designated", chain::Retention::kPermanent, chain::Form::kByMember,
      "the Chief's designation of somebody neither sworn nor PST (I12-C1-3)"};
  std::int64_t policy = 0;
  std::string username;
  std::string justification;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m("username", username);
    m("justification", justification);
    m("by", by);
  }
};

struct DesignationRevoked {
  static constexpr KindSpec kKind{45, "designation.revoked", chain::Retention::kPermanent,
                                  chain::Form::kByMember, "the end of a designation (I12-C1-3)"};
  std::int64_t policy = 0;
  Sequence designation;
  std::string username;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("designation", designation);
    m("username", username);
    m("reason", reason);
    m("by", by);
  }
};

struct TrainingCompleted {
  static constexpr KindSpec kKind{
      46, "training.completed", chain::Retention::kPermanent, chain::Form::kByMember,
      "every completed training (I12-J-2); topics are open so that the gate's rule (I12-J-3) "
      "can be checked without keys"};
  std::int64_t policy = 0;
  std::vector<TrainingTopic> topics;
  TimeUs completed_on;
  std::string username;
  std::string course;
  std::string version;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("topics", topics);
    m.open("completed_on", completed_on);
    m("username", username);
    m("course", course);
    m("version", version);
    m("by", by);
  }
};

struct UserDeactivated {
  static constexpr KindSpec kKind{47, "user.deactivated", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "the end of an account; its sessions end with it"};
  std::int64_t policy = 0;
  std::string username;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m("username", username);
    m("reason", reason);
    m("by", by);
  }
};

template <>
struct EnumTexts<PasswordCause> {
  static constexpr std::array texts{std::pair{PasswordCause::kActivation, "ACTIVATION"},
                                    std::pair{PasswordCause::kChange, "CHANGE"},
                                    std::pair{PasswordCause::kRehash, "REHASH"}};
};

}  // namespace alpr::policy
