// Investigative queries and what they disclose (I12-C2B, C3, F-2). Sealed but for what a keyless
// auditor counts by: purpose, legal standard, number of results, and the rules of a refusal.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/enums.h"

namespace alpr::policy {

enum class PlateMatching { kExact, kOcrEquivalent };
template <>
struct EnumTexts<PlateMatching> {
  static constexpr std::array texts{std::pair{PlateMatching::kExact, "EXACT"},
                                    std::pair{PlateMatching::kOcrEquivalent, "OCR_EQUIVALENT"}};
};

struct Point {
  std::int64_t latitude_e7 = 0;
  std::int64_t longitude_e7 = 0;
  template <typename M>
  void members(M& m) {
    m("latitude_e7", latitude_e7);
    m("longitude_e7", longitude_e7);
  }
};

struct Circle {
  Point centre;
  std::int64_t radius_m = 0;  // 1 to 50,000
  template <typename M>
  void members(M& m) {
    m("centre", centre);
    m("radius_m", radius_m);
  }
};

// What was searched by (I12-C2B-4). Those given must all hold. At least one besides `matching`.
struct QueryElements {
  std::optional<std::string>
      plate;  // A-Z0-9, ? for one unknown character, * for any number of them
  std::optional<PlateMatching> matching;  // EXACT where absent; OCR_EQUIVALENT takes no wildcards
  std::optional<Circle> circle;
  std::optional<std::vector<Point>> polygon;  // 3 to 64 corners
  std::optional<TimeUs> captured_from;
  std::optional<TimeUs> captured_until;
  std::optional<std::string> device;
  std::optional<std::string> police_area;  // of the devices' registration
  std::optional<std::string> color;        // of the vehicle, as the reader named it
  std::optional<std::string> make, model;  // as another maker's camera named them
  template <typename M>
  void members(M& m) {
    m("plate", plate);
    m("matching", matching);
    m("circle", circle);
    m("polygon", polygon);
    m("captured_from", captured_from);
    m("captured_until", captured_until);
    m("device", device);
    m("police_area", police_area);
    m("color", color);
    m("make", make);
    m("model", model);
  }
};

// As asked for. Closed lists are texts here, because a value outside them is a refusal on the
// record, not a typing error (invariant 3).
struct CourtProcess {
  std::string instrument;  // SUBPOENA, WARRANT, COURT_ORDER
  std::string number;
  std::string court;
  std::string issued_on;  // YYYY-MM-DD
  template <typename M>
  void members(M& m) {
    m("instrument", instrument);
    m("number", number);
    m("court", court);
    m("issued_on", issued_on);
  }
};

struct RightToKnowClaim {
  std::string basis;  // COURT_ORDER, STATUTE, CASE_LAW
  std::string citation;
  template <typename M>
  void members(M& m) {
    m("basis", basis);
    m("citation", citation);
  }
};

// I12-C3-3 to C3-8, E-3: each must be attested true.
struct Attestations {
  bool not_personal = false;                  // I12-C3-5
  bool not_harassment = false;                // I12-C3-3
  bool not_protected_characteristic = false;  // I12-C3-4
  bool not_first_amendment = false;           // I12-C3-6
  bool not_reproductive_care = false;         // I12-C3-7
  bool not_immigration_enforcement = false;   // I12-E-3
  template <typename M>
  void members(M& m) {
    m("not_personal", not_personal);
    m("not_harassment", not_harassment);
    m("not_protected_characteristic", not_protected_characteristic);
    m("not_first_amendment", not_first_amendment);
    m("not_reproductive_care", not_reproductive_care);
    m("not_immigration_enforcement", not_immigration_enforcement);
  }
};

// The grounds of a query, as the person who asks gives them. Absent or outside a closed list:
// refused and recorded.
struct QueryGrounds {
  std::optional<std::string> purpose;
  std::optional<CourtProcess> court_process;
  std::optional<std::string> legal_standard;
  std::optional<std::string> facts;  // what the legal standard rests on
  std::optional<RightToKnowClaim> right_to_know;
  std::optional<std::string> need_to_know;
  std::optional<std::string> case_number;
  std::optional<std::string> narrative;
  std::optional<Attestations> attestations;
  template <typename M>
  void members(M& m) {
    m("purpose", purpose);
    m("court_process", court_process);
    m("legal_standard", legal_standard);
    m("facts", facts);
    m("right_to_know", right_to_know);
    m("need_to_know", need_to_know);
    m("case_number", case_number);
    m("narrative", narrative);
    m("attestations", attestations);
  }
};

struct QueryPerformed {
  static constexpr KindSpec kKind{
      96, "query.performed", chain::Retention::kPermanent, chain::Form::kByMember,
      "An investigative query that was answered, recorded before its results (I12-C2B-7)"};
  std::int64_t policy = 0;
  QueryPurpose purpose{};
  LegalStandard legal_standard{};
  std::int64_t result_count = 0;
  Actor by;
  QueryElements elements;
  QueryGrounds grounds;
  bool more = false;                // further matches exist beyond the page that is disclosed
  std::vector<Sequence> disclosed;  // read.recorded seqs, in the order shown
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("purpose", purpose);
    m.open("legal_standard", legal_standard);
    m.open("result_count", result_count);
    m("by", by);
    m("elements", elements);
    m("grounds", grounds);
    m("more", more);
    m("disclosed", disclosed);
  }
};

struct QueryRefused {
  static constexpr KindSpec kKind{
      97, "query.refused", chain::Retention::kPermanent, chain::Form::kByMember,
      "An investigative query that the order forbids, with the rules that refused it"};
  std::int64_t policy = 0;
  std::vector<std::string> rules;
  std::string slug;
  Actor by;
  std::string reason;
  QueryElements elements;
  QueryGrounds grounds;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("rules", rules);
    m.open("slug", slug);
    m("by", by);
    m("reason", reason);
    m("elements", elements);
    m("grounds", grounds);
  }
};

struct ImageDisclosed {
  static constexpr KindSpec kKind{
      98, "image.disclosed", chain::Retention::kPermanent, chain::Form::kByMember,
      "An image that was shown, recorded before its bytes left (I12-F-2)"};
  std::int64_t policy = 0;
  Actor by;
  Sequence read;
  std::optional<Sequence> query;  // the query it was disclosed under, or
  std::optional<Sequence> hit;    // the hit whose read it is
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m("by", by);
    m("read", read);
    m("query", query);
    m("hit", hit);
  }
};

struct QueryPageDisclosed {
  static constexpr KindSpec kKind{
      95, "query.page-disclosed", chain::Retention::kPermanent, chain::Form::kByMember,
      "A further page of a query's results, recorded before it was shown (I12-C2B-7, F-2)"};
  std::int64_t policy = 0;
  std::int64_t result_count = 0;
  Actor by;
  Sequence query;                   // query.performed, with elements and grounds
  Sequence after;                   // the read that the page before ended with
  bool more = false;                // further matches exist beyond this page
  std::vector<Sequence> disclosed;  // read.recorded seqs, in the order shown
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("result_count", result_count);
    m("by", by);
    m("query", query);
    m("after", after);
    m("more", more);
    m("disclosed", disclosed);
  }
};

inline std::vector<chain::Kind> queries_kinds() {
  return {kind_of<QueryPerformed>(), kind_of<QueryRefused>(), kind_of<QueryPageDisclosed>(),
          kind_of<ImageDisclosed>()};
}

}  // namespace alpr::policy
