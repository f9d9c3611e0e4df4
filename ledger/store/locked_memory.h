// Memory for keys that live as long as the process: pages that are kept out of swap (mlock) and of
// core dumps, where the system allows it. Any thread.
#pragma once

#include <cstddef>
#include <new>

namespace alpr::store {

void* allocate_locked(std::size_t bytes, std::size_t alignment);
void free_locked(void* memory, std::size_t bytes, std::size_t alignment);
// False once a page could not be locked (RLIMIT_MEMLOCK): keys may then reach the swap.
bool memory_is_locked();

// For containers of keys.
template <typename T>
struct LockedAllocator {
  using value_type = T;
  LockedAllocator() = default;
  template <typename U>
  LockedAllocator(const LockedAllocator<U>&) {}  // NOLINT: as the standard's allocators do
  T* allocate(std::size_t count) {
    return static_cast<T*>(allocate_locked(count * sizeof(T), alignof(T)));
  }
  void deallocate(T* memory, std::size_t count) {
    free_locked(memory, count * sizeof(T), alignof(T));
  }
  template <typename U>
  bool operator==(const LockedAllocator<U>&) const {
    return true;
  }
};

}  // namespace alpr::store
