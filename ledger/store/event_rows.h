// Headers and payloads as rows: sealing, opening, and what is left of an event after a purge.
// Layout: store.h. Pure functions over a transaction and the vault; any thread that may use the
// transaction.
#pragma once

#include <optional>
#include <span>

#include "ledger/chain/event.h"
#include "ledger/chain/kinds.h"
#include "ledger/store/environment.h"
#include "ledger/store/vault.h"

namespace alpr::store {

// Which key a payload's box is sealed with: the row's first byte.
enum class Seal : std::uint8_t { kNone = 0, kMonth = 1, kBucket = 2, kHeld = 3 };

Result<chain::HeaderBytes> read_header_bytes(const Txn& txn, Sequence seq);  // kNotFound, kCorrupt
Result<chain::Header> read_header(const Txn& txn, Sequence seq);  // also checks that it says `seq`
Result<std::uint64_t> log_size(const Txn& txn);

struct PayloadRow {
  Seal seal = Seal::kNone;
  BytesView clear;
  BytesView box;
};
Result<PayloadRow> parse_payload_row(BytesView row);  // kCorrupt
Bytes payload_row(Seal seal, BytesView clear, BytesView box);
// The same from what is to be sealed, into space of that size. `key` is null for Seal::kNone.
std::size_t payload_row_size(const chain::PlainPayload& plain);
void write_payload_row(std::span<std::uint8_t> row, Seal seal, const SecretKey* key,
                       const chain::HeaderBytes& header, const chain::PlainPayload& plain);
Result<std::optional<PayloadRow>> read_payload_row(const Txn& txn, Sequence seq);
Result<Seal> payload_seal(const Txn& txn, Sequence seq);  // kGone: there is no payload

// The key that this seal means for this event; kGone when the vault has it no more.
Result<SecretKey> payload_key(const Vault& vault, Seal seal, const chain::Header& header);

// An event with its payload opened and checked against the commitment. A thirty-day event that is
// purged, wholly or between its tombstone and the deletion, comes without payload. kNotFound;
// kCorrupt when a payload is missing that should be there, or does not open.
Result<chain::EventView> read_event(const Txn& txn, const Vault& vault,
                                    const chain::KindRegistry& kinds, Sequence seq);

// False once a tombstone covers the event. A due event without a tombstone lives.
Result<bool> thirty_day_event_lives(const Txn& txn, const chain::Header& header);

// The JSON bytes of a member that is stored in clear. kNotFound when the event has none of that
// name.
Result<std::string> read_open_member(const Txn& txn, Sequence seq, std::string_view name);

// Members of an opened event, by name, as the ledger's own kinds need them; kMalformed when absent
// or of another type.
Result<std::uint64_t> member_number(const chain::Members& members, std::string_view name);
Result<std::uint64_t> parse_number(std::string_view json);
Result<std::vector<Sequence>> parse_sequences(std::string_view json);
Result<std::vector<Sequence>> member_sequences(const chain::Members& members,
                                               std::string_view name);
std::string write_sequences(const std::vector<Sequence>& seqs);

}  // namespace alpr::store
