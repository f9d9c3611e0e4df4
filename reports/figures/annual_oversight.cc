// Complaints, breaches, violations and cost (OMC 9.64.010(1) E, F, G and J; I12-L-5).
#include <array>
#include <map>
#include <set>

#include "policy/records/oversight.h"
#include "reports/figures/topic.h"

namespace alpr::figures {
namespace {

using policy::BreachRecorded;
using policy::BreachStep;
using policy::BreachStepRecorded;
using policy::ComplaintAnswered;
using policy::ComplaintRecorded;
using policy::CostRecorded;
using policy::ViolationDecided;
using policy::ViolationRecorded;

constexpr FigureText kComplaints = {"E.complaints.subject", "E", "I12-L-5",
                                    "Complaints by what they are about",
                                    "Events complaint.recorded of the period, by subject."};
constexpr FigureText kAnswered = {"E.complaints.finding", "E", "I12-L-5",
                                  "Complaints answered, by what was found",
                                  "Events complaint.answered of the period, by finding."};
constexpr FigureText kUnanswered = {
    "E.complaints.open", "E", "I12-L-5", "Complaints not answered at the period's end",
    "Events complaint.recorded before the period's end without a complaint.answered before it."};
constexpr FigureText kViolations = {
    "F.violations.rule", "F", "I12-C3-3", "Violations recorded, by rule",
    "Events violation.recorded of the period, by the rule that they name."};
constexpr FigureText kFound = {"F.violations.finding", "F", "I12-C3-3",
                               "Violations decided, by what was found",
                               "Events violation.decided of the period, by finding."};
constexpr FigureText kSanctions = {"F.violations.sanction", "F", "I12-C3-3",
                                   "Violations decided, by sanction",
                                   "Events violation.decided of the period, by sanction."};
constexpr FigureText kUndecided = {
    "F.violations.open", "F", "I12-C3-3", "Violations not decided at the period's end",
    "Events violation.recorded before the period's end without a violation.decided before it."};
constexpr FigureText kBreaches = {"G.breaches.kind", "G", "I12-J-3", "Breaches by kind",
                                  "Events breach.recorded of the period, by what happened."};
constexpr FigureText kOpenBreaches = {
    "G.breaches.open", "G", "I12-J-3", "Breaches not closed at the period's end",
    "Events breach.recorded before the period's end without a breach.step-recorded CLOSED before "
    "it."};
constexpr FigureText kCosts = {
    "J.costs", "J", "I12-L-5", "Cost in US cents, by year and category",
    "The newest cost.recorded before the period's end of each category of each year that the "
    "period touches (UTC)."};
constexpr FigureText kTotal = {"J.costs.total", "J", "I12-L-5",
                               "Cost in US cents, all categories, by year",
                               "The sum of these, by year."};

class Oversight : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{
        ComplaintRecorded::kKind.number, ComplaintAnswered::kKind.number,
        BreachRecorded::kKind.number,    BreachStepRecorded::kKind.number,
        ViolationRecorded::kKind.number, ViolationDecided::kKind.number,
        CostRecorded::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (after(event)) return {};
    if (is<ComplaintRecorded>(event)) return with<ComplaintRecorded>(event);
    if (is<ComplaintAnswered>(event)) return with<ComplaintAnswered>(event);
    if (is<BreachRecorded>(event)) return with<BreachRecorded>(event);
    if (is<BreachStepRecorded>(event)) return with<BreachStepRecorded>(event);
    if (is<ViolationRecorded>(event)) return with<ViolationRecorded>(event);
    if (is<ViolationDecided>(event)) return with<ViolationDecided>(event);
    if (is<CostRecorded>(event)) return with<CostRecorded>(event);
    return {};
  }
  void tell(const KindCounts&, FigureList& figures) const override {
    Counts costs;
    Counts totals;
    for (const auto& [of, cents] : costs_) {
      const std::string year = std::to_string(of.first);
      if (!touched(year)) continue;
      costs[year + " " + std::string(policy::to_text(of.second))] = cents;
      totals[year] += cents;
    }
    figures.each(kComplaints, subjects_);
    figures.each(kAnswered, answers_);
    figures.one(kUnanswered, static_cast<std::int64_t>(complaints_.size()));
    figures.each(kViolations, rules_);
    figures.each(kFound, findings_);
    figures.each(kSanctions, sanctions_);
    figures.one(kUndecided, static_cast<std::int64_t>(violations_.size()));
    figures.each(kBreaches, breach_kinds_);
    figures.one(kOpenBreaches, static_cast<std::int64_t>(breaches_.size()));
    figures.each(kCosts, costs);
    figures.each(kTotal, totals);
  }

 private:
  template <policy::Record R>
  Result<void> with(const SeenEvent& event) {
    const auto record = open_part<R>(event);
    if (!record) return tl::unexpected(record.error());
    on(*record, event);
    return {};
  }
  void on(const ComplaintRecorded& e, const SeenEvent& event) {
    complaints_.insert(event.header.seq);
    if (within(event)) ++subjects_[e.subject];
  }
  void on(const ComplaintAnswered& e, const SeenEvent& event) {
    complaints_.erase(e.complaint);
    if (within(event)) ++answers_[e.finding];
  }
  void on(const BreachRecorded& e, const SeenEvent& event) {
    breaches_.insert(event.header.seq);
    if (within(event)) ++breach_kinds_[e.breach];
  }
  void on(const BreachStepRecorded& e, const SeenEvent&) {
    if (e.step == BreachStep::kClosed) breaches_.erase(e.breach);
  }
  void on(const ViolationRecorded& e, const SeenEvent& event) {
    violations_.insert(event.header.seq);
    if (within(event)) ++rules_[e.rule];
  }
  void on(const ViolationDecided& e, const SeenEvent& event) {
    violations_.erase(e.violation);
    if (!within(event)) return;
    ++findings_[e.finding];
    ++sanctions_[e.sanction];
  }
  void on(const CostRecorded& e, const SeenEvent&) { costs_[{e.year, e.category}] = e.cents; }
  bool touched(const std::string& year) const {
    return month_of(period_.from).substr(0, 4) <= year &&
           year <= month_of({period_.until.value - 1}).substr(0, 4);
  }

  std::set<Sequence> complaints_, breaches_, violations_;  // open ones
  CountsOf<policy::ComplaintSubject> subjects_;
  CountsOf<policy::OversightFinding> answers_, findings_;
  CountsOf<policy::BreachKind> breach_kinds_;
  CountsOf<policy::Sanction> sanctions_;
  Counts rules_;
  std::map<std::pair<std::int64_t, policy::CostCategory>, std::int64_t> costs_;
};

}  // namespace

std::unique_ptr<Topic> oversight_topic(const Period& period) {
  return std::make_unique<Oversight>(period);
}

}  // namespace alpr::figures
