// Hits, their validation, and stops.
#include "api/api.h"
#include "api/gone.h"
#include "api/images.h"
#include "api/shown_hits.h"
#include "policy/rules/c2a2_stops.h"
#include "policy/rules/c2a_hits.h"

namespace alpr::api {

namespace {

Response show(Context& context, const Call& call, const policy::ListHits& command) {
  const DisclosedHits disclosed = disclose_hits(context, *call.actor, command);
  if (disclosed.outcome.error && command.hit)
    return event_problem(context.service.store(), *command.hit, *disclosed.outcome.error);
  if (!disclosed.outcome.done()) return not_done(disclosed.outcome);
  HitList answer{disclosed.event.seq, disclosed.event.leaf, disclosed.event.receipt, {}};
  const auto policy = context.service.policy();
  for (const policy::HitView& view : disclosed.hits)
    answer.hits.push_back(shown(view, policy->parameters));
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
