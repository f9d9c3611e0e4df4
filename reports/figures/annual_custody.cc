// The order's parameters, the ledger's keys and the clock (I12-HDR-1, F-1, L-1; OMC 9.64.010(1) K).
#include <array>

#include "ledger/chain/custody_kinds.h"
#include "policy/records/keys.h"
#include "policy/records/policies.h"
#include "policy/records/system.h"
#include "reports/figures/topic.h"

namespace alpr::figures {
namespace {

using policy::KeysHandled;
using policy::PolicyAdopted;
using policy::PolicyDenied;
using policy::PolicyProposed;

constexpr FigureText kProposed = {"HDR1.proposed", "K", "I12-HDR-1",
                                  "Changes of parameters proposed",
                                  "Events policy.proposed of the period."};
constexpr FigureText kAdopted = {"HDR1.adopted", "K", "I12-HDR-1", "Changes of parameters adopted",
                                 "Events policy.adopted of the period."};
constexpr FigureText kDenied = {"HDR1.denied", "K", "I12-HDR-1",
                                "Changes of parameters not adopted",
                                "Events policy.denied of the period."};
constexpr FigureText kVersion = {
    "HDR1.version", "K", "I12-HDR-1", "Version of the parameters at the period's end",
    "The highest version in policy.adopted before the period's end that was in effect by then."};
constexpr FigureText kChanges = {"HDR1.changes", "K", "I12-HDR-1", "Parameters that were changed",
                                 "Names under changes in the events policy.adopted of the period."};
constexpr FigureText kKeys = {"F1.keys", "F", "I12-F-1", "What was done with the ledger's keys",
                              "Events keys.handled of the period, by action."};
constexpr FigureText kBackups = {"F1.backups", "F", "I12-F-1", "Backups",
                                 "Events backup.begun of the period."};
constexpr FigureText kClock = {"LOG.clock-steps", "F", "I12-F-1", "Steps of the clock",
                               "Events clock.stepped of the period: two people confirmed each."};
constexpr FigureText kWitness = {"LOG.witness-silent", "F", "I12-F-1",
                                 "Times that a witness was silent for an hour",
                                 "Events witness.silent of the period."};
constexpr FigureText kDisk = {"LOG.disk-low", "F", "I12-F-1",
                              "Times that uploads were refused for want of disk",
                              "Events disk.low of the period."};

class Custody : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{PolicyAdopted::kKind.number, KeysHandled::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (after(event)) return {};
    if (is<PolicyAdopted>(event)) {
      const auto adopted = open_part<PolicyAdopted>(event);
      if (!adopted) return tl::unexpected(adopted.error());
      if (adopted->effective < period_.until)
        version_ = std::max(adopted->version, version_.value_or(adopted->version));
      if (within(event) && adopted->changes)
        for (const std::string& name : *adopted->changes) ++changes_[name];
    } else if (is<KeysHandled>(event) && within(event)) {
      const auto handled = open_part<KeysHandled>(event);
      if (!handled) return tl::unexpected(handled.error());
      ++actions_[handled->action];
    }
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    figures.one(kVersion, version_);
    figures.one(kProposed, kinds.of<PolicyProposed>());
    figures.one(kAdopted, kinds.of<PolicyAdopted>());
    figures.one(kDenied, kinds.of<PolicyDenied>());
    figures.each(kChanges, changes_);
    figures.each(kKeys, actions_);
    figures.one(kBackups, kinds.of(chain::kind::kBackupBegun));
    figures.one(kClock, kinds.of(chain::kind::kClockStepped));
    figures.one(kWitness, kinds.of<policy::WitnessSilent>());
    figures.one(kDisk, kinds.of<policy::DiskLow>());
  }

 private:
  std::optional<std::int64_t> version_;
  Counts changes_;
  CountsOf<policy::KeyAction> actions_;
};

}  // namespace

std::unique_ptr<Topic> custody_topic(const Period& period) {
  return std::make_unique<Custody>(period);
}

}  // namespace alpr::figures
