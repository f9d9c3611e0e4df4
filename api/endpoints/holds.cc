// Legal holds.
#include "policy/registers/holds.h"

#include "api/api.h"
#include "policy/records/reads.h"
#include "policy/rules/access.h"
#include "policy/rules/g_holds.h"

namespace alpr::api {

namespace {

struct HoldList {
  std::vector<policy::HoldRequestRow> requests;
  std::vector<policy::HoldRow> holds;
  template <typename M>
  void members(M& m) {
    m("requests", requests);
    m("holds", holds);
  }
};

// The requested events as they stand, and where reads among them have their pictures.
struct Gathered {
  std::vector<policy::EventFacts> facts;
  std::vector<store::Transaction::ImageOf> images;
};

Result<Gathered> gather(store::Transaction& transaction, const std::vector<Sequence>& events) {
  Gathered gathered;
  for (const Sequence seq : events) {
    const auto event = transaction.event(seq);
    if (!event) {
      if (event.error().code != ErrorCode::kGone) return tl::unexpected(event.error());
      gathered.facts.push_back({seq, chain::Retention::kThirtyDay, TimeUs{0}, false});
      continue;
    }
    gathered.facts.push_back(
        {seq, event->header.retention, event->header.time, event->have_payload});
    if (event->header.kind != policy::ReadRecorded::kKind.number) continue;
    if (!event->have_payload) return fail(ErrorCode::kGone, "a read among them is erased");
    const auto recorded = policy::from_event<policy::ReadRecorded>(*event);
    if (!recorded) return tl::unexpected(recorded.error());
    const policy::ImagePlace& place = recorded->image;
    gathered.images.push_back(
        {seq,
         {static_cast<std::uint64_t>(place.offset), static_cast<std::uint64_t>(place.length)},
         place.sha256});
  }
  return gathered;
}

Response decide_hold(Context& context, const Call& call, const policy::DecideHold& command) {
  const Outcome outcome =
      context.service.perform([&](const policy::State& state, store::Transaction& transaction,
                                  const policy::Moment& moment) -> policy::Decision {
        const auto not_judged = [](const Error& e) {
          return policy::Decision::not_judged(e.code, e.detail);
        };
        const auto request = policy::find_hold_request(state.rows, command.request);
        if (!request) return not_judged(request.error());
        if (!*request)
          return policy::Decision::not_judged(ErrorCode::kNotFound, "no such hold request");
        // A denial looks at no event: what was asked for may be gone, or never have been there.
        const bool approves = command.verdict == policy::Verdict::kApprove;
        const auto gathered =
            approves ? gather(transaction, (*request)->asked.events) : Result<Gathered>(Gathered{});
        if (!gathered) return not_judged(gathered.error());
        policy::Decision decision =
            policy::decide(state, *call.actor, command, gathered->facts, moment);
        const bool placed = approves && !decision.refusal && !decision.error;
        if (placed) {
          // Keys made and synced, pictures copied, payloads sealed again; the event follows in the
          // same commit.
          if (auto held = transaction.hold((*request)->asked.events, gathered->images); !held)
            return not_judged(held.error());
        }
        return decision;
      });
  return answer(context, outcome);
}

Response list(Context& context, const Call& call) {
  constexpr std::array kRoles{policy::Role::kCoordinator, policy::Role::kAdministrator};
  constexpr std::size_t kShownMax = 1000;
  const auto snapshot = context.service.snapshot();
  const policy::Gate gate = policy::gate_role(snapshot.state, *call.actor, snapshot.moment, kRoles,
                                              {"I12-G-2", "I12-L-3"});
  if (gate.error) return problem(*gate.error);
  if (gate.refusal)
    return not_done(
        context.service.perform([&](const policy::State&, store::Transaction&,
                                    const policy::Moment&) { return *gate.stop("holds.list"); }));
  auto requests = policy::list_hold_requests(*snapshot.rows, kShownMax);
  if (!requests) return problem(requests.error());
  auto holds = policy::list_holds(*snapshot.rows, kShownMax);
  if (!holds) return problem(holds.error());
  return json_answer(HoldList{std::move(*requests), std::move(*holds)});
}

}  // namespace

void add_hold_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(command_endpoint<policy::RequestHold>(
      context,
      {.method = "POST",
       .path = "/v1/holds",
       .summary = "Ask that named events be kept beyond 30 days",
       .who = "a trained sworn member, or COORDINATOR",
       .rules = {"I12-G-2"}},
      {}));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/holds",
                              .summary = "Who holds what and why",
                              .who = "COORDINATOR or ADMINISTRATOR",
                              .rules = {"I12-G-2", "I12-L-3"},
                              .answer = members_of<HoldList>()},
                             [&context](const Call& call) { return list(context, call); }));
  endpoints.add(with_body<policy::DecideHold>(
      {.method = "POST",
       .path = "/v1/holds/{request}/decision",
       .summary = "Place or deny a hold that another person asked for",
       .who = "COORDINATOR or ADMINISTRATOR",
       .rules = {"I12-G-2"},
       .answer_status = 201,
       .answer = members_of<Written>()},
      {{"request", "request"}}, [&context](const Call& call, const policy::DecideHold& command) {
        return decide_hold(context, call, command);
      }));
  endpoints.add(command_endpoint<policy::ReleaseHold>(context,
                                                      {.method = "POST",
                                                       .path = "/v1/holds/{hold}/release",
                                                       .summary = "End a hold",
                                                       .who = "COORDINATOR or ADMINISTRATOR",
                                                       .rules = {"I12-G-3"}},
                                                      {{"hold", "hold"}}));
}

}  // namespace alpr::api
