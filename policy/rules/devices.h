// The device register: only enrolled readers upload (I12-DEF-1, F-3), and only where the order lets
// them look (I12-C3-1, C3-2). BOS manages installation (I12-L-1), so the ADMINISTRATOR enrols.
// Pure.
#pragma once

#include <optional>
#include <string>

#include "policy/registers/devices.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// -> device.enrolled. kConflict: the name or the key was used before; kMalformed: bad name, place
// or key.
struct EnrolDevice {
  std::string device;  // [a-z0-9-]{2,32}
  DeviceKind kind{};
  std::string
      mount_class;  // what it is mounted on, e.g. "pole", "patrol car roof" (OMC 9.64 item C)
  LocationClass location_class{};
  std::string place;
  std::int64_t lat_e7 = 0;  // degrees times 10^7, WGS 84; a mobile reader's base
  std::int64_t lon_e7 = 0;
  std::string police_area;
  PublicKey public_key{};  // Ed25519
  std::optional<std::string>
      court_order;  // its number; required for PRIVATE_NOT_VISIBLE (I12-C3-1)
  template <typename M>
  void members(M& m) {
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
  }
};
Decision decide(const State& state, const Actor& actor, const EnrolDevice& command,
                const Moment& moment);

// -> device.revoked. kNotFound: no such device; kConflict: revoked already.
struct RevokeDevice {
  std::string device;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("device", device);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const RevokeDevice& command,
                const Moment& moment);

// -> device.rekeyed: uploads signed with the old key are refused from here on. kNotFound: no such
// device; kConflict: it is revoked, or some device has or had this key; kMalformed: a bad key.
struct RekeyDevice {
  std::string device;
  PublicKey public_key{};  // Ed25519
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("device", device);
    m("public_key", public_key);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const RekeyDevice& command,
                const Moment& moment);

bool valid_device_name(std::string_view device);

// Of a device that is not in the register, or not any more (I12-DEF-1): nothing is taken from it,
// and nothing given to it.
std::optional<Refusal> device_refusal(const std::optional<DeviceRow>& device);

}  // namespace alpr::policy
