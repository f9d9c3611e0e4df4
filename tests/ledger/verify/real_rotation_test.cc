// Proves that the log's key can be changed, again and again, with one of the two keys always
// signing what the log says, and that a key which is out of force is refused. Real stores rotate,
// crash at each step and go on, on a simulated clock; the verifier, which shares none of their
// code, follows.
#include <algorithm>

#include "ledger/chain/kinds.h"
#include "ledger/chain/note.h"
#include "ledger/store/store_core.h"
#include "ledger/verify/verify.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::verify {
namespace {

namespace toy = store::toy;
using store::Transaction;

class RealRotation : public ::testing::Test {
 protected:
  Result<Sequence> rotate(std::int64_t overlap_us) {
    Sequence seq;
    const auto commit = toy_.sequencer->run([&](Transaction& transaction) -> Result<void> {
      const auto rotated = transaction.rotate_log_key(overlap_us);
      if (!rotated) return tl::unexpected(rotated.error());
      seq = *rotated;
      return {};
    });
    if (!commit) return tl::unexpected(commit.error());
    return seq;
  }
  void must_rotate(std::int64_t overlap_us) {
    const auto rotated = rotate(overlap_us);
    ASSERT_TRUE(rotated) << rotated.error().detail;
  }
  // An event of some later moment.
  void go_on(std::int64_t us = kSecondUs) {
    toy_.clock->advance(us);
    toy_.must_append(toy::notice("and on"));
  }
  Report verify(const chain::VerifierKey& key) {
    Options options;
    options.key = key;
    const auto report = verify_store(toy_.places().folder, toy::kinds(), options);
    EXPECT_TRUE(report) << report.error().detail;
    return report.value_or(Report{});
  }
  void expect_holds(const chain::VerifierKey& key) {
    const Report report = verify(key);
    EXPECT_TRUE(report.holds()) << to_text(report);
    EXPECT_TRUE(report.anchored);
  }
  // Which of these keys signed a note, and how many signatures it bears.
  static std::vector<bool> signed_by(std::string_view note,
                                     const std::vector<chain::VerifierKey>& keys) {
    const auto parsed = chain::parse_note(note);
    EXPECT_TRUE(parsed);
    std::vector<bool> out;
    for (const auto& key : keys) out.push_back(chain::verify_note(*parsed, {key}).has_value());
    EXPECT_EQ(parsed->signatures.size(),
              static_cast<std::size_t>(std::count(out.begin(), out.end(), true)));
    return out;
  }
  std::string newest() { return toy_.store->newest_checkpoint().value(); }
  std::size_t seeds() { return toy_.store->vault().log_seeds().value().size(); }

  toy::ToyStore toy_;
};

using Signed = std::vector<bool>;

TEST_F(RealRotation, BothKeysSignTheRotationAndTheOverlapAndThenTheNewOneAlone) {
  const auto old_key = toy_.store->log_vkey();
  go_on();
  must_rotate(3600 * kSecondUs);
  const auto new_key = toy_.store->log_vkey();
  EXPECT_NE(new_key, old_key);
  EXPECT_EQ(new_key.name, old_key.name);
  EXPECT_EQ(signed_by(newest(), {old_key, new_key}), (Signed{true, true}));
  go_on(3600 * kSecondUs);
  EXPECT_EQ(signed_by(newest(), {old_key, new_key}), (Signed{true, true})) << "to the second";
  const auto proof = chain::parse_tlog_proof(toy_.store->tlog_proof({1}).value());
  EXPECT_EQ(signed_by(proof->checkpoint, {old_key, new_key}), (Signed{true, true}));
  go_on(1);
  EXPECT_EQ(signed_by(newest(), {old_key, new_key}), (Signed{false, true}));
  expect_holds(old_key);
  expect_holds(new_key);
  toy::expect_sound(*toy_.store);
}

TEST_F(RealRotation, WithoutAnOverlapTheOldKeySignsTheRotationAndNothingMore) {
  const auto old_key = toy_.store->log_vkey();
  must_rotate(0);
  const auto new_key = toy_.store->log_vkey();
  EXPECT_EQ(signed_by(newest(), {old_key, new_key}), (Signed{true, true}));
  go_on();
  EXPECT_EQ(signed_by(newest(), {old_key, new_key}), (Signed{false, true}));
  expect_holds(old_key);
  toy_.reopen();
  EXPECT_EQ(seeds(), 1U) << "the old seed is destroyed";
  EXPECT_EQ(toy_.store->log_vkey(), new_key);
  go_on();
  expect_holds(new_key);
}

TEST_F(RealRotation, SeveralRotationsAreFollowedUnderAnyKeyOfTheLogAndNoOther) {
  std::vector<chain::VerifierKey> keys{toy_.store->log_vkey()};
  for (int i = 0; i < 5; ++i) {
    for (int k = 0; k < 10; ++k) go_on();
    must_rotate(i % 2 == 0 ? 0 : 5 * kSecondUs);
    keys.push_back(toy_.store->log_vkey());
    if (i == 2) toy_.reopen();
  }
  for (int k = 0; k < 10; ++k) go_on();
  for (const auto& key : keys) expect_holds(key);
  auto strange = keys[0];
  strange.key = chain::SigningKey::from_seed(Digest{9}).public_key();
  const Report report = verify(strange);
  EXPECT_FALSE(report.holds() && report.anchored) << to_text(report);
}

// Whoever stole an old seed can sign with it; that no longer makes a checkpoint of this log.
TEST_F(RealRotation, ACheckpointByAStaleKeyIsAFindingAndDoesNotOpen) {
  const store::LogSeeds stolen = toy_.store->vault().log_seeds().value();
  must_rotate(0);
  const auto new_key = toy_.store->log_vkey();
  go_on();
  const std::uint64_t size = toy_.store->size();
  const auto note = chain::parse_note(newest());
  const std::string forged = chain::format_note(
      {note->text, {chain::sign_note(note->text, toy_.store->origin(), stolen[0].signing_key())}});
  EXPECT_FALSE(chain::open_checkpoint(forged, toy_.store->origin(), {new_key}));
  {
    auto txn = toy_.store->core().env->begin_write().value();
    ASSERT_TRUE(txn.put(store::Db::kCheckpoints, store::key64(size), as_bytes(forged)));
    ASSERT_EQ(txn.commit(), 0);
  }
  EXPECT_FALSE(verify(new_key).holds());
  toy_.close();
  const auto opened =
      store::Store::open(toy_.places(), toy_.clock, toy::kinds(), toy::small_settings());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
}

TEST_F(RealRotation, TheCheckpointThatVouchesIsKeptForEver) {
  const auto old_key = toy_.store->log_vkey();
  go_on();
  must_rotate(0);
  const std::uint64_t size = toy_.store->size();
  for (int i = 0; i < 20; ++i) go_on();
  toy_.reopen();
  for (int i = 0; i < 20; ++i) go_on();
  EXPECT_TRUE(toy_.store->checkpoint(size));
  expect_holds(old_key);
}

// What a crash after the seed was synced and before the commit leaves.
TEST_F(RealRotation, ASeedThatTheLogDoesNotNameSignsNothingAndGoes) {
  const auto old_key = toy_.store->log_vkey();
  go_on();
  store::LogSeeds staged = toy_.store->vault().log_seeds().value();
  staged.push_back({});
  staged.back().seed.bytes = Digest{77};
  ASSERT_TRUE(toy_.store->vault().put_log_seeds(staged));
  toy_.reopen();
  EXPECT_EQ(toy_.store->log_vkey(), old_key);
  EXPECT_EQ(seeds(), 1U);
  go_on();
  expect_holds(old_key);
  must_rotate(0);
  go_on();
  expect_holds(toy_.store->log_vkey());
}

// A job behind the rotation in the same batch may fail and make the batch start over.
TEST_F(RealRotation, ARotationThatIsTakenBackChangesNothing) {
  const auto old_key = toy_.store->log_vkey();
  const std::uint64_t before = toy_.store->size();
  const auto commit = toy_.sequencer->run([&](Transaction& transaction) -> Result<void> {
    const auto rotated = transaction.rotate_log_key(0);
    EXPECT_TRUE(rotated);
    return fail(ErrorCode::kConflict, "on second thoughts");
  });
  EXPECT_FALSE(commit);
  EXPECT_EQ(toy_.store->size(), before);
  EXPECT_EQ(toy_.store->log_vkey(), old_key);
  go_on();
  EXPECT_EQ(signed_by(newest(), {old_key}), (Signed{true}));
  expect_holds(old_key);
}

TEST_F(RealRotation, OldKeysThatStillSignAreBounded) {
  for (std::size_t i = 1; i < store::kLogSeedsMax; ++i) {
    go_on();
    must_rotate(toy::kDay);
  }
  go_on();
  EXPECT_EQ(toy::code(rotate(toy::kDay)), ErrorCode::kConflict);
  EXPECT_EQ(chain::parse_note(newest())->signatures.size(), store::kLogSeedsMax);
  go_on(2 * toy::kDay);
  must_rotate(0);
  EXPECT_EQ(toy::code(rotate(-1)), ErrorCode::kMalformed);
  EXPECT_EQ(toy::code(rotate(store::kLogKeyOverlapMaxUs + 1)), ErrorCode::kMalformed);
  expect_holds(toy_.store->log_vkey());
}

TEST_F(RealRotation, NobodyButTheLedgerNamesAKey) {
  const chain::Draft draft{chain::kind::kKeyRotated, {}, {{"vkey", "\"x\""}, {"proof", "\"x\""}}};
  EXPECT_EQ(toy::code(toy_.append(draft)), ErrorCode::kRefused);
}

TEST_F(RealRotation, ARebuildKnowsTheKeysAgain) {
  must_rotate(toy::kDay);
  const auto key = toy_.store->log_vkey();
  toy_.sequencer.reset();
  ASSERT_TRUE(toy_.store->rebuild_registers(toy::fold));
  toy_.reopen();
  EXPECT_EQ(toy_.store->log_vkey(), key);
  go_on();
  expect_holds(key);
}

}  // namespace
}  // namespace alpr::verify
