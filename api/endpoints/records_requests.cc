// Requests of the public for records: a register apart from sharing.
#include "policy/registers/records_requests.h"

#include "api/api.h"
#include "api/endpoints/log_access.h"
#include "policy/rules/h_records_requests.h"

namespace alpr::api {

namespace {

constexpr std::size_t kShownMax = 500;

struct RecordsRequestList {
  std::vector<policy::RecordsRequestRow> requests;  // oldest first
  std::vector<Sequence> exceptions;  // of them: non-investigatory records not disclosed whole
  bool more = false;                 // ask again with after= the last one's request
  template <typename M>
  void members(M& m) {
    m("requests", requests);
    m("exceptions", exceptions);
    m("more", more);
  }
};

policy::Gate gate_custodians(const policy::State& state, const policy::Actor& actor,
                             const policy::Moment& moment) {
  constexpr std::array kCustodians{policy::Role::kCoordinator, policy::Role::kAdministrator};
  return policy::gate_role(state, actor, moment, kCustodians, {"I12-H-1", "I12-L-3"});
}

Response list(Context& context, const Call& call) {
  if (auto refused = refuse_unless(context, call, gate_custodians, "records.list"))
    return std::move(*refused);
  const auto after = call.number("after", 0, chain::kIntegerMax - 1, -1);
  if (!after) return problem(after.error());
  auto rows = policy::list_records_requests(*context.service.snapshot().rows,
                                            Sequence{static_cast<std::uint64_t>(*after + 1)},
                                            kShownMax + 1);
  if (!rows) return problem(rows.error());
  RecordsRequestList answer;
  answer.more = rows->size() > kShownMax;
  if (answer.more) rows->pop_back();
  for (const policy::RecordsRequestRow& row : *rows)
    if (row.answer && row.answer->exception) answer.exceptions.push_back(row.request);
  answer.requests = std::move(*rows);
  return json_answer(answer);
}

constexpr std::string_view kCustodians = "COORDINATOR or ADMINISTRATOR";

}  // namespace

void add_records_request_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(command_endpoint<policy::EnterRecordsRequest>(
      context,
      {.method = "POST",
       .path = "/v1/records-requests",
       .summary = "Enter a request of the public for records",
       .who = std::string(kCustodians),
       .rules = {"I12-E-6", "I12-H-1"}},
      {}));
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/v1/records-requests",
                    .summary = "The public's requests, their answers and dates, and the exceptions",
                    .who = std::string(kCustodians),
                    .rules = {"I12-E-6", "I12-H-1", "I12-L-3"},
                    .query = {"after"},
                    .answer = members_of<RecordsRequestList>()},
                   [&context](const Call& call) { return list(context, call); }));
  endpoints.add(command_endpoint<policy::DecideRecordsRequest>(
      context,
      {.method = "POST",
       .path = "/v1/records-requests/{request}/decision",
       .summary = "Say what a request is answered and on what basis",
       .who = std::string(kCustodians),
       .rules = {"I12-E-6", "I12-H-1"}},
      {{"request", "request"}}));
  endpoints.add(command_endpoint<policy::CloseRecordsRequest>(
      context,
      {.method = "POST",
       .path = "/v1/records-requests/{request}/closing",
       .summary = "Record that the answer went out",
       .who = std::string(kCustodians),
       .rules = {"I12-E-6", "I12-H-1"}},
      {{"request", "request"}}));
}

}  // namespace alpr::api
