#include "ledger/store/registers.h"

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/header.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/projection.h"
#include "ledger/store/sealed_box.h"

namespace alpr::store {

namespace {

constexpr std::size_t kPartsMax = 24;      // LMDB's keys end at 511 bytes, the index adds 8
constexpr std::size_t kTextPartSize = 16;  // of an HMAC

bool begins_with(BytesView bytes, BytesView prefix) {
  return bytes.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

Bytes scoped_index_key(Sequence event, BytesView row_key) {
  Bytes out;
  out.reserve(8 + row_key.size());
  chain::put_be64(out, event.value);
  out.insert(out.end(), row_key.begin(), row_key.end());
  return out;
}

std::size_t row_size(RowTag tag, std::string_view value) {
  return (tag == RowTag::kPermanent ? 1 : 9) + value.size() + kBoxOverhead;
}

Result<void> same_scope(BytesView row, chain::RowScope scope) {
  const auto have = RowReader::parse(row);
  if (!have) return tl::unexpected(have.error());
  const bool same = have->tag == RowTag::kPermanent ? !scope : scope && *scope == have->event;
  if (!same) return fail(ErrorCode::kConflict, "a register row cannot move to another scope");
  return {};
}

void write_row(std::span<std::uint8_t> row, const RowSeal& seal, BytesView row_key,
               std::string_view value) {
  row[0] = static_cast<std::uint8_t>(seal.tag);
  std::size_t at = 1;
  if (seal.tag != RowTag::kPermanent) {
    const auto seq = key64(seal.event.value);
    std::copy(seq.begin(), seq.end(), row.begin() + 1);
    at += seq.size();
  }
  seal_box_into(row.subspan(at), *seal.key, row_key, as_bytes(value));
}

}  // namespace

RowReader::RowReader(const Txn& txn, const Vault& vault)
    : txn_(txn),
      vault_(vault),
      names_(vault.register_key().bytes),
      permanent_(vault.register_key().derive("registers")) {}

Result<Bytes> RowReader::row_key(chain::Table table, const chain::RowKey& key) const {
  if (key.parts().size() > kPartsMax) {
    return fail(ErrorCode::kMalformed, "a register key of over 24 parts");
  }
  Bytes out;
  out.reserve(1 + kTextPartSize * key.parts().size());
  out.push_back(table);
  for (const auto& part : key.parts()) {
    if (const auto* number = std::get_if<std::uint64_t>(&part)) {
      chain::put_be64(out, *number);
    } else {
      const Digest mac = names_.mac({as_bytes(std::get<std::string>(part))});
      out.insert(out.end(), mac.begin(), mac.begin() + kTextPartSize);
    }
  }
  return out;
}

Result<RowReader::Scope> RowReader::parse(BytesView row) {
  const auto broken = [] { return fail(ErrorCode::kCorrupt, "a register row is not of its form"); };
  if (row.empty() || row[0] > static_cast<std::uint8_t>(RowTag::kHeld)) return broken();
  Scope scope{static_cast<RowTag>(row[0]), {}, row.subspan(1)};
  if (scope.tag != RowTag::kPermanent) {
    if (row.size() < 9) return broken();
    scope.event.value = chain::get_be64(&row[1]);
    scope.box = row.subspan(9);
  }
  return scope;
}

Result<const SecretKey*> RowReader::scoped_key(RowTag tag, Sequence event) const {
  if (tag != RowTag::kHeld) {
    const auto header = read_header(txn_, event);
    if (!header) return tl::unexpected(header.error());
    return bucket_rows_key(bucket_of(header->time));
  }
  if (const auto it = held_keys_.find(event.value); it != held_keys_.end()) return &it->second;
  const auto key = vault_.held_key(event);
  if (!key) return tl::unexpected(key.error());
  return &held_keys_.emplace(event.value, key->derive("registers")).first->second;
}

Result<const SecretKey*> RowReader::bucket_rows_key(Bucket bucket) const {
  if (const auto it = bucket_keys_.find(bucket.value); it != bucket_keys_.end()) {
    return &it->second;
  }
  const auto key = vault_.bucket_key(bucket);
  if (!key) return tl::unexpected(key.error());
  return &bucket_keys_.emplace(bucket.value, key->derive("registers")).first->second;
}

Result<std::string> RowReader::open(BytesView row_key, BytesView row) const {
  const auto scope = parse(row);
  if (!scope) return tl::unexpected(scope.error());
  const SecretKey* key = &permanent_;
  if (scope->tag != RowTag::kPermanent) {
    const auto scoped = scoped_key(scope->tag, scope->event);
    if (!scoped) return fail(ErrorCode::kCorrupt, "a register row outlived its key");
    key = *scoped;
  }
  const auto value = open_box(*key, row_key, scope->box);
  if (!value) return fail(ErrorCode::kCorrupt, "a register row does not open");
  return std::string(as_text(*value));
}

Result<bool> RowReader::alive(const Scope& scope) const {
  if (scope.tag == RowTag::kPermanent) return true;
  const auto header = read_header(txn_, scope.event);
  if (!header) return tl::unexpected(header.error());
  const auto purged = is_purged(txn_, *header);
  if (!purged) return purged;
  return !*purged;
}

Result<std::optional<std::string>> RowReader::get(BytesView row_key) const {
  const auto row = txn_.get(Db::kRegisters, row_key);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  const auto scope = parse(**row);
  const auto there = scope ? alive(*scope) : tl::unexpected(scope.error());
  if (!there) return tl::unexpected(there.error());
  if (!*there) return std::nullopt;
  auto value = open(row_key, **row);
  if (!value) return tl::unexpected(value.error());
  return std::move(*value);
}

Result<void> RowReader::scan(BytesView prefix, BytesView from,
                             const std::function<bool(std::string_view value)>& visit) const {
  Result<void> outcome;
  const auto done = txn_.scan(Db::kRegisters, from, [&](const Row& row) {
    if (!begins_with(row.key, prefix)) return false;
    const auto scope = parse(row.value);
    const auto there = scope ? alive(*scope) : tl::unexpected(scope.error());
    if (there && !*there) return true;
    const auto value = there ? open(row.key, row.value) : tl::unexpected(there.error());
    if (!value) {
      outcome = tl::unexpected(value.error());
      return false;
    }
    return visit(*value);
  });
  return done ? outcome : done;
}

RegisterRows::RegisterRows(Txn& txn, const Vault& vault) : txn_(txn), reader_(txn, vault) {}

Result<std::optional<std::string>> RegisterRows::get(chain::Table table,
                                                     const chain::RowKey& key) const {
  const auto bytes = reader_.row_key(table, key);
  if (!bytes) return tl::unexpected(bytes.error());
  return reader_.get(*bytes);
}

Result<void> RegisterRows::scan(chain::Table table, const chain::RowKey& prefix,
                                const std::function<bool(std::string_view value)>& visit) const {
  const auto bytes = reader_.row_key(table, prefix);
  if (!bytes) return tl::unexpected(bytes.error());
  return reader_.scan(*bytes, *bytes, visit);
}

Result<void> RegisterRows::scan_from(
    chain::Table table, const chain::RowKey& from,
    const std::function<bool(std::string_view value)>& visit) const {
  const auto bytes = reader_.row_key(table, from);
  if (!bytes) return tl::unexpected(bytes.error());
  return reader_.scan(BytesView(*bytes).first(1), *bytes, visit);  // the table's number
}

void RegisterRows::folding(const chain::Header& event) {
  folding_.reset();
  if (event.retention == chain::Retention::kThirtyDay) {
    folding_ = Folding{event.seq, bucket_of(event.time)};
  }
}

Result<void> RegisterRows::put(chain::Table table, const chain::RowKey& key, std::string_view value,
                               chain::RowScope scope) {
  const auto bytes = reader_.row_key(table, key);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!scope) return put_row(*bytes, {RowTag::kPermanent, {}, &reader_.permanent_key()}, value);
  for (const auto& part : key.parts()) {
    if (std::holds_alternative<std::uint64_t>(part)) continue;
    return fail(ErrorCode::kRefused, "a row of a thirty-day event is keyed by numbers alone");
  }
  const auto seal = seal_of(*scope);
  if (!seal) return tl::unexpected(seal.error());
  if (*seal) return put_row(*bytes, **seal, value);
  const auto row = txn_.get(Db::kRegisters, *bytes);
  if (!row) return tl::unexpected(row.error());
  if (*row) {
    if (const auto ok = same_scope(**row, scope); !ok) return ok;
  }
  return erase_row(*bytes);
}

// How rows of a thirty-day event are sealed; nullopt when it is purged.
Result<std::optional<RowSeal>> RegisterRows::seal_of(Sequence event) const {
  RowTag tag = RowTag::kBucket;
  Result<const SecretKey*> key = nullptr;
  if (folding_ && folding_->event == event) {
    key = reader_.bucket_rows_key(folding_->bucket);
  } else {
    const auto header = read_header(txn_, event);
    if (!header) return tl::unexpected(header.error());
    if (header->retention != chain::Retention::kThirtyDay) {
      return fail(ErrorCode::kMalformed, "the scope of a register row is no thirty-day event");
    }
    const auto alive = thirty_day_event_lives(txn_, *header);
    if (!alive) return tl::unexpected(alive.error());
    if (!*alive) return std::nullopt;
    const auto seal = payload_seal(txn_, event);
    if (!seal) return tl::unexpected(seal.error());
    if (*seal == Seal::kHeld) tag = RowTag::kHeld;
    key = reader_.scoped_key(tag, event);
  }
  if (key) return RowSeal{tag, event, *key};
  // Between a purge's destroyed key and its deleted ciphertext: as good as purged.
  if (key.error().code == ErrorCode::kGone) return std::nullopt;
  return tl::unexpected(key.error());
}

Result<void> RegisterRows::put_row(BytesView key, const RowSeal& seal, std::string_view value) {
  const bool permanent = seal.tag == RowTag::kPermanent;
  const std::size_t size = row_size(seal.tag, value);
  auto space = txn_.put_space(Db::kRegisters, key, size);
  if (!space) return tl::unexpected(space.error());
  if (space->there) {
    const chain::RowScope scope = permanent ? chain::RowScope() : seal.event;
    if (const auto ok = same_scope(*space->there, scope); !ok) return ok;
    Bytes row(size);
    write_row(row, seal, key, value);
    return txn_.put(Db::kRegisters, key, row);  // its index entry is there already
  }
  write_row(space->fresh, seal, key, value);
  return permanent ? Result<void>() : txn_.put(Db::kScoped, scoped_index_key(seal.event, key), {});
}

Result<void> RegisterRows::erase_row(BytesView key) {
  const auto row = txn_.get(Db::kRegisters, key);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return {};
  const auto scope = RowReader::parse(**row);
  if (!scope) return tl::unexpected(scope.error());
  if (scope->tag != RowTag::kPermanent) {
    if (const auto ok = txn_.erase(Db::kScoped, scoped_index_key(scope->event, key)); !ok)
      return ok;
  }
  return txn_.erase(Db::kRegisters, key);
}

Result<void> RegisterRows::erase(chain::Table table, const chain::RowKey& key) {
  const auto bytes = reader_.row_key(table, key);
  if (!bytes) return tl::unexpected(bytes.error());
  return erase_row(*bytes);
}

namespace {

// The keys in `registers` of the rows that go with an event.
Result<std::vector<Bytes>> scoped_keys(const Txn& txn, Sequence event) {
  std::vector<Bytes> keys;
  const auto prefix = key64(event.value);
  const auto done = txn.scan(Db::kScoped, prefix, [&](const Row& row) {
    if (!begins_with(row.key, prefix)) return false;
    keys.emplace_back(row.key.begin() + 8, row.key.end());
    return true;
  });
  if (!done) return tl::unexpected(done.error());
  return keys;
}

}  // namespace

Result<void> erase_scoped_rows(Txn& txn, Sequence event) {
  const auto keys = scoped_keys(txn, event);
  if (!keys) return tl::unexpected(keys.error());
  for (const Bytes& key : *keys) {
    if (const auto ok = txn.erase(Db::kRegisters, key); !ok) return ok;
    if (const auto ok = txn.erase(Db::kScoped, scoped_index_key(event, key)); !ok) return ok;
  }
  return {};
}

Result<void> RegisterRows::reseal_as_held(Sequence event) {
  const auto held = reader_.scoped_key(RowTag::kHeld, event);
  if (!held) return tl::unexpected(held.error());
  const auto keys = scoped_keys(txn_, event);
  if (!keys) return tl::unexpected(keys.error());
  for (const Bytes& key : *keys) {
    const auto value = reader_.get(key);
    if (!value) return tl::unexpected(value.error());
    if (!*value) return fail(ErrorCode::kCorrupt, "an indexed register row is missing");
    Bytes row(row_size(RowTag::kHeld, **value));
    write_row(row, {RowTag::kHeld, event, *held}, key, **value);
    if (const auto ok = txn_.put(Db::kRegisters, key, row); !ok) return ok;
  }
  return {};
}

Result<std::optional<std::string>> RegisterSnapshot::get(chain::Table table,
                                                         const chain::RowKey& key) const {
  const auto bytes = reader_.row_key(table, key);
  if (!bytes) return tl::unexpected(bytes.error());
  return reader_.get(*bytes);
}

Result<void> RegisterSnapshot::scan(
    chain::Table table, const chain::RowKey& prefix,
    const std::function<bool(std::string_view value)>& visit) const {
  const auto bytes = reader_.row_key(table, prefix);
  if (!bytes) return tl::unexpected(bytes.error());
  return reader_.scan(*bytes, *bytes, visit);
}

Result<void> RegisterSnapshot::scan_from(
    chain::Table table, const chain::RowKey& from,
    const std::function<bool(std::string_view value)>& visit) const {
  const auto bytes = reader_.row_key(table, from);
  if (!bytes) return tl::unexpected(bytes.error());
  return reader_.scan(BytesView(*bytes).first(1), *bytes, visit);  // the table's number
}

}  // namespace alpr::store
