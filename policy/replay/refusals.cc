// Refusals. Most keep who was refused what, by which rule, and not what was asked for: what can be
// said again is whether the person's account, session, training or roles were as the refusal says.
#include <algorithm>
#include <array>

#include "policy/records/hotlists.h"
#include "policy/records/reads.h"
#include "policy/records/shift_lists.h"
#include "policy/records/system.h"
#include "policy/registers/devices.h"
#include "policy/replay/judge.h"
#include "policy/rules/access.h"
#include "policy/rules/devices.h"

namespace alpr::policy {
namespace {

constexpr std::string_view kNotRecorded = "whose command is not on the record";

// "Needs the role A or B, in force now.": gate_role()'s own words, as the record has them.
std::vector<Role> roles_named(std::string_view reason) {
  constexpr std::string_view kBegin = "Needs the role ";
  constexpr std::string_view kEnd = ", in force now.";
  if (!reason.starts_with(kBegin) || !reason.ends_with(kEnd)) return {};
  reason.remove_prefix(kBegin.size());
  reason.remove_suffix(kEnd.size());
  std::vector<Role> roles;
  while (!reason.empty()) {
    constexpr std::string_view kOr = " or ";
    const std::size_t end = std::min(reason.find(kOr), reason.size());
    const auto role = enum_from_text<Role>(reason.substr(0, end));
    if (!role) return {};
    roles.push_back(*role);
    reason.remove_prefix(std::min(reason.size(), end + kOr.size()));
  }
  return roles;
}

// What the gate says then; a decision without events where it is open.
Again gated(const Gate& open, const CommandRefused& e) {
  Again again;
  again.refusal = true;
  again.roughly = true;
  again.decisions.push_back(open.stop(e.action).value_or(Decision{}));
  return again;
}

bool one_of(std::string_view slug, std::span<const std::string_view> slugs) {
  return std::find(slugs.begin(), slugs.end(), slug) != slugs.end();
}

Again command(const Scene& s, const CommandRefused& e) {
  constexpr std::array<std::string_view, 2> kAccount{"account-not-active", "session-not-open"};
  constexpr std::array<std::string_view, 2> kUse{"not-trained", "not-designated"};
  if (!e.by) return undecidable("of somebody who was not logged in, and is not named");
  if (one_of(e.slug, kAccount)) return gated(gate(s.state, *e.by, s.moment, Need::kAccount), e);
  if (one_of(e.slug, kUse)) return gated(gate(s.state, *e.by, s.moment, Need::kAlpr), e);
  const std::vector<Role> roles = roles_named(e.reason);
  // A change of keys is refused for the roles of whoever agreed, too, who is not named.
  if (e.slug == "role-missing" && !roles.empty() && e.action != "keys.handle")
    return gated(gate_role(s.state, *e.by, s.moment, roles, e.rules), e);
  return undecidable(std::string(kNotRecorded));
}

// Of a device that may send, a refused batch is not kept.
Again upload(const Scene& s, const UploadRefused& e) {
  const auto device = find_device(s.state.rows, e.device);
  if (!device) return undecidable(device.error().detail);
  const auto refusal = device_refusal(*device);
  if (!refusal) return undecidable("whose batch is not on the record");
  Again again;
  again.refusal = true;
  again.roughly = true;
  Decision decision;
  decision.refusal = refusal;
  again.decisions.push_back(std::move(decision));
  return again;
}

Again lists(const Scene&, const ListsRefused&) { return undecidable(std::string(kNotRecorded)); }

Again import(const Scene&, const HotlistImportRefused&) {
  return undecidable("whose file is not on the record");
}

}  // namespace

std::span<const Judge> refusal_judges() {
  static const std::array all{
      judging<CommandRefused, command>("I12-K-1"),
      judging<UploadRefused, upload>("I12-F-3"),
      judging<ListsRefused, lists>("I12-A-3"),
      judging<HotlistImportRefused, import>("I12-C2B1-2"),
  };
  return all;
}

}  // namespace alpr::policy
