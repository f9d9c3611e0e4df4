// Complaints, breaches, violations and cost: recorded, followed up, and listed for the annual
// report.
#include "api/api.h"
#include "api/endpoints/log_access.h"
#include "policy/rules/l_oversight.h"

namespace alpr::api {
namespace {

constexpr std::size_t kShownMax = 500;
constexpr std::string_view kKeepers = "COORDINATOR or ADMINISTRATOR";
constexpr std::string_view kFinders = "COORDINATOR, ADMINISTRATOR or IT_UNIT";
constexpr std::string_view kReaders = "COORDINATOR, ADMINISTRATOR or PAC_AUDITOR";

template <typename Row>
struct RowList {
  std::vector<Row> rows;  // oldest first
  bool more = false;      // ask again with after= the last one's number
  template <typename M>
  void members(M& m) {
    m("rows", rows);
    m("more", more);
  }
};

using GateOf = policy::Gate (*)(const policy::State&, const policy::Actor&, const policy::Moment&);
template <typename Row>
using ListOf = Result<std::vector<Row>> (*)(const chain::RegisterReader&, Sequence, std::size_t);

// No plate is in them: they are the department's own, so a look is no event.
template <typename Row>
Endpoint list_endpoint(Context& context, Endpoint endpoint, GateOf gate, std::string action,
                       ListOf<Row> list) {
  endpoint.method = "GET";
  endpoint.query = {"after"};
  endpoint.answer = members_of<RowList<Row>>();
  return without_body(
      std::move(endpoint), [&context, gate, action = std::move(action), list](const Call& call) {
        if (auto refused = refuse_unless(context, call, gate, action)) return std::move(*refused);
        const auto after = call.number("after", 0, chain::kIntegerMax - 1, -1);
        if (!after) return problem(after.error());
        auto rows = list(*context.service.snapshot().rows,
                         Sequence{static_cast<std::uint64_t>(*after + 1)}, kShownMax + 1);
        if (!rows) return problem(rows.error());
        RowList<Row> answer;
        answer.more = rows->size() > kShownMax;
        if (answer.more) rows->pop_back();
        answer.rows = std::move(*rows);
        return json_answer(answer);
      });
}

template <typename Command>
Endpoint post(Context& context, std::string path, std::string summary, std::string_view who,
              std::vector<std::string> rules, std::vector<FromPath> from_path = {}) {
  return command_endpoint<Command>(context,
                                   {.method = "POST",
                                    .path = std::move(path),
                                    .summary = std::move(summary),
                                    .who = std::string(who),
                                    .rules = std::move(rules)},
                                   std::move(from_path));
}

Result<std::vector<policy::CostRow>> costs(const chain::RegisterReader& rows, Sequence,
                                           std::size_t limit) {
  return policy::list_costs(rows, limit);
}

void add_violations(Endpoints& endpoints, Context& context) {
  endpoints.add(post<policy::RecordViolation>(
      context, "/v1/violations", "Record a violation of the order, or what may be one",
      "COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE", {"I12-C3-3"}));
  endpoints.add(post<policy::DecideViolation>(
      context, "/v1/violations/{violation}/decision",
      "What was found, and the sanction in one word; by another person",
      "ADMINISTRATOR or CHIEF_DESIGNEE", {"I12-C3-3", "I12-L-1"}, {{"violation", "violation"}}));
  endpoints.add(list_endpoint<policy::ViolationRow>(
      context,
      {.path = "/v1/violations",
       .summary = "Violations, with what was found",
       .who = "COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE",
       .rules = {"I12-C3-3", "I12-L-5"}},
      policy::gate_violations, "violations.list", policy::list_violations));
}

}  // namespace

void add_oversight_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(post<policy::RecordComplaint>(context, "/v1/complaints",
                                              "Record a complaint or concern of the community",
                                              kKeepers, {"I12-L-5"}));
  endpoints.add(post<policy::AnswerComplaint>(context, "/v1/complaints/{complaint}/answer",
                                              "What was found about a complaint, and what was done",
                                              kKeepers, {"I12-L-5"}, {{"complaint", "complaint"}}));
  endpoints.add(list_endpoint<policy::ComplaintRow>(context,
                                                    {.path = "/v1/complaints",
                                                     .summary = "Complaints, with their answers",
                                                     .who = std::string(kReaders),
                                                     .rules = {"I12-L-5"}},
                                                    policy::gate_oversight, "complaints.list",
                                                    policy::list_complaints));
  endpoints.add(post<policy::RecordBreach>(
      context, "/v1/breaches", "Record that data or access got into hands that may not have it",
      kFinders, {"I12-J-3"}));
  endpoints.add(post<policy::RecordBreachStep>(
      context, "/v1/breaches/{breach}/steps",
      "Record a step of the procedure after a breach; CLOSED comes after all others", kFinders,
      {"I12-J-3"}, {{"breach", "breach"}}));
  endpoints.add(list_endpoint<policy::BreachRow>(
      context,
      {.path = "/v1/breaches",
       .summary = "Breaches, with the steps that were taken",
       .who = std::string(kReaders),
       .rules = {"I12-J-3", "I12-L-5"}},
      policy::gate_oversight, "breaches.list", policy::list_breaches));
  add_violations(endpoints, context);
  endpoints.add(post<policy::RecordCost>(
      context, "/v1/costs",
      "Record what a year cost in one category; takes the place of what was recorded before",
      kKeepers, {"I12-L-5"}));
  endpoints.add(list_endpoint<policy::CostRow>(context,
                                               {.path = "/v1/costs",
                                                .summary = "Costs by year and category",
                                                .who = std::string(kReaders),
                                                .rules = {"I12-L-5"}},
                                               policy::gate_oversight, "costs.list", costs));
}

}  // namespace alpr::api
