// Lists of other agencies are opened to people one by one, where the policy in force says so
// (I12-C3-b). Which source and until when stands open; to whom and why is sealed.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/enums.h"

namespace alpr::policy {

struct SourceGranted {
  static constexpr KindSpec kKind{142, "source.granted", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "one list source was opened to one person, by another "
                                  "(I12-C3-b)"};
  std::int64_t policy = 0;
  HotlistSource source{};
  std::optional<TimeUs> until;
  std::string username;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("source", source);
    m.open("until", until);
    m("username", username);
    m("reason", reason);
    m("by", by);
  }
};

struct SourceGrantEnded {
  static constexpr KindSpec kKind{143, "source.grant-ended", chain::Retention::kPermanent,
                                  chain::Form::kByMember, "it was shut to them again (I12-C3-b)"};
  std::int64_t policy = 0;
  Sequence grant;  // seq of source.granted
  HotlistSource source{};
  std::string username;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("grant", grant);
    m.open("source", source);
    m("username", username);
    m("reason", reason);
    m("by", by);
  }
};

inline std::vector<chain::Kind> source_grants_kinds() {
  return {kind_of<SourceGranted>(), kind_of<SourceGrantEnded>()};
}

}  // namespace alpr::policy
