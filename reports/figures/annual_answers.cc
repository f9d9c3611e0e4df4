// What members did about hits, and how many were misreads (I12-C2A-2, C2A-8, C2A2-6; OMC H).
#include <array>
#include <map>

#include "policy/records/hits.h"
#include "policy/records/stops.h"
#include "reports/figures/topic.h"

namespace alpr::figures {
namespace {

using policy::HitState;
using policy::HitStep;
using policy::HitStepRecorded;
using policy::HitValidated;
using policy::StopDocumented;
using policy::StopFollowedUp;

constexpr FigureText kAnswered = {
    "C2A.hits.state", "H", "I12-C2A-3", "Hits that were answered, by what was found",
    "Hits with a hit.step-recorded or hit.validated in the period, by the state after the last "
    "one of the period."};
constexpr FigureText kMisreads = {
    "C2A8.misreads", "H", "I12-C2A-8", "Misread rate",
    "Hits whose plate was compared with the vehicle in the period (steps PLATE_CONFIRMED and "
    "VISUAL_MATCH) and that were MISREAD after their last step of the period, of all hits so "
    "compared."};
constexpr FigureText kStops = {"C2A2.stops", "H", "I12-C2A2-1", "Stop records",
                               "Events stop.documented of the period."};
constexpr FigureText kDisposition = {"C2A2.stops.disposition", "H", "I12-C2A2-6",
                                     "Stop records by disposition",
                                     "Events stop.documented of the period, by disposition."};
constexpr FigureText kAction = {
    "C2A2.stops.action", "H", "I12-C2A-3", "Stop records by action",
    "Events stop.documented of the period, by whether anybody's freedom was restricted."};
constexpr FigureText kClets = {
    "C2A1.stops.clets", "H", "I12-C2A-1", "Stops after CLETS had confirmed the hit",
    "Events stop.documented of the period that have clets_confirmed, of all of them."};
constexpr FigureText kFollowUps = {"C2A2.follow-ups", "H", "I12-C2A2-8",
                                   "Later notes to stop records",
                                   "Events stop.followed-up of the period."};

struct Answer {
  bool compared = false;
  HitState state{};
};

class Answers : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{HitStepRecorded::kKind.number, HitValidated::kKind.number,
                                       StopDocumented::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (!within(event)) return {};
    if (is<HitStepRecorded>(event)) {
      const auto step = open_part<HitStepRecorded>(event);
      if (!step) return tl::unexpected(step.error());
      Answer& answer = answers_[step->hit];
      answer.state = step->state;
      answer.compared = answer.compared || step->step == HitStep::kPlateConfirmed ||
                        step->step == HitStep::kVisualMatch;
    } else if (is<HitValidated>(event)) {
      const auto validated = open_part<HitValidated>(event);
      if (!validated) return tl::unexpected(validated.error());
      answers_[validated->hit].state = HitState::kFullyValidated;
    } else if (is<StopDocumented>(event)) {
      const auto stop = open_part<StopDocumented>(event);
      if (!stop) return tl::unexpected(stop.error());
      ++dispositions_[stop->disposition];
      ++actions_[stop->action];
      clets_ += stop->clets_confirmed ? 1 : 0;
    }
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    CountsOf<HitState> states;
    std::int64_t compared = 0;
    std::int64_t misread = 0;
    for (const auto& [hit, answer] : answers_) {
      ++states[answer.state];
      compared += answer.compared ? 1 : 0;
      misread += answer.compared && answer.state == HitState::kMisread ? 1 : 0;
    }
    const std::int64_t stops = kinds.of<StopDocumented>();
    figures.each(kAnswered, states);
    figures.ratio(kMisreads, misread, compared);
    figures.one(kStops, stops);
    figures.each(kDisposition, dispositions_);
    figures.each(kAction, actions_);
    figures.ratio(kClets, clets_, stops);
    figures.one(kFollowUps, kinds.of<StopFollowedUp>());
  }

 private:
  std::map<Sequence, Answer> answers_;  // by hit
  CountsOf<policy::Disposition> dispositions_;
  CountsOf<policy::StopAction> actions_;
  std::int64_t clets_ = 0;
};

}  // namespace

std::unique_ptr<Topic> answers_topic(const Period& period) {
  return std::make_unique<Answers>(period);
}

}  // namespace alpr::figures
