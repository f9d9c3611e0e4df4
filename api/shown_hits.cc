#include "api/shown_hits.h"

namespace alpr::api {

HitShown shown(const policy::HitView& view, const policy::Parameters& parameters) {
  return {view.hit, policy::uncertain(view.hit, parameters), view.state, view.response,
          policy::missing_steps(view.response, parameters)};
}

DisclosedHits disclose_hits(Context& context, const policy::Actor& actor,
                            const policy::ListHits& command) {
  DisclosedHits disclosed;
  disclosed.outcome =
      context.service.perform([&](const policy::State& state, store::Transaction&,
                                  const policy::Moment& moment) -> policy::Decision {
        auto selected = policy::select_hits(state, actor.username, command, moment);
        if (!selected)
          return policy::Decision::not_judged(selected.error().code, selected.error().detail);
        disclosed.hits = std::move(*selected);
        return policy::decide(state, actor, command, disclosed.hits, moment);
      });
  if (!disclosed.outcome.done()) {
    disclosed.hits.clear();
    return disclosed;
  }
  disclosed.event = written(context, disclosed.outcome.commit.first);
  const TimeUs now = context.service.now();
  std::erase_if(disclosed.hits,
                [&](const policy::HitView& view) { return due_time(view.hit.raised_at) <= now; });
  return disclosed;
}

}  // namespace alpr::api
