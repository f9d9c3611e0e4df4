#include "reports/figures/annual.h"

#include "ledger/chain/encoding.h"

namespace alpr::figures {
namespace {

constexpr std::int64_t kDayUs = 86'400 * kSecondUs;

// log.started, as far as a report says it; the rest of the members may come and go.
struct Started {
  bool simulated = false;
  template <typename M>
  void members(M& m) {
    m("simulated", simulated);
  }
};

constexpr std::string_view kScope =
    "This report covers the capture, storage and use of automated licence plate reader data under "
    "the order: it counts what was captured, how long it was kept, who used it for which purpose, "
    "and what was refused, and it names no person and no vehicle.";

const std::vector<ReportElement>& elements() {
  static const std::vector<ReportElement> all{
      {"A", "Use, and type and quantity of data",
       "Reads and hits are counted by what stays of them for ever; the reads themselves are erased "
       "after 30 days."},
      {"B", "Sharing with others",
       "Every request, decision and release. Names, instruments and reasons stand in the sealed "
       "records of the events that are counted."},
      {"C", "What the readers are mounted on and what lists they are compared with", ""},
      {"D", "Where the readers are deployed", "By police area as the devices were enrolled."},
      {"E", "Complaints of the community",
       "What complaints say and how each was answered stands in the sealed records of the events "
       "that are counted. Whether the policy protects civil rights is the department's to say."},
      {"F", "Audits, violations and what was done about them",
       "Refusals, reviews, findings, and violations with the sanction in one word. What else there "
       "is to personnel matters is not in this log."},
      {"G", "Breaches and unauthorised access",
       "Log-ins and what stood out among them, and breaches as they were recorded."},
      {"H", "Whether it works",
       "Hits and what came of them. Crime statistics are not recorded in this log; the department "
       "adds them."},
      {"I", "Public records requests", ""},
      {"J", "Cost",
       "As the department recorded it. The sources of the money stand in the open members of "
       "cost.recorded."},
      {"K", "Changes of the policy",
       "Changes of the parameters that decisions are judged under. Changes of the order that are "
       "asked for are added by the department."}};
  return all;
}

}  // namespace

Result<Period> period_of(TimeUs from, TimeUs until) {
  if (from.value < 0 || until <= from)
    return fail(ErrorCode::kMalformed, "until: it is not after from");
  if (until.value - from.value > kPeriodDaysMax * kDayUs) {
    return fail(ErrorCode::kMalformed,
                "until: a report is of " + std::to_string(kPeriodDaysMax) + " days at most");
  }
  if (from.value % kBucketUs != 0 || until.value % kBucketUs != 0) {
    return fail(ErrorCode::kMalformed,
                "from and until stand on full quarters of an hour, for reads are counted by them");
  }
  return Period{from, until};
}

Result<void> comparable(const Period& period, std::int64_t years) {
  constexpr TimeUs kEarliest{315'532'800 * kSecondUs};    // 1980-01-01
  constexpr TimeUs kLatest{221'845'392'000 * kSecondUs};  // 9000-01-01
  if (years < 0 || years > kYearsMax)
    return fail(ErrorCode::kMalformed, "years: 0 to " + std::to_string(kYearsMax));
  if (years > 0 && (period.from < kEarliest || kLatest < period.until))
    return fail(ErrorCode::kMalformed, "years: only a period from 1980 to 9000 is compared");
  return {};
}

Period years_before(const Period& period, std::int64_t years) {
  ALPR_CHECK(comparable(period, years).has_value());
  const auto before = [&](TimeUs time) {
    std::string text = chain::format_time(time);
    const std::int64_t year = std::stoll(text.substr(0, 4)) - years;
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (text.substr(5, 5) == "02-29" && !leap) text.replace(8, 2, "28");
    const auto earlier = chain::parse_time(std::to_string(year) + text.substr(4));
    ALPR_CHECK(earlier.has_value());
    return *earlier;
  };
  return {before(period.from), before(period.until)};
}

AnnualFold::AnnualFold(const Period& period, std::int64_t years) : period_(period) {
  for (std::int64_t year = 1; year <= years; ++year)
    years_.push_back(std::make_unique<AnnualFold>(years_before(period, year)));
  for (const auto& make :
       {reads_topic, devices_topic, answers_topic, lists_topic, entries_topic, queries_topic,
        reviews_topic, refusals_topic, sharing_topic, records_topic, retention_topic, holds_topic,
        people_topic, custody_topic, gaps_topic, audits_topic, oversight_topic}) {
    topics_.push_back(make(period_));
    for (const std::uint16_t kind : topics_.back()->reads()) kinds_read_.insert(kind);
    if (topics_.back()->takes_thirty_day()) thirty_day_.push_back(topics_.back().get());
  }
  kinds_read_.insert(chain::kind::kLogStarted);
  kinds_read_.insert(OutlineFold::kKind);
}

Result<void> AnnualFold::take(const SeenEvent& event) {
  if (event.header.seq.value != taken_) {
    return fail(ErrorCode::kMalformed, "event " + std::to_string(taken_) +
                                           " is missing: a report is of the log from its first "
                                           "event on");
  }
  if (taken_ == 0) began_ = event.header.time;
  ++taken_;
  last_ = event.header.time;
  if (event.header.kind == chain::kind::kLogStarted) {
    const auto started = open_event<Started>(event);
    if (!started) return tl::unexpected(started.error());
    simulated_ = started->simulated;
  }
  if (event.header.kind == OutlineFold::kKind && event.header.time < period_.until)
    if (auto outlined = outlines_.take(event); !outlined) return outlined;
  for (const auto& year : years_)
    if (auto shown = year->show(event); !shown) return shown;
  return show(event);
}

Result<void> AnnualFold::show(const SeenEvent& event) {
  const bool is_thirty_day = event.header.retention == chain::Retention::kThirtyDay;
  // It is erased 30 days after the period at the earliest, so it is in none of its figures.
  if (is_thirty_day && period_.until <= event.header.time) return {};
  if (period_.has(event.header.time)) counts_.add(event.header.kind);
  if (is_thirty_day) {
    for (Topic* topic : thirty_day_) {
      if (auto taken = topic->take(event); !taken) return taken;
    }
    return {};
  }
  for (const auto& topic : topics_) {
    if (auto taken = topic->take(event); !taken) return taken;
  }
  return {};
}

void AnnualFold::skip(std::uint64_t count, TimeUs last) {
  taken_ += count;
  owed_ += count;
  last_ = last;
}

void AnnualFold::take_purged(const PurgedBucket& purged) {
  const std::uint64_t count = purged.counts.all();
  ALPR_CHECK(count <= owed_);
  owed_ -= count;
  for (const auto& year : years_) year->show_purged(purged);
  show_purged(purged);
}

void AnnualFold::show_purged(const PurgedBucket& purged) {
  // Periods stand on full quarters of an hour: a bucket is in one or in none.
  const TimeUs start = bucket_start(purged.bucket);
  if (period_.until <= start) return;
  if (period_.has(start)) counts_.add(purged.counts);
  for (Topic* topic : thirty_day_) topic->take_purged(purged);
}

AnnualReport AnnualFold::report(const chain::Checkpoint& at) const {
  ALPR_CHECK(at.size == taken_ && owed_ == 0);
  AnnualReport report;
  report.origin = at.origin;
  report.simulated = simulated_;
  report.size = static_cast<std::int64_t>(at.size);
  report.root = at.root;
  report.as_of = last_;
  report.from = period_.from;
  report.until = period_.until;
  report.scope = std::string(kScope);
  report.elements = elements();
  report.figures = figures();
  if (!years_.empty()) report.compared = compared();
  report.map = outlines_.map();
  return report;
}

std::vector<Figure> AnnualFold::figures() const {
  FigureList list;
  for (const auto& topic : topics_) topic->tell(counts_, list);
  return list.take();
}

ComparedYears AnnualFold::compared() const {
  ComparedYears compared{static_cast<std::int64_t>(years_.size()), began_, {}};
  for (const auto& year : years_) {
    if (taken_ == 0 || year->period_.until <= began_) continue;
    PriorPeriod prior{year->period_.from, year->period_.until, {}};
    for (Figure& figure : year->figures())
      prior.figures.push_back({std::move(figure.id), std::move(figure.rows), figure.computed});
    compared.periods.push_back(std::move(prior));
  }
  return compared;
}

}  // namespace alpr::figures
