// Requests of the public and their answers (I12-H-1, E-6). Folds from permanent events alone.
#pragma once

#include "ledger/chain/event.h"
#include "policy/records/records_requests.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

struct RecordsAnswerRow {
  Sequence decision;
  TimeUs decided_at;
  RecordsOutcome outcome{};
  bool exception = false;
  std::string basis;
  std::string reason;
  std::string by;  // name
  template <typename M>
  void members(M& m) {
    m("decision", decision);
    m("decided_at", decided_at);
    m("outcome", outcome);
    m("exception", exception);
    m("basis", basis);
    m("reason", reason);
    m("by", by);
  }
};

struct RecordsRequestRow {
  Sequence request;
  TimeUs entered_at;
  RecordsRequested asked;
  std::optional<RecordsAnswerRow> answer;
  std::optional<TimeUs> closed_at;
  template <typename M>
  void members(M& m) {
    m("request", request);
    m("entered_at", entered_at);
    m("asked", asked);
    m("answer", answer);
    m("closed_at", closed_at);
  }
};

// kCorrupt where a row does not read back; any snapshot on any thread.
Result<std::optional<RecordsRequestRow>> find_records_request(const chain::RegisterReader& rows,
                                                              Sequence request);
// Those from event `from` on, oldest first.
Result<std::vector<RecordsRequestRow>> list_records_requests(const chain::RegisterReader& rows,
                                                             Sequence from, std::size_t limit);
Result<void> fold_records_requests(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
