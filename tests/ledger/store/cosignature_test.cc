// Proves that a cosignature is kept with its checkpoint for ever and changes nothing else. A store
// gets cosignatures between commits, many commits later and before a restart.
#include <gtest/gtest.h>

#include "ledger/store/store_core.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

using toy::ToyStore;

class Cosignature : public ::testing::Test {
 protected:
  static constexpr std::string_view kName = "witness.example";
  const chain::SigningKey key_ = chain::SigningKey::from_seed(Digest{9});
  chain::VerifierKey vkey() const {
    return {std::string(kName), chain::KeyType::kCosignature, key_.public_key()};
  }

  chain::NoteSignature sign(std::uint64_t size, std::uint64_t time_s) {
    const auto note = chain::parse_note(toy.store->checkpoint(size).value());
    return chain::cosign_note(note->text, kName, key_, time_s);
  }
  std::string text(std::uint64_t size) { return toy.store->checkpoint(size).value_or("none"); }
  std::size_t cosigned(std::uint64_t size) {
    const auto note = chain::parse_note(text(size));
    return note && chain::verify_note(*note, {vkey()}) ? note->signatures.size() - 1 : 0;
  }
  // Commits in the same hour, so that nothing is kept for its hour.
  void commit(int count) {
    for (int i = 0; i < count; ++i) toy.must_append(toy::notice("more"));
  }

  ToyStore toy;
};

TEST_F(Cosignature, StaysWithItsCheckpointWhichIsKept) {
  commit(3);
  const std::uint64_t size = toy.store->size();
  ASSERT_TRUE(toy.sequencer->add_cosignature(size, sign(size, 5)));
  EXPECT_EQ(cosigned(size), 1U);
  EXPECT_EQ(toy.store->newest_checkpoint().value(), text(size));
  EXPECT_EQ(toy.store->size(), size) << "it is no event";
  commit(10);
  EXPECT_EQ(cosigned(size), 1U);
  EXPECT_EQ(toy.store->newest_cosigned().value(), text(size));
  toy.reopen();
  EXPECT_EQ(cosigned(size), 1U);
  toy::expect_sound(*toy.store);
}

TEST_F(Cosignature, KeepsACheckpointThatNobodyTook) {
  commit(3);
  const std::uint64_t size = toy.store->size();
  // Read behind the keeper's back, which would otherwise count it as handed out.
  StoredCheckpoint newest;
  {
    const auto txn = toy.store->core().env->begin_read();
    newest = read_newest_checkpoint(*txn).value().value();
  }
  ASSERT_EQ(newest.size, size);
  const auto signature = chain::cosign_note(chain::parse_note(newest.note)->text, kName, key_, 5);
  ASSERT_TRUE(toy.sequencer->add_cosignature(size, signature));
  commit(10);
  EXPECT_EQ(cosigned(size), 1U);
}

TEST_F(Cosignature, OfTheNewestCheckpointIsThereAfterARestart) {
  commit(1);
  const std::uint64_t size = toy.store->size();
  ASSERT_TRUE(toy.sequencer->add_cosignature(size, sign(size, 5)));
  toy.reopen();
  EXPECT_EQ(cosigned(size), 1U);
  commit(5);
  EXPECT_EQ(cosigned(size), 1U);
}

TEST_F(Cosignature, TakesThePlaceOfItsElderAndStandsBesideOthers) {
  const std::uint64_t size = toy.store->size();
  ASSERT_TRUE(toy.sequencer->add_cosignature(size, sign(size, 5)));
  const std::string before = text(size);
  ASSERT_TRUE(toy.sequencer->add_cosignature(size, sign(size, 6)));
  EXPECT_NE(text(size), before);
  EXPECT_EQ(cosigned(size), 1U);
  chain::NoteSignature other = sign(size, 6);
  other.name = "other.example";
  ASSERT_TRUE(toy.sequencer->add_cosignature(size, other));
  EXPECT_EQ(cosigned(size), 2U);
}

TEST_F(Cosignature, OfAnOlderCheckpointDoesNotBecomeTheNewest) {
  toy.store->newest_checkpoint().value();
  const std::uint64_t older = toy.store->size();
  commit(4);
  EXPECT_EQ(toy::code(toy.store->newest_cosigned()), ErrorCode::kNotFound);
  const std::uint64_t newer = toy.store->size();
  ASSERT_TRUE(toy.sequencer->add_cosignature(newer, sign(newer, 5)));
  ASSERT_TRUE(toy.sequencer->add_cosignature(older, sign(older, 5)));
  EXPECT_EQ(toy.store->newest_cosigned().value(), text(newer));
}

TEST_F(Cosignature, OfWhatIsNotKeptIsRefused) {
  commit(6);
  const std::uint64_t size = toy.store->size();
  const chain::NoteSignature signature = sign(size, 5);
  EXPECT_EQ(toy::code(toy.sequencer->add_cosignature(size + 1, signature)), ErrorCode::kNotFound);
  EXPECT_EQ(toy::code(toy.sequencer->add_cosignature(size - 3, signature)), ErrorCode::kNotFound);
}

TEST_F(Cosignature, NoMoreThanANoteHolds) {
  const std::uint64_t size = toy.store->size();
  chain::NoteSignature signature = sign(size, 5);
  for (std::size_t i = 1; i < chain::kNoteSignaturesMax; ++i) {
    signature.name = "witness" + std::to_string(i);
    ASSERT_TRUE(toy.sequencer->add_cosignature(size, signature)) << i;
  }
  signature.name = "one.too.many";
  EXPECT_EQ(toy::code(toy.sequencer->add_cosignature(size, signature)), ErrorCode::kTooLarge);
  EXPECT_TRUE(chain::parse_note(text(size)));
}

}  // namespace
}  // namespace alpr::store
