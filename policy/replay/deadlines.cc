#include "policy/replay/deadlines.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "ledger/chain/encoding.h"
#include "ledger/chain/kinds.h"
#include "policy/records/audits.h"
#include "policy/records/hits.h"
#include "policy/records/hotlists.h"
#include "policy/records/open_part.h"
#include "policy/records/reads.h"
#include "policy/records/stops.h"
#include "policy/rules/l5_reports.h"
#include "policy/rules/parameters.h"

namespace alpr::policy {
namespace {

std::int64_t year_of(TimeUs time) {
  std::int64_t year = 0;
  for (const char digit : chain::format_time(time).substr(0, 4)) year = year * 10 + (digit - '0');
  return year;
}

TimeUs start_of(std::int64_t year) {
  return chain::parse_time(std::to_string(year) + "-01-01T00:00:00Z").value_or(TimeUs{INT64_MAX});
}

// 15 March, as l5_reports has it.
TimeUs report_due(std::int64_t year) {
  return chain::parse_time(std::to_string(year + 1) + "-03-16T07:00:00Z")
      .value_or(TimeUs{INT64_MAX});
}

std::int64_t seconds(std::int64_t us) { return us / kSecondUs; }

}  // namespace

template <typename R>
std::optional<R> Deadlines::read(const chain::Header& header, const chain::Members& members) {
  static const chain::Kind kind = kind_of<R>();
  chain::Json::Object object;
  for (const chain::Member& member : members) {
    if (!kind.is_open(member.name)) continue;
    auto value = chain::parse_canonical(member.value);
    if (value) object.emplace_back(member.name, std::move(*value));
  }
  const auto unread = [&](const Error& error) -> std::optional<R> {
    find(header.seq, "event-kinds", "its open members do not read: " + error.detail);
    return std::nullopt;
  };
  const chain::Json json(std::move(object));
  if constexpr (R::kKind.retention == chain::Retention::kOpen) {
    auto record = from_json<R>(json);
    return record ? std::optional<R>(std::move(*record)) : unread(record.error());
  } else {
    auto open = from_json<OpenPart<R>>(json);
    return open ? std::optional<R>(std::move(open->record)) : unread(open.error());
  }
}

const Parameters& Deadlines::in_force(TimeUs at) const {
  static const Parameters built_in = built_in_parameters();
  for (auto version = versions_.rbegin(); version != versions_.rend(); ++version)
    if (version->effective <= at) return version->parameters;
  return versions_.empty() ? built_in : versions_.front().parameters;
}

void Deadlines::find(Sequence seq, std::string rule, std::string what) const {
  report_({seq, {std::move(rule)}, std::move(what)});
}

void Deadlines::take(const chain::Header& header, const chain::Members& members) {
  if (!began_) began_ = resumed_ = header.time;
  if (header.time.value - last_.value > kHousekeepingGraceUs) resumed_ = header.time;
  last_ = header.time;
  end_ = header.seq;
  // What is due is looked at once the server has been up for long enough to have told of it.
  look_at_lists(header.time);
  switch (header.kind) {
    case PolicyAdopted::kKind.number:
      if (auto e = read<PolicyAdopted>(header, members))
        versions_.push_back({e->effective, std::move(e->parameters)});
      return;
    case HotlistLoaded::kKind.number:
      if (const auto e = read<HotlistLoaded>(header, members))
        good_import(header.seq, header.time, e->source);
      return;
    case HotlistConfirmed::kKind.number:
      if (const auto e = read<HotlistConfirmed>(header, members))
        good_import(header.seq, header.time, e->source);
      return;
    case HotlistStale::kKind.number:
      if (const auto e = read<HotlistStale>(header, members)) {
        const auto list = lists_.find(e->source);
        if (list != lists_.end()) list->second.told = true;
      }
      return;
    case HitStepRecorded::kKind.number:
      return step(header, members);
    case StopDocumented::kKind.number:
      return stop(header, members);
    case UploadReceived::kKind.number:
    case ReadRecorded::kKind.number:
    case HitRaised::kKind.number:
      return count(header);
    case BucketSummarised::kKind.number:
      return summarised(header, members);
    case chain::kind::kReadsPurged:
      return purged(header, members);
    default:
      return oversight(header, members);
  }
}

// ---- lists (I12-C2B1-1) ----

void Deadlines::good_import(Sequence event, TimeUs at, HotlistSource source) {
  lists_[source] = {event, at, false};
}

void Deadlines::look_at_lists(TimeUs now) {
  for (auto& [source, list] : lists_) {
    if (list.told) continue;
    const std::int64_t refresh_us = in_force(now).hotlist_refresh_seconds * kSecondUs;
    const TimeUs from = std::max(TimeUs{list.at.value + refresh_us}, resumed_);
    if (now.value - from.value <= kHousekeepingGraceUs) continue;
    list.told = true;
    find(list.event, "I12-C2B1-1",
         fmt::format("no good import of {} followed it within {} s, and no hotlist.stale says so",
                     to_text(source), seconds(refresh_us)));
  }
}

// ---- stops (I12-C2A2-1) ----

void Deadlines::step(const chain::Header& header, const chain::Members& members) {
  const auto e = read<HitStepRecorded>(header, members);
  if (!e || !first_step_.try_emplace(e->hit.value, header.time).second) return;
  const std::int64_t us = in_force(header.time).stop_record_seconds * kSecondUs;
  owed_[e->hit.value] = {header.seq, {header.time.value + us}};
}

void Deadlines::stop(const chain::Header& header, const chain::Members& members) {
  const auto e = read<StopDocumented>(header, members);
  if (!e) return;
  first_step_.try_emplace(e->hit.value, header.time);
  const auto owed = owed_.find(e->hit.value);
  if (owed == owed_.end()) return;
  if (header.time > owed->second.due)
    find(header.seq, "I12-C2A2-1",
         fmt::format("the response to hit {} was documented {} s after it was due", e->hit.value,
                     seconds(header.time.value - owed->second.due.value)));
  owed_.erase(owed);
}

// ---- buckets' counts (I12-B-1, L-5) ----

void Deadlines::count(const chain::Header& header) {
  Counts& counts = counts_[bucket_of(header.time).value];
  if (counts.uploads + counts.reads + counts.hits == 0) counts.first = header.seq;
  counts.last = header.seq;
  counts.uploads += header.kind == UploadReceived::kKind.number ? 1 : 0;
  counts.reads += header.kind == ReadRecorded::kKind.number ? 1 : 0;
  counts.hits += header.kind == HitRaised::kKind.number ? 1 : 0;
}

void Deadlines::summarised(const chain::Header& header, const chain::Members& members) {
  const auto e = read<BucketSummarised>(header, members);
  if (!e) return;
  const auto found = counts_.find(static_cast<std::uint64_t>(e->bucket));
  const Counts counts = found == counts_.end() ? Counts{} : found->second;
  if (found != counts_.end()) counts_.erase(found);
  std::int64_t hits = 0, uploads = 0, reads = 0;
  for (const SourceCount& source : e->hits) hits += source.hits;
  for (const DeviceCount& device : e->devices) {
    uploads += device.uploads;
    reads += device.reads;
  }
  const bool as_headers = e->uploads == counts.uploads && e->reads == counts.reads &&
                          hits == counts.hits && uploads == counts.uploads && reads == counts.reads;
  if (!as_headers)
    find(header.seq, "I12-B-1",
         fmt::format("it counts {} uploads, {} reads and {} hits in bucket {}, the headers {}, {} "
                     "and {}",
                     e->uploads, e->reads, hits, e->bucket, counts.uploads, counts.reads,
                     counts.hits));
}

void Deadlines::purged(const chain::Header& header, const chain::Members& members) {
  for (const chain::Member& member : members) {
    if (member.name != "bucket") continue;
    const auto bucket = chain::parse_canonical(member.value);
    if (!bucket || bucket->integer() == nullptr) return;
    if (counts_.erase(static_cast<std::uint64_t>(*bucket->integer())) != 0)
      find(header.seq, "I12-B-1",
           fmt::format("bucket {} was purged before its counts were kept", *bucket->integer()));
  }
}

// ---- reports and audits (I12-L-5, K-4 to K-6) ----

void Deadlines::oversight(const chain::Header& header, const chain::Members& members) {
  const auto now = [&]() -> Year& { return years_[year_of(header.time)]; };
  switch (header.kind) {
    case ReportIssued::kKind.number:
      if (const auto e = read<ReportIssued>(header, members)) {
        const auto year = years_.find(e->year);
        const TimeUs due = year == years_.end()
                               ? report_due(e->year)
                               : year->second.extended_until.value_or(report_due(e->year));
        if (header.time > due && !years_[e->year].delivered.contains(e->recipient))
          find(header.seq, "I12-L-5",
               fmt::format("the report of {} was delivered to {} after it was due", e->year,
                           to_text(e->recipient)));
        years_[e->year].delivered.insert(e->recipient);
      }
      return;
    case ReportExtended::kKind.number:
      if (const auto e = read<ReportExtended>(header, members))
        years_[e->year].extended_until = e->until;
      return;
    case AuditConcluded::kKind.number:
      now().audited = true;
      return;
    case SystemChecked::kKind.number:
      now().checked = true;
      return;
    case TrainingsReviewed::kKind.number:
      now().trainings = true;
      return;
    default:
      return;
  }
}

// A year that the log saw whole has its audits; of each that is over the report is owed.
void Deadlines::finish_years(TimeUs as_of) {
  const std::int64_t first = year_of(*began_);
  const std::int64_t end = std::min(year_of(as_of), first + kReportYearsMax);
  for (std::int64_t year = first; year < end; ++year) {
    const Year& had = years_[year];
    const TimeUs due = had.extended_until.value_or(report_due(year));
    for (const auto& [recipient, text] : EnumTexts<ReportRecipient>::texts) {
      if (as_of <= due || had.delivered.contains(recipient)) continue;
      find(end_, "I12-L-5", fmt::format("the report of {} was not delivered to {}", year, text));
    }
    if (*began_ > start_of(year)) continue;
    const auto owed = [&](bool done, std::string_view rule, std::string_view what) {
      if (!done) find(end_, std::string(rule), fmt::format("{} has no {}", year, what));
    };
    owed(had.checked, "I12-K-4", "audit of the system's own function (system.checked)");
    owed(had.audited, "I12-K-5", "sample audit that was concluded (audit.concluded)");
    owed(had.trainings, "I12-K-6", "review of training records (trainings.reviewed)");
  }
}

void Deadlines::finish(TimeUs as_of) {
  if (!began_) return;
  // A log that ends is a server that stopped: it could tell of nothing more.
  look_at_lists(last_);
  for (const auto& [hit, owed] : owed_) {
    if (owed.due >= as_of) continue;
    find(owed.step, "I12-C2A2-1",
         fmt::format("the response to hit {} is not documented, {} s after it was due", hit,
                     seconds(as_of.value - owed.due.value)));
  }
  finish_years(as_of);
}

}  // namespace alpr::policy
