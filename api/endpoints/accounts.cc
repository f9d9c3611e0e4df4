// Logging in and out, one's own account, and the health of the server.
#include <algorithm>

#include "api/api.h"
#include "policy/registers/hotlists.h"
#include "policy/registers/people_view.h"
#include "policy/rules/people.h"

namespace alpr::api {

namespace {

struct LoginForm {
  std::string username;
  std::string password;
  std::optional<std::string> code;  // of the second factor, where the account has one
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("password", password);
    m("code", code);
  }
};

struct LoggedIn {
  std::string token;
  Sequence session;
  std::string username;
  std::string name;
  Digest leaf{};  // of session.opened, as is the receipt
  std::string receipt;
  template <typename M>
  void members(M& m) {
    m("token", token);
    m("session", session);
    m("username", username);
    m("name", name);
    m("leaf", leaf);
    m("receipt", receipt);
  }
};

struct Activation {
  std::string username;
  std::vector<std::string> codes;  // both halves; a first holder has one code
  std::string password;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("codes", codes);
    m("password", password);
  }
};

struct PasswordForm {
  std::string current;
  std::string password;
  template <typename M>
  void members(M& m) {
    m("current", current);
    m("password", password);
  }
};

struct Health {
  std::string status;  // "ok" or what is wrong
  bool simulated = false;
  bool clock_stopped = false;
  std::int64_t overdue_purges = 0;       // buckets due for over an hour (I12-G-4: must be 0)
  std::int64_t stale_lists = 0;          // general lists without a good import in time (I12-C2B1-1)
  std::int64_t failing_feeds = 0;        // whose newest try gave no list, or one that was refused
  std::int64_t unreached_receivers = 0;  // of alarms, for over an hour
  template <typename M>
  void members(M& m) {
    m("status", status);
    m("simulated", simulated);
    m("clock_stopped", clock_stopped);
    m("overdue_purges", overdue_purges);
    m("stale_lists", stale_lists);
    m("failing_feeds", failing_feeds);
    m("unreached_receivers", unreached_receivers);
  }
};

Response log_in(Context& context, const Call& call, const LoginForm& form) {
  const Login login{form.username, form.password, form.code};
  if (const auto fault = login_fault(login)) return problem(*fault);
  const Sessions::Opened opened = context.sessions.open(login, call.request.remote);
  if (opened.outcome.refusal) {
    Response response = not_done(opened.outcome);
    response.status = 401;
    Problem p{401,
              opened.outcome.refusal->slug,
              "Not logged in",
              opened.outcome.refusal->reason,
              opened.outcome.refusal->rules,
              std::nullopt};
    return problem(p);
  }
  if (!opened.outcome.done()) return not_done(opened.outcome);
  const policy::Actor& actor = *opened.actor;
  const Written event = written(context, actor.session);
  return json_answer(
      LoggedIn{opened.token, actor.session, actor.username, actor.name, event.leaf, event.receipt},
      201);
}

Response activate(Context& context, const Activation& form) {
  if (form.codes.empty() || form.codes.size() > 2)
    return problem(
        Error{ErrorCode::kMalformed, "codes: give both halves, or the one code of a first holder"});
  Passwords& passwords = context.sessions.passwords();
  if (auto good = passwords.check(form.username, form.password); !good)
    return problem(good.error());
  const auto hash = passwords.hash(form.password);
  if (!hash) return problem(hash.error());
  policy::SetPassword command{form.username, form.codes[0], std::nullopt};
  if (form.codes.size() == 2) command.code_b = form.codes[1];
  return answer(context,
                context.service.perform([&](const policy::State& state, store::Transaction&,
                                            const policy::Moment& moment) {
                  return policy::decide(state, command, *hash, moment);
                }));
}

Response change_password(Context& context, const Call& call, const PasswordForm& form) {
  Passwords& passwords = context.sessions.passwords();
  if (auto good = passwords.check(call.actor->username, form.password); !good)
    return problem(good.error());
  const auto user = policy::find_user(*context.service.snapshot().rows, call.actor->username);
  if (!user) return problem(user.error());
  if (!*user || !(*user)->password_hash)
    return problem(Error{ErrorCode::kUnauthenticated, "log in again"});
  policy::PasswordChange change;
  if (passwords.matches(*(*user)->password_hash, form.current))
    change.matched_hash = *(*user)->password_hash;
  const auto hash = passwords.hash(form.password);
  if (!hash) return problem(hash.error());
  change.new_hash = *hash;
  return answer(context, context.service.perform(*call.actor, change));
}

Response health(Context& context) {
  constexpr std::int64_t kHourUs = 3600 * kSecondUs;
  Health health{.status = "ok",
                .simulated = context.service.simulated(),
                .clock_stopped = context.service.sequencer().clock_stopped()};
  const auto overdue = context.service.retention().overdue(kHourUs);
  if (!overdue) return problem(overdue.error());
  health.overdue_purges = static_cast<std::int64_t>(*overdue);
  const auto rows = context.service.store().registers();
  const auto lists = policy::active_lists(*rows);
  if (!lists) return problem(lists.error());
  health.stale_lists = std::count_if(lists->begin(), lists->end(),
                                     [](const auto& list) { return list.stale.has_value(); });
  const auto alarms = policy::list_alarms(*rows);
  if (!alarms) return problem(alarms.error());
  health.failing_feeds = static_cast<std::int64_t>(alarms->size());
  if (context.settings.unreached_receivers)
    health.unreached_receivers = context.settings.unreached_receivers();
  if (health.unreached_receivers > 0) health.status = "alarms do not reach all of their receivers";
  if (health.failing_feeds > 0) health.status = "a hot list's feed fails";
  if (health.stale_lists > 0) health.status = "a hot list is stale";
  if (health.clock_stopped) health.status = "clock stopped: two people must confirm it";
  if (health.overdue_purges > 0) health.status = "purges are overdue";
  return json_answer(health, health.status == "ok" ? 200 : 503);
}

}  // namespace

void add_account_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/healthz",
                    .access = Access::kPublic,
                    .summary = "Whether the server works; 503 when something needs people",
                    .who = "anybody",
                    .rules = {"I12-C2B1-1", "I12-G-4"},
                    .answer = members_of<Health>()},
                   [&context](const Call&) { return health(context); }));
  endpoints.add(with_body<LoginForm>({.method = "POST",
                                      .path = "/v1/sessions",
                                      .access = Access::kPublic,
                                      .summary = "Log in",
                                      .who = "anybody with an account",
                                      .rules = {"I12-F-1", "I12-K-1"},
                                      .answer_status = 201,
                                      .answer = members_of<LoggedIn>()},
                                     {}, [&context](const Call& call, const LoginForm& login) {
                                       return log_in(context, call, login);
                                     }));
  endpoints.add(without_body({.method = "DELETE",
                              .path = "/v1/sessions/current",
                              .own_account = true,
                              .summary = "Log out",
                              .who = "anybody logged in",
                              .rules = {"I12-K-1"},
                              .answer_status = 201,
                              .answer = members_of<Written>()},
                             [&context](const Call& call) {
                               return answer(context, context.sessions.close(
                                                          call.request.header("authorization"),
                                                          policy::SessionEnd::kLogout));
                             }));
  endpoints.add(with_body<Activation>(
      {.method = "POST",
       .path = "/v1/activations",
       .access = Access::kPublic,
       .summary = "Take an account with its one-use codes and set a password",
       .who = "the person enrolled",
       .rules = {"I12-K-1"},
       .answer_status = 201,
       .answer = members_of<Written>()},
      {}, [&context](const Call&, const Activation& form) { return activate(context, form); }));
  endpoints.add(with_body<PasswordForm>({.method = "POST",
                                         .path = "/v1/me/password",
                                         .own_account = true,
                                         .summary = "Change one's own password",
                                         .who = "anybody logged in",
                                         .rules = {"I12-K-1"},
                                         .answer_status = 201,
                                         .answer = members_of<Written>()},
                                        {}, [&context](const Call& call, const PasswordForm& form) {
                                          return change_password(context, call, form);
                                        }));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/me",
                              .own_account = true,
                              .summary = "One's own account, roles and training",
                              .who = "anybody logged in",
                              .rules = {"I12-C1-1"},
                              .answer = members_of<policy::UserView>()},
                             [&context](const Call& call) {
                               const auto user = policy::find_user(*context.service.snapshot().rows,
                                                                   call.actor->username);
                               if (!user) return problem(user.error());
                               if (!*user)
                                 return problem(Error{ErrorCode::kNotFound, "no such account"});
                               return json_answer(policy::view_of(**user, *context.service.policy(),
                                                                  context.service.now()));
                             }));
}

}  // namespace alpr::api
