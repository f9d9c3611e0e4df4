// Which list sources are open to whom (I12-C3-b). Folds from permanent events alone.
#pragma once

#include "ledger/chain/event.h"
#include "policy/records/source_grants.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

// The newest of a person and a source; it goes when it is ended.
struct SourceGrantRow {
  Sequence grant;  // seq of source.granted
  std::string username;
  HotlistSource source{};
  TimeUs from;
  std::optional<TimeUs> until;
  template <typename M>
  void members(M& m) {
    m("grant", grant);
    m("username", username);
    m("source", source);
    m("from", from);
    m("until", until);
  }
};

// kCorrupt where a row does not read back; any snapshot on any thread.
Result<std::optional<SourceGrantRow>> find_source_grant(const chain::RegisterReader& rows,
                                                        std::string_view username,
                                                        HotlistSource source);
Result<std::vector<SourceGrantRow>> list_source_grants(const chain::RegisterReader& rows,
                                                       std::size_t limit);
Result<void> fold_source_grants(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
