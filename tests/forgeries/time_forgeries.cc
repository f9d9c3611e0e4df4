// Breaches of section G by the ledger's own events, of times, and of retention classes: what the
// levels before level policy name.
#include <algorithm>

#include "policy/records/holds.h"
#include "policy/records/kinds.h"
#include "tests/forgeries/forger.h"

namespace alpr::forgeries {
namespace {

using namespace policy;
using namespace policy::testing;
using verify::testing::StoreMaker;

TimeUs uploaded(const Forger& f) { return f.world.log.at(f.hit.value).header.time; }

TimeUs after(TimeUs time, std::int64_t seconds) { return {time.value + seconds * kSecondUs}; }

std::vector<Forgery> of_purges() {
  return {
      {"I12-G-1", "reads purged the day after their upload",
       [](Forger& f) {
         f.behind = [time = uploaded(f)](StoreMaker& maker) {
           maker.at(after(time, kDay));
           const std::uint64_t tombstone = maker.tombstone(bucket_of(time));
           maker.destroyed(tombstone);
           return tombstone;
         };
         return Sequence{};
       }},
      {"I12-G-1", "reads that are there two hours after their 30 days",
       [](Forger& f) {
         const Sequence upload{f.reads.front().value - 1};
         f.behind = [time = uploaded(f), upload](StoreMaker& maker) {
           maker.at(after(time, 30 * kDay + 2 * kHour));
           maker.heartbeat();
           return upload.value;
         };
         return Sequence{};
       }},
      {"I12-G-3", "a read that is there two hours after its hold ended, past its 30 days",
       [](Forger& f) {
         const Sequence hold = f.held({f.reads[0]});
         const std::uint64_t read = f.reads[0].value;
         f.advance(32 * kDay);
         const HoldReleased released{1, hold, f.coordinator, "the case is closed"};
         f.behind = [time = uploaded(f), now = f.world.now, hold, released,
                     read](StoreMaker& maker) {
           maker.at(after(time, 30 * kDay + 1'800));
           maker.purge(bucket_of(time));
           maker.at(now);
           maker.release_as(to_draft(released).members, hold.value);
           maker.at(after(now, 2 * kHour));
           maker.heartbeat();
           return read;
         };
         return Sequence{};
       }},
  };
}

std::vector<Forgery> of_custody() {
  return {
      {"I12-G-4", "a purge that says so and destroys no key",
       [](Forger& f) {
         f.behind = [time = uploaded(f)](StoreMaker& maker) {
           maker.at(after(time, 30 * kDay + 1'800));
           const std::uint64_t tombstone = maker.tombstone(bucket_of(time));
           maker.at(after(maker.time(), 600));
           maker.heartbeat();
           return tombstone;
         };
         return Sequence{};
       }},
      {"I12-B-1", "reads purged before their counts were kept",
       [](Forger& f) {
         f.behind = [time = uploaded(f)](StoreMaker& maker) {
           maker.at(after(time, 30 * kDay + 1'800));
           const std::uint64_t tombstone = maker.tombstone(bucket_of(time));
           maker.destroyed(tombstone);
           return tombstone;
         };
         return Sequence{};
       }},
      {"I12-F-0", "a new key of the log that nobody agreed to",
       [](Forger& f) {
         f.behind = [](StoreMaker& maker) {
           const std::uint64_t rotated = maker.size();
           maker.rotate(verify::testing::test_key(9));
           maker.commit();
           maker.heartbeat();
           return rotated;
         };
         return Sequence{};
       }},
      {"I12-F-0", "a step of the clock that one person confirmed twice",
       [](Forger& f) {
         const auto open = [](std::string name, std::int64_t value) {
           return chain::Member{std::move(name), std::to_string(value), true};
         };
         return f.append({chain::kind::kClockStepped,
                          {},
                          {open("from", f.world.now.value),
                           open("to", f.world.now.value),
                           {"confirmed_by", "[\"it.unit\",\"it.unit\"]", false},
                           {"reason", "\"a battery was changed\"", false}}});
       }},
  };
}

std::vector<Forgery> of_headers() {
  return {
      {"I12-C2B-3", "a query dated an hour before the event ahead of it",
       [](Forger& f) {
         f.query(f.second, {});
         const QueryPerformed e = f.honest_query();
         f.advance(-kHour);
         return f.forge(e);
       },
       "event-format: header"},
      {"I12-G-1", "queries kept for thirty days, and not for ever",
       [](Forger& f) {
         std::vector<chain::Kind> all(kinds().all().begin(), kinds().all().end());
         const auto query =
             std::ranges::find(all, QueryPerformed::kKind.number, &chain::Kind::number);
         query->retention = chain::Retention::kThirtyDay;
         f.written_by.emplace(std::move(all));
         return f.query(f.officer, {});
       },
       "event-kinds"},
  };
}

}  // namespace

std::vector<Forgery> forgeries_of_time() {
  std::vector<Forgery> all = of_purges();
  for (const auto& topic : {of_custody(), of_headers()})
    all.insert(all.end(), topic.begin(), topic.end());
  return all;
}

}  // namespace alpr::forgeries
