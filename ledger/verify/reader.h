// The auditor's own reader of a store's LMDB environment: read-only, on snapshots, with nothing of
// the writer.
//
// It knows the databases of docs/event-format.md ("A store folder") as rows of bytes and no more.
// LMDB pins the snapshot; rows are read by pages.h. LMDB may die on a file that is damaged in its
// own pages, of which it still reads the first; guard.h is for that. One thread.
#pragma once

#include <filesystem>
#include <memory>

#include "ledger/verify/source.h"

namespace alpr::verify {

class Reader : public Source {
 public:
  // The folder is the store's; its ledger/data.mdb is opened. Where there is a lock file it is
  // used, so that a live writer does not take away pages under the snapshot; where there is none (a
  // copy), none is made.
  static Result<std::unique_ptr<Reader>> open(const std::filesystem::path& store_folder);
  ~Reader() override;

  Result<std::optional<BytesView>> get(Database database, BytesView key) override;
  std::unique_ptr<Cursor> cursor(Database database) override;
  Result<void> renew() override;
  bool moved() const override;
  std::uint64_t events() override;
  Result<std::vector<std::string>> names() override;
  const std::filesystem::path* folder() const override { return &folder_; }
  const chain::BundleStart* bundle() const override { return nullptr; }

 private:
  friend class StoreCursor;
  struct Impl;
  Reader(std::unique_ptr<Impl> impl, std::filesystem::path folder);
  std::unique_ptr<Impl> impl_;
  std::filesystem::path folder_;
};

}  // namespace alpr::verify
