// What the Department answers for beside its use of the data: complaints, breaches, violations and
// cost (OMC 9.64.010(1) E, F, G and J; I12-J-3, C3-3, AMB-15). Open is what the annual report
// counts by; who complained, whose violation it was and what happened is sealed.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

enum class ComplaintSubject {
  kMistakenStop,    // somebody was stopped for another's plate
  kMisuse,          // by a member
  kProfiling,       // of a person or group, by a protected trait
  kPlaceOfReaders,  // where they stand
  kKeptOrShared,    // data kept too long, or given to others
  kOther
};
template <>
struct EnumTexts<ComplaintSubject> {
  static constexpr std::array texts{
      std::pair{ComplaintSubject::kMistakenStop, "MISTAKEN_STOP"},
      std::pair{ComplaintSubject::kMisuse, "MISUSE"},
      std::pair{ComplaintSubject::kProfiling, "PROFILING"},
      std::pair{ComplaintSubject::kPlaceOfReaders, "PLACE_OF_READERS"},
      std::pair{ComplaintSubject::kKeptOrShared, "KEPT_OR_SHARED"},
      std::pair{ComplaintSubject::kOther, "OTHER"}};
};

// Of a complaint, and of a violation.
enum class OversightFinding { kSustained, kNotSustained, kUnfounded };
template <>
struct EnumTexts<OversightFinding> {
  static constexpr std::array texts{std::pair{OversightFinding::kSustained, "SUSTAINED"},
                                    std::pair{OversightFinding::kNotSustained, "NOT_SUSTAINED"},
                                    std::pair{OversightFinding::kUnfounded, "UNFOUNDED"}};
};

struct ComplaintRecorded {
  static constexpr KindSpec kKind{135, "complaint.recorded", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a complaint or concern of the community (OMC 9.64.010(1) E)"};
  std::int64_t policy = 0;
  ComplaintSubject subject{};
  TimeUs received;
  std::string what;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("subject", subject);
    m.open("received", received);
    m("what", what);
    m("by", by);
  }
};

struct ComplaintAnswered {
  static constexpr KindSpec kKind{136, "complaint.answered", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "what was found about a complaint, and what was done"};
  std::int64_t policy = 0;
  Sequence complaint;
  OversightFinding finding{};
  std::string answer;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("complaint", complaint);
    m.open("finding", finding);
    m("answer", answer);
    m("by", by);
  }
};

enum class BreachKind { kLostDevice, kCredentials, kUnauthorisedAccess, kDisclosure, kOther };
template <>
struct EnumTexts<BreachKind> {
  static constexpr std::array texts{
      std::pair{BreachKind::kLostDevice, "LOST_DEVICE"},
      std::pair{BreachKind::kCredentials, "CREDENTIALS"},
      std::pair{BreachKind::kUnauthorisedAccess, "UNAUTHORISED_ACCESS"},
      std::pair{BreachKind::kDisclosure, "DISCLOSURE"}, std::pair{BreachKind::kOther, "OTHER"}};
};

// The procedure after a breach (I12-J-3; Civ. Code 1798.29), in any order; CLOSED comes last.
enum class BreachStep { kContained, kAssessed, kCityAttorney, kCommission, kAffected, kClosed };
template <>
struct EnumTexts<BreachStep> {
  static constexpr std::array texts{
      std::pair{BreachStep::kContained, "CONTAINED"},
      std::pair{BreachStep::kAssessed, "ASSESSED"},
      std::pair{BreachStep::kCityAttorney, "CITY_ATTORNEY_TOLD"},
      std::pair{BreachStep::kCommission, "COMMISSION_TOLD"},
      std::pair{BreachStep::kAffected, "AFFECTED_TOLD"},  // or why nobody had to be
      std::pair{BreachStep::kClosed, "CLOSED"}};
};

struct BreachRecorded {
  static constexpr KindSpec kKind{137, "breach.recorded", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "data or access got into hands that may not have it (I12-J-3; "
                                  "OMC 9.64.010(1) G)"};
  std::int64_t policy = 0;
  BreachKind breach{};
  TimeUs discovered;
  std::string what;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("breach", breach);
    m.open("discovered", discovered);
    m("what", what);
    m("by", by);
  }
};

struct BreachStepRecorded {
  static constexpr KindSpec kKind{138, "breach.step-recorded", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a step of the procedure after a breach (I12-J-3)"};
  std::int64_t policy = 0;
  Sequence breach;
  BreachStep step{};
  std::string note;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("breach", breach);
    m.open("step", step);
    m("note", note);
    m("by", by);
  }
};

// Coarse: what else there is to a sanction is confidential personnel data, and not recorded here.
enum class Sanction { kNone, kCounselling, kRetraining, kAccessSuspended, kDiscipline };
template <>
struct EnumTexts<Sanction> {
  static constexpr std::array texts{std::pair{Sanction::kNone, "NONE"},
                                    std::pair{Sanction::kCounselling, "COUNSELLING"},
                                    std::pair{Sanction::kRetraining, "RETRAINING"},
                                    std::pair{Sanction::kAccessSuspended, "ACCESS_SUSPENDED"},
                                    std::pair{Sanction::kDiscipline, "DISCIPLINE"}};
};

struct ViolationRecorded {
  static constexpr KindSpec kKind{139, "violation.recorded", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a violation of the order, or what may be one (I12-C3-3, AMB-15; "
                                  "OMC 9.64.010(1) F)"};
  std::int64_t policy = 0;
  std::string rule;               // requirement ID
  std::optional<Sequence> event;  // that shows it, where one does
  std::string username;           // whose
  std::string what;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("rule", rule);
    m.open("event", event);
    m("username", username);
    m("what", what);
    m("by", by);
  }
};

struct ViolationDecided {
  static constexpr KindSpec kKind{140, "violation.decided", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "what another person found about a violation, and the sanction"};
  std::int64_t policy = 0;
  Sequence violation;
  OversightFinding finding{};
  Sanction sanction{};
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("violation", violation);
    m.open("finding", finding);
    m.open("sanction", sanction);
    m("reason", reason);
    m("by", by);
  }
};

enum class CostCategory { kPersonnel, kReaders, kSoftware, kStorage, kOther };
template <>
struct EnumTexts<CostCategory> {
  static constexpr std::array texts{
      std::pair{CostCategory::kPersonnel, "PERSONNEL"},
      std::pair{CostCategory::kReaders, "READERS"}, std::pair{CostCategory::kSoftware, "SOFTWARE"},
      std::pair{CostCategory::kStorage, "STORAGE"}, std::pair{CostCategory::kOther, "OTHER"}};
};

// Public money: all of it is open but who entered it. A later one of the same year and category
// takes the place of the one before.
struct CostRecorded {
  static constexpr KindSpec kKind{141, "cost.recorded", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "what a year cost in one category, and who pays for it (OMC "
                                  "9.64.010(1) J)"};
  std::int64_t policy = 0;
  std::int64_t year = 0;
  CostCategory category{};
  std::int64_t cents = 0;  // US dollars x 100
  std::string funding;     // where the money comes from
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("year", year);
    m.open("category", category);
    m.open("cents", cents);
    m.open("funding", funding);
    m("by", by);
  }
};

inline std::vector<chain::Kind> oversight_kinds() {
  return {kind_of<ComplaintRecorded>(),  kind_of<ComplaintAnswered>(), kind_of<BreachRecorded>(),
          kind_of<BreachStepRecorded>(), kind_of<ViolationRecorded>(), kind_of<ViolationDecided>(),
          kind_of<CostRecorded>()};
}

}  // namespace alpr::policy
