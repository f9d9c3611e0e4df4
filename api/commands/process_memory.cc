#include "api/commands/process_memory.h"

#include <malloc.h>

namespace alpr::api {

void return_large_blocks() {
  constexpr int kLargeBlock = 8 << 20;
  constexpr int kKept = 4 << 20;  // free at the end of a heap
  // Refused values leave the allocator as it was, which is slower to give back and nothing else.
  static_cast<void>(::mallopt(M_MMAP_THRESHOLD, kLargeBlock));
  static_cast<void>(::mallopt(M_TRIM_THRESHOLD, kKept));
}

}  // namespace alpr::api
