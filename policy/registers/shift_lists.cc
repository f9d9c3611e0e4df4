#include "policy/registers/shift_lists.h"

#include "policy/registers/rows.h"
#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

struct AskedRow {
  std::string device;
  TimeUs asked_at;
  template <typename M>
  void members(M& m) {
    m("device", device);
    m("asked_at", asked_at);
  }
};

}  // namespace

Result<std::optional<CopyRow>> find_copy(const chain::RegisterReader& rows, Sequence taken) {
  return read_row<CopyRow>(rows, table::kListCopies, seq_key(taken));
}

Result<TimeUs> last_asked(const chain::RegisterReader& rows, std::string_view device) {
  const auto row = read_row<AskedRow>(rows, table::kListsAsked, text_key(device));
  if (!row) return tl::unexpected(row.error());
  return *row ? (*row)->asked_at : TimeUs{};
}

Result<void> fold_shift_lists(const chain::EventView& event, chain::RegisterWriter& rows) {
  if (event.header.kind != ListsTaken::kKind.number) return {};
  const auto e = from_event<ListsTaken>(event);
  if (!e) return tl::unexpected(e.error());
  CopyRow row{event.header.seq, event.header.time, e->device, {}, e->made_at, e->valid_until};
  for (const CopiedList& list : e->lists) row.lists.push_back(list.list);
  auto written = write_row(rows, table::kListCopies, seq_key(row.taken), row);
  if (!written) return written;
  return write_row(rows, table::kListsAsked, text_key(e->device), AskedRow{e->device, e->asked_at});
}

}  // namespace alpr::policy
