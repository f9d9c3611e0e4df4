#include "policy/rules/g_holds.h"

#include <algorithm>
#include <array>
#include <set>

#include "policy/registers/holds.h"
#include "policy/rules/access.h"
#include "policy/rules/parameters.h"
#include "policy/rules/texts.h"

namespace alpr::policy {

namespace {

constexpr std::array kCustodians{Role::kCoordinator, Role::kAdministrator};

std::optional<Error> faults(const RequestHold& c) {
  if (auto e = text_fault("reason", c.reason, kShortTextMax)) return e;
  if (auto e = text_fault("case_number", c.case_number, kShortTextMax)) return e;
  if (auto e = text_fault("justification", c.justification, kNarrativeMax)) return e;
  if (auto e = time_fault("review_by", c.review_by)) return e;
  if (c.instrument) {
    if (auto e = text_fault("instrument.type", c.instrument->type, kShortTextMax)) return e;
    if (auto e = text_fault("instrument.number", c.instrument->number, kShortTextMax)) return e;
    if (auto e = text_fault("instrument.issuer", c.instrument->issuer, kShortTextMax)) return e;
  }
  if (c.events.empty() || c.events.size() > kHeldEventsMax)
    return Error{ErrorCode::kMalformed,
                 "events: name 1 to " + std::to_string(kHeldEventsMax) + " events"};
  if (std::set<Sequence>(c.events.begin(), c.events.end()).size() != c.events.size())
    return Error{ErrorCode::kMalformed, "events: an event is named twice"};
  return std::nullopt;
}

std::optional<Refusal> judge(const RequestHold& c, const Moment& moment) {
  Refusal refusal;
  const auto require = [&](bool holds, std::string_view slug, std::string_view reason) {
    if (holds) return;
    if (refusal.slug.empty()) refusal.slug = slug;
    refusal.rules = {"I12-G-2"};
    if (!refusal.reason.empty()) refusal.reason += "; ";
    refusal.reason += reason;
  };
  const auto reason = enum_from_text<HoldReason>(c.reason);
  require(reason.has_value(), "hold-reason-not-allowed",
          "the order allows these reasons only: " + enum_choices<HoldReason>());
  require(!blank(c.case_number), "case-number-missing", "a hold needs a case number");
  require(!blank(c.justification), "justification-missing", "a hold needs a justification");
  const bool instrument = c.instrument && !blank(c.instrument->type) &&
                          !blank(c.instrument->number) && !blank(c.instrument->issuer);
  require(reason != HoldReason::kOtherAgencyLegalObligation || instrument, "instrument-missing",
          "another agency's investigation needs the legal instrument that obliges us: type, "
          "number, issuer");
  require(c.review_by > moment.now &&
              c.review_by.value <=
                  moment.now.value + moment.policy->parameters.hold_review_seconds * kSecondUs,
          "review-date",
          "a hold is reviewed within 90 days: set review_by to a later time, at most 90 days away");
  if (refusal.rules.empty()) return std::nullopt;
  return refusal;
}

}  // namespace

Decision decide(const State& state, const Actor& actor, const RequestHold& command,
                const Moment& moment) {
  if (auto error = faults(command)) return Decision::not_judged(error->code, error->detail);
  const Gate access = gate(state, actor, moment, Need::kAlpr);
  if (auto stopped = access.stop("hold.request")) return *stopped;
  const auto user = find_user(state.rows, actor.username);
  if (!user) return Decision::not_judged(user.error().code, user.error().detail);
  if ((*user)->user_class != UserClass::kSworn &&
      !holds_role(state, actor.username, Role::kCoordinator, moment))
    return refuse(moment, access.actor, "hold.request",
                  {{"I12-G-2"},
                   "role-missing",
                   "a hold is asked for by a sworn member or the ALPR Coordinator"});
  if (auto refusal = judge(command, moment))
    return refuse(moment, access.actor, "hold.request", *refusal);
  Decision decision;
  decision.then(HoldRequested{moment.policy->version, *enum_from_text<HoldReason>(command.reason),
                              access.actor, command.events, command.case_number, command.instrument,
                              command.justification, command.review_by});
  return decision;
}

Decision decide(const State& state, const Actor& actor, const DecideHold& command,
                const std::vector<EventFacts>& events, const Moment& moment) {
  if (auto error = text_fault("reason", command.reason, kNarrativeMax))
    return Decision::not_judged(error->code, error->detail);
  const Gate access = gate(state, actor, moment, Need::kAlpr);
  if (auto stopped = access.stop("hold.decide")) return *stopped;
  const auto row = find_hold_request(state.rows, command.request);
  if (!row) return Decision::not_judged(row.error().code, row.error().detail);
  if (!*row) return Decision::not_judged(ErrorCode::kNotFound, "no such hold request");
  if ((*row)->state != RequestState::kPending)
    return Decision::not_judged(ErrorCode::kConflict, "this hold request is already decided");
  const HoldRequested& asked = (*row)->asked;
  if (!holds_any_role(state, actor.username, kCustodians, moment))
    return refuse(moment, access.actor, "hold.decide",
                  {{"I12-G-2", "I12-L-3"},
                   "role-missing",
                   "holds are decided by the ALPR Coordinator or Administrator"});
  if (asked.by.username == actor.username)
    return refuse(moment, access.actor, "hold.decide",
                  {{"I12-G-2"},
                   "self-approval",
                   "a hold is decided by somebody other than who asked for it"});
  if (blank(command.reason))
    return refuse(moment, access.actor, "hold.decide",
                  {{"I12-G-2"}, "reason-missing", "give the reason for your decision"});
  Decision decision;
  if (command.verdict == Verdict::kDeny) {
    decision.then(
        HoldDenied{moment.policy->version, command.request, access.actor, command.reason});
    return decision;
  }
  ALPR_CHECK(events.size() == asked.events.size());
  for (const EventFacts& event : events) {
    if (event.retention != chain::Retention::kThirtyDay)
      return refuse(
          moment, access.actor, "hold.decide",
          {{"I12-G-2"}, "not-holdable", "only reads, uploads and hits expire and can be held"});
    if (!event.have_payload || due_time(event.time) <= moment.now)
      return refuse(
          moment, access.actor, "hold.decide",
          {{"I12-G-1", "I12-G-2"}, "past-due", "an event past its 30 days can no longer be held"});
  }
  if (asked.review_by <= moment.now)
    return refuse(moment, access.actor, "hold.decide",
                  {{"I12-G-2"}, "review-date", "the review date asked for has passed"});
  decision.then(HoldPlaced{moment.policy->version, asked.reason, asked.events, asked.review_by,
                           command.request, asked.case_number, asked.by, access.actor,
                           asked.instrument, asked.justification});
  return decision;
}

Decision decide(const State& state, const Actor& actor, const ReleaseHold& command,
                const Moment& moment) {
  if (auto error = text_fault("reason", command.reason, kNarrativeMax))
    return Decision::not_judged(error->code, error->detail);
  const Gate access = gate(state, actor, moment, Need::kAlpr);
  if (auto stopped = access.stop("hold.release")) return *stopped;
  const auto row = find_hold(state.rows, command.hold);
  if (!row) return Decision::not_judged(row.error().code, row.error().detail);
  if (!*row) return Decision::not_judged(ErrorCode::kNotFound, "no such hold");
  if ((*row)->released)
    return Decision::not_judged(ErrorCode::kConflict, "this hold has ended already");
  if (!holds_any_role(state, actor.username, kCustodians, moment))
    return refuse(moment, access.actor, "hold.release",
                  {{"I12-G-3", "I12-L-3"},
                   "role-missing",
                   "holds are ended by the ALPR Coordinator or Administrator"});
  if (blank(command.reason))
    return refuse(moment, access.actor, "hold.release",
                  {{"I12-G-3"}, "reason-missing", "say why the hold ends"});
  Decision decision;
  decision.then(HoldReleased{moment.policy->version, command.hold, access.actor, command.reason});
  return decision;
}

}  // namespace alpr::policy
