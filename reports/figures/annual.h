// The annual report: every figure of it a pure function of the log's events up to a checkpoint, so
// that whoever has the log counts the same (I12-B-1, C2A-8, K-3, L-5; OMC 9.64.010(1) A to K).
//
// Nothing but headers and the members of permanent and open events is looked at, so a purge changes
// no figure; without keys the figures that need sealed members are left out and the others are the
// same. Counted in UTC. One thread.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ledger/chain/note.h"
#include "reports/figures/annual_outlines.h"
#include "reports/figures/figure.h"
#include "reports/figures/topic.h"

namespace alpr::figures {

inline constexpr std::int64_t kReportFormat = 1;
inline constexpr std::int64_t kPeriodDaysMax = 400;
inline constexpr std::int64_t kYearsMax = 4;  // that a report is compared with

// kMalformed: empty or backwards, longer than kPeriodDaysMax, or not on quarters of an hour.
Result<Period> period_of(TimeUs from, TimeUs until);

// kMalformed: not 0 to kYearsMax years, or a period before 1980 or after 9000.
Result<void> comparable(const Period& period, std::int64_t years);
// The same period so many calendar years before, of a comparable one: the same days, months and
// times (UTC), but 28 February for a 29th that there was not.
Period years_before(const Period& period, std::int64_t years);

// An element of OMC 9.64.010(1), and what this report can and cannot say of it.
struct ReportElement {
  std::string letter;
  std::string title;
  std::string note;
  template <typename M>
  void members(M& m) {
    m("letter", letter);
    m("title", title);
    m("note", note);
  }
};

// A figure of an earlier period; what it is called and how it is counted is said once, in the
// report's own figure of this id.
struct PriorFigure {
  std::string id;
  std::vector<FigureRow> rows;
  bool computed = true;  // as in Figure, and not in the report either
  template <typename M>
  void members(M& m) {
    m("id", id);
    m("rows", rows);
  }
};
struct PriorPeriod {
  TimeUs from;
  TimeUs until;
  std::vector<PriorFigure> figures;  // in the report's order
  template <typename M>
  void members(M& m) {
    m("from", from);
    m("until", until);
    m("figures", figures);
  }
};
// The same period of earlier years, counted at the same checkpoint.
struct ComparedYears {
  std::int64_t asked = 0;            // 1 to kYearsMax
  TimeUs began;                      // of the log: periods that end before it are left out
  std::vector<PriorPeriod> periods;  // the latest first
  template <typename M>
  void members(M& m) {
    m("asked", asked);
    m("began", began);
    m("periods", periods);
  }
};

struct AnnualReport {
  std::int64_t format = kReportFormat;
  std::string origin;      // of the log
  bool simulated = false;  // of a demonstration: not of real vehicles
  std::int64_t size = 0;   // of the log, at the checkpoint that the figures hold at
  Digest root{};
  TimeUs as_of;  // of the last event under it
  TimeUs from;
  TimeUs until;
  std::string scope;  // I12-HDR-3
  std::vector<ReportElement> elements;
  std::vector<Figure> figures;
  std::optional<ComparedYears> compared;  // where it was asked for
  std::optional<AreaMap> map;             // where an area has an outline
  template <typename M>
  void members(M& m) {
    m("format", format);
    m("origin", origin);
    m("simulated", simulated);
    m("size", size);
    m("root", root);
    m("as_of", as_of);
    m("from", from);
    m("until", until);
    m("scope", scope);
    m("elements", elements);
    m("figures", figures);
    m("compared", compared);
    m("map", map);
  }
};

// Takes every event of the log in order, from the first one on.
class AnnualFold {
 public:
  // So many `years` before it are counted as well; comparable (ALPR_CHECKed).
  explicit AnnualFold(const Period& period, std::int64_t years = 0);
  // Whether an event of this kind must come with its members; of others the header is enough.
  bool reads(std::uint16_t kind) const { return kinds_read_.contains(kind); }
  // kMalformed: an event is not what its kind says, or one was left out.
  Result<void> take(const SeenEvent& event);
  // So many thirty-day events follow that are purged, the last no later than `last`; take_purged()
  // tells of each before its bucket's tombstone is taken, and before the report.
  void skip(std::uint64_t count, TimeUs last);
  // Of events that were skipped (ALPR_CHECKed).
  void take_purged(const PurgedBucket& purged);
  // What was taken so far. `at` is the checkpoint of exactly these events (ALPR_CHECKed).
  AnnualReport report(const chain::Checkpoint& at) const;

 private:
  Result<void> show(const SeenEvent& event);
  void show_purged(const PurgedBucket& purged);
  std::vector<Figure> figures() const;
  ComparedYears compared() const;

  Period period_;
  std::vector<std::unique_ptr<AnnualFold>> years_;  // the latest first
  std::vector<std::unique_ptr<Topic>> topics_;
  std::vector<Topic*> thirty_day_;  // those of them that are shown thirty-day events
  std::set<std::uint16_t> kinds_read_;
  OutlineFold outlines_;
  KindCounts counts_;
  std::uint64_t taken_ = 0;
  std::uint64_t owed_ = 0;  // skipped, and not told of yet
  TimeUs began_;
  TimeUs last_;
  bool simulated_ = false;
};

}  // namespace alpr::figures
