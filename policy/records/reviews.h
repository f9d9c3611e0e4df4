// What is looked at again after a query was answered, and what was found (I12-C3-3 to C3-7, L-4).
// Nothing is blocked by it: typed purposes, attestations and approvals are the controls, and a
// coordinator looks at what stands out. Open is what an auditor counts by.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/queries.h"

namespace alpr::policy {

enum class ReviewFlag {
  kRepeatedPlate,          // one person looks the same plate up again and again
  kManyQueries,            // more queries of one person in a day than is usual
  kOwnPlate,               // of the person who asks
  kColleaguesPlate,        // of another member
  kFlaggedPlace,           // near a place and time that the coordinator named
  kImmigrationWords,       // in what the person wrote
  kReproductiveCareWords,  // likewise
  kFirstAmendmentWords,    // likewise
  kUnusualHour,            // of the day, for this person
};
template <>
struct EnumTexts<ReviewFlag> {
  static constexpr std::array texts{
      std::pair{ReviewFlag::kRepeatedPlate, "REPEATED_PLATE"},
      std::pair{ReviewFlag::kManyQueries, "MANY_QUERIES"},
      std::pair{ReviewFlag::kOwnPlate, "OWN_PLATE"},
      std::pair{ReviewFlag::kColleaguesPlate, "COLLEAGUES_PLATE"},
      std::pair{ReviewFlag::kFlaggedPlace, "FLAGGED_PLACE"},
      std::pair{ReviewFlag::kImmigrationWords, "IMMIGRATION_WORDS"},
      std::pair{ReviewFlag::kReproductiveCareWords, "REPRODUCTIVE_CARE_WORDS"},
      std::pair{ReviewFlag::kFirstAmendmentWords, "FIRST_AMENDMENT_WORDS"},
      std::pair{ReviewFlag::kUnusualHour, "UNUSUAL_HOUR"}};
};

enum class ReviewFinding { kJustified, kRetrain, kViolation };
template <>
struct EnumTexts<ReviewFinding> {
  static constexpr std::array texts{std::pair{ReviewFinding::kJustified, "JUSTIFIED"},
                                    std::pair{ReviewFinding::kRetrain, "RETRAIN"},
                                    std::pair{ReviewFinding::kViolation, "VIOLATION"}};
};

struct ReviewRaised {
  static constexpr KindSpec kKind{
      94, "review.raised", chain::Retention::kPermanent, chain::Form::kByMember,
      "a query that stands out, for another person to look at (I12-C3-3 to C3-7, E-3)"};
  std::int64_t policy = 0;
  Sequence query;
  std::vector<ReviewFlag> flags;
  std::vector<std::string> rules;  // that each flag is about, in the flags' order
  std::string username;            // who asked
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("query", query);
    m.open("flags", flags);
    m.open("rules", rules);
    m("username", username);
  }
};

struct ReviewDisclosed {
  static constexpr KindSpec kKind{
      63, "review.disclosed", chain::Retention::kPermanent, chain::Form::kByMember,
      "a query's elements and grounds were shown to the person who reviews it (I12-F-2)"};
  std::int64_t policy = 0;
  Sequence review;
  Sequence query;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("review", review);
    m.open("query", query);
    m("by", by);
  }
};

struct ReviewDecided {
  static constexpr KindSpec kKind{
      87, "review.decided", chain::Retention::kPermanent, chain::Form::kByMember,
      "what another person found out about a query that stood out (I12-C3-3 to C3-7, L-4)"};
  std::int64_t policy = 0;
  Sequence review;
  ReviewFinding finding{};
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("review", review);
    m.open("finding", finding);
    m("reason", reason);
    m("by", by);
  }
};

struct PlaceFlagged {
  static constexpr KindSpec kKind{
      85, "place.flagged", chain::Retention::kPermanent, chain::Form::kByMember,
      "a place and time whose searches are looked at again: a demonstration, a clinic (I12-C3-6)"};
  std::int64_t policy = 0;
  std::string name;
  Circle circle;
  TimeUs from;  // of the capture of reads
  TimeUs until;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m("name", name);
    m("circle", circle);
    m("from", from);
    m("until", until);
    m("reason", reason);
    m("by", by);
  }
};

struct MemberPlateNamed {
  static constexpr KindSpec kKind{
      86, "member.plate-named", chain::Retention::kPermanent, chain::Form::kByMember,
      "a member's own plate, so that searches for it are looked at again (I12-C3-5)"};
  std::int64_t policy = 0;
  std::string username;  // whose plate it is
  std::string plate;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m("username", username);
    m("plate", plate);
    m("by", by);
  }
};

inline std::vector<chain::Kind> reviews_kinds() {
  return {kind_of<ReviewRaised>(), kind_of<ReviewDisclosed>(), kind_of<ReviewDecided>(),
          kind_of<PlaceFlagged>(), kind_of<MemberPlateNamed>()};
}

}  // namespace alpr::policy
