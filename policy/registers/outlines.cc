#include "policy/registers/outlines.h"

#include "policy/registers/tables.h"

namespace alpr::policy {

Result<std::vector<OutlineRow>> list_outlines(const chain::RegisterReader& rows) {
  return list_rows<OutlineRow>(rows, table::kOutlines, {}, kOutlinedAreasMax);
}

Result<void> fold_outlines(const chain::EventView& event, chain::RegisterWriter& rows) {
  if (event.header.kind != AreaOutlined::kKind.number) return {};
  auto e = from_event<AreaOutlined>(event);
  if (!e) return tl::unexpected(e.error());
  const chain::RowKey key = text_key(e->area);
  if (e->corners.empty()) return rows.erase(table::kOutlines, key);
  return write_row(rows, table::kOutlines, key,
                   OutlineRow{e->area, std::move(e->corners), event.header.seq});
}

}  // namespace alpr::policy
