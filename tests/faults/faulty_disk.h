// The disk as the store's write path meets it, with one call that goes wrong: those that pass
// through file_calls(), and those that LMDB makes on data.mdb, which come to the definitions of
// pwrite, writev and fdatasync in faulty_disk.cc before they come to the C library's.
//
// While a FaultyDisk lives nothing is synced: what a process hands to the kernel outlives the
// process. One at a time; any thread may write.
#pragma once

#include <cerrno>
#include <string>

#include "ledger/store/files.h"

namespace alpr::store {

enum class DiskFault {
  kNone,
  kError,    // the call answers `error`, and is not done
  kShort,    // a write writes half of it, and says so; other calls are done
  kEnd,      // the process ends before the call
  kTornEnd,  // the process ends when half of a write is done
};

struct DiskPlan {
  DiskFault fault = DiskFault::kNone;
  unsigned at = 0;  // the call, counted from 1 on
  int error = EIO;
};

class FaultyDisk {
 public:
  explicit FaultyDisk(const DiskPlan& plan);
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  static unsigned calls();          // so far
  static std::string went_wrong();  // "pwrite data.mdb", or empty
  // Counts anew, and lets another call go wrong.
  static void plan(const DiskPlan& plan);

 private:
  const FileCalls before_;
};

}  // namespace alpr::store
