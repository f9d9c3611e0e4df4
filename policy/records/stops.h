// What came of a hit, documented (I12-C2A2-1..8). Kept for ever: it copies the hit with both
// plates, because this hit was acted on.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/enums.h"
#include "policy/records/hits.h"

namespace alpr::policy {

enum class Disposition {
  kArrest,
  kCitation,
  kRecoveredVehicle,
  kReleased,
  kWarning,
  kNoAction,
  kUnableToLocate
};
template <>
struct EnumTexts<Disposition> {
  static constexpr std::array texts{std::pair{Disposition::kArrest, "ARREST"},
                                    std::pair{Disposition::kCitation, "CITATION"},
                                    std::pair{Disposition::kRecoveredVehicle, "RECOVERED_VEHICLE"},
                                    std::pair{Disposition::kReleased, "RELEASED"},
                                    std::pair{Disposition::kWarning, "WARNING"},
                                    std::pair{Disposition::kNoAction, "NO_ACTION"},
                                    std::pair{Disposition::kUnableToLocate, "UNABLE_TO_LOCATE"}};
};

// Whether anybody's freedom was restricted (I12-C2A-3).
enum class StopAction { kFreedomRestricted, kFreedomNotRestricted };
template <>
struct EnumTexts<StopAction> {
  static constexpr std::array texts{
      std::pair{StopAction::kFreedomRestricted, "FREEDOM_RESTRICTED"},
      std::pair{StopAction::kFreedomNotRestricted, "FREEDOM_NOT_RESTRICTED"}};
};

// The responding member is by.name (I12-C2A2-3).
struct StopDocumented {
  static constexpr KindSpec kKind{
      77, "stop.documented", chain::Retention::kPermanent, chain::Form::kByMember,
      "what a member did about a hit, and what came of it (I12-C2A2-1..8)"};
  std::int64_t policy = 0;
  Sequence hit;
  StopAction action{};
  Disposition disposition{};     // I12-C2A2-6
  HitState validation{};         // of the hit when it was documented (I12-C2A-3)
  bool clets_confirmed = false;  // I12-C2A-1
  HitFacts facts;
  std::string plate_read;
  std::string plate_listed;
  std::string justification;  // I12-C2A2-4
  std::string case_number;    // I12-C2A2-5
  TimeUs responded_at;        // I12-C2A2-7
  std::string next_steps;     // I12-C2A2-8
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("hit", hit);
    m.open("action", action);
    m.open("disposition", disposition);
    m.open("validation", validation);
    m.open("clets_confirmed", clets_confirmed);
    m("facts", facts);
    m("plate_read", plate_read);
    m("plate_listed", plate_listed);
    m("justification", justification);
    m("case_number", case_number);
    m("responded_at", responded_at);
    m("next_steps", next_steps);
    m("by", by);
  }
};

struct StopFollowedUp {
  static constexpr KindSpec kKind{
      78, "stop.followed-up", chain::Retention::kPermanent, chain::Form::kByMember,
      "what became known later; the stop's record stays as it is (I12-C2A2-8)"};
  std::int64_t policy = 0;
  Sequence stop;
  std::string next_steps;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("stop", stop);
    m("next_steps", next_steps);
    m("by", by);
  }
};

enum class SheetForm { kCsv, kXlsx };
template <>
struct EnumTexts<SheetForm> {
  static constexpr std::array texts{std::pair{SheetForm::kCsv, "CSV"},
                                    std::pair{SheetForm::kXlsx, "XLSX"}};
};

// What was given out follows from `size`, `from` and `to` alone, and `sha256` is of those very
// bytes. The counts are open: with the headers anybody can check that no stop was left out.
struct StopsDisclosed {
  static constexpr KindSpec kKind{
      88, "stops.disclosed", chain::Retention::kPermanent, chain::Form::kByMember,
      "a custodian was given the stop records of a period as a spreadsheet (I12-C2A2-2, F-2)"};
  std::int64_t policy = 0;
  SheetForm form{};
  std::int64_t size = 0;  // of the log, at the checkpoint that the sheet is of
  TimeUs from;            // documented from here
  TimeUs to;              // to before here
  std::int64_t stops = 0;
  std::int64_t follow_ups = 0;
  Digest sha256{};  // of the file
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("form", form);
    m.open("size", size);
    m.open("from", from);
    m.open("to", to);
    m.open("stops", stops);
    m.open("follow_ups", follow_ups);
    m("sha256", sha256);
    m("by", by);
  }
};

std::vector<chain::Kind> stops_kinds();

}  // namespace alpr::policy
