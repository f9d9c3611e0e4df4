// Lists of other agencies, opened to people one by one.
#include "api/api.h"
#include "api/endpoints/log_access.h"
#include "policy/rules/c3_sources.h"

namespace alpr::api {
namespace {

constexpr std::size_t kShownMax = 10'000;

struct SourceGrantList {
  std::vector<policy::SourceGrantRow> grants;  // by username
  template <typename M>
  void members(M& m) {
    m("grants", grants);
  }
};

Response list(Context& context, const Call& call) {
  if (auto refused = refuse_unless(context, call, policy::gate_source_grants, "source.grants"))
    return std::move(*refused);
  auto rows = policy::list_source_grants(*context.service.snapshot().rows, kShownMax);
  if (!rows) return problem(rows.error());
  return json_answer(SourceGrantList{std::move(*rows)});
}

}  // namespace

void add_source_grant_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(command_endpoint<policy::GrantSource>(
      context,
      {.method = "POST",
       .path = "/v1/source-grants",
       .summary = "Open one list source to one person, where the policy opens it by grant",
       .who = "ADMINISTRATOR or CHIEF_DESIGNEE",
       .rules = {"I12-C3-b", "I12-L-1"}},
      {}));
  endpoints.add(command_endpoint<policy::EndSourceGrant>(
      context,
      {.method = "POST",
       .path = "/v1/source-grants/{username}/end",
       .summary = "Shut a list source to a person again",
       .who = "COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE",
       .rules = {"I12-C3-b", "I12-L-1"}},
      {{"username", "username", FromPath::As::kText}}));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/source-grants",
                              .summary = "Which list sources are open to whom",
                              .who = "COORDINATOR, ADMINISTRATOR, CHIEF_DESIGNEE or PAC_AUDITOR",
                              .rules = {"I12-C3-b", "I12-L-1"},
                              .answer = members_of<SourceGrantList>()},
                             [&context](const Call& call) { return list(context, call); }));
}

}  // namespace alpr::api
