// The registers of hits: the hits themselves, how members answered them, and stops.
//
// Hit rows go with their hit when it is purged; responses, stops and who was shown a hit are
// permanent and fold from permanent events alone. Written by fold_hits alone; the rest reads any
// snapshot on any thread and fails with kCorrupt when a row does not read back.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/chain/registers.h"
#include "policy/records/hits.h"
#include "policy/records/stops.h"

namespace alpr::policy {

struct HitRow {
  Sequence hit;
  TimeUs raised_at;
  HitRaised raised;
  template <typename M>
  void members(M& m) {
    m("hit", hit);
    m("raised_at", raised_at);
    m("raised", raised);
  }
};

// A step that the policy names besides the order's four (I12-C2A-7), and stands.
struct AdditionalStep {
  std::string name;
  Sequence recorded;
  template <typename M>
  void members(M& m) {
    m("name", name);
    m("recorded", recorded);
  }
};

struct HitResponseRow {
  Sequence hit;
  HitState state{};
  HitFacts facts;
  TimeUs first_at;  // of the first step or stop
  TimeUs last_at;
  std::string last_by;                      // username
  std::optional<Sequence> plate_confirmed;  // the steps that stand
  std::optional<Sequence> visual_match;
  std::optional<Sequence> clets_verified;
  std::optional<Sequence> attributes_checked;
  std::vector<AdditionalStep> additional;
  std::optional<Sequence> following;
  std::optional<Sequence> validated;
  std::optional<Sequence> stop;
  template <typename M>
  void members(M& m) {
    m("hit", hit);
    m("state", state);
    m("facts", facts);
    m("first_at", first_at);
    m("last_at", last_at);
    m("last_by", last_by);
    m("plate_confirmed", plate_confirmed);
    m("visual_match", visual_match);
    m("clets_verified", clets_verified);
    m("attributes_checked", attributes_checked);
    m("additional", additional);
    m("following", following);
    m("validated", validated);
    m("stop", stop);
  }
};

struct FollowUp {
  Sequence event;
  TimeUs at;
  std::string by;  // the member's name
  std::string next_steps;
  template <typename M>
  void members(M& m) {
    m("event", event);
    m("at", at);
    m("by", by);
    m("next_steps", next_steps);
  }
};

struct StopRow {
  Sequence stop;
  TimeUs documented_at;
  StopDocumented record;
  std::vector<FollowUp> follow_ups;  // oldest first
  template <typename M>
  void members(M& m) {
    m("stop", stop);
    m("documented_at", documented_at);
    m("record", record);
    m("follow_ups", follow_ups);
  }
};

Result<std::optional<HitRow>> find_hit(const chain::RegisterReader& rows, Sequence hit);
// The newest `limit` hits before `end` that are not past due (I12-G-1) and that `keep` keeps,
// newest first. Looks back no further than it must.
using KeepHit = std::function<Result<bool>(const HitRow&)>;
Result<std::vector<HitRow>> newest_hits(const chain::RegisterReader& rows, TimeUs now, Sequence end,
                                        std::size_t limit, const KeepHit& keep);
// Those raised after event `after`, oldest first, at most `limit`, none past due (I12-G-1).
Result<std::vector<HitRow>> hits_after(const chain::RegisterReader& rows, Sequence after,
                                       TimeUs now, std::size_t limit);
Result<std::optional<HitResponseRow>> find_response(const chain::RegisterReader& rows,
                                                    Sequence hit);
// Begun and not documented: what I12-C2A2-1 wants listed. Oldest first.
Result<std::vector<HitResponseRow>> undocumented_responses(const chain::RegisterReader& rows);
Result<std::optional<StopRow>> find_stop(const chain::RegisterReader& rows, Sequence stop);
Result<std::vector<StopRow>> list_stops(const chain::RegisterReader& rows);  // as documented
// Those documented in [from, to), as the log of `size` events has them: with the follow-ups of
// before then. Oldest first. What a later event changes is never in it, so the answer stays
// the same for ever. kTooLarge: more than `limit`.
struct StopPeriod {
  TimeUs from;
  TimeUs to;
  std::uint64_t size = 0;
};
Result<std::vector<StopRow>> stops_of(const chain::RegisterReader& rows, const StopPeriod& period,
                                      std::size_t limit);
// Whether hits.disclosed showed this hit to this member: what a request for its read's image is
// judged by.
Result<bool> was_shown(const chain::RegisterReader& rows, Sequence hit, std::string_view username);

// Folds kinds 66 and 74 to 78.
Result<void> fold_hits(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
