// The device register (I12-DEF-1, C3-1, C3-2). Kind and location class are open, so that a keyless
// auditor can count where the department points its readers; the place itself and the key are
// sealed.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/enums.h"

namespace alpr::policy {

struct DeviceEnrolled {
  static constexpr KindSpec kKind{
      48, "device.enrolled", chain::Retention::kPermanent, chain::Form::kByMember,
      "a reader, its key and where it may look (I12-DEF-1, C3-1, C3-2)"};
  std::int64_t policy = 0;
  DeviceKind kind{};
  LocationClass location_class{};
  std::string device;
  std::string mount_class;
  std::string place;
  std::int64_t lat_e7 = 0;  // degrees times 10^7, WGS 84
  std::int64_t lon_e7 = 0;
  std::string police_area;
  PublicKey public_key{};                  // Ed25519
  std::optional<std::string> court_order;  // for PRIVATE_NOT_VISIBLE
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("kind", kind);
    m.open("location_class", location_class);
    m("device", device);
    m("mount_class", mount_class);
    m("place", place);
    m("lat_e7", lat_e7);
    m("lon_e7", lon_e7);
    m("police_area", police_area);
    m("public_key", public_key);
    m("court_order", court_order);
    m("by", by);
  }
};

struct DeviceRevoked {
  static constexpr KindSpec kKind{49, "device.revoked", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "uploads of this device are refused from here on"};
  std::int64_t policy = 0;
  Sequence enrolled;
  std::string device;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("enrolled", enrolled);
    m("device", device);
    m("reason", reason);
    m("by", by);
  }
};

struct DeviceRekeyed {
  static constexpr KindSpec kKind{54, "device.rekeyed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a reader's new key; from here on its old one signs nothing"};
  std::int64_t policy = 0;
  Sequence enrolled;
  std::string device;
  PublicKey public_key{};  // Ed25519
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("enrolled", enrolled);
    m("device", device);
    m("public_key", public_key);
    m("reason", reason);
    m("by", by);
  }
};

}  // namespace alpr::policy
