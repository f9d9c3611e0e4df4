// What audits of the system and of its use have shown (I12-K-4 to K-7; OMC 9.64.010(1) F).
#include <array>
#include <map>

#include "policy/records/audits.h"
#include "policy/records/self_checks.h"
#include "reports/figures/topic.h"

namespace alpr::figures {
namespace {

using policy::AuditConcluded;
using policy::AuditPlanned;
using policy::SystemChecked;
using policy::TrainingsReviewed;

constexpr FigureText kPlanned = {"K5.audits.planned", "F", "I12-K-5",
                                 "Sample audits planned, by population",
                                 "Events audit.planned of the period, by what is sampled."};
constexpr FigureText kAccepted = {
    "K5.audits.accepted", "F", "I12-K-5", "Sample audits whose population was accepted",
    "Events audit.concluded of the period that accept their population, of all of them."};
constexpr FigureText kSignificant = {
    "K7.audits.significant", "F", "I12-K-7", "Sample audits that were large enough",
    "Events audit.concluded of the period that are statistically significant, of all of them."};
constexpr FigureText kDeviations = {
    "K5.audits.deviations", "F", "I12-K-5", "Deviations that sample audits found",
    "Sum of deviations and certain_deviations in the events audit.concluded of the period."};
constexpr FigureText kUpper = {
    "K7.audits.upper", "F", "I12-K-7", "Upper limits that sample audits have shown",
    "For each event audit.concluded of the period, by what its plan samples and the plan's seq: no "
    "more than upper deviate at the plan's risk, of the populations of its strata."};
constexpr FigureText kChecks = {"K4.checks", "F", "I12-K-4",
                                "Audits of the system's function that it passed",
                                "Events system.checked of the period that passed, of all of them."};
constexpr FigureText kFailed = {
    "K4.checks.failed", "F", "I12-K-4", "Checks of the system's function that failed",
    "Checks that did not pass in the events system.checked of the period, by check."};
constexpr FigureText kTrainings = {"K6.reviews", "F", "I12-K-6", "Reviews of training records",
                                   "Events trainings.reviewed of the period."};
constexpr FigureText kUntrained = {
    "K6.untrained", "F", "I12-K-6", "Accesses without training that these reviews found",
    "Sum of the accesses under untrained in the events trainings.reviewed of the period."};

class Audits : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{AuditPlanned::kKind.number, AuditConcluded::kKind.number,
                                       SystemChecked::kKind.number,
                                       TrainingsReviewed::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (is<AuditPlanned>(event)) return plan(event);
    if (!within(event)) return {};
    if (is<AuditConcluded>(event)) {
      const auto audit = open_part<AuditConcluded>(event);
      if (!audit) return tl::unexpected(audit.error());
      accepted_ += audit->accepted ? 1 : 0;
      significant_ += audit->significant ? 1 : 0;
      deviations_ += audit->deviations + audit->certain_deviations;
      const Plan& of = plans_[audit->audit];
      upper_.push_back(
          {std::string(policy::to_text(of.population)) + " " + std::to_string(audit->audit.value),
           audit->upper, of.items});
    } else if (is<SystemChecked>(event)) {
      const auto checked = open_part<SystemChecked>(event);
      if (!checked) return tl::unexpected(checked.error());
      passed_ += checked->passed ? 1 : 0;
      for (const policy::SystemCheckResult& one : checked->checks)
        if (!one.passed) ++failed_[one.check];
    } else if (is<TrainingsReviewed>(event)) {
      const auto reviewed = open_part<TrainingsReviewed>(event);
      if (!reviewed) return tl::unexpected(reviewed.error());
      untrained_ += static_cast<std::int64_t>(reviewed->untrained.size());
    }
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    const std::int64_t concluded = kinds.of<AuditConcluded>();
    figures.each(kPlanned, planned_);
    figures.ratio(kAccepted, accepted_, concluded);
    figures.ratio(kSignificant, significant_, concluded);
    figures.one(kDeviations, deviations_);
    figures.ratios(kUpper, upper_);
    figures.ratio(kChecks, passed_, kinds.of<SystemChecked>());
    figures.each(kFailed, failed_);
    figures.one(kTrainings, kinds.of<TrainingsReviewed>());
    figures.one(kUntrained, untrained_);
  }

 private:
  struct Plan {
    policy::AuditPopulation population{};
    std::int64_t items = 0;
  };
  // Also of before the period: an audit may be concluded much later.
  Result<void> plan(const SeenEvent& event) {
    if (after(event)) return {};
    const auto planned = open_part<AuditPlanned>(event);
    if (!planned) return tl::unexpected(planned.error());
    if (within(event)) ++planned_[planned->population];
    Plan& plan = plans_[event.header.seq];
    plan.population = planned->population;
    for (const policy::AuditStratum& stratum : planned->strata) plan.items += stratum.population;
    return {};
  }

  std::map<Sequence, Plan> plans_;  // by audit.planned
  std::vector<FigureRow> upper_;    // of those that were concluded
  CountsOf<policy::AuditPopulation> planned_;
  CountsOf<policy::SystemCheck> failed_;
  std::int64_t accepted_ = 0;
  std::int64_t significant_ = 0;
  std::int64_t deviations_ = 0;
  std::int64_t passed_ = 0;
  std::int64_t untrained_ = 0;
};

}  // namespace

std::unique_ptr<Topic> audits_topic(const Period& period) {
  return std::make_unique<Audits>(period);
}

}  // namespace alpr::figures
