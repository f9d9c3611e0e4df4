// Where the order is not kept in full yet (I12-K-2; OMC 9.64.010(1) F).
#include <array>
#include <map>

#include "policy/records/gaps.h"
#include "reports/figures/topic.h"

namespace alpr::figures {
namespace {

using policy::GapClosed;
using policy::GapRecorded;

constexpr FigureText kNew = {"K2.gaps.new", "F", "I12-K-2", "Gaps in compliance found",
                             "Events gap.recorded of the period."};
constexpr FigureText kClosed = {"K2.gaps.closed", "F", "I12-K-2", "Gaps in compliance closed",
                                "Events gap.closed of the period."};
constexpr FigureText kByRule = {
    "K2.gaps.rule", "F", "I12-K-2", "Gaps in compliance open at the period's end, by rule",
    "Events gap.recorded before the period's end without a gap.closed before it, by the rule that "
    "is not kept."};
constexpr FigureText kByOwner = {"K2.gaps.owner", "F", "I12-K-2",
                                 "Gaps in compliance open at the period's end, by owner",
                                 "The same, by the role that sees to it."};
constexpr FigureText kByDue = {"K2.gaps.due", "F", "I12-K-2",
                               "Gaps in compliance open at the period's end, by due month",
                               "The same, by the UTC month of their due date."};
constexpr FigureText kLate = {"K2.gaps.overdue", "F", "I12-K-2",
                              "Gaps in compliance past their date at the period's end",
                              "Of these the ones whose due date is before the period's end."};

struct Open {
  std::string rule;
  policy::Role owner{};
  TimeUs due;
};

class Gaps : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{GapRecorded::kKind.number, GapClosed::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (after(event)) return {};
    if (is<GapRecorded>(event)) {
      const auto gap = open_part<GapRecorded>(event);
      if (!gap) return tl::unexpected(gap.error());
      open_[event.header.seq] = {gap->rule, gap->owner, gap->due};
    } else if (is<GapClosed>(event)) {
      const auto closed = open_part<GapClosed>(event);
      if (!closed) return tl::unexpected(closed.error());
      open_.erase(closed->gap);
    }
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    Counts rules;
    Counts months;
    CountsOf<policy::Role> owners;
    std::int64_t late = 0;
    for (const auto& [seq, gap] : open_) {
      ++rules[gap.rule];
      ++months[month_of(gap.due)];
      ++owners[gap.owner];
      late += gap.due < period_.until ? 1 : 0;
    }
    figures.one(kNew, kinds.of<GapRecorded>());
    figures.one(kClosed, kinds.of<GapClosed>());
    figures.each(kByRule, rules);
    figures.each(kByOwner, owners);
    figures.each(kByDue, months);
    figures.one(kLate, late);
  }

 private:
  std::map<Sequence, Open> open_;  // by gap.recorded
};

}  // namespace

std::unique_ptr<Topic> gaps_topic(const Period& period) { return std::make_unique<Gaps>(period); }

}  // namespace alpr::figures
