// Which PKCS#11 token, and what opens it. A value; the PIN itself is in no setting.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::store {

struct EpochToken {
  std::filesystem::path module = {};  // the PKCS#11 library; empty: no token
  std::string label = {};
  // Asked at each visit, on the thread that visits; what it gives is wiped.
  std::function<Result<Bytes>()> pin = {};

  bool named() const { return !module.empty(); }
};

}  // namespace alpr::store
