// What the public site says of a period, in types that can hold numbers, words of closed lists,
// requirement IDs and names of police areas, and nothing else: no plate, name or case number has a
// place to stand in (I12-L-5). Pure; any thread.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/records/audits.h"
#include "policy/records/enums.h"
#include "policy/records/sharing.h"
#include "reports/figures/annual.h"
#include "reports/figures/rate_interval.h"

namespace alpr::forms {

// An ID of the order, such as I12-C2B-7.
class RuleId {
 public:
  // nullopt for anything else: 1 to 4 letters and digits that begin with a letter, 1 or 2 digits.
  static std::optional<RuleId> of(std::string_view text);
  const std::string& text() const { return text_; }

 private:
  explicit RuleId(std::string_view text) : text_(text) {}
  std::string text_;
};

// A police area as a device was enrolled in it. Somebody typed it once, so one that could be a
// plate or a case number is none: 5 or more letters and digits mixed in one word, or 4 or more
// digits in a row.
class AreaName {
 public:
  static std::optional<AreaName> of(std::string_view text);
  const std::string& text() const { return text_; }

 private:
  explicit AreaName(std::string_view text) : text_(text) {}
  std::string text_;
};

template <policy::DescribedEnum E>
using Tally = std::vector<std::pair<E, std::int64_t>>;  // each word of the list, in its order

struct PublicRate {
  std::int64_t value = 0;
  std::int64_t of = 0;
  std::optional<figures::RateInterval> interval;  // absent where `of` is 0
};
struct PublicMonth {
  std::int64_t year = 0, month = 0;
  std::int64_t reads = 0, hits = 0;
};
struct PublicArea {
  std::optional<AreaName> area;  // nullopt: all others together
  std::int64_t readers = 0, reads = 0;
  std::vector<policy::Point> corners = {};  // of its outline; none: it is not on the map
};
struct PublicRefusal {
  RuleId rule;
  std::int64_t refused = 0;
};

struct PublicPeriod {
  bool simulated = false;
  std::int64_t size = 0;  // of the log, at the checkpoint that the numbers hold at
  Digest root{};
  TimeUs as_of, from, until;

  Tally<policy::DeviceKind> readers;
  Tally<policy::LocationClass> places;
  std::vector<PublicArea> areas;
  std::vector<PublicMonth> months;
  std::int64_t reads = 0, hits = 0;
  PublicRate hit_rate, misread_rate;
  Tally<policy::HotlistSource> hits_by_list;

  std::int64_t queries = 0, queries_refused = 0, reads_disclosed = 0;
  Tally<policy::QueryPurpose> purposes;
  std::vector<PublicRefusal> refusals;

  Tally<policy::SharingRoute> requests;
  Tally<policy::RecipientClass> releases;
  Tally<policy::SharingStage> sharing_refused;
  std::int64_t reads_released = 0;

  Tally<policy::HoldReason> holds;
  std::int64_t holds_denied = 0, holds_released = 0, holds_in_force = 0, held_events = 0;
  std::int64_t holds_review_overdue = 0;

  std::int64_t purges = 0, erased = 0, overdue = 0;
  std::array<std::int64_t, 3> lateness{};  // up to 30 minutes, up to 60, more
  std::optional<std::int64_t> latest_s;

  Tally<policy::AuditPopulation> audits;
  PublicRate audits_accepted, audits_significant, system_checks_passed;
  std::int64_t deviations = 0, training_reviews = 0, untrained = 0;
};

// kMalformed: a figure is missing, or has a row that no report of ours has; which, and in which
// figure.
Result<PublicPeriod> public_period(const figures::AnnualReport& report);

}  // namespace alpr::forms
