// The images that payloads commit to, against the evidence files where they must lie. One thread.
//
// A file is read when an event of it is met, and files are of no snapshot: what is not there any
// more may have gone with a purge that is newer than the walk. A purge's tombstone is committed
// before its files go, so finish() asks the newest commit before it calls a file missing.
// Source: docs/event-format.md, section 8.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "ledger/chain/error.h"
#include "ledger/chain/header.h"
#include "ledger/verify/facts.h"
#include "ledger/verify/keys.h"
#include "ledger/verify/payload_check.h"
#include "ledger/verify/report.h"
#include "ledger/verify/source.h"

namespace alpr::verify {

class Images {
 public:
  // `log_size` ends the log as the facts know it. All references outlive this; the source is of a
  // store folder.
  Images(Source& source, const Keys& keys, const Facts& facts, std::uint64_t log_size,
         LevelReport& report);
  ~Images();

  // The image of an event whose payload is there and was opened under `seal`. In order of seq.
  // kIo.
  Result<void> check(const chain::Header& header, Seal seal, const ImagePlace& place);
  Result<void> finish();  // kIo, kCorrupt

 private:
  class Folder;
  struct Missing {  // events whose file is not there
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    Bucket bucket;
    bool held = false;
  };

  bool covered(const chain::Header& header) const;
  Result<Facts> newer_purges();

  Source& source_;
  const Keys& keys_;
  const Facts& facts_;
  std::uint64_t log_size_;
  LevelReport& report_;
  std::unique_ptr<Folder> folder_;
  std::map<std::string, Missing> missing_;  // by file
};

}  // namespace alpr::verify
