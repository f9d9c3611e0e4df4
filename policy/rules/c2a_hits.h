// Section C.2(A): from a hit to a validated hit. A hit means that a plate may be on a list, and
// nothing more.
//
// I12-DEF-3, C2A-1 to 8, AMB-1, AMB-2. Pure.
//
// A hit is fully validated when four steps stand, in any order: the plate seen on the vehicle is
// the one that was read (C2A-2), it is the one in the database (C2A-4), CLETS confirms it (C2A-1),
// and every attribute that the entry names was seen to match (C2A-5). The policy in force
// may add steps (C2A-7). One that differs ends it:
// MISREAD for the characters, NOT_CONFIRMED for the rest. Since the plate must equal both the read
// and the entry, an OCR_EQUIVALENT hit can be followed but never validated.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/registers/hits.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// Trained members -> hits.disclosed, before anything is shown. `hits` is what would be shown.
struct ListHits {
  std::optional<Sequence> hit;         // this one alone
  std::optional<std::int64_t> limit;   // 1 to kHitsShownMax, which is the default
  std::optional<Sequence> after = {};  // those raised after this event, oldest first: alerts
  template <typename M>
  void members(M& m) {
    m("hit", hit);
    m("limit", limit);
    m("after", after);
  }
};
inline constexpr std::int64_t kHitsShownMax = 100;

struct HitView {
  HitRow hit;
  std::optional<HitResponseRow> response;
  HitState state{};
};
// Newest first but for `after`, none past due (I12-G-1); of a list only those whose source is open
// to the person (I12-C3-b). kGone, kNotFound: that hit is not there.
Result<std::vector<HitView>> select_hits(const State& state, std::string_view username,
                                         const ListHits& command, const Moment& moment);
Decision decide(const State& state, const Actor& actor, const ListHits& command,
                const std::vector<HitView>& hits, const Moment& moment);

// hit.step-recorded, and hit.validated when it was the last that was missing. The members that the
// step needs, and no others, must be given (kMalformed). kGone: the hit is past due or purged.
struct RecordStep {
  Sequence hit;
  HitStep step{};
  std::optional<std::string> observed_plate;  // PLATE_CONFIRMED: as seen on the vehicle
  std::optional<std::string> observed_state;  // PLATE_CONFIRMED
  std::optional<bool>
      visual_plate_match;            // VISUAL_MATCH: characters seen against those in the database
  std::optional<CletsResult> clets;  // CLETS_VERIFIED
  std::optional<std::string> clets_reference;  // CLETS_VERIFIED
  std::optional<std::vector<AttributeCheck>>
      checks;                             // ATTRIBUTES_CHECKED: one per attribute the entry names
  std::optional<std::string> additional;  // ADDITIONAL: which of the policy's validation_steps
  std::optional<bool> confirmed;          // ADDITIONAL: whether it confirms the hit
  template <typename M>
  void members(M& m) {
    m("hit", hit);
    m("step", step);
    m("observed_plate", observed_plate);
    m("observed_state", observed_state);
    m("visual_plate_match", visual_plate_match);
    m("clets", clets);
    m("clets_reference", clets_reference);
    m("checks", checks);
    m("additional", additional);
    m("confirmed", confirmed);
  }
};
Decision decide(const State& state, const Actor& actor, const RecordStep& command,
                const Moment& moment);

// The hit, alive at this moment. kNotFound: no event has this seq yet; kGone: past due, purged, or
// never a hit (after a purge these look alike).
Result<HitRow> live_hit(const State& state, Sequence hit, const Moment& moment);
HitFacts facts_of(const HitRow& hit);
// I12-C2A-8: the reader was less sure of the plate than the policy asks for.
bool uncertain(const HitRow& hit, const Parameters& parameters);
// The steps that do not stand yet, by the requirement each is for; I12-C2A-7 for those that the
// policy in force adds.
std::vector<std::string> missing_steps(const std::optional<HitResponseRow>& response,
                                       const Parameters& parameters);

}  // namespace alpr::policy
