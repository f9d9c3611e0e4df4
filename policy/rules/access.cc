#include "policy/rules/access.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "policy/registers/people.h"

namespace alpr::policy {
namespace {

std::optional<Refusal> account_refusal(const SeenRow<UserRow>& user, const Actor& actor) {
  if (!user || user->deactivated || !user->password_hash) {
    return Refusal{
        {"I12-K-1"}, "account-not-active", "The account is not active: ask the IT unit."};
  }
  const auto& open = user->sessions;
  if (std::find(open.begin(), open.end(), actor.session) == open.end()) {
    return Refusal{
        {"I12-K-1", "I12-F-1"}, "session-not-open", "The session is closed: log in again."};
  }
  return std::nullopt;
}

std::optional<Refusal> eligibility_refusal(const UserRow& user) {
  switch (user.user_class) {
    case UserClass::kSworn:
    case UserClass::kPst:
      return std::nullopt;
    case UserClass::kOtherDesignated:
      if (user.designation) return std::nullopt;
      return Refusal{{"I12-C1-3", "I12-E-1"},
                     "not-designated",
                     "Needs a designation by the Chief of Police or the Chief's designee."};
    case UserClass::kAuditor:
      return Refusal{{"I12-C1-2", "I12-E-1"},
                     "class-not-eligible",
                     "Auditors read checkpoints, tiles and proofs, and no licence-plate data."};
  }
  return Refusal{{"I12-C1-2"}, "class-not-eligible", "This class of user is not eligible."};
}

}  // namespace

std::optional<Decision> Gate::stop(std::string_view action) const {
  if (error) return Decision::not_judged(error->code, error->detail);
  if (refusal) return refuse(moment, actor, action, *refusal);
  return std::nullopt;
}

Gate gate(const State& state, const Actor& actor, const Moment& moment, Need need) {
  Gate gate;
  gate.moment = moment;
  gate.actor = actor;
  gate.actor.training.reset();
  const auto user = see_user(state.rows, actor.username);
  if (!user) {
    gate.error = user.error();
    return gate;
  }
  gate.refusal = account_refusal(*user, actor);
  if (gate.refusal) return gate;
  // What is written of a person is what was enrolled, whatever the caller filled in.
  gate.actor.name = (*user)->name;
  gate.actor.organisation = (*user)->organisation;
  if (need == Need::kAccount) return gate;

  gate.refusal = eligibility_refusal(**user);
  if (gate.refusal) return gate;
  gate.actor.training =
      training_in_force(**user, moment.now, moment.policy->parameters.retraining_seconds);
  if (!gate.actor.training) {
    gate.refusal = Refusal{
        {"I12-C1-1", "I12-C3-a", "I12-J-3"},
        "not-trained",
        "Needs an approved course that covers all eight topics, completed before any access. The "
        "Training Section records it."};
  }
  return gate;
}

bool holds_role(const State& state, std::string_view username, Role role, const Moment& moment) {
  const auto user = see_user(state.rows, username);
  if (!user || !*user || (*user)->deactivated) return false;
  return std::any_of((*user)->grants.begin(), (*user)->grants.end(), [&](const GrantRow& grant) {
    return grant.role == role && in_force(grant, moment.now);
  });
}

bool holds_any_role(const State& state, std::string_view username, std::span<const Role> roles,
                    const Moment& moment) {
  return std::any_of(roles.begin(), roles.end(),
                     [&](Role role) { return holds_role(state, username, role, moment); });
}

Gate gate_role(const State& state, const Actor& actor, const Moment& moment,
               std::span<const Role> roles, std::vector<std::string> rules) {
  Gate open = gate(state, actor, moment, Need::kAccount);
  if (open.error || open.refusal || holds_any_role(state, actor.username, roles, moment))
    return open;
  std::string names;
  for (const Role role : roles) {
    if (!names.empty()) names += " or ";
    names += to_text(role);
  }
  open.refusal = Refusal{std::move(rules), "role-missing",
                         fmt::format("Needs the role {}, in force now.", names)};
  return open;
}

Gate gate_log(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kReaders{Role::kPacAuditor, Role::kCoordinator, Role::kAdministrator,
                                Role::kItUnit};
  return gate_role(state, actor, moment, kReaders, {"I12-F-0", "I12-L-1"});
}

Result<Actor> actor_of_session(const chain::RegisterReader& rows, Sequence session) {
  const auto row = find_session(rows, session);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kUnauthenticated, "the session is closed: log in again");
  const auto user = find_user(rows, (*row)->username);
  if (!user) return tl::unexpected(user.error());
  if (!*user) return fail(ErrorCode::kCorrupt, "a session without its user");
  return Actor{(*user)->username, (*user)->name, (*user)->organisation, session, std::nullopt};
}

}  // namespace alpr::policy
