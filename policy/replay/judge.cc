#include "policy/replay/judge.h"

#include <array>
#include <map>

namespace alpr::policy {

const Judge* judge_of(std::uint16_t kind) {
  static const std::map<std::uint16_t, Judge> all = [] {
    std::map<std::uint16_t, Judge> by_kind;
    for (const auto topic : {people_judges(), session_judges(), system_judges(), query_judges(),
                             hit_judges(), hotlist_judges(), hold_judges(), sharing_judges(),
                             oversight_judges(), refusal_judges()}) {
      for (const Judge& judge : topic) by_kind.emplace(judge.kind, judge);
    }
    return by_kind;
  }();
  const auto found = all.find(kind);
  return found == all.end() ? nullptr : &found->second;
}

}  // namespace alpr::policy
