// Proves that nothing given to the workers is left undone or done twice, whoever waits for it. By
// giving and finishing works from several threads.
#include "ledger/verify/policy_level/workers.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace alpr::policy_level {
namespace {

TEST(Workers, DoEachTaskOnceBeforeItsWorkIsFinished) {
  for (const unsigned threads : {0U, 1U, 3U}) {
    Workers workers(threads);
    std::vector<std::thread> givers;
    for (int giver = 0; giver < 3; ++giver)
      givers.emplace_back([&workers] {
        for (int round = 0; round < 200; ++round) {
          std::array<std::atomic<int>, 16> done{};
          std::array<Workers::Work, 2> works;
          for (std::size_t i = 0; i < done.size(); ++i)
            workers.give(works[i % 2], [&done, i] { ++done[i]; });
          workers.finish(works[0]);
          for (std::size_t i = 0; i < done.size(); i += 2) ASSERT_EQ(done[i], 1);
          workers.finish(works[1]);
          for (const std::atomic<int>& one : done) ASSERT_EQ(one, 1);
        }
      });
    for (std::thread& giver : givers) giver.join();
  }
}

TEST(Workers, LetGoOfWhatATaskHeldBeforeItsWorkIsFinished) {
  Workers workers(2);
  for (int round = 0; round < 200; ++round) {
    Workers::Work work;
    auto held = std::make_shared<int>(1);
    workers.give(work, [held] {});
    workers.finish(work);
    ASSERT_EQ(held.use_count(), 1);
  }
}

TEST(Workers, FinishWhatWasNeverGiven) {
  Workers workers(1);
  Workers::Work nothing;
  workers.finish(nothing);
}

}  // namespace
}  // namespace alpr::policy_level
