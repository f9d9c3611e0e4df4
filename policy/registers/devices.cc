#include "policy/registers/devices.h"

#include "policy/registers/rows.h"
#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

constexpr std::size_t kDevicesMax = 100'000;

struct DeviceListRow {
  std::string device;
  template <typename M>
  void members(M& m) {
    m("device", device);
  }
};

Result<void> fold_enrolled(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<DeviceEnrolled>(event);
  if (!e) return tl::unexpected(e.error());
  DeviceRow row;
  row.enrolled = event.header.seq;
  row.device = e->device;
  row.kind = e->kind;
  row.mount_class = e->mount_class;
  row.location_class = e->location_class;
  row.place = e->place;
  row.lat_e7 = e->lat_e7;
  row.lon_e7 = e->lon_e7;
  row.police_area = e->police_area;
  row.public_key = e->public_key;
  row.court_order = e->court_order;
  auto listed =
      write_row(rows, table::kDeviceList, seq_key(event.header.seq), DeviceListRow{e->device});
  if (!listed) return listed;
  return write_row(rows, table::kDevices, text_key(e->device), row);
}

Result<void> fold_revoked(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<DeviceRevoked>(event);
  if (!e) return tl::unexpected(e.error());
  auto row = need_row<DeviceRow>(rows, table::kDevices, text_key(e->device), "device");
  if (!row) return tl::unexpected(row.error());
  row->revoked = event.header.time;
  return write_row(rows, table::kDevices, text_key(e->device), *row);
}

Result<void> fold_rekeyed(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<DeviceRekeyed>(event);
  if (!e) return tl::unexpected(e.error());
  auto row = need_row<DeviceRow>(rows, table::kDevices, text_key(e->device), "device");
  if (!row) return tl::unexpected(row.error());
  if (!row->former_keys) row->former_keys.emplace();
  row->former_keys->push_back(row->public_key);
  row->public_key = e->public_key;
  return write_row(rows, table::kDevices, text_key(e->device), *row);
}

}  // namespace

Result<std::optional<DeviceRow>> find_device(const chain::RegisterReader& rows,
                                             std::string_view device) {
  return read_row<DeviceRow>(rows, table::kDevices, text_key(device));
}

Result<std::vector<DeviceRow>> list_devices(const chain::RegisterReader& rows) {
  auto names = list_rows<DeviceListRow>(rows, table::kDeviceList, {}, kDevicesMax);
  if (!names) return tl::unexpected(names.error());
  std::vector<DeviceRow> devices;
  devices.reserve(names->size());
  for (const DeviceListRow& name : *names) {
    auto device = need_row<DeviceRow>(rows, table::kDevices, text_key(name.device), "device");
    if (!device) return tl::unexpected(device.error());
    devices.push_back(std::move(*device));
  }
  return devices;
}

Result<void> fold_devices(const chain::EventView& event, chain::RegisterWriter& rows) {
  if (event.header.kind == DeviceEnrolled::kKind.number) return fold_enrolled(event, rows);
  if (event.header.kind == DeviceRevoked::kKind.number) return fold_revoked(event, rows);
  if (event.header.kind == DeviceRekeyed::kKind.number) return fold_rekeyed(event, rows);
  return {};
}

}  // namespace alpr::policy
