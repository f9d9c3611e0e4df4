// What the order and its version in force give a time for, as the log's own clock tells: refreshed
// lists, documented stops, counted buckets, delivered reports, yearly audits. From headers and open
// members alone, so that it needs no keys. Purges and holds are level erasure's. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "ledger/chain/event.h"
#include "policy/records/enums.h"
#include "policy/records/policies.h"
#include "policy/records/reports.h"
#include "policy/replay/finding.h"
#include "policy/replay/state_bytes.h"

namespace alpr::policy {

// How long an alarm or a count may come after its time: the housekeeping that makes it runs twice a
// minute, and after a stop of the server as soon as it is back.
inline constexpr std::int64_t kHousekeepingGraceUs = 3'600 * kSecondUs;

class Deadlines {
 public:
  explicit Deadlines(const Report& report) : report_(report) {}

  // `members` are the event's open ones at least.
  void take(const chain::Header& header, const chain::Members& members);
  void finish(TimeUs as_of);

  // All of it, and all of it back; the reader says whether it reads.
  void save(StateWriter& out) const;
  void load(StateReader& in);

 private:
  struct List {
    Sequence event;  // the last good import
    TimeUs at;
    bool told = false;  // hotlist.stale followed, or it is found
  };
  struct Owed {
    Sequence step;
    TimeUs due;
  };
  struct Counts {
    Sequence first;
    Sequence last;
    std::int64_t uploads = 0, reads = 0, hits = 0;
  };
  struct Version {
    TimeUs effective;
    Parameters parameters;
  };
  struct Year {
    std::set<ReportRecipient> delivered;
    std::optional<TimeUs> extended_until;
    bool audited = false, checked = false, trainings = false;
  };

  template <typename R>
  std::optional<R> read(const chain::Header& header, const chain::Members& members);
  void good_import(Sequence event, TimeUs at, HotlistSource source);
  void look_at_lists(TimeUs now);
  void step(const chain::Header& header, const chain::Members& members);
  void stop(const chain::Header& header, const chain::Members& members);
  void count(const chain::Header& header);
  void summarised(const chain::Header& header, const chain::Members& members);
  void purged(const chain::Header& header, const chain::Members& members);
  void oversight(const chain::Header& header, const chain::Members& members);
  void finish_years(TimeUs as_of);
  const Parameters& in_force(TimeUs at) const;
  void find(Sequence seq, std::string rule, std::string what) const;

  const Report& report_;
  std::vector<Version> versions_;
  std::optional<TimeUs> began_;
  TimeUs last_;
  TimeUs resumed_;  // since when events have come without an hour between two
  std::map<HotlistSource, List> lists_;
  std::map<std::uint64_t, Owed> owed_;          // by hit
  std::map<std::uint64_t, TimeUs> first_step_;  // by hit, documented ones too
  std::map<std::uint64_t, Counts> counts_;      // by bucket, until it is summarised
  std::map<std::int64_t, Year> years_;
  Sequence end_;
};

}  // namespace alpr::policy
