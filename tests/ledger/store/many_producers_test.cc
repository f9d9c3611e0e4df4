// Proves that many threads may append while purges run, and that each gets the answer to its own
// job. 64 producers upload and write notes; meanwhile the clock goes on and everything due is
// purged in small steps. Under ThreadSanitizer it proves that nothing is shared without a lock.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

constexpr int kProducers = 64;
constexpr int kJobsEach = 12;

TEST(ManyProducers, AppendWhilePurgesRun) {
  const NoSync quick;
  toy::ToyStore toy;
  std::mutex mutex;
  std::map<Sequence, std::uint64_t> told;  // what each event says
  std::atomic<int> working = kProducers;
  std::vector<std::thread> producers;
  for (int producer = 0; producer < kProducers; ++producer) {
    producers.emplace_back([&, producer] {
      for (int i = 0; i < kJobsEach; ++i) {
        const auto number = static_cast<std::uint64_t>(producer * kJobsEach + i);
        const auto seq = toy.append(i % 2 == 0 ? toy::note("ann", number)
                                               : toy::read("P" + std::to_string(number)));
        ASSERT_TRUE(seq) << seq.error().detail;
        if (i % 2 == 0) {
          const auto event = toy.store->event(*seq);
          ASSERT_TRUE(event) << event.error().detail;
          EXPECT_EQ(toy::value_of(event->members, "number"), std::to_string(number));
        }
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(told.emplace(*seq, number).second) << seq->value << " was told twice";
      }
      --working;
    });
  }
  Retention retention(*toy.store, *toy.sequencer, {}, EraseLimits{4, 64});
  std::uint64_t purged = 0;
  while (working > 0) {
    toy.clock->advance(kRetentionUs / 4);
    const auto report = retention.run();
    EXPECT_TRUE(report) << report.error().detail;
    if (!report) break;
    purged += report->events;
    EXPECT_TRUE(toy.store->newest_checkpoint());
    EXPECT_TRUE(retention.overdue(kOverdueUs));
  }
  for (std::thread& thread : producers) thread.join();
  toy.clock->advance(kRetentionUs);
  const auto report = retention.run();
  ASSERT_TRUE(report) << report.error().detail;
  purged += report->events;
  EXPECT_EQ(told.size(), static_cast<std::size_t>(kProducers * kJobsEach));
  EXPECT_EQ(purged, static_cast<std::uint64_t>(kProducers * kJobsEach / 2));
  EXPECT_EQ(retention.overdue(0).value(), 0U);
  toy::expect_sound(*toy.store);
}

}  // namespace
}  // namespace alpr::store
