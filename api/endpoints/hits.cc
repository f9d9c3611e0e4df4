// Hits, their validation, and stops.
#include "api/api.h"
#include "api/gone.h"
#include "api/images.h"
#include "policy/rules/c2a2_stops.h"
#include "policy/rules/c2a_hits.h"

namespace alpr::api {

namespace {

struct HitShown {
  policy::HitRow hit;
  policy::HitState state{};
  std::optional<policy::HitResponseRow> response;
  std::vector<std::string> missing;  // rules of the steps that full validation still needs
  template <typename M>
  void members(M& m) {
    m("hit", hit);
    m("state", state);
    m("response", response);
    m("missing", missing);
  }
};

struct HitList {
  Sequence disclosure;  // the event that records this look
  Digest leaf{};
  std::string receipt;
  std::vector<HitShown> hits;
  template <typename M>
  void members(M& m) {
    m("disclosure", disclosure);
    m("leaf", leaf);
    m("receipt", receipt);
    m("hits", hits);
  }
};

Response show(Context& context, const Call& call, const policy::ListHits& command) {
  std::vector<policy::HitView> hits;
  const Outcome outcome =
      context.service.perform([&](const policy::State& state, store::Transaction&,
                                  const policy::Moment& moment) -> policy::Decision {
        auto selected = policy::select_hits(state, command, moment);
        if (!selected)
          return policy::Decision::not_judged(selected.error().code, selected.error().detail);
        hits = std::move(*selected);
        return policy::decide(state, *call.actor, command, hits, moment);
      });
  if (outcome.error && command.hit)
    return event_problem(context.service.store(), *command.hit, *outcome.error);
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  HitList answer{event.seq, event.leaf, event.receipt, {}};
  const TimeUs now =
      context.service.now();  // due times are checked again before anything is shown (I12-G-1)
  for (const policy::HitView& view : hits) {
    if (due_time(view.hit.raised_at) <= now) continue;
    answer.hits.push_back(
        {view.hit, view.state, view.response,
         policy::missing_steps(view.response, context.service.policy()->parameters)});
  }
  return json_answer(answer);
}

Response image(Context& context, const Call& call) {
  const auto hit = call.seq("hit");
  if (!hit) return problem(hit.error());
  const auto row = policy::find_hit(*context.service.snapshot().rows, *hit);
  if (!row) return problem(row.error());
  if (!*row) {
    const store::Store& store = context.service.store();
    if (hit->value >= store.size())
      return problem(Error{ErrorCode::kNotFound, "hit: no event has this number"});
    return event_problem(store, *hit,
                         {ErrorCode::kGone,
                          "hit: none of this number is kept; it is past its 30 "
                          "days, or never was one (I12-G-1)"});
  }
  return disclose_image(context, *call.actor, {(*row)->raised.read, std::nullopt, *hit});
}

}  // namespace

void add_hit_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/hits",
                              .summary = "Hits, newest first; the look is recorded first",
                              .who = "a trained user",
                              .rules = {"I12-DEF-3", "I12-C2A-8", "I12-C2B2-3", "I12-F-2"},
                              .query = {"limit"},
                              .answer = members_of<HitList>()},
                             [&context](const Call& call) {
                               const auto limit = call.number("limit", 1, policy::kHitsShownMax,
                                                              policy::kHitsShownMax);
                               if (!limit) return problem(limit.error());
                               return show(context, call, {std::nullopt, *limit});
                             }));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/hits/{hit}",
                              .summary = "One hit; the look is recorded first",
                              .who = "a trained user",
                              .rules = {"I12-DEF-3", "I12-C2A-8", "I12-F-2"},
                              .answer = members_of<HitList>()},
                             [&context](const Call& call) {
                               const auto hit = call.seq("hit");
                               if (!hit) return problem(hit.error());
                               return show(context, call, {*hit, std::nullopt});
                             }));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/hits/{hit}/image",
                              .summary = "The picture of a hit's read; recorded first",
                              .who = "a trained user",
                              .rules = {"I12-F-2", "I12-G-1"},
                              .answer_type = "image/*"},
                             [&context](const Call& call) { return image(context, call); }));
  endpoints.add(command_endpoint<policy::RecordStep>(
      context,
      {.method = "POST",
       .path = "/v1/hits/{hit}/steps",
       .summary = "Record a step of a hit's validation",
       .who = "a trained user",
       .rules = {"I12-C2A-1", "I12-C2A-2", "I12-C2A-3", "I12-C2A-4", "I12-C2A-5", "I12-C2A-6",
                 "I12-C2A-7"}},
      {{"hit", "hit"}}));
  endpoints.add(command_endpoint<policy::DocumentStop>(
      context,
      {.method = "POST",
       .path = "/v1/hits/{hit}/stop",
       .summary = "Document the stop or other response to a hit",
       .who = "a trained user",
       .rules = {"I12-C2A-3", "I12-C2A2-1", "I12-C2A2-3", "I12-C2A2-4", "I12-C2A2-5", "I12-C2A2-6",
                 "I12-C2A2-7", "I12-C2A2-8"}},
      {{"hit", "hit"}}));
  endpoints.add(command_endpoint<policy::FollowUpStop>(context,
                                                       {.method = "POST",
                                                        .path = "/v1/stops/{stop}/follow-ups",
                                                        .summary = "Append a follow-up to a stop",
                                                        .who = "a trained user",
                                                        .rules = {"I12-C2A2-8"}},
                                                       {{"stop", "stop"}}));
}

}  // namespace alpr::api
