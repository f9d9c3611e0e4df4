// Register rows at rest: their keys, their sealing, and the index of those that go with a
// thirty-day event. The layout stands in store.h.
//
// A row's scope never changes (kConflict), and a row of a thirty-day event is keyed by numbers
// alone (kRefused): an HMAC of a plate that outlives the purge in a free page of LMDB could be
// guessed with the register key in hand. A put whose scope is an event that is purged already
// erases the row instead, so that a rebuild, which meets the purged event before its tombstone,
// ends where the live fold ended.
//
// Threads: an object is used by one thread at a time; the Txn and the Vault outlive it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "ledger/chain/hash.h"
#include "ledger/chain/header.h"
#include "ledger/chain/registers.h"
#include "ledger/store/environment.h"
#include "ledger/store/vault.h"

namespace alpr::store {

enum class RowTag : std::uint8_t { kPermanent = 0, kBucket = 1, kHeld = 2 };

// How a row is sealed: permanent, or with the key of a thirty-day event's bucket or its own.
struct RowSeal {
  RowTag tag = RowTag::kPermanent;
  Sequence event;  // when it is not permanent
  const SecretKey* key = nullptr;
};

// Opens rows of one transaction.
class RowReader {
 public:
  RowReader(const Txn& txn, const Vault& vault);

  Result<Bytes> row_key(chain::Table table,
                        const chain::RowKey& key) const;  // kMalformed: over 24 parts
  Result<std::optional<std::string>> get(BytesView row_key) const;
  // The rows whose key begins with `prefix`, from `from` on.
  Result<void> scan(BytesView prefix, BytesView from,
                    const std::function<bool(std::string_view value)>& visit) const;
  Result<std::string> open(BytesView row_key, BytesView row) const;

  struct Scope {
    RowTag tag = RowTag::kPermanent;
    Sequence event;  // when scoped
    BytesView box;
  };
  static Result<Scope> parse(BytesView row);
  // False for a row of an event that a tombstone covers: it is there no more, though it may still
  // lie there.
  Result<bool> alive(const Scope& scope) const;

  // The key that rows of this thirty-day event are sealed with; kGone once it is destroyed. Valid
  // as long as the reader.
  Result<const SecretKey*> scoped_key(RowTag tag, Sequence event) const;
  Result<const SecretKey*> bucket_rows_key(Bucket bucket) const;
  const SecretKey& permanent_key() const { return permanent_; }

 private:
  const Txn& txn_;
  const Vault& vault_;
  chain::HmacKey names_;  // HMACs of texts in keys
  SecretKey permanent_;   // seals permanent rows
  mutable std::map<std::uint64_t, SecretKey> bucket_keys_;
  mutable std::map<std::uint64_t, SecretKey> held_keys_;
};

// Reads and writes rows in a write transaction; what a fold gets.
class RegisterRows final : public chain::RegisterWriter {
 public:
  RegisterRows(Txn& txn, const Vault& vault);
  Result<std::optional<std::string>> get(chain::Table table,
                                         const chain::RowKey& key) const override;
  Result<void> scan(chain::Table table, const chain::RowKey& prefix,
                    const std::function<bool(std::string_view value)>& visit) const override;
  Result<void> scan_from(chain::Table table, const chain::RowKey& from,
                         const std::function<bool(std::string_view value)>& visit) const override;
  Result<void> put(chain::Table table, const chain::RowKey& key, std::string_view value,
                   chain::RowScope scope) override;
  Result<void> erase(chain::Table table, const chain::RowKey& key) override;

  // The event that is being appended and folded now: its rows are sealed as it is, with no look at
  // what stands in the store about it.
  void folding(const chain::Header& event);

  // Seals the rows of an event that is now held with its own key.
  Result<void> reseal_as_held(Sequence event);

 private:
  Result<void> put_row(BytesView key, const RowSeal& seal, std::string_view value);
  Result<std::optional<RowSeal>> seal_of(Sequence event) const;
  Result<void> erase_row(BytesView key);

  Txn& txn_;
  RowReader reader_;
  struct Folding {
    Sequence event;
    Bucket bucket;
  };
  std::optional<Folding> folding_;  // when it is a thirty-day event
};

// Deletes the rows that go with a thirty-day event.
Result<void> erase_scoped_rows(Txn& txn, Sequence event);

// A reader with a snapshot of its own.
class RegisterSnapshot final : public chain::RegisterReader {
 public:
  RegisterSnapshot(Txn txn, const Vault& vault) : txn_(std::move(txn)), reader_(txn_, vault) {}
  Result<std::optional<std::string>> get(chain::Table table,
                                         const chain::RowKey& key) const override;
  Result<void> scan(chain::Table table, const chain::RowKey& prefix,
                    const std::function<bool(std::string_view value)>& visit) const override;
  Result<void> scan_from(chain::Table table, const chain::RowKey& from,
                         const std::function<bool(std::string_view value)>& visit) const override;

 private:
  Txn txn_;
  RowReader reader_;
};

}  // namespace alpr::store
