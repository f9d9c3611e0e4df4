// Going on after a step of the clock: nothing can be appended until two people have confirmed it,
// and so nobody can log in either; they confirm with their passwords in one call.
#include <set>

#include "api/api.h"
#include "ledger/chain/canonical_json.h"
#include "policy/registers/people.h"
#include "policy/rules/access.h"

namespace alpr::api {

namespace {

using chain::Json;

struct Confirmer {
  std::string username;
  std::string password;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("password", password);
  }
};

struct Confirmation {
  std::vector<Confirmer> people;  // two
  std::string reason;             // e.g. "the machine's clock was set after a battery change"
  template <typename M>
  void members(M& m) {
    m("people", people);
    m("reason", reason);
  }
};

// The person's password is right and they hold one of the roles that answer for the system.
Result<bool> may_confirm(Context& context, const Confirmer& person) {
  constexpr std::array kRoles{policy::Role::kItUnit, policy::Role::kAdministrator,
                              policy::Role::kChiefDesignee};
  const auto snapshot = context.service.snapshot();
  const auto user = policy::find_user(*snapshot.rows, person.username);
  if (!user) return tl::unexpected(user.error());
  Passwords& passwords = context.sessions.passwords();
  const bool has_one = *user && (*user)->password_hash;
  // No code of a second factor is asked for: it is made from the very clock that is in doubt.
  const bool right = passwords.matches(has_one ? *(*user)->password_hash : passwords.nobodys_hash(),
                                       person.password);
  return right && has_one &&
         policy::holds_any_role(snapshot.state, person.username, kRoles, snapshot.moment);
}

Response confirm(Context& context, const Confirmation& confirmation) {
  if (!context.service.sequencer().clock_stopped())
    return problem(Error{ErrorCode::kConflict, "the clock is not stopped"});
  if (confirmation.people.size() != 2 ||
      confirmation.people[0].username == confirmation.people[1].username)
    return problem(Error{ErrorCode::kMalformed, "people: two different people confirm"});
  if (policy::blank(confirmation.reason) || confirmation.reason.size() > 4000)
    return problem(
        Error{ErrorCode::kMalformed, "reason: say why the clock stepped, in at most 4000 bytes"});
  Json::Array names;
  for (const Confirmer& person : confirmation.people) {
    if (person.username.size() > 64 || person.password.size() > 128)
      return problem(Error{ErrorCode::kMalformed, "username or password is too long"});
    const auto may = may_confirm(context, person);
    if (!may) return problem(may.error());
    if (!*may)
      return problem(Error{ErrorCode::kUnauthenticated,
                           "both must be holders of IT_UNIT, ADMINISTRATOR or CHIEF_DESIGNEE, with "
                           "their passwords"});
    names.emplace_back(person.username);
  }
  store::Store& store = context.service.store();
  const auto last = store.header(Sequence{store.size() - 1});
  if (!last) return problem(last.error());
  chain::Draft draft;
  draft.kind = chain::kind::kClockStepped;
  draft.members = {{"from", chain::write(Json(last->time.value)), true},
                   {"to", chain::write(Json(context.service.now().value)), true},
                   {"confirmed_by", chain::write(Json(std::move(names))), false},
                   {"reason", chain::write(Json(confirmation.reason)), false}};
  const auto committed = context.service.sequencer().confirm_clock(draft);
  if (!committed) return problem(committed.error());
  return json_answer(written(context, committed->first), 201);
}

}  // namespace

void add_clock_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(with_body<Confirmation>(
      {.method = "POST",
       .path = "/v1/clock/confirmation",
       .access = Access::kPublic,
       .summary = "Two people confirm a step of the clock; appends go on",
       .who = "two holders of IT_UNIT, ADMINISTRATOR or CHIEF_DESIGNEE, by password",
       .rules = {"I12-F-0", "I12-L-1"},
       .answer_status = 201,
       .answer = members_of<Written>()},
      {}, [&context](const Call&, const Confirmation& confirmation) {
        return confirm(context, confirmation);
      }));
}

}  // namespace alpr::api
