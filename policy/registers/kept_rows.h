// Rows that are read and written again and again, as values where the reader keeps them so
// (chain::KeptRows). One that keeps none is read and written as ever. Templates, because the row's
// type is the point.
#pragma once

#include <any>
#include <string>
#include <utility>

#include "policy/registers/rows.h"

namespace alpr::policy {

template <Described Row>
Result<std::optional<Row>> read_kept_row(const chain::RegisterReader& rows, chain::Table table,
                                         const chain::RowKey& key) {
  if (const chain::KeptRows* keeper = rows.kept_rows()) {
    const std::any* kept = keeper->kept(table, key);
    const Row* row = kept == nullptr ? nullptr : std::any_cast<Row>(kept);
    if (row != nullptr) return std::optional<Row>(*row);
  }
  return read_row<Row>(rows, table, key);
}

// A row to look at: the kept one itself, or one that was read. Good until the next change.
template <Described Row>
class SeenRow {
 public:
  SeenRow() = default;
  explicit SeenRow(const Row* kept) : kept_(kept) {}
  explicit SeenRow(std::optional<Row> read) : read_(std::move(read)) {}
  const Row* get() const { return kept_ != nullptr ? kept_ : read_ ? &*read_ : nullptr; }
  explicit operator bool() const { return get() != nullptr; }
  const Row& operator*() const { return *get(); }
  const Row* operator->() const { return get(); }

 private:
  const Row* kept_ = nullptr;
  std::optional<Row> read_;
};
template <Described Row>
Result<SeenRow<Row>> see_row(const chain::RegisterReader& rows, chain::Table table,
                             const chain::RowKey& key) {
  if (const chain::KeptRows* keeper = rows.kept_rows()) {
    const std::any* kept = keeper->kept(table, key);
    const Row* row = kept == nullptr ? nullptr : std::any_cast<Row>(kept);
    if (row != nullptr) return SeenRow<Row>(row);
  }
  auto read = read_row<Row>(rows, table, key);
  if (!read) return tl::unexpected(read.error());
  return SeenRow<Row>(std::move(*read));
}

// Changes a row where it is kept; false: it is not kept, read and write it.
template <Described Row, typename Change>
bool change_kept_row(chain::RegisterWriter& rows, chain::Table table, const chain::RowKey& key,
                     Change change) {
  chain::KeptRows* keeper = rows.kept_rows_to_change();
  std::any* kept = keeper == nullptr ? nullptr : keeper->change(table, key);
  Row* row = kept == nullptr ? nullptr : std::any_cast<Row>(kept);
  if (row != nullptr) change(*row);
  return row != nullptr;
}

template <Described Row>
Result<void> write_kept_row(chain::RegisterWriter& rows, chain::Table table,
                            const chain::RowKey& key, Row row) {
  chain::KeptRows* keeper = rows.kept_rows_to_change();
  if (keeper == nullptr) return write_row(rows, table, key, row);
  keeper->keep(table, key, std::any(std::move(row)),
               [](const std::any& kept) { return to_json_text(std::any_cast<const Row&>(kept)); });
  return {};
}

}  // namespace alpr::policy
