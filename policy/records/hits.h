// Hits and their validation (I12-DEF-3, A-3, C2A-1..8, C2B2-3).
//
// A hit is erased after 30 days; the record of how members answered it is kept. So a step copies
// what the order requires of the hit, and no plate: a hit that nobody acted on leaves none behind.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/enums.h"
#include "policy/records/hotlists.h"

namespace alpr::policy {

// The entry that a plate matched, as it stood in the list.
struct MatchedEntry {
  HotlistSource source{};
  Sequence list;  // version: seq of hotlist.loaded, or of hotlist.entry-approved (I12-A-3)
  std::optional<std::int64_t> row;  // general list: row of the version, from 0
  std::optional<Sequence> request;  // custom BOLO: its hotlist.entry-requested
  TimeUs list_time;                 // when the source made the list, or the entry was approved
  std::string plate;                // as listed
  std::string reason;               // the source's category, or the entry's purpose (I12-DEF-3)
  std::optional<std::string> case_number;
  KnownAttributes attributes;
  bool informational = false;  // custom BOLO: hits from it are information only (I12-C2B2-3)
  template <typename M>
  void members(M& m) {
    m("source", source);
    m("list", list);
    m("row", row);
    m("request", request);
    m("list_time", list_time);
    m("plate", plate);
    m("reason", reason);
    m("case_number", case_number);
    m("attributes", attributes);
    m("informational", informational);
  }
};

// The vehicle had matched it with its own copy of the lists before (I12-A-3).
struct OfflineMatch {
  Sequence taken;               // the lists.taken of its copy
  Sequence list;                // the version in the copy; the entry's own is that of today
  TimeUs matched_at;            // by the vehicle's clock
  std::int64_t list_age_s = 0;  // of that version when it matched (I12-C2A-8)
  std::int64_t late_s = 0;      // from the match to this event
  bool late = false;            // by more than clocks may differ: it is about the past
  template <typename M>
  void members(M& m) {
    m("taken", taken);
    m("list", list);
    m("matched_at", matched_at);
    m("list_age_s", list_age_s);
    m("late_s", late_s);
    m("late", late);
  }
};

// A plate that may be on a list, and no more than that (I12-DEF-3).
struct HitRaised {
  static constexpr KindSpec kKind{66, "hit.raised", chain::Retention::kThirtyDay,
                                  chain::Form::kWhole,
                                  "a read's plate may be on a hot list (I12-DEF-3, B-3, C2A-8)"};
  Sequence upload;
  Sequence read;
  std::string device;
  std::string plate;            // as read
  std::int64_t confidence = 0;  // of the read, parts per million (I12-C2A-8)
  TimeUs captured_at;
  MatchKind match{};
  MatchedEntry entry;
  std::int64_t list_age_s = 0;  // of the list when the hit was raised (I12-C2A-8)
  HitState state = HitState::kUnvalidated;
  std::int64_t policy = 0;
  std::optional<OfflineMatch> offline;
  template <typename M>
  void members(M& m) {
    m("upload", upload);
    m("read", read);
    m("device", device);
    m("plate", plate);
    m("confidence", confidence);
    m("captured_at", captured_at);
    m("match", match);
    m("entry", entry);
    m("list_age_s", list_age_s);
    m("state", state);
    m("policy", policy);
    m("offline", offline);
  }
};

struct HitsDisclosed {
  static constexpr KindSpec kKind{74, "hits.disclosed", chain::Retention::kPermanent,
                                  chain::Form::kByMember, "a member was shown hits (I12-F-2)"};
  std::int64_t policy = 0;
  std::vector<Sequence> hits;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m("hits", hits);
    m("by", by);
  }
};

// What a permanent record keeps of a hit. No plate, no place.
struct HitFacts {
  Sequence read;
  TimeUs raised_at;
  HotlistSource source{};
  Sequence list;
  std::int64_t list_age_s = 0;
  std::string reason;
  MatchKind match{};
  bool informational = false;
  std::vector<Attribute>
      known;  // attributes the entry names, all of which must be checked (I12-C2A-5)
  std::optional<OfflineMatch> offline;
  template <typename M>
  void members(M& m) {
    m("read", read);
    m("raised_at", raised_at);
    m("source", source);
    m("list", list);
    m("list_age_s", list_age_s);
    m("reason", reason);
    m("match", match);
    m("informational", informational);
    m("known", known);
    m("offline", offline);
  }
};

enum class HitStep {
  kPlateConfirmed,     // I12-C2A-2
  kVisualMatch,        // I12-C2A-4
  kCletsVerified,      // I12-C2A-1
  kAttributesChecked,  // I12-C2A-5
  kAdditional,         // I12-C2A-7: one that the policy in force names
  kFollowing           // I12-C2A-6: allowed on an alert alone
};
template <>
struct EnumTexts<HitStep> {
  static constexpr std::array texts{std::pair{HitStep::kPlateConfirmed, "PLATE_CONFIRMED"},
                                    std::pair{HitStep::kVisualMatch, "VISUAL_MATCH"},
                                    std::pair{HitStep::kCletsVerified, "CLETS_VERIFIED"},
                                    std::pair{HitStep::kAttributesChecked, "ATTRIBUTES_CHECKED"},
                                    std::pair{HitStep::kAdditional, "ADDITIONAL"},
                                    std::pair{HitStep::kFollowing, "FOLLOWING"}};
};

enum class CletsResult { kConfirmed, kNotConfirmed, kUnavailable };
template <>
struct EnumTexts<CletsResult> {
  static constexpr std::array texts{std::pair{CletsResult::kConfirmed, "CONFIRMED"},
                                    std::pair{CletsResult::kNotConfirmed, "NOT_CONFIRMED"},
                                    std::pair{CletsResult::kUnavailable, "UNAVAILABLE"}};
};

enum class CheckResult { kMatch, kMismatch, kNotObservable };
template <>
struct EnumTexts<CheckResult> {
  static constexpr std::array texts{std::pair{CheckResult::kMatch, "MATCH"},
                                    std::pair{CheckResult::kMismatch, "MISMATCH"},
                                    std::pair{CheckResult::kNotObservable, "NOT_OBSERVABLE"}};
};

struct AttributeCheck {
  Attribute attribute{};
  CheckResult result{};
  template <typename M>
  void members(M& m) {
    m("attribute", attribute);
    m("result", result);
  }
};

// How the plate that the operator saw compares; the characters themselves are not kept.
struct PlateComparison {
  bool equals_read = false;
  bool equals_listed = false;
  std::optional<bool> state_matches;  // absent when the entry names no state
  template <typename M>
  void members(M& m) {
    m("equals_read", equals_read);
    m("equals_listed", equals_listed);
    m("state_matches", state_matches);
  }
};

// `hit`, `step`, `done` and `state` are open: they hold nothing of a person, and with them anybody
// can check that no hit was called validated before its steps.
struct HitStepRecorded {
  static constexpr KindSpec kKind{
      75, "hit.step-recorded", chain::Retention::kPermanent, chain::Form::kByMember,
      "a member's step in answer to a hit, and its outcome (I12-C2A-1, 2, 4, 5, 6, 7)"};
  std::int64_t policy = 0;
  Sequence hit;
  HitStep step{};
  bool done = false;                      // the step has what the order asks of it
  HitState state{};                       // after it
  std::optional<std::string> additional;  // ADDITIONAL: which of the policy's steps
  HitFacts facts;
  std::optional<PlateComparison> comparison;          // PLATE_CONFIRMED
  std::optional<bool> visual_plate_match;             // VISUAL_MATCH
  std::optional<CletsResult> clets;                   // CLETS_VERIFIED
  std::optional<std::string> clets_reference;         // CLETS_VERIFIED
  std::optional<std::vector<AttributeCheck>> checks;  // ATTRIBUTES_CHECKED
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("hit", hit);
    m.open("step", step);
    m.open("done", done);
    m.open("state", state);
    m.open("additional", additional);
    m("facts", facts);
    m("comparison", comparison);
    m("visual_plate_match", visual_plate_match);
    m("clets", clets);
    m("clets_reference", clets_reference);
    m("checks", checks);
    m("by", by);
  }
};

struct HitValidated {
  static constexpr KindSpec kKind{
      76, "hit.validated", chain::Retention::kPermanent, chain::Form::kByMember,
      "every step stands: the hit is fully validated (I12-C2A-3, C2A-7)"};
  std::int64_t policy = 0;
  Sequence hit;
  Sequence plate_confirmed;  // the steps, as hit.step-recorded
  Sequence visual_match;
  Sequence clets_verified;
  Sequence attributes_checked;
  std::vector<Sequence> additional;  // in the order in which the policy names them
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("hit", hit);
    m.open("plate_confirmed", plate_confirmed);
    m.open("visual_match", visual_match);
    m.open("clets_verified", clets_verified);
    m.open("attributes_checked", attributes_checked);
    m.open("additional", additional);
    m("by", by);
  }
};

std::vector<chain::Kind> hits_kinds();

}  // namespace alpr::policy
