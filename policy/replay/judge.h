// How an event is decided again: from its record comes the command it is the answer to, and the
// very decide() of policy/rules answers it anew from the state just before. A file per topic. Pure;
// one thread.
//
// What only its owner knew (a password, a one-use code, a device's key) is not in the log; such an
// input is taken as having been right, by an overlay of the state, and the rest of the rule is
// decided (docs/decisions/0045).
#pragma once

#include <any>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/records/describe.h"
#include "policy/replay/past.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// The moment of one event, and everything before it.
struct Scene {
  const State& state;
  const Moment& moment;
  const Past& past;
};

// What deciding again has to say of an event. Exactly one of: breach, decisions (those that could
// have made it; usually one), undecidable; or nothing, where the event decides nothing.
struct Again {
  struct Breach {
    std::vector<std::string> rules;
    std::string what;
  };
  std::optional<Breach> breach;
  std::vector<Decision> decisions;
  std::string undecidable;  // why
  // What an input was that the log does not show (any more), so that a decision which comes out
  // equal is counted as undecidable, and one which does not is a finding all the same.
  std::string unseen;
  std::vector<std::string_view> passed_over;  // members that are not compared
  std::string rule;                           // instead of the judge's own
  // The event is a refusal: were it granted, that is the milder finding.
  bool refusal = false;
  // The record does not have the whole command, so a refusal for another reason says nothing.
  bool roughly = false;

  Again& unless_seen(std::string why) {
    unseen = std::move(why);
    return *this;
  }
  Again& about(std::string_view requirement) {
    rule = requirement;
    return *this;
  }
  Again& without(std::vector<std::string_view> members) {
    passed_over = std::move(members);
    return *this;
  }
};

inline Again decided(Decision decision) {
  Again again;
  again.decisions.push_back(std::move(decision));
  return again;
}
inline Again undecidable(std::string why) {
  Again again;
  again.undecidable = std::move(why);
  return again;
}
inline Again breach(std::vector<std::string> rules, std::string what) {
  Again again;
  again.breach = Again::Breach{std::move(rules), std::move(what)};
  return again;
}
// An event that only comes behind another in one decision, and stands alone.
inline Again stray(std::string rule, std::string_view needs) {
  return breach({std::move(rule)}, "it follows from no decision: " + std::string(needs));
}

struct Judge {
  std::uint16_t kind = 0;
  std::string_view rule;  // of a finding that names no other
  // The event's record, a Result of its type, for the next; pure, and may be done ahead.
  std::any (*read)(const chain::EventView& event) = nullptr;
  Again (*judge)(const Scene& scene, const std::any& record) = nullptr;
};

template <Record R, Again (*kJudge)(const Scene&, const R&)>
Judge judging(std::string_view rule) {
  return {R::kKind.number, rule,
          [](const chain::EventView& event) { return std::any(from_event<R>(event)); },
          [](const Scene& scene, const std::any& read) -> Again {
            const auto& record = std::any_cast<const Result<R>&>(read);
            if (!record)
              return breach({"event-kinds"}, "it does not read: " + record.error().detail);
            return kJudge(scene, *record);
          }};
}

// By topic. What is in none of them decides nothing.
std::span<const Judge> people_judges();
std::span<const Judge> session_judges();
std::span<const Judge> system_judges();
std::span<const Judge> query_judges();
std::span<const Judge> hit_judges();
std::span<const Judge> hotlist_judges();
std::span<const Judge> hold_judges();
std::span<const Judge> sharing_judges();
std::span<const Judge> oversight_judges();
std::span<const Judge> refusal_judges();

// nullptr: events of this kind decide nothing.
const Judge* judge_of(std::uint16_t kind);

}  // namespace alpr::policy
