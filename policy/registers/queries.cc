#include "policy/registers/queries.h"

#include "policy/registers/tables.h"

namespace alpr::policy {

Result<std::optional<QueryRow>> find_query(const chain::RegisterReader& rows, Sequence query) {
  return read_row<QueryRow>(rows, table::kQueries, seq_key(query));
}

Result<void> fold_queries(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto add_page = [](QueryRow& row, const std::vector<Sequence>& page, bool more) {
    row.disclosed.insert(row.disclosed.end(), page.begin(), page.end());
    if (more && !page.empty()) row.continued.push_back(page.back());
  };
  if (event.header.kind == QueryPerformed::kKind.number) {
    const auto query = from_event<QueryPerformed>(event);
    if (!query) return tl::unexpected(query.error());
    QueryRow row{
        event.header.seq, query->by.username, query->grounds.case_number.value_or(""), {}, {}};
    add_page(row, query->disclosed, query->more);
    return write_row(rows, table::kQueries, seq_key(row.query), row);
  }
  if (event.header.kind == QueryPageDisclosed::kKind.number) {
    const auto page = from_event<QueryPageDisclosed>(event);
    if (!page) return tl::unexpected(page.error());
    auto row = find_query(rows, page->query);
    if (!row) return tl::unexpected(row.error());
    if (!*row) return fail(ErrorCode::kCorrupt, "a page is of a query that is not there");
    add_page(**row, page->disclosed, page->more);
    return write_row(rows, table::kQueries, seq_key((*row)->query), **row);
  }
  return {};
}

}  // namespace alpr::policy
