// The stop records of a period as a sheet (I12-C2A2-2). Pure; any thread.
//
// The first row names the columns. A row `stop` or `follow-up` is one event: its seq and its leaf's
// hash stand in it, so that a receipt or an inclusion proof shows it to be of the log. At the end
// rows `about` say of which log, checkpoint and period the sheet is, and how much it has: a sheet
// without them was cut off. docs/operations/stop-records.md explains it to its reader.
#pragma once

#include <functional>
#include <span>

#include "ledger/chain/note.h"
#include "policy/registers/hits.h"
#include "reports/forms/sheet.h"

namespace alpr::api {

struct StopSheetOf {
  chain::Checkpoint checkpoint;
  TimeUs made_at;  // of the last event under it
  TimeUs from;
  TimeUs to;
  std::int64_t stops = 0;
  std::int64_t follow_ups = 0;
};

using LeafOf = std::function<Result<Digest>(Sequence)>;
// kTooLarge: ask for a shorter period. `of` counts what is in `stops`.
Result<forms::Sheet> stop_sheet(const StopSheetOf& of, std::span<const policy::StopRow> stops,
                                const LeafOf& leaf_of);

}  // namespace alpr::api
