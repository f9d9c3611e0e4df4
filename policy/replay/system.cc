// Versions of the order, settings, keys, devices, the archive (I12-HDR-1, F-0, L-1, DEF-1, C3-1).
#include "policy/records/system.h"

#include <array>

#include "policy/records/archive.h"
#include "policy/records/keys.h"
#include "policy/replay/judge.h"
#include "policy/rules/archive.h"
#include "policy/rules/devices.h"
#include "policy/rules/keys.h"
#include "policy/rules/parameters.h"
#include "policy/rules/policies.h"

namespace alpr::policy {
namespace {

Again proposed(const Scene& s, const PolicyProposed& e) {
  return decided(decide(s.state, e.by,
                        ProposePolicy{e.version, std::string(kOrder), e.effective, e.parameters,
                                      e.document_sha256, e.justification},
                        s.moment));
}

Again adopted(const Scene& s, const PolicyAdopted& e) {
  if (!e.proposal || !e.by)
    return breach({"I12-HDR-1", "I12-L-1"},
                  "a version that nobody proposed or adopted, outside the log's first commit");
  return decided(decide(s.state, *e.by,
                        DecidePolicy{*e.proposal, Verdict::kApprove, e.reason.value_or("")},
                        s.moment));
}

Again denied(const Scene& s, const PolicyDenied& e) {
  return decided(
      decide(s.state, e.by, DecidePolicy{e.proposal, Verdict::kDeny, e.reason}, s.moment));
}

Again settings(const Scene& s, const SettingsInForce& e) {
  return decided(decide(s.state, StartWithSettings{e.text}, s.moment));
}

Again keys_handled(const Scene& s, const KeysHandled& e) {
  return decided(decide(s.state, e.by, HandleKeys{e.action, e.reason, e.approver}, s.moment));
}

Again enrolled(const Scene& s, const DeviceEnrolled& e) {
  return decided(decide(s.state, e.by,
                        EnrolDevice{e.device, e.kind, e.mount_class, e.location_class, e.place,
                                    e.lat_e7, e.lon_e7, e.police_area, e.public_key, e.court_order},
                        s.moment));
}

Again revoked(const Scene& s, const DeviceRevoked& e) {
  return decided(decide(s.state, e.by, RevokeDevice{e.device, e.reason}, s.moment));
}

Again rekeyed(const Scene& s, const DeviceRekeyed& e) {
  return decided(decide(s.state, e.by, RekeyDevice{e.device, e.public_key, e.reason}, s.moment));
}

Again archive_disclosed(const Scene& s, const ArchiveDisclosed& e) {
  return decided(decide(s.state, e.by, DiscloseArchived{e.event, e.reason}, s.moment));
}

}  // namespace

std::span<const Judge> system_judges() {
  static const std::array all{
      judging<PolicyProposed, proposed>("I12-HDR-1"),
      judging<PolicyAdopted, adopted>("I12-HDR-1"),
      judging<PolicyDenied, denied>("I12-HDR-1"),
      judging<SettingsInForce, settings>("I12-F-0"),
      judging<KeysHandled, keys_handled>("I12-F-0"),
      judging<DeviceEnrolled, enrolled>("I12-DEF-1"),
      judging<DeviceRevoked, revoked>("I12-L-1"),
      judging<DeviceRekeyed, rekeyed>("I12-L-1"),
      judging<ArchiveDisclosed, archive_disclosed>("I12-F-2"),
  };
  return all;
}

}  // namespace alpr::policy
