// Who may be given data: the register of recipients.
#include "policy/registers/recipients.h"

#include "api/api.h"
#include "api/endpoints/log_access.h"
#include "policy/rules/i_recipients.h"

namespace alpr::api {

namespace {

constexpr std::size_t kShownMax = 10'000;

struct RecipientList {
  std::vector<policy::RecipientRow> recipients;
  template <typename M>
  void members(M& m) {
    m("recipients", recipients);
  }
};

policy::Gate gate_account(const policy::State& state, const policy::Actor& actor,
                          const policy::Moment& moment) {
  return policy::gate(state, actor, moment, policy::Need::kAccount);
}

// All of them, or the one whose name compares equal to the one asked for.
Response list(Context& context, const Call& call) {
  if (auto refused = refuse_unless(context, call, gate_account, "recipients.list"))
    return std::move(*refused);
  const auto snapshot = context.service.snapshot();
  const auto name = call.query.find("name");
  if (name == call.query.end()) {
    auto rows = policy::list_recipients(*snapshot.rows, kShownMax);
    if (!rows) return problem(rows.error());
    return json_answer(RecipientList{std::move(*rows)});
  }
  const auto found = policy::find_recipient_named(*snapshot.rows, name->second);
  if (!found) return problem(found.error());
  if (!*found) return json_answer(RecipientList{});
  auto row = policy::find_recipient(*snapshot.rows, **found);
  if (!row) return problem(row.error());
  return json_answer(RecipientList{{**row}});
}

}  // namespace

void add_recipient_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(command_endpoint<policy::RegisterRecipient>(
      context,
      {.method = "POST",
       .path = "/v1/recipients",
       .summary = "Register an agency or party that may ask for data",
       .who = "COORDINATOR or ADMINISTRATOR",
       .rules = {"I12-E-2", "I12-E-3", "I12-H-1", "I12-I-0", "I12-I-1"}},
      {}));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/recipients",
                              .summary = "The recipients, or the one of a name however it is spelt",
                              .who = "anybody logged in",
                              .rules = {"I12-E-2", "I12-I-1"},
                              .query = {"name"},
                              .answer = members_of<RecipientList>()},
                             [&context](const Call& call) { return list(context, call); }));
  endpoints.add(command_endpoint<policy::MoveRecipient>(
      context,
      {.method = "POST",
       .path = "/v1/recipients/{recipient}/jurisdiction",
       .summary = "Correct a recipient's jurisdiction; counts at once, for open requests too",
       .who = "COORDINATOR or ADMINISTRATOR",
       .rules = {"I12-E-2", "I12-E-3"}},
      {{"recipient", "recipient"}}));
}

}  // namespace alpr::api
