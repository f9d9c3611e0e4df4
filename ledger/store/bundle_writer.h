// Writes a bundle (ledger/chain/bundle.h) from one snapshot, piece by piece, front to back:
// headers, payload rows as they lie in the store (without their boxes, unless they are asked for)
// and the kept checkpoints. No key is needed, and nothing is opened. One thread at a time.
#pragma once

#include <functional>
#include <optional>

#include "ledger/chain/bundle.h"
#include "ledger/store/environment.h"

namespace alpr::store {

struct BundleOptions {
  std::uint64_t from = 0;  // the first event; what came before is proven, not repeated
  bool boxes = false;      // sealed boxes too: for those who are given keys to them
};

class BundleWriter {
 public:
  // Of the log as `txn` sees it. kMalformed: the log does not reach to `from`; kCorrupt, kIo.
  static Result<BundleWriter> begin(Txn txn, const BundleOptions& options);

  // Appends the next piece, about 256 KiB, to `out`. False: that was the last. Keep the writer
  // short: while it lives LMDB reuses no pages.
  Result<bool> more(Bytes& out);
  std::uint64_t size() const { return size_; }  // of the log

 private:
  BundleWriter(Txn txn, const BundleOptions& options, std::uint64_t size)
      : txn_(std::move(txn)), options_(options), size_(size), next_(options.from) {}
  Result<void> begin_start();
  Result<void> put_events(Bytes& out);
  Result<void> put_event(Bytes& out, std::uint64_t seq, BytesView header);
  Result<void> find_checkpoint(std::uint64_t from);
  void put_due_checkpoint(Bytes& out);

  Txn txn_;
  BundleOptions options_;
  std::uint64_t size_;
  std::uint64_t next_;                                         // the event that comes now
  Bytes start_;                                                // not yet given out
  std::optional<std::pair<std::uint64_t, Bytes>> checkpoint_;  // the next one, by size
};

// All of it. The log's size comes back.
Result<std::uint64_t> write_bundle(BundleWriter& writer,
                                   const std::function<Result<void>(BytesView)>& sink);

}  // namespace alpr::store
