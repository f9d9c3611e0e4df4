#include "policy/registers/source_grants.h"

#include "policy/registers/people_fold.h"
#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

chain::RowKey grant_key(std::string_view username, HotlistSource source) {
  return chain::RowKey().text(username).number(static_cast<std::uint64_t>(source));
}

Result<void> on(const SourceGranted& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  return write_row(
      rows, table::kSourceGrants, grant_key(e.username, e.source),
      SourceGrantRow{event.header.seq, e.username, e.source, event.header.time, e.until});
}

Result<void> on(const SourceGrantEnded& e, const chain::EventView&, chain::RegisterWriter& rows) {
  return rows.erase(table::kSourceGrants, grant_key(e.username, e.source));
}

}  // namespace

Result<std::optional<SourceGrantRow>> find_source_grant(const chain::RegisterReader& rows,
                                                        std::string_view username,
                                                        HotlistSource source) {
  return read_row<SourceGrantRow>(rows, table::kSourceGrants, grant_key(username, source));
}

Result<std::vector<SourceGrantRow>> list_source_grants(const chain::RegisterReader& rows,
                                                       std::size_t limit) {
  return list_rows<SourceGrantRow>(rows, table::kSourceGrants, {}, limit);
}

Result<void> fold_source_grants(const chain::EventView& event, chain::RegisterWriter& rows) {
  return fold_any<SourceGranted, SourceGrantEnded>(
      event, [&](const auto& record) { return on(record, event, rows); });
}

}  // namespace alpr::policy
