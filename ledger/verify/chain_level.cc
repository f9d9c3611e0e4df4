#include "ledger/verify/chain_level.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ledger/chain/encoding.h"
#include "ledger/chain/kinds.h"
#include "ledger/verify/checkpoints.h"
#include "ledger/verify/headers_ahead.h"
#include "ledger/verify/log_keys.h"
#include "ledger/verify/payload_check.h"
#include "ledger/verify/plain_tile.h"
#include "ledger/verify/rules.h"
#include "ledger/verify/stored_tiles.h"
#include "ledger/verify/tree.h"

namespace alpr::verify {
namespace {

using chain::Header;

constexpr std::uint32_t kFormat = 1;
constexpr std::uint64_t kGapMax = 65'536;  // longer gaps are not walked over
constexpr std::size_t kOriginMax = 1'024;

class ChainWalk {
 public:
  ChainWalk(Source& source, const Options& options, Snapshots snapshots, LevelReport& report,
            LevelReport& erasure, std::string origin)
      : source_(source),
        options_(options),
        snapshots_(snapshots),
        report_(report),
        erasure_(erasure),
        keys_(origin, options.key),
        stored_tiles_(source, report),
        tree_([this](const BuiltTile& tile) { return stored_tiles_.compare(tile); }),
        checkpoints_(source, origin, keys_, report) {
    state_.origin = std::move(origin);
  }

  Result<void> run();
  std::uint64_t next() const { return next_; }
  ChainState take_state() { return std::move(state_); }

 private:
  // The event before the one being read: its leaf goes into the tree once the next link is known.
  struct Pending {
    std::uint64_t seq = 0;
    std::optional<Digest> leaf;                     // nullopt: there is no header that decodes
    std::shared_ptr<const chain::TileNodes> nodes;  // of its tile, by the headers; or null
    // The whole tile that it ends is to go into the tree; `nodes` keeps them. Else empty.
    std::span<const chain::HeaderBytes> tile;
  };

  Result<void> begin_partial(const chain::BundleStart& start);
  void take_earlier(const chain::EarlierEvent& event, const chain::CompactRange& range);
  Result<bool> take_tile(const HeadersAhead& row);
  Result<void> settle_tile(const std::optional<Digest>& next_previous);
  Result<void> take_row(const HeadersAhead& row);
  Result<void> take(std::uint64_t seq, const HeadersAhead& row);
  Result<void> take_gap(std::uint64_t to);
  Result<void> settle(const std::optional<Digest>& next_previous);
  Result<Digest> choose(const Pending& pending, const std::optional<Digest>& next_previous);
  Result<std::optional<Digest>> in_tile(std::uint64_t seq);
  Result<void> note_event(const Header& header);
  void note_genesis(const chain::Json& payload);
  Result<void> finish();
  Result<void> maybe_renew();

  Source& source_;
  const Options& options_;
  Snapshots snapshots_;
  LevelReport& report_;
  LevelReport& erasure_;
  LogKeys keys_;
  StoredTiles stored_tiles_;
  Tree tree_;
  Checkpoints checkpoints_;
  ChainState state_;
  std::optional<Pending> pending_;
  std::uint64_t next_ = 0;  // the seq that comes now
  TimeUs time_;             // of the event last read
  bool stop_ = false;
  std::optional<Digest> before_first_;  // leaf hash of the event before a partial bundle
  bool as_hashed_ = false;  // the growing tile's leaves so far are those of its hashed headers
  std::optional<std::uint64_t> tile_index_;
  std::vector<Digest>
      tile_;  // the stored level 0 tile of the events now passing; empty when there is none
};

Result<void> ChainWalk::run() {
  if (options_.since) {
    if (auto expected = checkpoints_.expect_since(*options_.since); !expected) return expected;
  }
  if (options_.witness_policy) checkpoints_.expect_cosignatures(*options_.witness_policy);
  if (auto started = checkpoints_.start(); !started) return started;
  if (const chain::BundleStart* start = source_.bundle(); start != nullptr && start->from != 0) {
    if (auto begun = begin_partial(*start); !begun) return begun;
  }
  const std::uint64_t total = source_.events();
  HeadersAhead headers(source_.cursor(Database::kHeaders), options_.threads);
  auto row = headers.next();
  while (row && *row && !stop_) {
    const auto tile = take_tile(headers);
    if (!tile) return tl::unexpected(tile.error());
    if (*tile) {
      headers.skip_tile();
    } else if (auto taken = take_row(headers); !taken) {
      return taken;
    }
    if (options_.progress && next_ % options_.renew_every == 0) options_.progress(next_, total);
    if (auto renewed = maybe_renew(); !renewed) return renewed;
    row = headers.next();
  }
  if (!row) return tl::unexpected(row.error());
  return finish();
}

// What lies before the bundle is known by its tree alone. The checkpoint that the auditor kept
// vouches for that tree, and inclusion paths for the few earlier events that later ones build on.
Result<void> ChainWalk::begin_partial(const chain::BundleStart& start) {
  if (checkpoints_.since_size() < start.from) {
    return fail(ErrorCode::kMalformed,
                fmt::format("this bundle begins with event {} and proves nothing about what came "
                            "before: give --since with a checkpoint that you kept, of {} events or "
                            "more",
                            start.from, start.from));
  }
  const chain::CompactRange range(start.from, start.roots);
  tree_.begin(range);
  next_ = state_.from = start.from;
  for (const chain::EarlierEvent& event : start.earlier) take_earlier(event, range);
  keys_.vouch();
  if (!before_first_) {
    report_.add(start.from, rule::kBundle, "the event before the first one is not proven");
  }
  return checkpoints_.at(tree_, time_);
}

void ChainWalk::take_earlier(const chain::EarlierEvent& event, const chain::CompactRange& range) {
  const auto add = [&](std::string_view what) {
    report_.add(chain::seq_in(event.header), rule::kBundle,
                fmt::format("an earlier event of the bundle: {}", what));
  };
  const auto header = chain::decode_header(event.header);
  if (!header) return add(header.error().detail);
  const std::uint64_t seq = header->seq.value;
  const Digest leaf = chain::leaf_hash(event.header);
  if (!chain::verify_inclusion(leaf, seq, range.size(), event.path, range.root()))
    return add("it is not in the tree before the bundle");
  time_ = std::max(time_, header->time);
  state_.last_time = time_;
  if (seq + 1 == range.size()) before_first_ = leaf;
  const bool genesis = seq == 0;
  if (!genesis && header->kind != chain::kind::kKeyRotated) {
    if (!event.payload.empty()) add("it has a payload, and nothing builds on it");
    return;
  }
  const auto row = parse_row(event.payload);
  if (row && (row->seal != Seal::kNone || !row->box.empty()))
    return add("its payload is not one that stands in clear");
  const auto payload =
      row ? open_members(*header, *row) : Result<chain::Json>(tl::unexpected(row.error()));
  if (!payload) return add(payload.error().detail);
  if (genesis) return note_genesis(*payload);
  if (const auto rotated = keys_.rotate(*header, *payload); !rotated) add(rotated.error().detail);
}

Result<void> ChainWalk::maybe_renew() {
  if (snapshots_ == Snapshots::kOne || next_ % options_.renew_every != 0) return {};
  if (auto renewed = source_.renew(); !renewed) return renewed;
  // The leaf that is pending is not in the tree yet; its checkpoint is still to come.
  return checkpoints_.renewed(tree_);
}

Result<void> ChainWalk::take_row(const HeadersAhead& row) {
  const BytesView key = row.key();
  if (key.size() != 8) {
    report_.add(std::nullopt, rule::kStore, "a header stands under a key that is no seq");
    return {};
  }
  const std::uint64_t seq = chain::get_be64(key.data());
  if (seq > next_) {
    if (auto passed = take_gap(seq); !passed || stop_) return passed;
  }
  return take(seq, row);
}

Result<void> ChainWalk::take_gap(std::uint64_t to) {
  report_.add(next_, rule::kChain,
              to == next_ + 1
                  ? fmt::format("there is no header: the event was dropped")
                  : fmt::format("there are no headers up to event {}: they were dropped", to - 1));
  if (to - next_ > kGapMax) {
    report_.add(to, rule::kChain, "the gap is too long to go on after it");
    stop_ = true;
    return {};
  }
  for (; next_ < to; ++next_) {
    if (auto settled = settle(std::nullopt); !settled) return settled;
    pending_ = Pending{next_, std::nullopt, nullptr, {}};
  }
  return {};
}

// Most tiles are plain: they are judged at once. False: they are to be taken row by row.
Result<bool> ChainWalk::take_tile(const HeadersAhead& row) {
  const auto headers = row.whole_tile();
  if (headers.empty()) return false;
  const std::uint64_t first = chain::get_be64(row.key().data());
  if (first != next_ || first == state_.from || options_.renew_every % chain::kTileWidth != 0)
    return false;
  const auto time = plain_tile(headers, *row.nodes(), first, time_);
  if (!time) return false;
  if (auto settled = settle(chain::decode_header(headers[0])->previous); !settled)
    return tl::unexpected(settled.error());
  if (tree_.size() != first) return false;
  next_ = first + chain::kTileWidth;
  report_.checked += chain::kTileWidth;
  time_ = *time;
  state_.last_time = std::max(state_.last_time, time_);
  pending_ = Pending{next_ - 1, row.nodes()->node(0, chain::kTileWidth - 1), row.nodes(), headers};
  return true;
}

Result<void> ChainWalk::take(std::uint64_t seq, const HeadersAhead& row) {
  const auto header = chain::decode_header(row.value());
  if (!header) report_.add(seq, rule::kHeader, header.error().detail);
  if (auto settled = settle(header ? std::optional(header->previous) : std::nullopt); !settled)
    return settled;
  next_ = seq + 1;
  ++report_.checked;
  pending_ = Pending{seq, std::nullopt, row.nodes(), {}};
  if (!header) return {};
  pending_->leaf = row.nodes() ? row.nodes()->node(0, seq % chain::kTileWidth)
                               : chain::leaf_hash(chain::encode(*header));
  if (header->seq.value != seq) {
    report_.add(seq, rule::kHeader,
                fmt::format("the header says that it is event {}", header->seq.value));
  }
  if (before_first_ && seq == state_.from && header->previous != *before_first_) {
    report_.add(seq, rule::kChain, "the header does not link to the event before it");
  }
  if (seq == 0 && header->previous != chain::genesis_previous(state_.origin)) {
    report_.add(seq, rule::kChain, "the first header does not link to the log's origin");
  }
  if (header->time < time_)
    report_.add(seq, rule::kHeader, "its time lies before the event before it");
  time_ = header->time;
  state_.last_time = std::max(state_.last_time, time_);
  return note_event(*header);
}

Result<std::optional<Digest>> ChainWalk::in_tile(std::uint64_t seq) {
  const std::uint64_t index = seq / chain::kTileWidth;
  if (tile_index_ != index) {
    tile_index_ = index;
    tile_.clear();
    Bytes key = {0};
    chain::put_be64(key, index);
    const auto row = source_.get(Database::kTiles, key);
    if (!row) return tl::unexpected(row.error());
    if (*row && (*row)->size() == chain::kTileWidth * sizeof(Digest)) {
      tile_.resize(chain::kTileWidth);
      for (std::size_t i = 0; i < tile_.size(); ++i) {
        std::ranges::copy((*row)->subspan(i * sizeof(Digest), sizeof(Digest)), tile_[i].begin());
      }
    }
  }
  if (tile_.empty()) return std::optional<Digest>();
  return std::optional<Digest>(tile_[seq % chain::kTileWidth]);
}

// Three witnesses say what the leaf is: the header, the link of the next event, the stored tile.
// Two agree, or it is the header's.
Result<Digest> ChainWalk::choose(const Pending& pending,
                                 const std::optional<Digest>& next_previous) {
  const auto& leaf = pending.leaf;
  if (leaf && (!next_previous || *next_previous == *leaf)) return *leaf;
  const auto tile = in_tile(pending.seq);
  if (!tile) return tl::unexpected(tile.error());
  if (!leaf) return tile->value_or(next_previous.value_or(Digest{}));
  if (*tile && **tile == *next_previous) {
    report_.add(pending.seq, rule::kChain,
                "the header is not the one that was signed: neither the tile nor the next event's "
                "link has its hash");
    return *next_previous;
  }
  if (*tile && **tile == *leaf) {
    report_.add(pending.seq + 1, rule::kChain, "the header does not link to the event before it");
    return *leaf;
  }
  report_.add(pending.seq, rule::kChain,
              "the header, or the link to it in the next event, was changed: they do not fit");
  return *leaf;
}

// The tile that is pending goes into the tree at once, where nothing looks at the tree meanwhile
// and the next link agrees with its last leaf; and else without that leaf, one by one.
Result<void> ChainWalk::settle_tile(const std::optional<Digest>& next_previous) {
  const auto nodes = pending_->nodes;
  const auto headers = std::exchange(pending_->tile, {});
  as_hashed_ = true;
  if (next_previous == pending_->leaf &&
      checkpoints_.none_before(tree_, tree_.size() + chain::kTileWidth)) {
    pending_.reset();
    if (auto added = tree_.append_tile(*nodes); !added) return added;
    return checkpoints_.at(tree_, time_);
  }
  for (std::size_t i = 0; i + 1 < headers.size(); ++i) {
    if (auto added = tree_.append(nodes->node(0, i), nodes.get()); !added) return added;
    const TimeUs time = chain::decode_header(headers[i])->time;
    if (auto judged = checkpoints_.at(tree_, time); !judged) return judged;
  }
  return {};
}

Result<void> ChainWalk::settle(const std::optional<Digest>& next_previous) {
  if (pending_ && !pending_->tile.empty()) {
    if (auto settled = settle_tile(next_previous); !settled) return settled;
  }
  if (!pending_) return {};
  const auto leaf = choose(*pending_, next_previous);
  if (!leaf) return tl::unexpected(leaf.error());
  // From the first leaf on that is not the one its header gives, the tile's nodes are others.
  const auto& nodes = pending_->nodes;
  const std::uint64_t offset = tree_.size() % chain::kTileWidth;
  as_hashed_ = (offset == 0 || as_hashed_) && nodes && pending_->seq == tree_.size() &&
               *leaf == nodes->node(0, offset);
  auto added = tree_.append(*leaf, as_hashed_ ? nodes.get() : nullptr);
  pending_.reset();
  if (!added) return added;
  return checkpoints_.at(tree_, time_);
}

Result<void> ChainWalk::note_event(const Header& header) {
  const std::uint64_t seq = next_ - 1;  // where it stands, whatever it says of itself
  const bool genesis = header.kind == chain::kind::kLogStarted;
  if (genesis != (seq == 0)) {
    report_.add(seq, rule::kChain,
                genesis ? "log.started stands in the middle of a log"
                        : "the first event is not log.started");
    return {};
  }
  if (header.kind > chain::kind::kHoldReleased || header.kind == 0) return {};
  const auto row = source_.get(Database::kPayloads, number_key(seq));
  if (!row) return tl::unexpected(row.error());
  const bool chain_needs_it = genesis || header.kind == chain::kind::kKeyRotated;
  Result<chain::Json> payload = fail(ErrorCode::kNotFound, "its payload is missing");
  if (*row) {
    const auto parsed = parse_row(**row);
    payload = parsed ? open_members(header, *parsed)
                     : Result<chain::Json>(tl::unexpected(parsed.error()));
  }
  if (!payload) {
    // Level erasure looks at every payload; what the chain itself stands on is looked at here.
    if (chain_needs_it) report_.add(seq, rule::kPayload, payload.error().detail);
    return {};
  }
  if (genesis) {
    note_genesis(*payload);
  } else if (header.kind == chain::kind::kKeyRotated) {
    if (const auto rotated = keys_.rotate(header, *payload); !rotated) {
      report_.add(seq, rule::kKeys, rotated.error().detail);
    }
  } else if (state_.from != 0) {
    // What a later event says about erasure is about events that a partial bundle does not have.
  } else if (const auto noted = state_.facts.note(header, *payload); !noted) {
    erasure_.add(seq, rule::kKind, noted.error().detail);
  }
  return {};
}

void ChainWalk::note_genesis(const chain::Json& payload) {
  const chain::Json* format = payload.member("format");
  const chain::Json* vkey = payload.member("vkey");
  const chain::Json* log_id = payload.member("log_id");
  const chain::Json* bucket = payload.member("bucket_seconds");
  const chain::Json* simulated = payload.member("simulated");
  const auto add = [&](std::string_view what) { report_.add(0, rule::kKind, what); };
  if (format == nullptr || format->integer() == nullptr || *format->integer() != kFormat)
    add("it is not of format 1");
  if (bucket == nullptr || bucket->integer() == nullptr ||
      *bucket->integer() * kSecondUs != kBucketUs) {
    add("its buckets are not of 15 minutes");
  }
  const bool has_id = log_id != nullptr && log_id->string() != nullptr &&
                      log_id->string()->size() == 32 &&
                      chain::parse_hex(*log_id->string()).has_value();
  if (!has_id) add("it has no log ID of 16 bytes");
  if (simulated == nullptr || simulated->boolean() == nullptr) {
    add("it does not say whether its clock is simulated");
  } else {
    state_.simulated = *simulated->boolean();
  }
  if (vkey == nullptr || vkey->string() == nullptr) return add("it names no key");
  const auto key = chain::parse_vkey(*vkey->string());
  if (!key) return add("its key does not read: " + key.error().detail);
  if (const auto begun = keys_.begin(*key); !begun) add(begun.error().detail);
}

Result<void> ChainWalk::finish() {
  if (auto settled = settle(std::nullopt); !settled) return settled;
  state_.size = tree_.size();
  state_.root = tree_.root();
  state_.complete = !stop_;
  if (tree_.size() == 0) report_.add(std::nullopt, rule::kChain, "the log has no events");
  if (auto checked = stored_tiles_.check_rows(tree_); !checked) return checked;
  if (auto checked = checkpoints_.finish(tree_, time_, state_.simulated); !checked) return checked;
  for (const std::uint64_t seq : keys_.unvouched()) {
    report_.add(seq, rule::kKeys,
                "no kept checkpoint by the key before it vouches for this rotation");
  }
  const std::optional<bool> ours = keys_.given_is_ours();
  if (ours == false)
    report_.add(std::nullopt, rule::kKeys, "the key that was given is not one of this log's keys");
  state_.anchored = ours == true;
  return {};
}

Result<std::string> read_meta(Source& source, LevelReport& report) {
  const auto format = source.get(Database::kMeta, as_bytes("format"));
  if (!format) return tl::unexpected(format.error());
  if (!*format || (*format)->size() != 4) {
    report.add(std::nullopt, rule::kStore, "the store does not say of which format it is");
  } else if (const std::uint32_t number = chain::get_be32((*format)->data()); number != kFormat) {
    return fail(
        ErrorCode::kWrongVersion,
        fmt::format("the store is of format {}; this verifier knows format {}", number, kFormat));
  }
  const auto origin = source.get(Database::kMeta, as_bytes("origin"));
  if (!origin) return tl::unexpected(origin.error());
  if (!*origin || (*origin)->empty() || (*origin)->size() > kOriginMax) {
    report.add(std::nullopt, rule::kStore, "the store does not name the log's origin");
    return std::string();
  }
  return std::string(as_text(**origin));
}

}  // namespace

Result<ChainState> check_chain(Source& source, const Options& options, Snapshots snapshots,
                               LevelReport& chain, LevelReport& erasure) {
  chain.holds = true;
  auto origin = read_meta(source, chain);
  if (!origin) {
    if (origin.error().code != ErrorCode::kCorrupt) return tl::unexpected(origin.error());
    chain.add(std::nullopt, rule::kStore, origin.error().detail);
    return ChainState{};
  }
  ChainWalk walk(source, options, snapshots, chain, erasure, std::move(*origin));
  if (const auto done = walk.run(); !done) {
    if (done.error().code != ErrorCode::kCorrupt) return tl::unexpected(done.error());
    // In a bundle it is known where: before the event that would have come next.
    const bool bundle = source.bundle() != nullptr;
    chain.add(bundle ? std::optional(walk.next()) : std::nullopt,
              bundle ? rule::kBundle : rule::kStore, done.error().detail);
    ChainState state = walk.take_state();
    state.complete = false;
    return state;
  }
  return walk.take_state();
}

}  // namespace alpr::verify
