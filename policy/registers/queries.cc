#include "policy/registers/queries.h"

#include "policy/registers/tables.h"

namespace alpr::policy {

Result<std::optional<QueryRow>> find_query(const chain::RegisterReader& rows, Sequence query) {
  return read_row<QueryRow>(rows, table::kQueries, seq_key(query));
}

Result<void> fold_queries(const chain::EventView& event, chain::RegisterWriter& rows) {
  if (event.header.kind != QueryPerformed::kKind.number) return {};
  const auto query = from_event<QueryPerformed>(event);
  if (!query) return tl::unexpected(query.error());
  const QueryRow row{event.header.seq, query->by.username, query->grounds.case_number.value_or(""),
                     query->disclosed};
  return write_row(rows, table::kQueries, seq_key(row.query), row);
}

}  // namespace alpr::policy
