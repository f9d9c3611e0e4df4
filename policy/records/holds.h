// Legal holds (I12-G-2, G-3). hold.placed and hold.released are the ledger's kinds: erasure depends
// on them; their members here are exactly the registry's.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/enums.h"

namespace alpr::policy {

struct LegalInstrument {
  std::string type;  // subpoena, preservation letter, court order ...
  std::string number;
  std::string issuer;  // the agency or court that obliges us
  template <typename M>
  void members(M& m) {
    m("type", type);
    m("number", number);
    m("issuer", issuer);
  }
};

struct HoldRequested {
  static constexpr KindSpec kKind{
      99, "hold.requested", chain::Retention::kPermanent, chain::Form::kByMember,
      "Somebody asks that named events be kept beyond 30 days; waits for another person"};
  std::int64_t policy = 0;
  HoldReason reason{};
  Actor by;
  std::vector<Sequence> events;
  std::string case_number;
  std::optional<LegalInstrument> instrument;
  std::string justification;
  TimeUs review_by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("reason", reason);
    m("by", by);
    m("events", events);
    m("case_number", case_number);
    m("instrument", instrument);
    m("justification", justification);
    m("review_by", review_by);
  }
};

struct HoldDenied {
  static constexpr KindSpec kKind{100, "hold.denied", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "A requested hold that the approver denied"};
  std::int64_t policy = 0;
  Sequence request;
  Actor by;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m("request", request);
    m("by", by);
    m("reason", reason);
  }
};

struct HoldPlaced {
  static constexpr KindSpec kKind{chain::kind::kHoldPlaced, "hold.placed",
                                  chain::Retention::kPermanent, chain::Form::kByMember,
                                  "the ledger's own"};
  std::int64_t policy = 0;
  HoldReason reason{};
  std::vector<Sequence> events;
  TimeUs review_by;
  Sequence request;
  std::string case_number;
  Actor requester;
  Actor by;  // who approved
  std::optional<LegalInstrument> instrument;
  std::string justification;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("reason", reason);
    m.open("events", events);
    m.open("review_by", review_by);
    m("request", request);
    m("case_number", case_number);
    m("requester", requester);
    m("by", by);
    m("instrument", instrument);
    m("justification", justification);
  }
};

struct HoldReleased {
  static constexpr KindSpec kKind{chain::kind::kHoldReleased, "hold.released",
                                  chain::Retention::kPermanent, chain::Form::kByMember,
                                  "the ledger's own"};
  std::int64_t policy = 0;
  Sequence hold;
  Actor by;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("hold", hold);
    m("by", by);
    m("reason", reason);
  }
};

// hold.placed and hold.released stand in chain::ledger_kinds().
inline std::vector<chain::Kind> holds_kinds() {
  return {kind_of<HoldRequested>(), kind_of<HoldDenied>()};
}

}  // namespace alpr::policy
