// Rows as described structs: canonical JSON in a register. Templates, because the type of the row
// is the point.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/registers.h"
#include "policy/records/describe.h"

namespace alpr::policy {

inline chain::RowKey text_key(std::string_view text) { return chain::RowKey().text(text); }
inline chain::RowKey seq_key(Sequence seq) { return chain::RowKey().number(seq.value); }

// nullopt: no such row. kCorrupt: it does not open or is not of this form, which only a broken
// store can cause.
template <Described Row>
Result<std::optional<Row>> read_row(const chain::RegisterReader& rows, chain::Table table,
                                    const chain::RowKey& key) {
  auto text = rows.get(table, key);
  if (!text) return tl::unexpected(text.error());
  if (!*text) return std::optional<Row>();
  auto row = from_json_text<Row>(**text);
  if (!row) return fail(ErrorCode::kCorrupt, "a register row is malformed: " + row.error().detail);
  return std::optional<Row>(std::move(*row));
}

// For a fold: the row of an earlier event must be there.
template <Described Row>
Result<Row> need_row(const chain::RegisterReader& rows, chain::Table table,
                     const chain::RowKey& key, std::string_view what) {
  auto row = read_row<Row>(rows, table, key);
  if (!row) return tl::unexpected(row.error());
  if (!*row)
    return fail(ErrorCode::kCorrupt, "an event refers to a missing row: " + std::string(what));
  return std::move(**row);
}

template <Described Row>
Result<void> write_row(chain::RegisterWriter& rows, chain::Table table, const chain::RowKey& key,
                       const Row& row, chain::RowScope scope = std::nullopt) {
  return rows.put(table, key, to_json_text(row), scope);
}

// All rows below `prefix` in key order, at most `limit` of them.
template <Described Row>
Result<std::vector<Row>> list_rows(const chain::RegisterReader& rows, chain::Table table,
                                   const chain::RowKey& prefix, std::size_t limit) {
  std::vector<Row> all;
  std::optional<Error> error;
  auto scanned = rows.scan(table, prefix, [&](std::string_view value) {
    if (all.size() >= limit) return false;
    auto row = from_json_text<Row>(value);
    if (!row) {
      error = Error{ErrorCode::kCorrupt, "a register row is malformed: " + row.error().detail};
      return false;
    }
    all.push_back(std::move(*row));
    return true;
  });
  if (!scanned) return tl::unexpected(scanned.error());
  if (error) return tl::unexpected(*error);
  return all;
}

// The rows of a table whose keys are numbers, from `from` on, at most `limit` of them.
template <Described Row>
Result<std::vector<Row>> list_rows_from(const chain::RegisterReader& rows, chain::Table table,
                                        const chain::RowKey& from, std::size_t limit) {
  std::vector<Row> all;
  std::optional<Error> error;
  auto scanned = rows.scan_from(table, from, [&](std::string_view value) {
    if (all.size() >= limit) return false;
    auto row = from_json_text<Row>(value);
    if (row)
      all.push_back(std::move(*row));
    else
      error = Error{ErrorCode::kCorrupt, "a register row is malformed: " + row.error().detail};
    return !error;
  });
  if (!scanned) return tl::unexpected(scanned.error());
  if (error) return tl::unexpected(*error);
  return all;
}

}  // namespace alpr::policy
