#include "ledger/verify/facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/kinds.h"

namespace alpr::verify {
namespace {

Result<std::uint64_t> number_of(const chain::Json& payload, std::string_view name) {
  const chain::Json* member = payload.member(name);
  if (member == nullptr || member->integer() == nullptr || *member->integer() < 0) {
    return fail(ErrorCode::kMalformed, fmt::format("its member {} is not a whole number", name));
  }
  return static_cast<std::uint64_t>(*member->integer());
}

Result<Digest> digest_of(const chain::Json& payload, std::string_view name) {
  const chain::Json* member = payload.member(name);
  if (member != nullptr && member->string() != nullptr) {
    if (const auto digest = chain::parse_digest_hex(*member->string())) return *digest;
  }
  return fail(ErrorCode::kMalformed, fmt::format("its member {} is not a digest", name));
}

// A list of seqs of earlier events, ascending and without repetition.
Result<std::vector<std::uint64_t>> seqs_of(const chain::Json& payload, std::string_view name,
                                           std::uint64_t below) {
  const chain::Json* member = payload.member(name);
  if (member == nullptr || member->array() == nullptr) {
    return fail(ErrorCode::kMalformed, fmt::format("its member {} is not a list", name));
  }
  std::vector<std::uint64_t> seqs;
  for (const chain::Json& entry : *member->array()) {
    if (entry.integer() == nullptr || *entry.integer() < 0) {
      return fail(ErrorCode::kMalformed, fmt::format("its member {} lists what is no seq", name));
    }
    seqs.push_back(static_cast<std::uint64_t>(*entry.integer()));
  }
  std::vector<std::uint64_t> sorted = seqs;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) {
    return fail(ErrorCode::kMalformed, fmt::format("its member {} names an event twice", name));
  }
  if (!sorted.empty() && sorted.back() >= below) {
    return fail(ErrorCode::kMalformed, fmt::format("its member {} names a later event", name));
  }
  return sorted;
}

}  // namespace

bool Tombstone::lists_as_held(std::uint64_t event) const {
  return std::ranges::binary_search(held, event);
}

Result<void> Facts::note(const chain::Header& header, const chain::Json& payload) {
  switch (header.kind) {
    case chain::kind::kReadsPurged:
      return note_tombstone(header, payload);
    case chain::kind::kKeysDestroyed:
      return note_destroyed(header, payload);
    case chain::kind::kListPurged:
      return note_list_purge(header, payload);
    case chain::kind::kHoldPlaced:
      return note_hold(header, payload);
    case chain::kind::kHoldReleased:
      return note_release(header, payload);
    default:
      return {};
  }
}

Result<void> Facts::note_tombstone(const chain::Header& header, const chain::Json& payload) {
  Tombstone tombstone;
  tombstone.seq = header.seq.value;
  tombstone.time = header.time;
  const struct {
    std::string_view name;
    std::uint64_t* to;
  } numbers[] = {{"bucket", &tombstone.bucket.value},
                 {"first", &tombstone.first},
                 {"last", &tombstone.last},
                 {"count", &tombstone.count}};
  for (const auto& [name, to] : numbers) {
    const auto value = number_of(payload, name);
    if (!value) return tl::unexpected(value.error());
    *to = *value;
  }
  const auto root = digest_of(payload, "root");
  if (!root) return tl::unexpected(root.error());
  tombstone.root = *root;
  auto held = seqs_of(payload, "held", header.seq.value);
  if (!held) return tl::unexpected(held.error());
  tombstone.held = std::move(*held);
  std::vector<Tombstone>& bucket = tombstones_[tombstone.bucket.value];
  targets_[tombstone.seq] = {/*list=*/false, tombstone.bucket.value, bucket.size()};
  bucket.push_back(std::move(tombstone));
  return {};
}

Result<void> Facts::note_list_purge(const chain::Header& header, const chain::Json& payload) {
  const auto loaded = number_of(payload, "loaded");
  const auto blob = number_of(payload, "blob");
  const auto superseded = number_of(payload, "superseded");
  const auto count = number_of(payload, "count");
  for (const auto* value : {&loaded, &blob, &superseded, &count}) {
    if (!*value) return tl::unexpected(value->error());
  }
  if (*loaded >= *superseded || *superseded >= header.seq.value) {
    return fail(ErrorCode::kMalformed,
                "the list it purges was not loaded and superseded before it");
  }
  targets_[header.seq.value] = {/*list=*/true, 0, list_purges_.size()};
  list_purges_.push_back({header.seq.value, header.time, *blob, std::nullopt});
  return {};
}

Result<void> Facts::note_destroyed(const chain::Header& header, const chain::Json& payload) {
  const auto tombstone = number_of(payload, "tombstone");
  if (!tombstone) return tl::unexpected(tombstone.error());
  if (const auto digest = digest_of(payload, "digest"); !digest)
    return tl::unexpected(digest.error());
  const chain::Json* keyring = payload.member("keyring");
  if (keyring == nullptr || keyring->string() == nullptr ||
      (*keyring->string() != "erasable" && *keyring->string() != "permanent" &&
       *keyring->string() != "erasable+permanent")) {
    return fail(ErrorCode::kMalformed, "its member keyring names no keyring");
  }
  const auto found = targets_.find(*tombstone);
  if (found == targets_.end()) {
    return fail(ErrorCode::kMalformed,
                fmt::format("event {} is no tombstone before it", *tombstone));
  }
  const Target& target = found->second;
  std::optional<Destruction>& destroyed = target.list
                                              ? list_purges_[target.index].destroyed
                                              : tombstones_[target.bucket][target.index].destroyed;
  if (destroyed) {
    return fail(ErrorCode::kMalformed,
                fmt::format("the keys of tombstone {} were destroyed before", *tombstone));
  }
  destroyed = Destruction{header.seq.value, header.time};
  return {};
}

Result<void> Facts::note_hold(const chain::Header& header, const chain::Json& payload) {
  const auto review_by = number_of(payload, "review_by");
  if (!review_by) return tl::unexpected(review_by.error());
  const auto events = seqs_of(payload, "events", header.seq.value);
  if (!events) return tl::unexpected(events.error());
  const std::size_t index = holds_.size();
  holds_.push_back({header.seq.value,
                    header.time,
                    TimeUs{static_cast<std::int64_t>(*review_by)},
                    std::nullopt,
                    {}});
  hold_by_seq_[header.seq.value] = index;
  for (const std::uint64_t event : *events) holds_of_[event].push_back(index);
  return {};
}

Result<void> Facts::note_release(const chain::Header& header, const chain::Json& payload) {
  const auto seq = number_of(payload, "hold");
  if (!seq) return tl::unexpected(seq.error());
  const auto found = hold_by_seq_.find(*seq);
  if (found == hold_by_seq_.end()) {
    return fail(ErrorCode::kMalformed, fmt::format("event {} is no hold before it", *seq));
  }
  Hold& hold = holds_[found->second];
  if (hold.released)
    return fail(ErrorCode::kMalformed, fmt::format("hold {} was released before", *seq));
  hold.released = header.seq.value;
  hold.released_at = header.time;
  return {};
}

const std::vector<Tombstone>& Facts::of(Bucket bucket) const {
  static const std::vector<Tombstone> none;
  const auto found = tombstones_.find(bucket.value);
  return found == tombstones_.end() ? none : found->second;
}

const std::vector<std::size_t>& Facts::holds_of(std::uint64_t event) const {
  static const std::vector<std::size_t> none;
  const auto found = holds_of_.find(event);
  return found == holds_of_.end() ? none : found->second;
}

bool Facts::on_hold(std::uint64_t event, std::uint64_t at) const {
  return std::ranges::any_of(holds_of(event), [&](std::size_t i) {
    return holds_[i].seq < at && (!holds_[i].released || *holds_[i].released >= at);
  });
}

std::optional<TimeUs> Facts::released_at(std::uint64_t event) const {
  std::optional<TimeUs> last;
  for (const std::size_t i : holds_of(event)) {
    if (!holds_[i].released) return std::nullopt;
    if (!last || *last < holds_[i].released_at) last = holds_[i].released_at;
  }
  return last;
}

}  // namespace alpr::verify
