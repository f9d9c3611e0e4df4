// Rows that are read and written again and again, kept as values by a reader that lives in memory,
// so that they are not taken for text and back each time. Who keeps none is read and written as
// ever. Templates, because the row's type is the point.
#pragma once

#include <any>
#include <string>
#include <utility>

#include "policy/registers/rows.h"

namespace alpr::policy {

// What a reader of rows is besides, where it keeps values. Its text is made when it is asked for.
class KeptRows {
 public:
  using ToText = std::string (*)(const std::any& row);
  virtual ~KeptRows() = default;
  // Good until the next change; nullptr: none is kept.
  virtual const std::any* kept(chain::Table table, const chain::RowKey& key) const = 0;
  virtual void keep(chain::Table table, const chain::RowKey& key, std::any row, ToText to_text) = 0;
};

template <Described Row>
Result<std::optional<Row>> read_kept_row(const chain::RegisterReader& rows, chain::Table table,
                                         const chain::RowKey& key) {
  if (const auto* keeper = dynamic_cast<const KeptRows*>(&rows)) {
    const std::any* kept = keeper->kept(table, key);
    const Row* row = kept == nullptr ? nullptr : std::any_cast<Row>(kept);
    if (row != nullptr) return std::optional<Row>(*row);
  }
  return read_row<Row>(rows, table, key);
}

template <Described Row>
Result<void> write_kept_row(chain::RegisterWriter& rows, chain::Table table,
                            const chain::RowKey& key, Row row) {
  auto* keeper = dynamic_cast<KeptRows*>(&rows);
  if (keeper == nullptr) return write_row(rows, table, key, row);
  keeper->keep(table, key, std::any(std::move(row)),
               [](const std::any& kept) { return to_json_text(std::any_cast<const Row&>(kept)); });
  return {};
}

}  // namespace alpr::policy
