// Investigative queries and what they disclosed (I12-C2B, F-2, K-3), what was refused (invariant
// 3), and what was looked at again (I12-C3-3 to C3-7, L-4).
#include <array>
#include <map>
#include <set>

#include "policy/records/hotlists.h"
#include "policy/records/queries.h"
#include "policy/records/reads.h"
#include "policy/records/reviews.h"
#include "policy/records/sharing.h"
#include "policy/records/shift_lists.h"
#include "policy/records/system.h"
#include "reports/figures/topic.h"

namespace alpr::figures {
namespace {

using policy::ImageDisclosed;
using policy::QueryPageDisclosed;
using policy::QueryPerformed;
using policy::QueryRefused;
using policy::ReviewDecided;
using policy::ReviewRaised;

// Of query.performed, which has much else.
struct Asker {
  policy::Actor by;
  template <typename M>
  void members(M& m) {
    m("by", by);
  }
};

constexpr FigureText kQueries = {"C2B.queries", "A", "I12-K-3", "Queries that were answered",
                                 "Events query.performed of the period."};
constexpr FigureText kByPurpose = {"C2B.queries.purpose", "A", "I12-C2B-1", "Queries by purpose",
                                   "Events query.performed of the period, by purpose."};
constexpr FigureText kByStandard = {"C2B.queries.legal-standard", "A", "I12-C2B-2",
                                    "Queries by legal standard",
                                    "Events query.performed of the period, by legal standard."};
constexpr FigureText kRefused = {"C2B.queries.refused", "F", "I12-C2B-1",
                                 "Queries that were refused",
                                 "Events query.refused of the period."};
constexpr FigureText kResults = {
    "C2B.results", "A", "I12-F-2", "Reads that queries disclosed",
    "Sum of result_count in query.performed and query.page-disclosed of the period."};
constexpr FigureText kPages = {"C2B.pages", "A", "I12-F-2", "Further pages of results",
                               "Events query.page-disclosed of the period."};
constexpr FigureText kImages = {"F2.images", "A", "I12-F-2", "Images that were shown",
                                "Events image.disclosed of the period."};
constexpr FigureText kAskers = {"C2B.people", "A", "I12-K-3", "People who queried",
                                "Different usernames in query.performed of the period."};

constexpr FigureText kRefusals = {
    "INV3.refusals.kind", "F", "I12-K-1", "Refusals by what was refused",
    "Events of the period of the kinds that record a refusal, by kind."};
constexpr FigureText kRefusalRules = {
    "INV3.refusals.rule", "F", "I12-K-1", "Refusals by rule",
    "Events of the period that record a refusal, under each requirement that they name: one "
    "refusal may name several."};

constexpr FigureText kFlags = {
    "C3.reviews.flag", "F", "I12-C3-3", "Queries to be looked at again, by what stood out",
    "Flags in the events review.raised of the period: one review may have "
    "several."};
constexpr FigureText kReviews = {"C3.reviews", "F", "I12-C3-3", "Queries to be looked at again",
                                 "Events review.raised of the period."};
constexpr FigureText kFindings = {"L4.reviews.finding", "F", "I12-L-4", "Reviews by finding",
                                  "Events review.decided of the period, by finding."};
constexpr FigureText kWaiting = {
    "L4.reviews.open", "F", "I12-L-4", "Reviews still open at the period's end",
    "Events review.raised before the period's end without a review.decided before it."};

class Queries : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{QueryPerformed::kKind.number,
                                       QueryPageDisclosed::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (!within(event)) return {};
    if (is<QueryPageDisclosed>(event)) {
      const auto page = open_part<QueryPageDisclosed>(event);
      if (!page) return tl::unexpected(page.error());
      results_ += page->result_count;
    }
    if (!is<QueryPerformed>(event)) return {};
    const auto query = open_part<QueryPerformed>(event);
    if (!query) return tl::unexpected(query.error());
    ++purposes_[query->purpose];
    ++standards_[query->legal_standard];
    results_ += query->result_count;
    const auto asker = sealed_part<Asker>(event);
    if (!asker) return tl::unexpected(asker.error());
    if (*asker)
      people_.insert((*asker)->by.username);
    else
      people_known_ = false;
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    figures.one(kQueries, kinds.of<QueryPerformed>());
    figures.each(kByPurpose, purposes_);
    figures.each(kByStandard, standards_);
    figures.one(kRefused, kinds.of<QueryRefused>());
    figures.one(kResults, results_);
    figures.one(kPages, kinds.of<QueryPageDisclosed>());
    figures.one(kImages, kinds.of<ImageDisclosed>());
    figures.sealed_one(kAskers, people_known_
                                    ? std::optional(static_cast<std::int64_t>(people_.size()))
                                    : std::nullopt);
  }

 private:
  CountsOf<policy::QueryPurpose> purposes_;
  CountsOf<policy::LegalStandard> standards_;
  std::int64_t results_ = 0;
  std::set<std::string> people_;
  bool people_known_ = true;
};

class Refusals : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{
        policy::CommandRefused::kKind.number,       QueryRefused::kKind.number,
        policy::SharingRefused::kKind.number,       policy::UploadRefused::kKind.number,
        policy::HotlistImportRefused::kKind.number, policy::ListsRefused::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (!within(event)) return {};
    if (is<policy::CommandRefused>(event)) return count<policy::CommandRefused>(event);
    if (is<QueryRefused>(event)) return count<QueryRefused>(event);
    if (is<policy::SharingRefused>(event)) return count<policy::SharingRefused>(event);
    if (is<policy::UploadRefused>(event)) return count<policy::UploadRefused>(event);
    if (is<policy::HotlistImportRefused>(event)) return count<policy::HotlistImportRefused>(event);
    if (is<policy::ListsRefused>(event)) return count<policy::ListsRefused>(event);
    return {};
  }
  void tell(const KindCounts&, FigureList& figures) const override {
    figures.each(kRefusals, kinds_);
    figures.each(kRefusalRules, rules_);
  }

 private:
  template <policy::Record R>
  Result<void> count(const SeenEvent& event) {
    const auto refused = open_part<R>(event);
    if (!refused) return tl::unexpected(refused.error());
    ++kinds_[std::string(R::kKind.name)];
    for (const std::string& rule : refused->rules) ++rules_[rule];
    return {};
  }
  Counts kinds_, rules_;
};

class Reviews : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{ReviewRaised::kKind.number, ReviewDecided::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (after(event)) return {};
    if (is<ReviewRaised>(event)) {
      const auto raised = open_part<ReviewRaised>(event);
      if (!raised) return tl::unexpected(raised.error());
      open_.insert(event.header.seq);
      if (within(event))
        for (const policy::ReviewFlag flag : raised->flags) ++flags_[flag];
    } else if (is<ReviewDecided>(event)) {
      const auto decided = open_part<ReviewDecided>(event);
      if (!decided) return tl::unexpected(decided.error());
      open_.erase(decided->review);
      if (within(event)) ++findings_[decided->finding];
    }
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    figures.one(kReviews, kinds.of<ReviewRaised>());
    figures.each(kFlags, flags_);
    figures.each(kFindings, findings_);
    figures.one(kWaiting, static_cast<std::int64_t>(open_.size()));
  }

 private:
  std::set<Sequence> open_;
  CountsOf<policy::ReviewFlag> flags_;
  CountsOf<policy::ReviewFinding> findings_;
};

}  // namespace

std::unique_ptr<Topic> queries_topic(const Period& period) {
  return std::make_unique<Queries>(period);
}
std::unique_ptr<Topic> refusals_topic(const Period& period) {
  return std::make_unique<Refusals>(period);
}
std::unique_ptr<Topic> reviews_topic(const Period& period) {
  return std::make_unique<Reviews>(period);
}

}  // namespace alpr::figures
