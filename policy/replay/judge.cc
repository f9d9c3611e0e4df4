#include "policy/replay/judge.h"

#include <vector>

namespace alpr::policy {

const Judge* judge_of(std::uint16_t kind) {
  static const std::vector<Judge> all = [] {
    std::vector<Judge> by_kind(std::size_t{1} << 16U);
    for (const auto topic : {people_judges(), session_judges(), system_judges(), query_judges(),
                             hit_judges(), hotlist_judges(), hold_judges(), sharing_judges(),
                             oversight_judges(), refusal_judges()}) {
      for (const Judge& judge : topic) by_kind[judge.kind] = judge;
    }
    return by_kind;
  }();
  return all[kind].judge == nullptr ? nullptr : &all[kind];
}

}  // namespace alpr::policy
