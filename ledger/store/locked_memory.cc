#include "ledger/store/locked_memory.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <memory_resource>

namespace alpr::store {
namespace {

std::atomic<bool> all_locked = true;

// Whole pages from the system, for the pool to hand out in pieces.
class LockedPages final : public std::pmr::memory_resource {
  static std::size_t whole_pages(std::size_t bytes) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return (bytes + page - 1) / page * page;
  }
  void* do_allocate(std::size_t bytes, std::size_t) override {
    const std::size_t size = whole_pages(bytes);
    void* const memory =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    if (::mlock(memory, size) != 0) all_locked = false;
    static_cast<void>(::madvise(memory, size, MADV_DONTDUMP));
    return memory;
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t) override {
    const std::size_t size = whole_pages(bytes);
    sodium_memzero(memory, size);
    ::munmap(memory, size);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

// Never destroyed: keys of objects with static life are freed after everything else.
std::pmr::memory_resource& pool() {
  static auto* const pages = new LockedPages();
  static auto* const pool = new std::pmr::synchronized_pool_resource(pages);
  return *pool;
}

}  // namespace

void* allocate_locked(std::size_t bytes, std::size_t alignment) {
  return pool().allocate(bytes, alignment);
}

void free_locked(void* memory, std::size_t bytes, std::size_t alignment) {
  sodium_memzero(memory, bytes);
  pool().deallocate(memory, bytes, alignment);
}

bool memory_is_locked() { return all_locked; }

}  // namespace alpr::store
