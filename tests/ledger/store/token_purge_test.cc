// Proves that a purge whose token is away says so and is put on the record, that the log goes on
// meanwhile, and that the next purge with the token finishes it. Takes SoftHSM's tokens out of
// reach and lets an hour pass on a simulated clock.
#include <gtest/gtest.h>

#include "ledger/store/retention.h"
#include "tests/ledger/store/soft_token.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

std::uint64_t events_of(const Store& store, std::uint16_t kind) {
  std::uint64_t count = 0;
  for (std::uint64_t seq = 0; seq < store.size(); ++seq)
    count += store.header({seq}).value().kind == kind ? 1 : 0;
  return count;
}

TEST(TokenPurge, I12_G_1_WithTheTokenAwayIsOnTheRecordAndTheLogGoesOn) {
  if (soft_token_module().empty()) GTEST_SKIP() << "SoftHSM (softhsm2) is not installed";
  toy::ToyStore toy;
  const TemporaryFolder folder;
  const SoftToken token(folder.path());
  ASSERT_TRUE(toy.store->vault().move_epoch({SoftToken::with_pin(kUserPin), {}}));
  const Sequence read = toy.must_append(toy::read("7ABC123"));
  const Bucket bucket = bucket_of(toy.clock->now());
  toy.clock->advance(kRetentionUs);
  std::filesystem::rename(token.tokens(), folder.path() / "away");
  std::filesystem::create_directory(token.tokens());

  const auto failed = toy.purge();
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().detail.find("put it in, or reach it"), std::string::npos);
  EXPECT_EQ(toy::code(toy.store->event(read)), ErrorCode::kGone);
  const Sequence later = toy.must_append(toy::read("8XYZ999"));
  EXPECT_TRUE(toy.store->event(later));
  EXPECT_TRUE(toy.store->vault().bucket_key(bucket));
  EXPECT_EQ(events_of(*toy.store, chain::kind::kKeysDestroyed), 0U);
  EXPECT_EQ(events_of(*toy.store, chain::kind::kPurgeOverdue), 0U);

  toy.clock->advance(kOverdueUs + 1);
  EXPECT_FALSE(toy.purge());
  EXPECT_EQ(events_of(*toy.store, chain::kind::kPurgeOverdue), 1U);
  EXPECT_EQ(Retention(*toy.store, *toy.sequencer).overdue(kOverdueUs).value(), 1U);

  std::filesystem::remove(token.tokens());
  std::filesystem::rename(folder.path() / "away", token.tokens());
  const auto finished = toy.purge();
  ASSERT_TRUE(finished) << finished.error().detail;
  EXPECT_EQ(finished->finished, 1U);
  EXPECT_EQ(toy::code(toy.store->vault().bucket_key(bucket)), ErrorCode::kGone);
  EXPECT_EQ(events_of(*toy.store, chain::kind::kKeysDestroyed), 1U);
  EXPECT_EQ(Retention(*toy.store, *toy.sequencer).overdue(0).value(), 0U);
  EXPECT_TRUE(toy.store->event(later));
  toy::expect_sound(*toy.store);
}

}  // namespace
}  // namespace alpr::store
