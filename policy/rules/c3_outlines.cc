#include "policy/rules/c3_outlines.h"

#include <algorithm>
#include <array>

#include "policy/registers/areas.h"
#include "policy/rules/access.h"
#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

std::optional<Error> outline_fault(const OutlineArea& command) {
  if (command.area)
    if (auto fault = text_fault("area", *command.area, kShortTextMax)) return fault;
  if (command.corners.empty()) return std::nullopt;
  if (auto checked = check_outline("corners", command.corners, kOutlineCornersMax); !checked)
    return checked.error();
  return std::nullopt;
}

// Of the areas that have outlines already.
std::optional<Error> conflict(const OutlineArea& command, const std::vector<OutlineRow>& known) {
  const bool outlined = std::any_of(
      known.begin(), known.end(), [&](const OutlineRow& row) { return row.area == command.area; });
  if (command.corners.empty() && !outlined)
    return Error{ErrorCode::kConflict, "corners: this area has no outline to take away"};
  if (!outlined && known.size() >= kOutlinedAreasMax)
    return Error{ErrorCode::kConflict, "area: 200 areas have outlines; take one away first"};
  return std::nullopt;
}

}  // namespace

Decision decide(const State& state, const Actor& actor, const OutlineArea& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "area.outline";
  constexpr std::array kEnrollers{Role::kAdministrator};
  if (auto fault = outline_fault(command)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kEnrollers, {"I12-L-1", "I12-C3-2"});
  if (auto stop = open.stop(kAction)) return *stop;
  RequiredFacts facts;
  facts.text(command.area, "area", "I12-C3-2");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  const auto known = list_outlines(state.rows);
  if (!known) return not_judged(known.error());
  if (auto error = conflict(command, *known)) return not_judged(*error);
  return Decision{}.then(
      AreaOutlined{moment.policy->version, *command.area, command.corners, open.actor});
}

}  // namespace alpr::policy
