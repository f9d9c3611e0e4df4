// Gaps in compliance: recorded with owner and date, closed, and listed.
#include "api/api.h"
#include "api/endpoints/log_access.h"
#include "policy/rules/k2_gaps.h"

namespace alpr::api {
namespace {

constexpr std::size_t kShownMax = 500;
constexpr std::string_view kKeepers = "COORDINATOR or ADMINISTRATOR";

struct GapList {
  std::vector<policy::GapRow> gaps;  // oldest first
  bool more = false;                 // ask again with after= the last one's gap
  template <typename M>
  void members(M& m) {
    m("gaps", gaps);
    m("more", more);
  }
};

// No plate, no suspect, no case is in it: what is missing is the department's own, so a look is no
// event.
Response list(Context& context, const Call& call) {
  if (auto refused = refuse_unless(context, call, policy::gate_gaps, "gaps.list"))
    return std::move(*refused);
  const auto after = call.number("after", 0, chain::kIntegerMax - 1, -1);
  if (!after) return problem(after.error());
  auto rows = policy::list_gaps(*context.service.snapshot().rows,
                                Sequence{static_cast<std::uint64_t>(*after + 1)}, kShownMax + 1);
  if (!rows) return problem(rows.error());
  GapList answer;
  answer.more = rows->size() > kShownMax;
  if (answer.more) rows->pop_back();
  answer.gaps = std::move(*rows);
  return json_answer(answer);
}

}  // namespace

void add_gap_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(command_endpoint<policy::RecordGap>(
      context,
      {.method = "POST",
       .path = "/v1/gaps",
       .summary = "Record that a row of the order is not kept in full, who sees to it and by when",
       .who = std::string(kKeepers),
       .rules = {"I12-K-2"}},
      {}));
  endpoints.add(command_endpoint<policy::CloseGap>(context,
                                                   {.method = "POST",
                                                    .path = "/v1/gaps/{gap}/closing",
                                                    .summary = "Record that a gap is closed",
                                                    .who = std::string(kKeepers),
                                                    .rules = {"I12-K-2"}},
                                                   {{"gap", "gap"}}));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/gaps",
                              .summary = "Gaps in compliance, with owner and date, closed ones too",
                              .who = "COORDINATOR, ADMINISTRATOR or PAC_AUDITOR",
                              .rules = {"I12-K-2"},
                              .query = {"after"},
                              .answer = members_of<GapList>()},
                             [&context](const Call& call) { return list(context, call); }));
}

}  // namespace alpr::api
