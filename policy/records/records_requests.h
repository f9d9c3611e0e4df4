// Requests of the public for records: a register of their own, apart from sharing with agencies
// (I12-H-1, E-6). Who asked and for what is sealed; class, outcome and exceptions are open, so that
// anybody can count them.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

enum class RecordClass { kInvestigatory, kNonInvestigatory };
template <>
struct EnumTexts<RecordClass> {
  static constexpr std::array texts{std::pair{RecordClass::kInvestigatory, "INVESTIGATORY"},
                                    std::pair{RecordClass::kNonInvestigatory, "NON_INVESTIGATORY"}};
};

enum class RecordsOutcome { kDisclosed, kDisclosedInPart, kDenied };
template <>
struct EnumTexts<RecordsOutcome> {
  static constexpr std::array texts{
      std::pair{RecordsOutcome::kDisclosed, "DISCLOSED"},
      std::pair{RecordsOutcome::kDisclosedInPart, "DISCLOSED_IN_PART"},
      std::pair{RecordsOutcome::kDenied, "DENIED"}};
};

struct RecordsRequested {
  static constexpr KindSpec kKind{110, "records.requested", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a member of the public asks for records (I12-H-1, E-6)"};
  std::int64_t policy = 0;
  RecordClass record_class{};
  std::string received_on;  // YYYY-MM-DD
  std::string requester;
  std::string statute;  // that it is asked under: data, for statutes are renumbered (AMB-11)
  std::string described;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("record_class", record_class);
    m.open("received_on", received_on);
    m("requester", requester);
    m("statute", statute);
    m("described", described);
    m("by", by);
  }
};

struct RecordsDecided {
  static constexpr KindSpec kKind{
      111, "records.decided", chain::Retention::kPermanent, chain::Form::kByMember,
      "what a records request was answered, and on what basis (I12-E-6, H-1)"};
  std::int64_t policy = 0;
  Sequence request;
  RecordsOutcome outcome{};
  bool exception = false;  // a non-investigatory record that was not disclosed whole
  std::string basis;       // statute, case law or order
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("request", request);
    m.open("outcome", outcome);
    m.open("exception", exception);
    m("basis", basis);
    m("reason", reason);
    m("by", by);
  }
};

struct RecordsClosed {
  static constexpr KindSpec kKind{112, "records.closed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "the answer to a records request went out (I12-H-1)"};
  std::int64_t policy = 0;
  Sequence request;
  std::string how;  // it was answered
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("request", request);
    m("how", how);
    m("by", by);
  }
};

inline std::vector<chain::Kind> records_requests_kinds() {
  return {kind_of<RecordsRequested>(), kind_of<RecordsDecided>(), kind_of<RecordsClosed>()};
}

}  // namespace alpr::policy
