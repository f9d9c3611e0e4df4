#include "ledger/store/erasure.h"

#include "ledger/store/event_rows.h"
#include "ledger/store/registers.h"

namespace alpr::store {
namespace {

// Visits the payloads of covered events from `from` on, until `visit` says enough. Returns where to
// go on when `rows` were looked at or it was enough.
Result<std::optional<Sequence>> visit_covered(
    const Txn& txn, const Covered& covered, Sequence from, std::size_t rows,
    const std::function<bool(Sequence, const PayloadRow&)>& visit) {
  std::optional<Sequence> next;
  Result<void> outcome;
  const auto done = txn.scan(Db::kPayloads, key64(from.value), [&](const Row& row) {
    const auto seq = parse_key64(row.key, "payloads");
    const auto payload = parse_payload_row(row.value);
    if (!seq || !payload) {
      outcome = tl::unexpected(seq ? payload.error() : seq.error());
      return false;
    }
    if (*seq > covered.last.value) return false;
    next = Sequence{*seq + 1};
    const auto header = read_header(txn, {*seq});
    if (!header) {
      outcome = tl::unexpected(header.error());
      return false;
    }
    const bool is_covered =
        header->retention == chain::Retention::kThirtyDay && !covered.spared.contains({*seq});
    const bool enough = (is_covered && !visit({*seq}, *payload)) || --rows == 0;
    if (!enough) next.reset();
    return !enough;
  });
  if (!done) return tl::unexpected(done.error());
  if (!outcome) return tl::unexpected(outcome.error());
  return next;
}

}  // namespace

Result<Covered> covered_by_newest(const Txn& txn, const BucketRow& row) {
  const auto json = read_open_member(txn, row.tombstone, "held");
  if (!json) return tl::unexpected(json.error());
  const auto held = parse_sequences(*json);
  if (!held) return tl::unexpected(held.error());
  return Covered{row.first, row.last, {held->begin(), held->end()}};
}

Result<std::vector<Sequence>> own_keys_of(const Txn& txn, const Covered& covered) {
  std::vector<Sequence> out;
  const auto all = covered.last.value - covered.first.value + 1;
  const auto done =
      visit_covered(txn, covered, covered.first, all, [&](Sequence seq, const PayloadRow& row) {
        if (row.seal == Seal::kHeld) out.push_back(seq);
        return true;
      });
  if (!done) return tl::unexpected(done.error());
  return out;
}

Result<std::optional<Sequence>> erase_covered(Txn& txn, const Covered& covered, Sequence from,
                                              const EraseLimits& limits) {
  std::vector<Sequence> doomed;
  const auto next =
      visit_covered(txn, covered, from, limits.rows, [&](Sequence seq, const PayloadRow&) {
        doomed.push_back(seq);
        return doomed.size() < limits.events;
      });
  if (!next) return next;
  for (const Sequence seq : doomed) {
    if (const auto done = erase_scoped_rows(txn, seq); !done) return tl::unexpected(done.error());
    if (const auto done = txn.erase(Db::kPayloads, key64(seq.value)); !done) {
      return tl::unexpected(done.error());
    }
  }
  return next;
}

}  // namespace alpr::store
