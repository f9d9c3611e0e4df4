// The yearly audit of the system's own function (I12-K-4): what was checked and how it fared.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

enum class SystemCheck {
  kChain,
  kPurge,
  kRefresh,
  kClock,
  kGates,
  kDecisions  // every recorded decision comes out the same when the rules decide it again
};

struct SystemCheckResult {
  SystemCheck check{};
  bool passed = false;
  std::string what;  // names nobody
  template <typename M>
  void members(M& m) {
    m("check", check);
    m("passed", passed);
    m("what", what);
  }
};

struct SystemChecked {
  static constexpr KindSpec kKind{123, "system.checked", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "the system's function was audited: chain, purges, refreshed "
                                  "lists, clock, gates and decisions (I12-K-4)"};
  std::int64_t policy = 0;
  std::int64_t size = 0;  // of the log that was checked
  bool passed = false;    // all of them
  std::vector<SystemCheckResult> checks;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("size", size);
    m.open("passed", passed);
    m.open("checks", checks);
    m("by", by);
  }
};

template <>
struct EnumTexts<SystemCheck> {
  static constexpr std::array texts{
      std::pair{SystemCheck::kChain, "CHAIN"},     std::pair{SystemCheck::kPurge, "PURGE"},
      std::pair{SystemCheck::kRefresh, "REFRESH"}, std::pair{SystemCheck::kClock, "CLOCK"},
      std::pair{SystemCheck::kGates, "GATES"},     std::pair{SystemCheck::kDecisions, "DECISIONS"}};
};

}  // namespace alpr::policy
