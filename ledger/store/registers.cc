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

Bytes seal_row(RowTag tag, Sequence event, const SecretKey& key, BytesView row_key,
               BytesView value) {
  Bytes row;
  row.push_back(static_cast<std::uint8_t>(tag));
  if (tag != RowTag::kPermanent) chain::put_be64(row, event.value);
  const Bytes box = seal_box(key, row_key, value);
  row.insert(row.end(), box.begin(), box.end());
  return row;
}

}  // namespace

RowReader::RowReader(const Txn& txn, const Vault& vault)
    : txn_(txn),
      vault_(vault),
      names_(vault.register_key()),
      permanent_(vault.register_key().derive("registers")) {}

Result<Bytes> RowReader::row_key(chain::Table table, const chain::RowKey& key) const {
  if (key.parts().size() > kPartsMax) {
    return fail(ErrorCode::kMalformed, "a register key of over 24 parts");
  }
  Bytes out = {table};
  for (const auto& part : key.parts()) {
    if (const auto* number = std::get_if<std::uint64_t>(&part)) {
      chain::put_be64(out, *number);
    } else {
      const Digest mac = chain::hmac_sha256(names_.bytes, {as_bytes(std::get<std::string>(part))});
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

Result<SecretKey> RowReader::scoped_key(RowTag tag, Sequence event) const {
  if (tag == RowTag::kHeld) {
    if (const auto it = held_keys_.find(event.value); it != held_keys_.end()) return it->second;
    const auto key = vault_.held_key(event);
    if (!key) return key;
    return held_keys_.emplace(event.value, key->derive("registers")).first->second;
  }
  const auto header = read_header(txn_, event);
  if (!header) return tl::unexpected(header.error());
  const Bucket bucket = bucket_of(header->time);
  if (const auto it = bucket_keys_.find(bucket.value); it != bucket_keys_.end()) return it->second;
  const auto key = vault_.bucket_key(bucket);
  if (!key) return key;
  return bucket_keys_.emplace(bucket.value, key->derive("registers")).first->second;
}

Result<std::string> RowReader::open(BytesView row_key, BytesView row) const {
  const auto scope = parse(row);
  if (!scope) return tl::unexpected(scope.error());
  SecretKey key = permanent_;
  if (scope->tag != RowTag::kPermanent) {
    const auto scoped = scoped_key(scope->tag, scope->event);
    if (!scoped) return fail(ErrorCode::kCorrupt, "a register row outlived its key");
    key = *scoped;
  }
  const auto value = open_box(key, row_key, scope->box);
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

Result<void> RowReader::scan(BytesView prefix,
                             const std::function<bool(std::string_view value)>& visit) const {
  Result<void> outcome;
  const auto done = txn_.scan(Db::kRegisters, prefix, [&](const Row& row) {
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
  return reader_.scan(*bytes, visit);
}

Result<void> RegisterRows::check_scope(BytesView key, chain::RowScope scope) const {
  const auto row = txn_.get(Db::kRegisters, key);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return {};
  const auto have = RowReader::parse(**row);
  if (!have) return tl::unexpected(have.error());
  const bool same = have->tag == RowTag::kPermanent ? !scope : scope && *scope == have->event;
  if (!same) return fail(ErrorCode::kConflict, "a register row cannot move to another scope");
  return {};
}

Result<void> RegisterRows::put(chain::Table table, const chain::RowKey& key, std::string_view value,
                               chain::RowScope scope) {
  const auto bytes = reader_.row_key(table, key);
  if (!bytes) return tl::unexpected(bytes.error());
  if (scope) {
    for (const auto& part : key.parts()) {
      if (std::holds_alternative<std::uint64_t>(part)) continue;
      return fail(ErrorCode::kRefused, "a row of a thirty-day event is keyed by numbers alone");
    }
  }
  if (const auto ok = check_scope(*bytes, scope); !ok) return ok;
  ++writes_;
  if (scope) return put_scoped(*bytes, value, *scope);
  return txn_.put(
      Db::kRegisters, *bytes,
      seal_row(RowTag::kPermanent, {}, reader_.permanent_key(), *bytes, as_bytes(value)));
}

Result<void> RegisterRows::put_scoped(BytesView key, std::string_view value, Sequence event) {
  const auto header = read_header(txn_, event);
  if (!header) return tl::unexpected(header.error());
  if (header->retention != chain::Retention::kThirtyDay) {
    return fail(ErrorCode::kMalformed, "the scope of a register row is no thirty-day event");
  }
  const auto alive = thirty_day_event_lives(txn_, *header);
  if (!alive) return tl::unexpected(alive.error());
  if (!*alive) return erase_row(key);
  const auto seal = payload_seal(txn_, event);
  if (!seal) return tl::unexpected(seal.error());
  const RowTag tag = *seal == Seal::kHeld ? RowTag::kHeld : RowTag::kBucket;
  const auto sealing = reader_.scoped_key(tag, event);
  if (!sealing) {
    // Between a purge's destroyed key and its deleted ciphertext: as good as purged.
    if (sealing.error().code == ErrorCode::kGone) return erase_row(key);
    return tl::unexpected(sealing.error());
  }
  if (const auto ok =
          txn_.put(Db::kRegisters, key, seal_row(tag, event, *sealing, key, as_bytes(value)));
      !ok) {
    return ok;
  }
  return txn_.put(Db::kScoped, scoped_index_key(event, key), {});
}

Result<void> RegisterRows::erase_row(BytesView key) {
  const auto row = txn_.get(Db::kRegisters, key);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return {};
  ++writes_;
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
    ++writes_;
    const auto ok = txn_.put(Db::kRegisters, key,
                             seal_row(RowTag::kHeld, event, *held, key, as_bytes(**value)));
    if (!ok) return ok;
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
  return reader_.scan(*bytes, visit);
}

}  // namespace alpr::store
