#include "ledger/store/projection.h"

#include <algorithm>
#include <set>

#include "ledger/chain/custody_kinds.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/kinds.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/log_signers.h"
#include "ledger/store/recovery_key.h"

namespace alpr::store {

namespace {

constexpr std::size_t kBucketRowSize = 8 + 8 + 8 + 1 + 8;

Bytes bucket_bytes(const BucketRow& row) {
  Bytes out;
  chain::put_be64(out, row.first.value);
  chain::put_be64(out, row.last.value);
  chain::put_be64(out, row.events);
  out.push_back(static_cast<std::uint8_t>(row.state));
  chain::put_be64(out, row.tombstone.value);
  for (const Sequence tombstone : row.earlier) chain::put_be64(out, tombstone.value);
  return out;
}

Result<void> put_bucket(Txn& txn, Bucket bucket, const BucketRow& row) {
  return txn.put(Db::kBuckets, key64(bucket.value), bucket_bytes(row));
}

// A hold's seq is never 0, so that a 0 can mark a release.
Result<HeldRow> parse_held(Sequence event, BytesView row) {
  if (row.empty() || row.size() % 8 != 0) {
    return fail(ErrorCode::kCorrupt, "a row of 'held' is not of its form");
  }
  HeldRow out{event, {}, {}};
  if (chain::get_be64(row.data()) == 0) {
    if (row.size() != 16) return fail(ErrorCode::kCorrupt, "a row of 'held' is not of its form");
    out.released = TimeUs{static_cast<std::int64_t>(chain::get_be64(&row[8]))};
    return out;
  }
  for (std::size_t i = 0; i < row.size(); i += 8) out.holds.push_back({chain::get_be64(&row[i])});
  return out;
}

Result<void> put_held(Txn& txn, const HeldRow& held) {
  Bytes row;
  for (const Sequence hold : held.holds) chain::put_be64(row, hold.value);
  if (held.released) {
    chain::put_be64(row, 0);
    chain::put_be64(row, static_cast<std::uint64_t>(held.released->value));
  }
  return txn.put(Db::kHeld, key64(held.event.value), row);
}

// From here on nothing of what the tombstone covers is read again, though its ciphertext may still
// lie there.
Result<void> fold_reads_purged(const chain::EventView& event, Txn& txn) {
  const auto number = member_number(event.members, "bucket");
  if (!number) return tl::unexpected(number.error());
  const auto held_list = member_sequences(event.members, "held");
  if (!held_list) return tl::unexpected(held_list.error());
  const auto have = read_bucket(txn, {*number});
  if (!have) return tl::unexpected(have.error());
  if (!*have) return fail(ErrorCode::kMalformed, "a tombstone of a bucket that has no events");
  BucketRow row = **have;
  if (row.tombstone.value != 0) row.earlier.push_back(row.tombstone);
  row.state = BucketState::kTombstoned;
  row.tombstone = event.header.seq;
  if (const auto ok = put_bucket(txn, {*number}, row); !ok) return ok;
  const std::set<Sequence> held(held_list->begin(), held_list->end());
  const auto rows = held_rows(txn, row.first, row.last);
  if (!rows) return tl::unexpected(rows.error());
  for (const HeldRow& one : *rows) {
    if (held.contains(one.event)) continue;
    if (const auto ok = txn.erase(Db::kHeld, key64(one.event.value)); !ok) return ok;
  }
  return {};
}

Result<void> fold_keys_destroyed(const chain::EventView& event, Txn& txn) {
  const auto tombstone = member_number(event.members, "tombstone");
  if (!tombstone) return tl::unexpected(tombstone.error());
  const auto header = read_header(txn, {*tombstone});
  if (!header) return tl::unexpected(header.error());
  if (header->kind != chain::kind::kReadsPurged) return {};
  const auto member = read_open_member(txn, {*tombstone}, "bucket");
  if (!member) return tl::unexpected(member.error());
  const auto number = parse_number(*member);
  if (!number) return tl::unexpected(number.error());
  const auto have = read_bucket(txn, {*number});
  if (!have) return tl::unexpected(have.error());
  if (!*have) return fail(ErrorCode::kCorrupt, "keys destroyed of a bucket that has no events");
  BucketRow row = **have;
  // Of an older tombstone whose destruction was recorded late: the newest one decides.
  if (row.tombstone != Sequence{*tombstone}) return {};
  row.state = BucketState::kKeysDestroyed;
  return put_bucket(txn, {*number}, row);
}

Result<void> fold_hold_placed(const chain::EventView& event, Txn& txn) {
  const auto events = member_sequences(event.members, "events");
  if (!events) return tl::unexpected(events.error());
  for (const Sequence held : *events) {
    // Placed, released and purged since: a rebuild meets it without its payload.
    const auto header = read_header(txn, held);
    if (!header) return tl::unexpected(header.error());
    auto holds = read_holds(txn, held);
    if (!holds) return tl::unexpected(holds.error());
    if (std::find(holds->begin(), holds->end(), event.header.seq) != holds->end()) continue;
    holds->push_back(event.header.seq);
    if (const auto ok = put_held(txn, {held, *holds, {}}); !ok) return ok;
  }
  return {};
}

Result<void> fold_hold_released(const chain::EventView& event, Txn& txn) {
  const auto hold = member_number(event.members, "hold");
  if (!hold) return tl::unexpected(hold.error());
  const auto header = read_header(txn, {*hold});
  if (!header || header->kind != chain::kind::kHoldPlaced) {
    return fail(ErrorCode::kMalformed, "the release of something that is no hold");
  }
  const auto member = read_open_member(txn, {*hold}, "events");
  if (!member) return tl::unexpected(member.error());
  const auto events = parse_sequences(*member);
  if (!events) return tl::unexpected(events.error());
  for (const Sequence held : *events) {
    const auto has_row = has_held_row(txn, held);
    if (!has_row) return tl::unexpected(has_row.error());
    if (!*has_row) continue;
    auto holds = read_holds(txn, held);
    if (!holds) return tl::unexpected(holds.error());
    if (std::erase(*holds, Sequence{*hold}) == 0) continue;
    HeldRow row{held, std::move(*holds), {}};
    if (row.holds.empty()) row.released = event.header.time;
    if (const auto ok = put_held(txn, row); !ok) return ok;
  }
  return {};
}

}  // namespace

Result<BucketRow> parse_bucket(BytesView row) {
  if (row.size() < kBucketRowSize || (row.size() - kBucketRowSize) % 8 != 0 || row[24] > 2) {
    return fail(ErrorCode::kCorrupt, "a row of 'buckets' is not of its form");
  }
  BucketRow out{{chain::get_be64(&row[0])},  {chain::get_be64(&row[8])},
                chain::get_be64(&row[16]),   static_cast<BucketState>(row[24]),
                {chain::get_be64(&row[25])}, {}};
  for (std::size_t i = kBucketRowSize; i < row.size(); i += 8) {
    out.earlier.push_back({chain::get_be64(&row[i])});
  }
  return out;
}

Result<std::optional<BucketRow>> read_bucket(const Txn& txn, Bucket bucket) {
  const auto row = txn.get(Db::kBuckets, key64(bucket.value));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  const auto parsed = parse_bucket(**row);
  if (!parsed) return tl::unexpected(parsed.error());
  return *parsed;
}

Result<std::vector<Sequence>> read_holds(const Txn& txn, Sequence event) {
  const auto row = txn.get(Db::kHeld, key64(event.value));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::vector<Sequence>{};
  auto parsed = parse_held(event, **row);
  if (!parsed) return tl::unexpected(parsed.error());
  return std::move(parsed->holds);
}

Result<bool> has_held_row(const Txn& txn, Sequence event) {
  const auto row = txn.get(Db::kHeld, key64(event.value));
  if (!row) return tl::unexpected(row.error());
  return row->has_value();
}

Result<std::vector<HeldRow>> held_rows(const Txn& txn, Sequence first, Sequence last) {
  std::vector<HeldRow> out;
  Result<void> outcome;
  const auto done = txn.scan(Db::kHeld, key64(first.value), [&](const Row& row) {
    const auto seq = parse_key64(row.key, "held");
    if (seq && *seq > last.value) return false;
    const auto parsed = seq ? parse_held({*seq}, row.value) : tl::unexpected(seq.error());
    if (!parsed) {
      outcome = tl::unexpected(parsed.error());
      return false;
    }
    out.push_back(*parsed);
    return true;
  });
  if (!done) return tl::unexpected(done.error());
  if (!outcome) return tl::unexpected(outcome.error());
  return out;
}

Result<bool> is_purged(const Txn& txn, const chain::Header& header) {
  const auto bucket = read_bucket(txn, bucket_of(header.time));
  if (!bucket) return tl::unexpected(bucket.error());
  if (!*bucket || (*bucket)->state == BucketState::kLive) return false;
  // What a tombstone excepted still has a row among the held ones, with or without a hold in force.
  const auto excepted = has_held_row(txn, header.seq);
  if (!excepted) return excepted;
  return !*excepted;
}

Result<std::optional<Sequence>> tombstone_of(const Txn& txn, const chain::Header& header) {
  const auto purged = is_purged(txn, header);
  if (!purged) return tl::unexpected(purged.error());
  if (!*purged) return std::nullopt;
  const auto bucket = read_bucket(txn, bucket_of(header.time));
  if (!bucket) return tl::unexpected(bucket.error());
  // The first that does not list it among what it spares.
  for (const Sequence tombstone : (*bucket)->earlier) {
    const auto json = read_open_member(txn, tombstone, "held");
    if (!json) return tl::unexpected(json.error());
    const auto held = parse_sequences(*json);
    if (!held) return tl::unexpected(held.error());
    if (std::find(held->begin(), held->end(), header.seq) == held->end()) return tombstone;
  }
  return (*bucket)->tombstone;
}

Result<void> OwnFold::count(const chain::Header& thirty_day) {
  const Bucket bucket = bucket_of(thirty_day.time);
  if (open_ != bucket) {
    if (const auto done = flush(); !done) return done;
    const auto have = read_bucket(txn_, bucket);
    if (!have) return tl::unexpected(have.error());
    const BucketRow fresh{thirty_day.seq, thirty_day.seq, 0, BucketState::kLive, {}, {}};
    row_ = have->value_or(fresh);
    if (row_.state != BucketState::kLive) {
      return fail(ErrorCode::kCorrupt, "a thirty-day event in a bucket that is purged already");
    }
    open_ = bucket;
  }
  row_.last = thirty_day.seq;
  ++row_.events;
  return {};
}

Result<void> OwnFold::flush() {
  if (!open_) return {};
  const auto done = put_bucket(txn_, *open_, row_);
  if (done) open_.reset();
  return done;
}

Result<void> OwnFold::fold(const chain::EventView& event) {
  if (event.header.retention == chain::Retention::kThirtyDay) return count(event.header);
  switch (event.header.kind) {
    case chain::kind::kLogStarted:
    case chain::kind::kKeyRotated:
      return fold_log_keys(event, txn_);
    case chain::kind::kRecoveryEnrolled:
      return fold_recovery_key(event, txn_);
    case chain::kind::kReadsPurged:
    case chain::kind::kKeysDestroyed:
    case chain::kind::kHoldPlaced:
    case chain::kind::kHoldReleased:
      break;
    default:
      return {};
  }
  if (const auto done = flush(); !done) return done;
  switch (event.header.kind) {
    case chain::kind::kReadsPurged:
      return fold_reads_purged(event, txn_);
    case chain::kind::kKeysDestroyed:
      return fold_keys_destroyed(event, txn_);
    case chain::kind::kHoldPlaced:
      return fold_hold_placed(event, txn_);
    default:
      return fold_hold_released(event, txn_);
  }
}

}  // namespace alpr::store
