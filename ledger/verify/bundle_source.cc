#include "ledger/verify/bundle_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/note.h"

namespace alpr::verify {
namespace {

using chain::BundleRecord;
using Sort = chain::BundleRecord::Sort;

constexpr std::uint32_t kStoreFormat = 1;  // the rows are those of a store of this format
constexpr std::size_t kEndBytes = 9;

class BundleCursor : public Cursor {
 public:
  BundleCursor(Database database, BytesView records, std::uint64_t from)
      : database_(database), records_(records), from_(from), walk_(records, from) {}

  Result<bool> first() override {
    walk_ = BundleWalk(records_, from_);
    return next();
  }
  Result<bool> seek(BytesView key) override {
    auto found = first();
    while (found && *found && std::ranges::lexicographical_compare(key_, key)) found = next();
    return found;
  }
  Result<bool> next() override {
    for (;;) {
      const auto record = walk_.next();
      // Other cursors run ahead of that over the headers, which says where the damage is.
      if (!record && database_ == Database::kHeaders) return tl::unexpected(record.error());
      if (!record || !*record) return false;
      if (const auto value = value_of(**record)) {
        number_ = number_key((*record)->sort == Sort::kEvent ? walk_.seq() : walk_.size());
        key_ = number_;
        value_ = *value;
        return true;
      }
    }
  }

 private:
  std::optional<BytesView> value_of(const BundleRecord& record) const {
    const bool event = record.sort == Sort::kEvent;
    if (database_ == Database::kHeaders && event) return record.header;
    if (database_ == Database::kPayloads && event && !record.payload.empty()) return record.payload;
    if (database_ == Database::kCheckpoints && record.sort == Sort::kCheckpoint) return record.note;
    return std::nullopt;
  }
  Database database_;
  BytesView records_;
  std::uint64_t from_;
  BundleWalk walk_;
  std::array<std::uint8_t, 8> number_{};
};

}  // namespace

tl::unexpected<Error> BundleWalk::corrupt(std::string_view what) const {
  return fail(ErrorCode::kCorrupt, next_ == from_
                                       ? fmt::format("{} (before its first event)", what)
                                       : fmt::format("{} (after event {})", what, next_ - 1));
}

Result<std::optional<BundleRecord>> BundleWalk::next() {
  if (ended_) return std::optional<BundleRecord>();
  auto record = chain::take_bundle_record(rest_);
  if (!record) return corrupt(record.error().detail);
  if (!*record) return corrupt("the bundle is cut off: it has no end");
  if ((*record)->sort == Sort::kCheckpoint) {
    if (checkpoint_ == next_)
      return corrupt(fmt::format("the bundle has two checkpoints of size {}", next_));
    checkpoint_ = next_;
  } else if ((*record)->sort == Sort::kEvent) {
    const std::uint64_t seq = chain::seq_in((*record)->header);
    if (seq < next_) return corrupt(fmt::format("event {} comes too late in the bundle", seq));
    if (seq == ~std::uint64_t{0}) return corrupt("an event has a seq that no log reaches");
    next_ = seq + 1;
  } else if ((*record)->sort == Sort::kEnd) {
    if ((*record)->size != next_) {
      return corrupt(fmt::format("the bundle's end speaks of {} events", (*record)->size));
    }
    ended_ = true;
    return std::optional<BundleRecord>();
  }
  return record;
}

Result<bool> keeps_checkpoint(const MappedFile& bundle, std::string_view text) {
  BytesView rest = bundle.bytes();
  const auto start = chain::take_bundle_start(rest);
  if (!start) return fail(ErrorCode::kCorrupt, start.error().detail);
  BundleWalk walk(rest, start->from);
  for (;;) {
    const auto record = walk.next();
    if (!record) return tl::unexpected(record.error());
    if (!*record) return false;
    if ((*record)->sort != Sort::kCheckpoint) continue;
    const auto note = chain::parse_note(as_text((*record)->note));
    if (note && note->text == text) return true;
  }
}

Result<std::unique_ptr<BundleSource>> BundleSource::open(const MappedFile& file) {
  BytesView rest = file.bytes();
  if (!chain::looks_like_bundle(rest)) return fail(ErrorCode::kMalformed, "this is no bundle");
  auto start = chain::take_bundle_start(rest);
  if (!start) {
    if (start.error().code == ErrorCode::kWrongVersion) return tl::unexpected(start.error());
    return fail(ErrorCode::kCorrupt, start.error().detail);
  }
  const std::uint64_t size =
      rest.size() < kEndBytes ? 0 : chain::get_be64(rest.data() + rest.size() - 8);
  std::unique_ptr<BundleSource> source(new BundleSource(std::move(*start), rest, size));
  chain::put_be32(source->format_, kStoreFormat);
  source->at_ = BundleWalk(rest, source->start_.from);
  return source;
}

Result<std::optional<BytesView>> BundleSource::get(Database database, BytesView key) {
  if (database == Database::kMeta) {
    if (as_text(key) == "format") return std::optional<BytesView>(format_);
    if (as_text(key) == "origin") return std::optional<BytesView>(as_bytes(start_.origin));
  }
  const bool event = database == Database::kHeaders || database == Database::kPayloads;
  if (!event || key.size() != 8) return std::optional<BytesView>();
  const std::uint64_t seq = chain::get_be64(key.data());
  if (at_record_ && at_.seq() > seq) {
    at_ = BundleWalk(records_, start_.from);
    at_record_.reset();
  }
  while (!at_record_ || at_.seq() < seq) {
    const auto record = at_.next();
    if (!record) return tl::unexpected(record.error());
    if (!*record) return std::optional<BytesView>();
    if ((*record)->sort == Sort::kEvent) at_record_ = **record;
  }
  if (at_.seq() != seq) return std::optional<BytesView>();
  if (database == Database::kHeaders) return std::optional(at_record_->header);
  return at_record_->payload.empty() ? std::optional<BytesView>()
                                     : std::optional(at_record_->payload);
}

std::unique_ptr<Cursor> BundleSource::cursor(Database database) {
  return std::make_unique<BundleCursor>(database, records_, start_.from);
}

}  // namespace alpr::verify
