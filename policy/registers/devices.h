// The device register (I12-DEF-1). Permanent rows, written by fold_devices alone; find and list
// read any snapshot on any thread and fail with kCorrupt when a row does not read back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/chain/registers.h"
#include "policy/records/devices.h"

namespace alpr::policy {

struct DeviceRow {
  Sequence enrolled;
  std::string device;
  DeviceKind kind{};
  std::string mount_class;
  LocationClass location_class{};
  std::string place;
  std::int64_t lat_e7 = 0;
  std::int64_t lon_e7 = 0;
  std::string police_area;
  PublicKey public_key{};
  std::optional<std::string> court_order;
  std::optional<TimeUs> revoked;
  std::optional<std::vector<PublicKey>> former_keys;  // those it had before; never taken again
  template <typename M>
  void members(M& m) {
    m("enrolled", enrolled);
    m("device", device);
    m("kind", kind);
    m("mount_class", mount_class);
    m("location_class", location_class);
    m("place", place);
    m("lat_e7", lat_e7);
    m("lon_e7", lon_e7);
    m("police_area", police_area);
    m("public_key", public_key);
    m("court_order", court_order);
    m("revoked", revoked);
    m("former_keys", former_keys);
  }
};

Result<std::optional<DeviceRow>> find_device(const chain::RegisterReader& rows,
                                             std::string_view device);
Result<std::vector<DeviceRow>> list_devices(
    const chain::RegisterReader& rows);  // as enrolled, revoked ones too

// Folds kinds 48, 49 and 54.
Result<void> fold_devices(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
