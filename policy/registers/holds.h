// Holds asked for, in force and ended.
#pragma once

#include "ledger/chain/event.h"
#include "policy/records/holds.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

struct HoldRequestRow {
  Sequence request;
  RequestState state = RequestState::kPending;
  HoldRequested asked;
  template <typename M>
  void members(M& m) {
    m("request", request);
    m("state", state);
    m("asked", asked);
  }
};

struct HoldRow {
  Sequence hold;
  bool released = false;
  std::string case_number;
  HoldReason reason{};
  std::string requester;  // usernames
  std::string approver;
  TimeUs placed_at;
  TimeUs review_by;
  std::vector<Sequence> events;
  template <typename M>
  void members(M& m) {
    m("hold", hold);
    m("released", released);
    m("case_number", case_number);
    m("reason", reason);
    m("requester", requester);
    m("approver", approver);
    m("placed_at", placed_at);
    m("review_by", review_by);
    m("events", events);
  }
};

Result<std::optional<HoldRequestRow>> find_hold_request(const chain::RegisterReader& rows,
                                                        Sequence request);
Result<std::optional<HoldRow>> find_hold(const chain::RegisterReader& rows, Sequence hold);
Result<std::vector<HoldRequestRow>> list_hold_requests(const chain::RegisterReader& rows,
                                                       std::size_t limit);
Result<std::vector<HoldRow>> list_holds(const chain::RegisterReader& rows, std::size_t limit);
Result<void> fold_holds(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
