// A replay's state as bytes and back: what was folded, what was remembered, and what must follow.
#include "policy/registers/policies.h"
#include "policy/replay/replay.h"

namespace alpr::policy {
namespace {

void write(StateWriter& out, const chain::Draft& draft) {
  out.number(draft.kind);
  out.text(draft.json);
  out.list(draft.members, [&](const chain::Member& member) {
    out.text(member.name);
    out.text(member.value);
    out.number(member.open ? 1 : 0);
  });
}

chain::Draft read_draft(StateReader& in) {
  chain::Draft draft;
  draft.kind = static_cast<std::uint16_t>(in.number());
  draft.json = in.text();
  in.list([&] {
    chain::Member& member = draft.members.emplace_back();
    member.name = in.text();
    member.value = in.text();
    member.open = in.flag();
  });
  return draft;
}

}  // namespace

std::optional<std::string> Replay::save() const {
  if (!first_commit_over_ || lost_) return std::nullopt;
  StateWriter out;
  rows_.save(out);
  past_.save(out);
  deadlines_.save(out);
  batches_.save(out);
  out.number(tail_of_.value);
  out.list(tails_, [&](const Tail& tail) {
    out.list(tail.events, [&](const chain::Draft& draft) { write(out, draft); });
  });
  out.list(tail_passed_over_, [&](std::string_view name) { out.text(name); });
  out.maybe(import_, [&](const Import& import) {
    out.number(import.event.value);
    out.number(import.kind);
    out.number(static_cast<std::uint64_t>(import.left));
  });
  out.maybe(key_change_, [&](const KeyChange& change) {
    out.number(change.event.value);
    out.text(to_text(change.action));
  });
  out.number(decided_);
  out.list(undecidable_, [&](const auto& one) {
    out.text(one.first);
    out.number(one.second);
  });
  return out.take();
}

Result<void> Replay::resume(std::string_view saved) {
  StateReader in(saved);
  rows_.load(in);
  past_.load(in);
  deadlines_.load(in);
  batches_.load(in);
  tail_of_ = in.seq();
  in.list([&] {
    Tail& tail = tails_.emplace_back();
    in.list([&] { tail.events.push_back(read_draft(in)); });
  });
  in.list([&] { resumed_names_.emplace_back(in.text()); });
  tail_passed_over_.assign(resumed_names_.begin(), resumed_names_.end());
  if (in.flag()) {
    import_ = Import{};
    import_->event = in.seq();
    import_->kind = static_cast<std::uint16_t>(in.number());
    import_->left = static_cast<std::int64_t>(in.number());
  }
  if (in.flag()) {
    const Sequence event = in.seq();
    const auto action = enum_from_text<KeyAction>(in.text());
    if (!action) in.fail();
    key_change_ = KeyChange{event, action.value_or(KeyAction{})};
  }
  decided_ = in.number();
  in.list([&] {
    const std::string why(in.text());
    undecidable_[why] = in.number();
  });
  if (!in.at_end()) return fail(ErrorCode::kCorrupt, "the saved state does not read");
  auto versions = list_policies(rows_);
  if (!versions) return tl::unexpected(versions.error());
  policies_ = std::move(*versions);
  first_commit_over_ = true;
  return {};
}

}  // namespace alpr::policy
