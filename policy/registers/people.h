// The registers of people: accounts with their roles and training, open
// sessions, grant requests.
//
// All rows are permanent. Written by fold_people alone, on the sequencer's thread; the find and
// list functions read whatever snapshot they are given, on any thread. They fail with kCorrupt when
// a row does not read back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/chain/registers.h"
#include "policy/records/enums.h"
#include "policy/records/people.h"
#include "policy/records/second_factor.h"
#include "policy/records/sessions.h"
#include "policy/registers/kept_rows.h"

namespace alpr::policy {

// An enrolment or renewal that has not led to a password yet.
struct PendingAccessRow {
  Sequence enrolled;
  bool first_holder = false;
  std::optional<std::string> enrolled_by;
  TimeUs expires;
  CodeDigest code_a;
  std::optional<std::string> confirmed_by;
  std::optional<CodeDigest> code_b;
  template <typename M>
  void members(M& m) {
    m("enrolled", enrolled);
    m("first_holder", first_holder);
    m("enrolled_by", enrolled_by);
    m("expires", expires);
    m("code_a", code_a);
    m("confirmed_by", confirmed_by);
    m("code_b", code_b);
  }
};

struct GrantRow {
  Sequence grant;  // seq of role.granted
  Role role{};
  TimeUs from;
  std::optional<TimeUs> until;
  std::optional<TimeUs> ended;
  template <typename M>
  void members(M& m) {
    m("grant", grant);
    m("role", role);
    m("from", from);
    m("until", until);
    m("ended", ended);
  }
};

struct TrainingRow {
  Sequence training;  // seq of training.completed
  std::string course;
  std::string version;
  TimeUs completed_on;
  std::vector<TrainingTopic> topics;
  template <typename M>
  void members(M& m) {
    m("training", training);
    m("course", course);
    m("version", version);
    m("completed_on", completed_on);
    m("topics", topics);
  }
};

// A second factor: offered first, in force once a code of it was given.
struct SecondFactorRow {
  Sequence offered;
  std::string secret;                      // sealed box, base64
  std::int64_t last_step = 0;              // the newest one a code was taken of
  std::vector<CodeDigest> recovery_codes;  // all that were given out
  std::vector<std::int64_t> used;          // of them, from 0
  template <typename M>
  void members(M& m) {
    m("offered", offered);
    m("secret", secret);
    m("last_step", last_step);
    m("recovery_codes", recovery_codes);
    m("used", used);
  }
};

struct UserRow {
  Sequence enrolled;  // first user.enrolled of this account
  std::string username;
  std::string name;
  std::string organisation;
  UserClass user_class{};
  std::optional<TimeUs> deactivated;
  std::optional<std::string> password_hash;  // absent until a password is set, or withdrawn
  std::optional<SecondFactorRow> offered_factor;
  std::optional<SecondFactorRow> second_factor;  // in force
  std::optional<PendingAccessRow> pending;
  std::vector<TimeUs> failures;  // in a row, the newest at most login_failures_max
  std::optional<TimeUs> locked_until;
  std::optional<Sequence> designation;  // in force (I12-C1-3)
  std::vector<GrantRow> grants;         // with those that ended
  std::vector<TrainingRow> trainings;   // all of them (I12-J-2)
  std::vector<Sequence> sessions;       // open ones
  template <typename M>
  void members(M& m) {
    m("enrolled", enrolled);
    m("username", username);
    m("name", name);
    m("organisation", organisation);
    m("user_class", user_class);
    m("deactivated", deactivated);
    m("password_hash", password_hash);
    m("offered_factor", offered_factor);
    m("second_factor", second_factor);
    m("pending", pending);
    m("failures", failures);
    m("locked_until", locked_until);
    m("designation", designation);
    m("grants", grants);
    m("trainings", trainings);
    m("sessions", sessions);
  }
};

// A session that is open. Its row goes when it closes; the events stay.
struct SessionRow {
  Sequence session;
  std::string username;
  TimeUs opened;
  std::optional<std::string> client;          // address of the last request
  std::optional<SecondFactor> second_factor;  // shown at log-in, or enrolled in this session
  std::optional<std::string> left;            // address before that, and when it was left
  std::optional<TimeUs> left_at;
  template <typename M>
  void members(M& m) {
    m("session", session);
    m("username", username);
    m("opened", opened);
    m("client", client);
    m("second_factor", second_factor);
    m("left", left);
    m("left_at", left_at);
  }
};

// A session that waits for another person to look at it (I12-C3-8); the row goes with the review.
struct SessionFlagRow {
  Sequence flag;  // seq of session.flagged
  Sequence session;
  std::vector<Sequence> others;
  bool elsewhere = false;
  TimeUs at;
  std::string username;
  template <typename M>
  void members(M& m) {
    m("flag", flag);
    m("session", session);
    m("others", others);
    m("elsewhere", elsewhere);
    m("at", at);
    m("username", username);
  }
};

enum class GrantRequestState { kPending, kGranted, kDenied };

struct GrantRequestRow {
  Sequence request;
  GrantRequestState state{};
  Role role{};
  std::string username;
  TimeUs from;
  std::optional<TimeUs> until;
  std::string justification;
  std::string requested_by;
  template <typename M>
  void members(M& m) {
    m("request", request);
    m("state", state);
    m("role", role);
    m("username", username);
    m("from", from);
    m("until", until);
    m("justification", justification);
    m("requested_by", requested_by);
  }
};

// The seq of the training.completed that opens the gate at `now`: one course with all eight topics
// (I12-J-3), completed by then (I12-C3-a), and not longer ago than the policy in force lets a
// course count (AMB-12; absent: for ever). Of several the newest record.
std::optional<Sequence> training_in_force(const UserRow& user, TimeUs now,
                                          std::optional<std::int64_t> retraining_seconds);

// From `from` until before `until`, and not ended (I12-L-2).
bool in_force(const GrantRow& grant, TimeUs now);

Result<std::optional<UserRow>> find_user(const chain::RegisterReader& rows,
                                         std::string_view username);
// The same to look at, without a copy where the rows are kept as values; good until they change.
Result<SeenRow<UserRow>> see_user(const chain::RegisterReader& rows, std::string_view username);
Result<std::optional<SessionRow>> find_session(const chain::RegisterReader& rows, Sequence session);
Result<std::optional<GrantRequestRow>> find_grant_request(const chain::RegisterReader& rows,
                                                          Sequence request);

// In the order in which they were enrolled, deactivated ones too; with password hashes and codes'
// digests, which people_view.h leaves out.
Result<std::vector<UserRow>> list_users(const chain::RegisterReader& rows);
Result<std::vector<SessionRow>> list_open_sessions(
    const chain::RegisterReader& rows);  // oldest first
Result<std::vector<GrantRequestRow>> list_grant_requests(
    const chain::RegisterReader& rows);  // oldest first

// Those that wait for a review, oldest first, at most `limit`.
Result<std::vector<SessionFlagRow>> list_session_flags(const chain::RegisterReader& rows,
                                                       std::size_t limit);
Result<std::optional<SessionFlagRow>> find_session_flag(const chain::RegisterReader& rows,
                                                        Sequence flag);

// Folds kinds 32 to 47 and 58 (people.cc), and 55 to 57, 59 and 60 (credentials.cc).
Result<void> fold_people(const chain::EventView& event, chain::RegisterWriter& rows);
Result<void> fold_credentials(const chain::EventView& event, chain::RegisterWriter& rows);

template <>
struct EnumTexts<GrantRequestState> {
  static constexpr std::array texts{std::pair{GrantRequestState::kPending, "PENDING"},
                                    std::pair{GrantRequestState::kGranted, "GRANTED"},
                                    std::pair{GrantRequestState::kDenied, "DENIED"}};
};

}  // namespace alpr::policy
