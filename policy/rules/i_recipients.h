// Sections E and I: who may be a recipient at all. Registration allows nothing by itself: each
// request is judged by the class and jurisdiction that stand then. Pure; the sequencer's thread.
#pragma once

#include <optional>
#include <string>

#include "policy/records/recipients.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// COORDINATOR or ADMINISTRATOR -> recipient.registered. Refused: a class or jurisdiction outside
// the order's lists (the public is none, I12-H-1), a name that another recipient has, and the
// agencies that I12-E-3 names under another jurisdiction than FEDERAL. kMalformed: a name in other
// letters than ASCII, which could look like one that is registered and be another.
struct RegisterRecipient {
  std::string name;
  std::optional<std::string> recipient_class;
  std::optional<std::string> jurisdiction;
  std::string contact;
  template <typename M>
  void members(M& m) {
    m("name", name);
    m("class", recipient_class);
    m("jurisdiction", jurisdiction);
    m("contact", contact);
  }
};
Decision decide(const State& state, const Actor& actor, const RegisterRecipient& command,
                const Moment& moment);

// COORDINATOR or ADMINISTRATOR -> recipient.moved. kNotFound, kConflict: it stands there already.
struct MoveRecipient {
  Sequence recipient;
  std::optional<std::string> jurisdiction;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("recipient", recipient);
    m("jurisdiction", jurisdiction);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const MoveRecipient& command,
                const Moment& moment);

// "Federal immigration agencies include" these (I12-E-3, AMB-9), however they are written.
bool named_federal_agency(std::string_view name);

}  // namespace alpr::policy
