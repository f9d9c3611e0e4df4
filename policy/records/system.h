// Commands that the order refused, and conditions of the system.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

struct CommandRefused {
  static constexpr KindSpec kKind{50, "command.refused", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "what the order forbade, with the rules that did (invariant 3); "
                                  "action, rules and slug are open so that "
                                  "refusals can be counted without keys"};
  std::int64_t policy = 0;
  std::string action;
  std::vector<std::string> rules;
  std::string slug;
  std::string reason;
  std::optional<Actor> by;  // absent before login
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("action", action);
    m.open("rules", rules);
    m.open("slug", slug);
    m("reason", reason);
    m("by", by);
  }
};

// Two conditions that nothing else puts on the record; whoever runs the server is told of them.
struct WitnessSilent {
  static constexpr KindSpec kKind{89, "witness.silent", chain::Retention::kOpen,
                                  chain::Form::kByMember,
                                  "a witness that is asked has not cosigned for over an hour"};
  std::int64_t policy = 0;
  TimeUs since;  // when it last did, or was first asked
  template <typename M>
  void members(M& m) {
    m("policy", policy);
    m("since", since);
  }
};

struct DiskLow {
  static constexpr KindSpec kKind{90, "disk.low", chain::Retention::kOpen, chain::Form::kByMember,
                                  "the disk is so full that uploads are refused"};
  std::int64_t policy = 0;
  template <typename M>
  void members(M& m) {
    m("policy", policy);
  }
};

struct SettingsInForce {
  static constexpr KindSpec kKind{62, "settings.in-force", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "the configuration that a server was started with, where it is "
                                  "another than the one before (I12-F-0)"};
  std::int64_t policy = 0;
  Digest sha256{};  // of the file
  std::string text;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("sha256", sha256);
    m("text", text);
  }
};

}  // namespace alpr::policy
