// Responses to hits that nobody documented (I12-C2A2-1).
#include <algorithm>

#include "api/api.h"
#include "policy/rules/c2a2_stops.h"

namespace alpr::api {

namespace {

constexpr std::size_t kShownMax = 1000;

struct OwedStopList {
  std::int64_t owed = 0;                // all there are
  std::int64_t overdue = 0;             // of them
  std::vector<policy::OwedStop> stops;  // the oldest
  template <typename M>
  void members(M& m) {
    m("owed", owed);
    m("overdue", overdue);
    m("stops", stops);
  }
};

Response list(Context& context, const Call& call) {
  bool overdue_alone = false;
  if (const auto given = call.query.find("overdue"); given != call.query.end()) {
    if (given->second != "true" && given->second != "false")
      return problem(Error{ErrorCode::kMalformed, "overdue: true or false"});
    overdue_alone = given->second == "true";
  }
  const auto snapshot = context.service.snapshot();
  const policy::Gate gate = policy::gate_owed_stops(snapshot.state, *call.actor, snapshot.moment);
  if (gate.error) return problem(*gate.error);
  if (gate.refusal)
    return not_done(context.service.perform(
        [&](const policy::State&, store::Transaction&, const policy::Moment&) {
          return *gate.stop("stops.list-owed");
        }));
  auto stops = policy::owed_stops(snapshot.state, snapshot.moment);
  if (!stops) return problem(stops.error());
  OwedStopList answer;
  answer.owed = static_cast<std::int64_t>(stops->size());
  std::erase_if(*stops, [&](const policy::OwedStop& stop) {
    answer.overdue += stop.overdue ? 1 : 0;
    return overdue_alone && !stop.overdue;
  });
  stops->resize(std::min(stops->size(), kShownMax));
  answer.stops = std::move(*stops);
  return json_answer(answer);
}

}  // namespace

void add_owed_stop_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(without_body(
      {.method = "GET",
       .path = "/v1/stops/owed",
       .summary = "Responses to hits that nobody documented, the oldest first; no plates",
       .who = "COORDINATOR or ADMINISTRATOR",
       .rules = {"I12-C2A2-1", "I12-L-3"},
       .query = {"overdue"},
       .answer = members_of<OwedStopList>()},
      [&context](const Call& call) { return list(context, call); }));
}

}  // namespace alpr::api
