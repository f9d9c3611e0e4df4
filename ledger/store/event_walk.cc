#include "ledger/store/event_walk.h"

#include <algorithm>

#include "ledger/store/event_rows.h"
#include "ledger/store/store_core.h"

namespace alpr::store {

Result<std::vector<chain::HeaderBytes>> walk_headers(const Store& store, Sequence first,
                                                     std::uint64_t count) {
  if (count > kWalkMax) return fail(ErrorCode::kTooLarge, "at most 65,536 headers at a time");
  const auto txn = store.core().env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  std::vector<chain::HeaderBytes> out;
  out.reserve(count);
  bool whole = true;
  const auto scanned = txn->scan(Db::kHeaders, key64(first.value), [&](const Row& row) {
    if (out.size() == count) return false;
    const auto seq = parse_key64(row.key, "headers");
    whole = seq && *seq == first.value + out.size() && row.value.size() == chain::kHeaderSize;
    if (!whole) return false;
    chain::HeaderBytes bytes{};
    std::copy(row.value.begin(), row.value.end(), bytes.begin());
    out.push_back(bytes);
    return true;
  });
  if (!scanned) return tl::unexpected(scanned.error());
  if (!whole) return fail(ErrorCode::kCorrupt, "headers: a row is missing or of another size");
  return out;
}

Result<std::vector<chain::HeaderBytes>> walk_kept(const Store& store, Sequence first, Sequence end,
                                                  std::uint64_t count) {
  if (count > kWalkMax) return fail(ErrorCode::kTooLarge, "at most 65,536 headers at a time");
  const auto txn = store.core().env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  std::vector<chain::HeaderBytes> out;
  std::optional<Error> fault;
  const auto scanned = txn->scan(Db::kPayloads, key64(first.value), [&](const Row& row) {
    if (out.size() == count) return false;
    const auto seq = parse_key64(row.key, "payloads");
    if (!seq) fault = seq.error();
    if (!seq || *seq >= end.value) return false;
    const auto bytes = read_header_bytes(*txn, {*seq});
    if (!bytes) fault = bytes.error();
    if (bytes) out.push_back(*bytes);
    return bytes.has_value();
  });
  if (!scanned) return tl::unexpected(scanned.error());
  if (fault) return tl::unexpected(*fault);
  return out;
}

}  // namespace alpr::store
