#include "ledger/store/bundle_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/merkle.h"
#include "ledger/chain/note.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/key_history.h"
#include "ledger/store/log_tree.h"
#include "ledger/store/store_core.h"

namespace alpr::store {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

// The row as it goes into the bundle; empty where the event has none.
Result<Bytes> row_for(const Txn& txn, std::uint64_t seq, bool boxes) {
  const auto row = read_payload_row(txn, {seq});
  if (!row) return tl::unexpected(row.error());
  if (!*row) return Bytes();
  return payload_row((*row)->seal, (*row)->clear, boxes ? (*row)->box : BytesView());
}

// The roots of the perfect subtrees of the tree of this size, largest first.
Result<std::vector<Digest>> subtree_roots(std::uint64_t size, const chain::SubtreeRoot& subtree) {
  std::vector<Digest> roots;
  std::uint64_t before = 0;
  for (unsigned level = 64; level-- > 0;) {
    const std::uint64_t width = std::uint64_t{1} << level;
    if ((size & width) == 0) continue;
    const auto root = subtree(level, before >> level);
    if (!root) return tl::unexpected(root.error());
    roots.push_back(*root);
    before += width;
  }
  return roots;
}

// Whether another log key than the one that genesis names has signed the newest checkpoint. Only
// then there are rotations to look for.
Result<bool> was_rotated(const Txn& txn, std::string_view origin) {
  const auto first = read_open_member(txn, {0}, "vkey");
  if (!first) return tl::unexpected(first.error());
  const auto newest = read_newest_checkpoint(txn);
  if (!newest) return tl::unexpected(newest.error());
  const auto text = chain::parse_canonical(*first);
  const auto key =
      text && text->string() != nullptr
          ? chain::parse_vkey(*text->string())
          : Result<chain::VerifierKey>(fail(ErrorCode::kCorrupt, "genesis has no key"));
  if (!key) return tl::unexpected(key.error());
  const auto note = *newest ? chain::parse_note((*newest)->note)
                            : Result<chain::Note>(fail(ErrorCode::kCorrupt, "no checkpoint"));
  if (!note) return tl::unexpected(note.error());
  return std::ranges::any_of(note->signatures, [&](const chain::NoteSignature& signature) {
    return signature.name == origin && signature.id != key->id();
  });
}

// Genesis, the rotations and the last event before `from`, each with its path.
Result<std::vector<chain::EarlierEvent>> earlier_events(const Txn& txn, std::string_view origin,
                                                        std::uint64_t from,
                                                        const chain::SubtreeRoot& subtree) {
  std::set<std::uint64_t> with_payload = {0};
  const auto rotated = was_rotated(txn, origin);
  if (!rotated) return tl::unexpected(rotated.error());
  if (*rotated) {
    const auto rotations = find_rotations(txn, from);
    if (!rotations) return tl::unexpected(rotations.error());
    for (const Sequence seq : *rotations) with_payload.insert(seq.value);
  }
  std::set<std::uint64_t> seqs = with_payload;
  seqs.insert(from - 1);
  std::vector<chain::EarlierEvent> events;
  for (const std::uint64_t seq : seqs) {
    const auto header = read_header_bytes(txn, {seq});
    if (!header) return tl::unexpected(header.error());
    auto row =
        with_payload.contains(seq) ? row_for(txn, seq, /*boxes=*/false) : Result<Bytes>(Bytes());
    if (!row) return tl::unexpected(row.error());
    auto path = chain::inclusion_path(seq, from, subtree);
    if (!path) return tl::unexpected(path.error());
    events.push_back({*header, std::move(*row), std::move(*path)});
  }
  return events;
}

}  // namespace

Result<BundleWriter> BundleWriter::begin(Txn txn, const BundleOptions& options) {
  const auto size = log_size(txn);
  if (!size) return tl::unexpected(size.error());
  if (options.from > *size) {
    return fail(ErrorCode::kMalformed,
                fmt::format("there is no event {}: the log has {}", options.from, *size));
  }
  BundleWriter writer(std::move(txn), options, *size);
  if (auto begun = writer.begin_start(); !begun) return tl::unexpected(begun.error());
  return writer;
}

Result<void> BundleWriter::begin_start() {
  const auto origin = txn_.get(Db::kMeta, as_bytes(meta::kOrigin));
  if (!origin) return tl::unexpected(origin.error());
  if (!*origin) return fail(ErrorCode::kCorrupt, "the store does not name its origin");
  chain::BundleStart start{options_.boxes, std::string(as_text(**origin)), options_.from, {}, {}};
  if (options_.from != 0) {
    const chain::SubtreeRoot subtree = subtree_reader(txn_, size_);
    auto roots = subtree_roots(options_.from, subtree);
    if (!roots) return tl::unexpected(roots.error());
    start.roots = std::move(*roots);
    auto earlier = earlier_events(txn_, start.origin, options_.from, subtree);
    if (!earlier) return tl::unexpected(earlier.error());
    start.earlier = std::move(*earlier);
  }
  chain::put_bundle_start(start_, start);
  if (auto found = find_checkpoint(options_.from); !found) return found;
  put_due_checkpoint(start_);
  return checkpoint_ ? Result<void>() : find_checkpoint(options_.from + 1);
}

Result<void> BundleWriter::find_checkpoint(std::uint64_t from) {
  checkpoint_.reset();
  return txn_.scan(Db::kCheckpoints, key64(from), [&](const Row& row) {
    if (row.key.size() == 8) {
      checkpoint_.emplace(chain::get_be64(row.key.data()),
                          Bytes(row.value.begin(), row.value.end()));
    }
    return false;
  });
}

// The one of exactly the events so far, if it is kept.
void BundleWriter::put_due_checkpoint(Bytes& out) {
  if (!checkpoint_ || checkpoint_->first != next_) return;
  chain::put_bundle_checkpoint(out, checkpoint_->second);
  checkpoint_.reset();
}

Result<void> BundleWriter::put_event(Bytes& out, std::uint64_t seq, BytesView header) {
  if (seq != next_ || header.size() != chain::kHeaderSize) {
    return fail(ErrorCode::kCorrupt, fmt::format("the header of event {} is not there", next_));
  }
  const auto row = row_for(txn_, seq, options_.boxes);
  if (!row) return tl::unexpected(row.error());
  chain::put_bundle_event(out, header, *row);
  ++next_;
  if (!checkpoint_ || checkpoint_->first != next_) return {};
  put_due_checkpoint(out);
  return find_checkpoint(next_ + 1);
}

Result<void> BundleWriter::put_events(Bytes& out) {
  Result<void> put;
  const auto scanned = txn_.scan(Db::kHeaders, key64(next_), [&](const Row& row) {
    if (next_ >= size_ || out.size() >= kPieceBytes) return false;
    put = put_event(out, row.key.size() == 8 ? chain::get_be64(row.key.data()) : ~std::uint64_t{0},
                    row.value);
    return put.has_value();
  });
  return scanned ? put : scanned;
}

Result<bool> BundleWriter::more(Bytes& out) {
  const std::size_t before = out.size();
  if (!start_.empty()) {
    out.insert(out.end(), start_.begin(), start_.end());
    start_.clear();
  }
  if (next_ < size_) {
    const std::uint64_t first = next_;
    if (auto put = put_events(out); !put) return tl::unexpected(put.error());
    if (next_ == first && out.size() == before)
      return fail(ErrorCode::kCorrupt, fmt::format("the header of event {} is not there", next_));
  }
  if (next_ < size_) return true;
  chain::put_bundle_end(out, size_);
  return false;
}

Result<std::uint64_t> write_bundle(BundleWriter& writer,
                                   const std::function<Result<void>(BytesView)>& sink) {
  Bytes piece;
  for (;;) {
    piece.clear();
    const auto more = writer.more(piece);
    if (!more) return tl::unexpected(more.error());
    if (auto taken = sink(piece); !taken) return tl::unexpected(taken.error());
    if (!*more) return writer.size();
  }
}

}  // namespace alpr::store
