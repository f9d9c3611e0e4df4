// A saved state in a file, for a run of level policy to go on from and to replace. One thread.
#pragma once

#include <memory>
#include <string>

#include "ledger/verify/policy_level/policy_level.h"

namespace alpr::policy_level {

class KeptState {
 public:
  // `file` empty: none is wanted, and check() is check_policy. `sha256`, 64 hexadecimal digits or
  // empty: no other state than this is gone on from. The file need not be there yet. kMalformed:
  // the digest is none or not the file's; kIo.
  static Result<KeptState> open(const std::string& file, const std::string& sha256);

  // For Options::policy; good as long as this.
  verify::PolicyCheck check() const;

 private:
  struct Opened;
  explicit KeptState(std::shared_ptr<const Opened> opened) : opened_(std::move(opened)) {}
  std::shared_ptr<const Opened> opened_;  // nullptr: none is wanted
};

}  // namespace alpr::policy_level
