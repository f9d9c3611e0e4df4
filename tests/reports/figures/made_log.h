// A log of records that a test writes down, for the figures made of it: headers and members as a
// source gives them, without a store, keys or signatures.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "ledger/chain/event.h"
#include "policy/records/describe.h"
#include "policy/records/hits.h"
#include "policy/records/kinds.h"
#include "policy/records/queries.h"
#include "reports/figures/annual.h"

namespace alpr::figures::testing {

inline constexpr std::int64_t kMinuteUs = 60 * kSecondUs;
inline constexpr std::int64_t kHourUs = 60 * kMinuteUs;
inline constexpr std::int64_t kDayUs = 24 * kHourUs;
inline constexpr TimeUs kJanuary{1'767'225'600 * kSecondUs};  // 2026-01-01T00:00:00Z
inline constexpr TimeUs kFebruary{kJanuary.value + 31 * kDayUs};

inline policy::Actor actor(const std::string& username) {
  policy::Actor actor;
  actor.username = username;
  return actor;
}

class MadeLog {
 public:
  explicit MadeLog(TimeUs begins = kJanuary) : now(begins) {
    append({chain::kind::kLogStarted,
            {},
            {{"format", "1", true}, {"vkey", "\"k\"", true}, {"simulated", "true", true}}});
  }
  TimeUs now;

  template <policy::Record R>
  Sequence add(const R& record) {
    return append(policy::to_draft(record));
  }
  // One of the ledger's own, of which all members are open.
  Sequence own(std::uint16_t kind,
               const std::vector<std::pair<std::string, std::string>>& members) {
    chain::Draft draft{kind, {}, {}};
    for (const auto& [name, value] : members) draft.members.push_back({name, value, true});
    return append(std::move(draft));
  }
  std::uint64_t size() const { return events_.size(); }
  const std::vector<chain::EventView>& events() const { return events_; }

  // Of its first `size` events; without keys only open members are seen.
  AnnualReport report(const Period& period, bool keys = true, std::uint64_t size = UINT64_MAX,
                      std::int64_t years = 0) const {
    AnnualFold fold(period, years);
    for (const chain::EventView& event : events_) {
      if (event.header.seq.value >= size) break;
      chain::Members seen;
      const bool reads = fold.reads(event.header.kind);
      for (const chain::Member& member : event.members)
        if (reads && (keys || member.open)) seen.push_back(member);
      const auto taken = fold.take({event.header, seen, reads && keys});
      if (!taken) throw std::runtime_error(taken.error().detail);
    }
    return fold.report({"made.example/log", std::min<std::uint64_t>(size, events_.size()), {}, {}});
  }

 private:
  Sequence append(chain::Draft draft) {
    const chain::Kind* kind = policy::kinds().find(draft.kind);
    chain::EventView event;
    event.header.kind = draft.kind;
    event.header.retention = kind->retention;
    event.header.form = kind->form;
    event.header.seq = {events_.size()};
    event.header.time = now;
    event.members = std::move(draft.members);
    for (chain::Member& member : event.members)
      member.open = member.open || kind->is_open(member.name);
    events_.push_back(std::move(event));
    return events_.back().header.seq;
  }
  std::vector<chain::EventView> events_;
};

inline policy::HitStepRecorded step(Sequence hit, policy::HitStep which, policy::HitState state) {
  policy::HitStepRecorded record;
  record.hit = hit;
  record.step = which;
  record.state = state;
  return record;
}
inline policy::QueryPerformed query(const std::string& who, policy::QueryPurpose purpose,
                                    std::int64_t results) {
  policy::QueryPerformed record;
  record.purpose = purpose;
  record.legal_standard = policy::LegalStandard::kProbableCause;
  record.result_count = results;
  record.by = actor(who);
  return record;
}
// A tombstone of the bucket, and its keys destroyed so much later; the log's time moves on.
inline void purge(MadeLog& log, Bucket bucket, std::int64_t count, std::int64_t keys_later_s) {
  const Sequence tombstone =
      log.own(chain::kind::kReadsPurged, {{"bucket", std::to_string(bucket.value)},
                                          {"first", "1"},
                                          {"last", "2"},
                                          {"count", std::to_string(count)},
                                          {"root", "\"" + std::string(64, '0') + "\""},
                                          {"held", "[]"}});
  log.now.value += keys_later_s * kSecondUs;
  log.own(chain::kind::kKeysDestroyed, {{"tombstone", std::to_string(tombstone.value)},
                                        {"keyring", "\"erasable\""},
                                        {"digest", "\"" + std::string(64, '0') + "\""}});
}

inline const Figure& figure(const AnnualReport& report, std::string_view id) {
  for (const Figure& one : report.figures)
    if (one.id == id) return one;
  throw std::runtime_error("no figure " + std::string(id));
}
// Of the row with this key; -1 where there is no such row or nothing in it.
inline std::int64_t value(const AnnualReport& report, std::string_view id,
                          std::string_view key = "") {
  for (const FigureRow& row : figure(report, id).rows)
    if (row.key == key) return row.value.value_or(-1);
  return -1;
}
inline std::int64_t of(const AnnualReport& report, std::string_view id) {
  return figure(report, id).rows.at(0).of.value_or(-1);
}

}  // namespace alpr::figures::testing
