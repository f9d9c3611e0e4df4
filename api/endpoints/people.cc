// Accounts, roles, designations and training.
#include "policy/rules/people.h"

#include "api/api.h"
#include "ledger/chain/keys.h"
#include "policy/registers/people_view.h"
#include "policy/rules/access.h"
#include "policy/rules/codes.h"
#include "policy/rules/roles.h"

namespace alpr::api {

namespace {

using As = FromPath::As;

// The half of an activation code that its giver reads out to the person. Shown once, stored
// nowhere.
struct CodeGiven {
  Sequence seq;
  std::string code;
  Digest leaf{};
  std::string receipt;
  template <typename M>
  void members(M& m) {
    m("seq", seq);
    m("code", code);
    m("leaf", leaf);
    m("receipt", receipt);
  }
};

struct UserList {
  std::vector<policy::UserView> users;
  template <typename M>
  void members(M& m) {
    m("users", users);
  }
};

struct GrantRequestList {
  std::vector<policy::GrantRequestRow> requests;
  template <typename M>
  void members(M& m) {
    m("requests", requests);
  }
};

// Commands whose event holds a new code's digest: the code is made here and given out once.
template <typename Command>
Endpoint code_endpoint(Context& context, Endpoint endpoint, std::vector<FromPath> from_path) {
  endpoint.answer_status = 201;
  endpoint.answer = members_of<CodeGiven>();
  return with_body<Command>(
      std::move(endpoint), std::move(from_path),
      [&context](const Call& call, const Command& command) -> Response {
        policy::CodeBits bits;
        chain::random_bytes(bits);
        Salt salt;
        chain::random_bytes(salt);
        const std::string code = policy::code_text(bits);
        chain::wipe(bits);
        const policy::CodeDigest digest = policy::digest_code(code, salt);
        const Outcome outcome = context.service.perform(
            [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
              return policy::decide(state, *call.actor, command, digest, moment);
            });
        if (!outcome.done()) return not_done(outcome);
        const Written event = written(context, outcome.commit.first);
        return json_answer(CodeGiven{event.seq, code, event.leaf, event.receipt}, 201);
      });
}

// Lists of people are for those who manage access and for the custodian (I12-L-1, L-3).
template <typename List>
Response managed_list(Context& context, const Call& call, List list) {
  constexpr std::array kRoles{policy::Role::kItUnit, policy::Role::kAdministrator,
                              policy::Role::kCoordinator, policy::Role::kChiefDesignee,
                              policy::Role::kTrainingSection};
  const auto snapshot = context.service.snapshot();
  const policy::Gate gate = policy::gate_role(snapshot.state, *call.actor, snapshot.moment, kRoles,
                                              {"I12-L-1", "I12-L-3"});
  if (gate.error) return problem(*gate.error);
  if (gate.refusal) {
    // A refusal is on the record, also of a mere look (architecture invariant 3).
    const Outcome outcome =
        context.service.perform([&](const policy::State&, store::Transaction&,
                                    const policy::Moment&) { return *gate.stop("people.list"); });
    return not_done(outcome);
  }
  return list(*snapshot.rows);
}

const std::vector<FromPath> kUser{{"username", "username", As::kText}};

void add_enrolment(Endpoints& endpoints, Context& context) {
  endpoints.add(
      code_endpoint<policy::EnrolUser>(context,
                                       {.method = "POST",
                                        .path = "/v1/users",
                                        .summary = "Enrol a person; answers half A of their code",
                                        .who = "IT_UNIT",
                                        .rules = {"I12-C1-2", "I12-I-10", "I12-K-1", "I12-L-1"}},
                                       {}));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/users",
                              .summary = "All accounts, roles and training",
                              .who = "role holders",
                              .rules = {"I12-J-2", "I12-L-1"},
                              .answer = members_of<UserList>()},
                             [&context](const Call& call) {
                               return managed_list(
                                   context, call, [&](const chain::RegisterReader& rows) {
                                     auto users = policy::view_users(rows, context.service.now());
                                     if (!users) return problem(users.error());
                                     return json_answer(UserList{std::move(*users)});
                                   });
                             }));
  endpoints.add(code_endpoint<policy::ConfirmUser>(
      context,
      {.method = "POST",
       .path = "/v1/users/{username}/confirmation",
       .summary = "Confirm an enrolment; answers half B of the code",
       .who = "CHIEF_DESIGNEE, ADMINISTRATOR or TRAINING_SECTION, not the enroller",
       .rules = {"I12-K-1"}},
      kUser));
  endpoints.add(code_endpoint<policy::RenewAccess>(
      context,
      {.method = "POST",
       .path = "/v1/users/{username}/renewal",
       .summary = "New codes for expired ones or a forgotten password; answers half A",
       .who = "IT_UNIT",
       .rules = {"I12-K-1"}},
      kUser));
}

void add_standing(Endpoints& endpoints, Context& context) {
  endpoints.add(command_endpoint<policy::DeactivateUser>(
      context,
      {.method = "POST",
       .path = "/v1/users/{username}/deactivation",
       .summary = "Deactivate an account; ends its sessions",
       .who = "IT_UNIT, ADMINISTRATOR or CHIEF_DESIGNEE",
       .rules = {"I12-L-1"}},
      kUser));
  endpoints.add(command_endpoint<policy::DesignateUser>(
      context,
      {.method = "POST",
       .path = "/v1/users/{username}/designation",
       .summary = "Designate a user who is neither sworn nor a PST",
       .who = "CHIEF_DESIGNEE",
       .rules = {"I12-C1-3", "I12-E-1"}},
      kUser));
  endpoints.add(command_endpoint<policy::RevokeDesignation>(
      context,
      {.method = "POST",
       .path = "/v1/users/{username}/designation/revocation",
       .summary = "Revoke a designation",
       .who = "CHIEF_DESIGNEE",
       .rules = {"I12-C1-3"}},
      kUser));
  endpoints.add(
      command_endpoint<policy::CompleteTraining>(context,
                                                 {.method = "POST",
                                                  .path = "/v1/trainings",
                                                  .summary = "Record a completed training",
                                                  .who = "TRAINING_SECTION, not for oneself",
                                                  .rules = {"I12-J-1", "I12-J-2", "I12-J-3"}},
                                                 {}));
}

void add_roles(Endpoints& endpoints, Context& context) {
  endpoints.add(
      command_endpoint<policy::RequestRoleGrant>(context,
                                                 {.method = "POST",
                                                  .path = "/v1/role-grants",
                                                  .summary = "Ask that somebody be given a role",
                                                  .who = "CHIEF_DESIGNEE, ADMINISTRATOR or IT_UNIT",
                                                  .rules = {"I12-L-1", "I12-L-2"}},
                                                 {}));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/role-grants",
                              .summary = "Requests for roles",
                              .who = "role holders",
                              .rules = {"I12-L-1"},
                              .answer = members_of<GrantRequestList>()},
                             [&context](const Call& call) {
                               return managed_list(
                                   context, call, [&](const chain::RegisterReader& rows) {
                                     auto requests = policy::list_grant_requests(rows);
                                     if (!requests) return problem(requests.error());
                                     return json_answer(GrantRequestList{std::move(*requests)});
                                   });
                             }));
  endpoints.add(command_endpoint<policy::DecideRoleGrant>(
      context,
      {.method = "POST",
       .path = "/v1/role-grants/{request}/decision",
       .summary = "Grant or deny a role that another person asked for",
       .who = "CHIEF_DESIGNEE or ADMINISTRATOR",
       .rules = {"I12-L-1", "I12-L-2"}},
      {{"request", "request"}}));
  endpoints.add(command_endpoint<policy::EndRole>(
      context,
      {.method = "POST",
       .path = "/v1/role-grants/{grant}/end",
       .summary = "End a role",
       .who = "CHIEF_DESIGNEE, ADMINISTRATOR, IT_UNIT, or its holder",
       .rules = {"I12-L-2"}},
      {{"grant", "grant"}}));
}

}  // namespace

void add_people_endpoints(Endpoints& endpoints, Context& context) {
  add_enrolment(endpoints, context);
  add_standing(endpoints, context);
  add_roles(endpoints, context);
}

}  // namespace alpr::api
