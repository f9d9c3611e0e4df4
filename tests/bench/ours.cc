// Durable appends to our own store: one at a time, 64 and 1000 a commit, and 64 producers with 16
// outstanding each, who submit the next as soon as one is answered.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

#include "tests/bench/figures.h"
#include "tests/bench/our_store.h"

namespace alpr::bench {
namespace {

constexpr int kProducers = 64;
constexpr int kOutstanding = 16;

// One producer: keeps kOutstanding appends in flight until the time is over.
void produce(OurStore& ours, std::atomic<std::uint64_t>& number,
             std::chrono::steady_clock::time_point end, std::atomic<std::uint64_t>& done) {
  std::counting_semaphore<kOutstanding> room(kOutstanding);
  while (std::chrono::steady_clock::now() < end) {
    room.acquire();
    ours.sequencer->submit(
        [draft = read_draft(number++)](store::Transaction& transaction) -> Result<void> {
          const auto seq = transaction.append(draft);
          if (!seq) return tl::unexpected(seq.error());
          return {};
        },
        [&](Result<store::Commit> commit) {
          if (!commit) give_up(commit.error());
          ++done;
          room.release();
        });
  }
  for (int i = 0; i < kOutstanding; ++i) room.acquire();  // until all are answered
}

std::uint64_t run_producers(OurStore& ours, std::atomic<std::uint64_t>& number, double seconds) {
  std::atomic<std::uint64_t> done = 0;
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                       std::chrono::duration<double>(seconds));
  std::vector<std::thread> threads;
  for (int i = 0; i < kProducers; ++i) {
    threads.emplace_back([&] { produce(ours, number, end, done); });
  }
  for (std::thread& thread : threads) thread.join();
  return done;
}

}  // namespace

void measure_ours(Figures& figures, const Options& options) {
  static std::unique_ptr<OurStore> ours = make_store(options.folder + "/ours");
  static std::atomic<std::uint64_t> number = 0;
  for (const std::uint64_t per_commit : {1, 64, 1000}) {
    figures.measure(fmt::format("append ours {}", per_commit), [&] {
      return repeat(options.seconds, [&] {
        append_reads(*ours, number, per_commit);
        number += per_commit;
        return per_commit;
      });
    });
  }
  figures.measure("append ours 64x16",
                  [&] { return run_producers(*ours, number, options.seconds); });
}

}  // namespace alpr::bench
