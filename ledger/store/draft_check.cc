#include "ledger/store/draft_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ledger/chain/canonical_json.h"

namespace alpr::store {

namespace {

// Names must be the registry's, in its order; those that are optional may be absent.
Result<void> check_names(const chain::Kind& kind, const std::vector<std::string_view>& names) {
  auto next = kind.members.begin();
  for (const std::string_view name : names) {
    const auto found = std::find(next, kind.members.end(), name);
    if (found == kind.members.end()) {
      return fail(ErrorCode::kMalformed,
                  fmt::format("{} has no member '{}', or not in this place", kind.name, name));
    }
    next = found + 1;
  }
  return {};
}

Result<void> check_whole(const chain::Kind& kind, const chain::Draft& draft) {
  if (!draft.members.empty()) {
    return fail(ErrorCode::kMalformed, fmt::format("{} is committed to as a whole", kind.name));
  }
  if (draft.json.size() > kPayloadMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("a {} of over 1 MiB", kind.name));
  }
  if (draft.from.type != nullptr) return {};
  const auto names = chain::canonical_object_names(draft.json);
  if (!names) {
    return fail(ErrorCode::kMalformed, fmt::format("{} is no canonical JSON object", kind.name));
  }
  return check_names(kind, *names);
}

Result<void> check_members(const chain::Kind& kind, const chain::Draft& draft) {
  if (!draft.json.empty()) {
    return fail(ErrorCode::kMalformed, fmt::format("{} is committed to by member", kind.name));
  }
  std::size_t size = 2;
  std::vector<std::string_view> names;
  for (const chain::Member& member : draft.members) {
    names.emplace_back(member.name);
    size += member.name.size() + member.value.size() + 4;
  }
  if (size > kPayloadMax)
    return fail(ErrorCode::kTooLarge, fmt::format("a {} of over 1 MiB", kind.name));
  if (const auto ok = check_names(kind, names); !ok) return ok;
  for (const chain::Member& member : draft.members) {
    if (chain::check_canonical(member.value)) continue;
    return fail(ErrorCode::kMalformed,
                fmt::format("the member '{}' of {} is no canonical JSON", member.name, kind.name));
  }
  return {};
}

}  // namespace

Result<CheckedDraft> check_draft(const chain::KindRegistry& kinds, chain::Draft draft) {
  CheckedDraft out;
  out.kind = kinds.find(draft.kind);
  if (out.kind == nullptr) {
    return fail(ErrorCode::kMalformed, fmt::format("there is no event kind {}", draft.kind));
  }
  const bool whole = out.kind->form == chain::Form::kWhole;
  const auto ok = whole ? check_whole(*out.kind, draft) : check_members(*out.kind, draft);
  if (!ok) return tl::unexpected(ok.error());
  out.from = std::move(draft.from);
  if (whole) {
    out.json = std::move(draft.json);
    return out;
  }
  out.members = std::move(draft.members);
  for (chain::Member& member : out.members) member.open = out.kind->is_open(member.name);
  out.json = chain::to_json(out.members);
  // Members of depth 16 make an object of depth 17, which nothing would read back.
  if (!chain::check_canonical(out.json)) {
    return fail(ErrorCode::kMalformed, fmt::format("{} is nested too deeply", out.kind->name));
  }
  return out;
}

}  // namespace alpr::store
