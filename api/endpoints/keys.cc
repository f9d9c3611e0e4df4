// The ledger's own keys and copies, on a running server. The master key is changed on a stopped
// one, for what opens it next is not for the network (api/commands).
#include "api/api.h"
#include "api/daily_backup.h"
#include "api/key_custody.h"

namespace alpr::api {

namespace {

constexpr std::int64_t kDayUs = 86'400 * kSecondUs;

struct Approver {
  std::string username;
  std::string password;
  std::optional<std::string> code;  // of their second factor, where they have one
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("password", password);
    m("code", code);
  }
};

struct LogRotation {
  std::int64_t overlap_days = 0;  // how long the old key signs beside the new one
  std::string reason;
  Approver approver;
  template <typename M>
  void members(M& m) {
    m("overlap_days", overlap_days);
    m("reason", reason);
    m("approver", approver);
  }
};

struct RecoveryEnrolment {
  PublicKey public_key{};  // X25519
  std::string reason;
  Approver approver;
  template <typename M>
  void members(M& m) {
    m("public_key", public_key);
    m("reason", reason);
    m("approver", approver);
  }
};

struct BackupRequest {
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("reason", reason);
  }
};

struct BackupMade {
  Sequence seq;  // of backup.begun, as are leaf and receipt
  Digest leaf{};
  std::string receipt;
  std::string name;
  std::int64_t size = 0;  // events in the copy
  template <typename M>
  void members(M& m) {
    m("seq", seq);
    m("leaf", leaf);
    m("receipt", receipt);
    m("name", name);
    m("size", size);
  }
};

// The second person logs in for this one act, and out again: wrong passwords count, and lock, as
// anywhere.
Response with_approver(Context& context, const Call& call, const Approver& approver,
                       std::string reason, const std::function<Outcome(const Custody&)>& act) {
  if (const auto fault = login_fault({approver.username, approver.password, approver.code}))
    return problem(Error{fault->code, "approver: " + fault->detail});
  const Sessions::Opened opened = context.sessions.open(
      {approver.username, approver.password, approver.code}, call.request.remote);
  if (!opened.outcome.done()) {
    Response response = not_done(opened.outcome);
    if (!opened.outcome.refusal) return response;
    return problem(Problem{403, "approver-not-authenticated", "The approver did not log in",
                           "approver: " + opened.outcome.refusal->reason,
                           opened.outcome.refusal->rules, std::nullopt});
  }
  const Outcome outcome = act({*call.actor, *opened.actor, std::move(reason)});
  const Outcome closed =
      context.sessions.close("Bearer " + opened.token, policy::SessionEnd::kLogout);
  if (outcome.done() && closed.error) return problem(*closed.error);
  return answer(context, outcome);
}

Response make_backup(Context& context, const Call& call, const BackupRequest& request) {
  if (context.settings.backup_folder.empty()) {
    return problem(Error{ErrorCode::kConflict,
                         "this server has no place for backups: set backup_folder in its "
                         "configuration"});
  }
  const std::string name = backup_name(context.service.now(), context.service.store().size());
  const BackedUp backed =
      back_up(context.service, Custody{*call.actor, std::nullopt, request.reason},
              context.settings.backup_folder / name);
  if (!backed.outcome.done()) return not_done(backed.outcome);
  const Written begun = written(context, backed.outcome.commit.first);
  return json_answer(BackupMade{begun.seq, begun.leaf, begun.receipt, name,
                                static_cast<std::int64_t>(backed.manifest->size)},
                     201);
}

}  // namespace

void add_key_endpoints(Endpoints& endpoints, Context& context) {
  const std::string two =
      "IT_UNIT, and a second holder of IT_UNIT, ADMINISTRATOR or CHIEF_DESIGNEE";
  endpoints.add(with_body<LogRotation>(
      {.method = "POST",
       .path = "/v1/keys/log/rotation",
       .summary = "Give the log a new signing key; both sign for `overlap_days`",
       .who = two,
       .rules = {"I12-F-0", "I12-L-1"},
       .answer_status = 201,
       .answer = members_of<Written>()},
      {}, [&context](const Call& call, const LogRotation& rotation) {
        if (rotation.overlap_days < 0 || rotation.overlap_days > 400)
          return problem(Error{ErrorCode::kMalformed, "overlap_days: 0 to 400"});
        return with_approver(
            context, call, rotation.approver, rotation.reason, [&](const Custody& custody) {
              return rotate_log_key(context.service, custody, rotation.overlap_days * kDayUs);
            });
      }));
  endpoints.add(with_body<RecoveryEnrolment>(
      {.method = "POST",
       .path = "/v1/keys/recovery",
       .summary = "Enrol the key that later backups are wrapped to",
       .who = two,
       .rules = {"I12-F-0", "I12-L-1"},
       .answer_status = 201,
       .answer = members_of<Written>()},
      {}, [&context](const Call& call, const RecoveryEnrolment& enrolment) {
        return with_approver(
            context, call, enrolment.approver, enrolment.reason, [&](const Custody& custody) {
              return enrol_recovery_key(context.service, custody, enrolment.public_key);
            });
      }));
  endpoints.add(with_body<BackupRequest>(
      {.method = "POST",
       .path = "/v1/backups",
       .summary = "Copy all that is permanent into the server's backup folder",
       .who = "IT_UNIT",
       .rules = {"I12-F-0", "I12-L-1"},
       .answer_status = 201,
       .answer = members_of<BackupMade>()},
      {}, [&context](const Call& call, const BackupRequest& request) {
        return make_backup(context, call, request);
      }));
}

}  // namespace alpr::api
