#include "api/commands/process_guard.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace alpr::api {

void guard_process() {
  // No debugger of the same user attaches, and no dump is written whatever the limit says.
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
  const rlimit none{0, 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &none));
}

}  // namespace alpr::api
