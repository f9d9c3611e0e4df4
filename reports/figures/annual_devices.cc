// The readers as they are deployed (I12-A-2, C3-2; OMC 9.64.010(1) C and D).
#include <array>
#include <map>

#include "policy/records/devices.h"
#include "reports/figures/topic.h"

namespace alpr::figures {
namespace {

using policy::DeviceEnrolled;
using policy::DeviceRevoked;

constexpr FigureText kByKind = {"A2.devices.kind", "A", "I12-A-2", "Readers by kind",
                                "Devices enrolled and not revoked at the period's end, by kind."};
constexpr FigureText kByClass = {
    "C3-2.devices.location-class", "D", "I12-C3-2", "Readers by class of place",
    "Devices enrolled and not revoked at the period's end, by the class of the place they look "
    "at."};
constexpr FigureText kByMount = {
    "A2.devices.mount-class", "C", "I12-A-2", "Readers by what they are mounted on",
    "Devices enrolled and not revoked at the period's end, by mount class as enrolled."};
constexpr FigureText kByArea = {
    "C3-2.devices.area", "D", "I12-C3-2", "Readers by police area",
    "Devices enrolled and not revoked at the period's end, by police area as enrolled."};
constexpr FigureText kNew = {"A2.devices.new", "A", "I12-A-2", "New readers by kind",
                             "Events device.enrolled of the period, by kind."};
constexpr FigureText kRevoked = {"A2.devices.revoked", "A", "I12-A-2",
                                 "Readers taken out of service",
                                 "Events device.revoked of the period."};

struct Deployed {
  policy::DeviceKind kind{};
  policy::LocationClass location_class{};
  std::optional<std::string> mount_class;  // nullopt: sealed
  std::optional<std::string> police_area;
};

class Devices : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{DeviceEnrolled::kKind.number, DeviceRevoked::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (after(event)) return {};
    if (is<DeviceEnrolled>(event)) return enrol(event);
    if (!is<DeviceRevoked>(event)) return {};
    const auto revoked = open_part<DeviceRevoked>(event);
    if (!revoked) return tl::unexpected(revoked.error());
    deployed_.erase(revoked->enrolled);
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    CountsOf<policy::DeviceKind> by_kind;
    CountsOf<policy::LocationClass> by_class;
    std::optional<Counts> by_mount = Counts();
    std::optional<Counts> by_area = Counts();
    for (const auto& [seq, device] : deployed_) {
      ++by_kind[device.kind];
      ++by_class[device.location_class];
      count(device.mount_class, by_mount);
      count(device.police_area, by_area);
    }
    figures.each(kByKind, by_kind);
    figures.each(kByClass, by_class);
    figures.sealed(kByMount, by_mount);
    figures.sealed(kByArea, by_area);
    figures.each(kNew, new_);
    figures.one(kRevoked, kinds.of<DeviceRevoked>());
  }

 private:
  Result<void> enrol(const SeenEvent& event) {
    const auto open = open_part<DeviceEnrolled>(event);
    if (!open) return tl::unexpected(open.error());
    const auto all = whole<DeviceEnrolled>(event);
    if (!all) return tl::unexpected(all.error());
    Deployed device{open->kind, open->location_class, std::nullopt, std::nullopt};
    if (*all) {
      device.mount_class = (*all)->mount_class;
      device.police_area = (*all)->police_area;
    }
    if (within(event)) ++new_[open->kind];
    deployed_[event.header.seq] = std::move(device);
    return {};
  }
  static void count(const std::optional<std::string>& name, std::optional<Counts>& counts) {
    if (!name) counts.reset();
    if (counts) ++(*counts)[*name];
  }

  std::map<Sequence, Deployed> deployed_;  // by device.enrolled
  CountsOf<policy::DeviceKind> new_;
};

}  // namespace

std::unique_ptr<Topic> devices_topic(const Period& period) {
  return std::make_unique<Devices>(period);
}

}  // namespace alpr::figures
