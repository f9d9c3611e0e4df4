// Second factors and withdrawn passwords, and the sessions that somebody should look at.
#include "api/api.h"
#include "api/second_factor.h"
#include "policy/rules/access.h"
#include "policy/rules/people.h"
#include "policy/rules/second_factor.h"

namespace alpr::api {

namespace {

using As = FromPath::As;

struct OfferForm {
  std::string current;              // one's password
  std::optional<std::string> code;  // of the second factor that is in force
  template <typename M>
  void members(M& m) {
    m("current", current);
    m("code", code);
  }
};

// Shown once.
struct Offered {
  Sequence seq;
  std::string secret;  // base32
  std::string uri;     // otpauth://, for a QR code
  Digest leaf{};
  std::string receipt;
  template <typename M>
  void members(M& m) {
    m("seq", seq);
    m("secret", secret);
    m("uri", uri);
    m("leaf", leaf);
    m("receipt", receipt);
  }
};

struct CodeForm {
  std::string code;
  template <typename M>
  void members(M& m) {
    m("code", code);
  }
};

struct Confirmed {
  Sequence seq;
  std::vector<std::string> recovery_codes;
  Digest leaf{};
  std::string receipt;
  template <typename M>
  void members(M& m) {
    m("seq", seq);
    m("recovery_codes", recovery_codes);
    m("leaf", leaf);
    m("receipt", receipt);
  }
};

struct FlagList {
  std::vector<policy::SessionFlagRow> flags;
  template <typename M>
  void members(M& m) {
    m("flags", flags);
  }
};

Result<policy::UserRow> own_row(Context& context, const Call& call) {
  auto user = policy::find_user(*context.service.snapshot().rows, call.actor->username);
  if (!user) return tl::unexpected(user.error());
  if (!*user) return fail(ErrorCode::kUnauthenticated, "log in again");
  return std::move(**user);
}

Response offer(Context& context, const Call& call, const OfferForm& form) {
  const Login login{call.actor->username, form.current, form.code};
  if (const auto fault = login_fault(login)) return problem(*fault);
  const auto user = own_row(context, call);
  if (!user) return problem(user.error());
  auto shown = context.sessions.shown(*user, login, call.request.remote);
  if (!shown) return problem(shown.error());
  const NewTotp made =
      new_totp(context.service.store().vault(), context.settings.origin, user->username);
  const Outcome outcome =
      context.service.perform(*call.actor, policy::OfferSecondFactor{std::move(*shown), made.box});
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  return json_answer(Offered{event.seq, made.secret, made.uri, event.leaf, event.receipt}, 201);
}

Response confirm(Context& context, const Call& call, const CodeForm& form) {
  const auto user = own_row(context, call);
  if (!user) return problem(user.error());
  const RecoveryCodes recovery = new_recovery_codes();
  policy::ConfirmSecondFactor command{std::nullopt, recovery.digests};
  if (user->offered_factor) {
    const auto totp = match_totp(context.service.store().vault(), user->username,
                                 *user->offered_factor, form.code, context.service.now());
    if (!totp) return problem(totp.error());
    command.totp = *totp;
  }
  const Outcome outcome = context.service.perform(*call.actor, command);
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  return json_answer(Confirmed{event.seq, recovery.codes, event.leaf, event.receipt}, 201);
}

Response flags(Context& context, const Call& call) {
  constexpr std::size_t kFlagsMax = 200;
  constexpr std::array kReviewers{policy::Role::kCoordinator, policy::Role::kAdministrator,
                                  policy::Role::kChiefDesignee};
  const auto snapshot = context.service.snapshot();
  const policy::Gate gate = policy::gate_role(snapshot.state, *call.actor, snapshot.moment,
                                              kReviewers, {"I12-L-4", "I12-C3-8"});
  if (gate.error) return problem(*gate.error);
  if (gate.refusal) {
    return not_done(context.service.perform(
        [&](const policy::State&, store::Transaction&, const policy::Moment&) {
          return *gate.stop("session-flags.list");
        }));
  }
  auto rows = policy::list_session_flags(*snapshot.rows, kFlagsMax);
  if (!rows) return problem(rows.error());
  return json_answer(FlagList{std::move(*rows)});
}

const std::vector<FromPath> kUser{{"username", "username", As::kText}};

void add_own_factor(Endpoints& endpoints, Context& context) {
  endpoints.add(with_body<OfferForm>(
      {.method = "POST",
       .path = "/v1/me/second-factor",
       .own_account = true,
       .summary = "Begin a second factor: its secret, shown once; it counts once confirmed",
       .who = "anybody logged in, with their password",
       .rules = {"I12-F-1", "I12-K-1"},
       .answer_status = 201,
       .answer = members_of<Offered>()},
      {},
      [&context](const Call& call, const OfferForm& form) { return offer(context, call, form); }));
  endpoints.add(with_body<CodeForm>(
      {.method = "POST",
       .path = "/v1/me/second-factor/confirmation",
       .own_account = true,
       .summary = "Confirm it with a code; answers ten recovery codes, shown once",
       .who = "the person it was offered to",
       .rules = {"I12-F-1", "I12-K-1"},
       .answer_status = 201,
       .answer = members_of<Confirmed>()},
      {},
      [&context](const Call& call, const CodeForm& form) { return confirm(context, call, form); }));
}

void add_of_others(Endpoints& endpoints, Context& context) {
  endpoints.add(command_endpoint<policy::RemoveSecondFactor>(
      context,
      {.method = "POST",
       .path = "/v1/users/{username}/second-factor/removal",
       .summary = "Remove the second factor of somebody who lost it; ends their sessions",
       .who = "IT_UNIT, ADMINISTRATOR or CHIEF_DESIGNEE, not for oneself",
       .rules = {"I12-K-1", "I12-L-1"}},
      kUser));
  endpoints.add(command_endpoint<policy::WithdrawPassword>(
      context,
      {.method = "POST",
       .path = "/v1/users/{username}/password/withdrawal",
       .summary = "End somebody's password and sessions at once; a renewal leads to another",
       .who = "IT_UNIT, ADMINISTRATOR or CHIEF_DESIGNEE, not for oneself",
       .rules = {"I12-K-1", "I12-L-1"}},
      kUser));
}

void add_flags(Endpoints& endpoints, Context& context) {
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/session-flags",
                              .summary = "Sessions that wait for a review, oldest first",
                              .who = "COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE",
                              .rules = {"I12-C3-8", "I12-L-4"},
                              .answer = members_of<FlagList>()},
                             [&context](const Call& call) { return flags(context, call); }));
  endpoints.add(command_endpoint<policy::ReviewSession>(
      context,
      {.method = "POST",
       .path = "/v1/session-flags/{flag}/review",
       .summary = "Say what was found out about a flagged session",
       .who = "COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE, not of one's own",
       .rules = {"I12-C3-8", "I12-L-4"}},
      {{"flag", "flag"}}));
}

}  // namespace

void add_credential_endpoints(Endpoints& endpoints, Context& context) {
  add_own_factor(endpoints, context);
  add_of_others(endpoints, context);
  add_flags(endpoints, context);
}

}  // namespace alpr::api
