// Holds (I12-G-2, G-3).
#include "policy/registers/holds.h"

#include <array>

#include "policy/records/kinds.h"
#include "policy/replay/judge.h"
#include "policy/rules/g_holds.h"

namespace alpr::policy {
namespace {

Again requested(const Scene& s, const HoldRequested& e) {
  return decided(decide(s.state, e.by,
                        RequestHold{e.events, std::string(to_text(e.reason)), e.case_number,
                                    e.instrument, e.justification, e.review_by},
                        s.moment));
}

Again denied(const Scene& s, const HoldDenied& e) {
  return decided(
      decide(s.state, e.by, DecideHold{e.request, Verdict::kDeny, e.reason}, {}, s.moment));
}

// Why the approver agreed is not in the event: it is taken as having been said.
Again placed(const Scene& s, const HoldPlaced& e) {
  const auto request = find_hold_request(s.state.rows, e.request);
  if (!request) return undecidable(request.error().detail);
  if (!*request) return breach({"I12-G-2"}, "a hold that nobody asked for");
  std::vector<EventFacts> events;
  for (const Sequence event : (*request)->asked.events) {
    const auto what = s.past.at(event);
    const chain::Kind* kind = what ? kinds().find(what->kind) : nullptr;
    if (kind == nullptr) return breach({"I12-G-2"}, "it holds an event that is not there");
    const bool there = s.moment.now < due_time(what->time) || !s.past.holds_on(event).empty();
    events.push_back({event, kind->retention, what->time, there});
  }
  return decided(
      decide(s.state, e.by, DecideHold{e.request, Verdict::kApprove, "agreed"}, events, s.moment));
}

Again released(const Scene& s, const HoldReleased& e) {
  return decided(decide(s.state, e.by, ReleaseHold{e.hold, e.reason}, s.moment));
}

}  // namespace

std::span<const Judge> hold_judges() {
  static const std::array all{
      judging<HoldRequested, requested>("I12-G-2"),
      judging<HoldDenied, denied>("I12-G-2"),
      judging<HoldPlaced, placed>("I12-G-2"),
      judging<HoldReleased, released>("I12-G-3"),
  };
  return all;
}

}  // namespace alpr::policy
