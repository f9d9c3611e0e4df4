// The tiles that are stored against those that the events' leaf hashes make. One thread.
#pragma once

#include "ledger/chain/error.h"
#include "ledger/verify/report.h"
#include "ledger/verify/source.h"
#include "ledger/verify/tree.h"

namespace alpr::verify {

class StoredTiles {
 public:
  // Both outlive this.
  StoredTiles(Source& source, LevelReport& report) : source_(source), report_(report) {}

  Result<void> compare(const BuiltTile& tile);
  // At the end: the growing ones, and that there are no others.
  Result<void> check_rows(const Tree& tree);

 private:
  Source& source_;
  LevelReport& report_;
};

}  // namespace alpr::verify
