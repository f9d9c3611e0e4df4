// Who was shown which reads by which query: what a later request for an image or a further page is
// judged by.
#pragma once

#include "ledger/chain/event.h"
#include "policy/records/queries.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

struct QueryRow {
  Sequence query;
  std::string username;
  std::string case_number;
  std::vector<Sequence> disclosed;  // by all its pages
  std::vector<Sequence> continued;  // the reads that pages with more behind them ended with
  template <typename M>
  void members(M& m) {
    m("query", query);
    m("username", username);
    m("case_number", case_number);
    m("disclosed", disclosed);
    m("continued", continued);
  }
};

// kCorrupt when the row does not read.
Result<std::optional<QueryRow>> find_query(const chain::RegisterReader& rows, Sequence query);
Result<void> fold_queries(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
