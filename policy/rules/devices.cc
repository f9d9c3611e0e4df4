#include "policy/rules/devices.h"

#include <algorithm>
#include <array>

#include "ledger/chain/keys.h"
#include "policy/rules/access.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kBos{Role::kAdministrator};
constexpr std::int64_t kE7 = 10'000'000;

std::optional<Error> device_fault(const EnrolDevice& command) {
  if (!valid_device_name(command.device))
    return Error{ErrorCode::kMalformed, "device: must be 2 to 32 of a-z 0-9 -"};
  if (auto fault = text_fault("mount_class", command.mount_class, kShortTextMax)) return fault;
  if (auto fault = text_fault("place", command.place, kShortTextMax)) return fault;
  if (auto fault = text_fault("police_area", command.police_area, kShortTextMax)) return fault;
  if (command.court_order) {
    if (auto fault = text_fault("court_order", *command.court_order, kShortTextMax)) return fault;
  }
  if (auto fault = number_fault("lat_e7", command.lat_e7, -90 * kE7, 90 * kE7)) return fault;
  if (auto fault = number_fault("lon_e7", command.lon_e7, -180 * kE7, 180 * kE7)) return fault;
  if (!chain::checked_public_key(command.public_key))
    return Error{ErrorCode::kMalformed, "public_key: not an Ed25519 public key"};
  return std::nullopt;
}

bool has_or_had(const DeviceRow& device, const PublicKey& key) {
  return device.public_key == key ||
         (device.former_keys && std::find(device.former_keys->begin(), device.former_keys->end(),
                                          key) != device.former_keys->end());
}

std::optional<Refusal> place_refusal(const EnrolDevice& command) {
  if (blank(command.mount_class) || blank(command.place) || blank(command.police_area)) {
    return Refusal{{"I12-DEF-1"},
                   "device-description-missing",
                   "The register needs the mount, the place and the police area of a reader."};
  }
  const bool ordered = command.court_order && !blank(*command.court_order);
  if (command.location_class == LocationClass::kPrivateNotVisible && !ordered) {
    return Refusal{{"I12-C3-1"},
                   "not-public-view",
                   "Plates that are not in public view are recorded only under a court order: give "
                   "its number."};
  }
  return std::nullopt;
}

}  // namespace

bool valid_device_name(std::string_view device) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return device.size() >= 2 && device.size() <= 32 &&
         device.find_first_not_of(kLetters) == std::string_view::npos;
}

std::optional<Refusal> device_refusal(const std::optional<DeviceRow>& device) {
  if (!device) {
    return Refusal{{"I12-DEF-1"},
                   "device-unknown",
                   "This device is not in the register: the Administrator enrols it."};
  }
  if (device->revoked) {
    return Refusal{{"I12-DEF-1"},
                   "device-revoked",
                   "This device was revoked; nothing is taken from it or given to it any more."};
  }
  return std::nullopt;
}

Decision decide(const State& state, const Actor& actor, const EnrolDevice& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "device.enrol";
  if (auto fault = device_fault(command)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kBos, {"I12-L-1", "I12-DEF-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto devices = list_devices(state.rows);
  if (!devices) return not_judged(devices.error());
  for (const DeviceRow& known : *devices) {
    if (known.device == command.device)
      return Decision::not_judged(ErrorCode::kConflict,
                                  "device: this name is in the register; a name is used once");
    if (has_or_had(known, command.public_key))
      return Decision::not_judged(ErrorCode::kConflict,
                                  "public_key: another device in the register has or had this key");
  }
  if (auto refusal = place_refusal(command)) return refuse(moment, open.actor, kAction, *refusal);

  DeviceEnrolled record;
  record.policy = moment.policy->version;
  record.kind = command.kind;
  record.location_class = command.location_class;
  record.device = command.device;
  record.mount_class = command.mount_class;
  record.place = command.place;
  record.lat_e7 = command.lat_e7;
  record.lon_e7 = command.lon_e7;
  record.police_area = command.police_area;
  record.public_key = command.public_key;
  record.court_order = command.court_order;
  record.by = open.actor;
  return Decision{}.then(record);
}

Decision decide(const State& state, const Actor& actor, const RevokeDevice& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "device.revoke";
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kBos, {"I12-L-1", "I12-DEF-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto device = find_device(state.rows, command.device);
  if (!device) return not_judged(device.error());
  if (!*device) return Decision::not_judged(ErrorCode::kNotFound, "no such device");
  if ((*device)->revoked)
    return Decision::not_judged(ErrorCode::kConflict, "this device is revoked already");
  if (blank(command.reason))
    return refuse(moment, open.actor, kAction,
                  {{"I12-L-1"}, "reason-missing", "Give the reason for revoking the device."});
  DeviceRevoked record;
  record.policy = moment.policy->version;
  record.enrolled = (*device)->enrolled;
  record.device = command.device;
  record.reason = command.reason;
  record.by = open.actor;
  return Decision{}.then(record);
}

Decision decide(const State& state, const Actor& actor, const RekeyDevice& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "device.rekey";
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*fault);
  if (!chain::checked_public_key(command.public_key))
    return Decision::not_judged(ErrorCode::kMalformed, "public_key: not an Ed25519 public key");
  const Gate open = gate_role(state, actor, moment, kBos, {"I12-L-1", "I12-DEF-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto devices = list_devices(state.rows);
  if (!devices) return not_judged(devices.error());
  const DeviceRow* device = nullptr;
  for (const DeviceRow& known : *devices) {
    if (known.device == command.device) device = &known;
    if (has_or_had(known, command.public_key))
      return Decision::not_judged(ErrorCode::kConflict,
                                  "public_key: a device in the register has or had this key");
  }
  if (device == nullptr) return Decision::not_judged(ErrorCode::kNotFound, "no such device");
  if (device->revoked)
    return Decision::not_judged(ErrorCode::kConflict, "this device is revoked: enrol a new one");
  if (blank(command.reason))
    return refuse(moment, open.actor, kAction,
                  {{"I12-L-1"}, "reason-missing", "Give the reason for the new key."});
  DeviceRekeyed record;
  record.policy = moment.policy->version;
  record.enrolled = device->enrolled;
  record.device = command.device;
  record.public_key = command.public_key;
  record.reason = command.reason;
  record.by = open.actor;
  return Decision{}.then(record);
}

}  // namespace alpr::policy
