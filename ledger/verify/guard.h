// Runs work in a child process, so that its death is something the caller hears of and not
// something it shares. For a process without other threads. The child writes no core file.
#pragma once

#include <functional>
#include <string>

#include "ledger/chain/error.h"

namespace alpr::verify {

// What the child returned, whole. kCorrupt: the child died (the detail says of what); kIo: no child
// could be started, it was killed from outside or out of memory, or the answer could not be read.
Result<std::string> in_child(const std::function<std::string()>& work);

}  // namespace alpr::verify
