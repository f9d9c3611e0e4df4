// Which vehicle was given which versions of the lists, and when (I12-A-3). Permanent rows, written
// by fold_shift_lists alone; find functions read any snapshot on any thread and fail with kCorrupt
// when a row does not read back.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/chain/registers.h"
#include "policy/records/shift_lists.h"

namespace alpr::policy {

struct CopyRow {
  Sequence taken;
  TimeUs taken_at;
  std::string device;
  std::vector<Sequence> lists;  // general ones
  TimeUs made_at;
  TimeUs valid_until;
  template <typename M>
  void members(M& m) {
    m("taken", taken);
    m("taken_at", taken_at);
    m("device", device);
    m("lists", lists);
    m("made_at", made_at);
    m("valid_until", valid_until);
  }
};

Result<std::optional<CopyRow>> find_copy(const chain::RegisterReader& rows, Sequence taken);
// By the device's clock, of its newest copy; 0 when it never had one.
Result<TimeUs> last_asked(const chain::RegisterReader& rows, std::string_view device);

// Folds kind 91.
Result<void> fold_shift_lists(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
