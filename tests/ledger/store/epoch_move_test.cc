// Proves that an epoch secret moves between a file and a token without a moment at which the
// keyring does not open, and that what was in the old place is destroyed there. Each call to disk
// and token in turn goes wrong or ends the process; then the vault is opened with the token's
// settings.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/ledger/store/on_a_token.h"

namespace alpr::store {
namespace {

using std::filesystem::path;
using Fault = FaultyCalls::Fault;

// The parameter: whether it moves to the token. The fixture's vault is on one; for the other way it
// is moved to a file before it is copied.
class EpochMove : public OnAToken, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    OnAToken::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (GetParam()) {
      ASSERT_TRUE(open().value()->move_epoch({{}, file()}));
      ASSERT_TRUE(std::filesystem::exists(file()));
      copy("whole", "");
    }
    old_ring_ = bytes_of(places_.keyring / "erasable.keyring");
    if (GetParam()) old_secret_ = decode_epoch_secret(bytes_of(file())).value();
  }
  // Below a folder that is copied for each step.
  path file() const { return folder_.path() / "moved" / "epoch.secret"; }
  VaultPlaces in_file() const { return {places_.keyring, file()}; }
  VaultPlaces before() const { return GetParam() ? in_file() : places_; }
  VaultPlaces after() const { return GetParam() ? places_ : in_file(); }
  NewEpochPlace next() const {
    return GetParam() ? NewEpochPlace{places_.token, {}} : NewEpochPlace{{}, file()};
  }
  bool move(Vault& vault) const { return vault.move_epoch(next()).has_value(); }

  // Of every id, so that what a move left behind counts: SoftHSM has a file for each object.
  std::size_t keys_on_token() const {
    std::size_t count = 0;
    for (const auto& each : all_files(token_->tokens()))
      count += each.first.ends_with(".object") && !each.first.ends_with("token.object") ? 1 : 0;
    return count;
  }
  static bool contains(const Bytes& bytes, std::string_view text) {
    return std::search(bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
  }
  // The start that an operator tries: with the token's settings, then without.
  Result<std::unique_ptr<Vault>> start() const {
    auto vault = Vault::open(places_);
    return vault ? std::move(vault) : Vault::open(in_file());
  }
  // One secret in one place, and every key there.
  void expect_whole(const Vault& vault, unsigned at) const {
    EXPECT_EQ(vault.bucket_key({1}).value().bytes, one_.bytes) << at;
    EXPECT_EQ(vault.bucket_key({2}).value().bytes, two_.bytes) << at;
    const bool on_token = std::filesystem::exists(places_.keyring / "epoch.token");
    EXPECT_EQ(keys_on_token(), on_token ? 1U : 0U) << at;
    EXPECT_EQ(std::filesystem::exists(file()), !on_token) << at;
    EXPECT_FALSE(std::filesystem::exists(file().string() + ".new")) << at;
    EXPECT_FALSE(std::filesystem::exists(places_.keyring / "epoch.move")) << at;
    EXPECT_FALSE(std::filesystem::exists(places_.keyring / "erasable.keyring.new")) << at;
  }
  // Moved to the end, by a second try where the first was undone: the old secret opens nothing.
  void expect_moved(unsigned at) const {
    {
      auto vault = start();
      ASSERT_TRUE(vault) << at << ": " << vault.error().detail;
      expect_whole(**vault, at);
      const bool on_token = std::filesystem::exists(places_.keyring / "epoch.token");
      if (on_token != GetParam()) {
        ASSERT_TRUE(move(**vault)) << at;
      }
      expect_whole(**vault, at);
    }
    const auto vault = Vault::open(after());
    ASSERT_TRUE(vault) << at << ": " << vault.error().detail;
    expect_whole(**vault, at);
    ASSERT_TRUE(purge(**vault)) << at;
    EXPECT_NE(bytes_of(places_.keyring / "erasable.keyring"), old_ring_);
  }

  Bytes old_ring_;
  EpochSecret old_secret_;
};

TEST_P(EpochMove, IsUnderANewSecretAndTheOldPlaceIsEmpty) {
  ASSERT_TRUE(move(*Vault::open(before()).value()));
  EXPECT_FALSE(Vault::open(before()));
  if (GetParam()) {
    for (const auto& [name, bytes] : all_files(folder_.path())) {
      if (name.starts_with("whole")) continue;
      EXPECT_FALSE(contains(
          bytes,
          std::string_view(reinterpret_cast<const char*>(old_secret_.secret.bytes.data()), 32)))
          << name;
    }
  }
  expect_moved(0);
}

TEST_P(EpochMove, ToWhereItIsAlreadyIsRefusedAndChangesNothing) {
  const auto vault = Vault::open(before()).value();
  const NewEpochPlace same =
      GetParam() ? NewEpochPlace{{}, folder_.path() / "other"} : NewEpochPlace{places_.token, {}};
  EXPECT_EQ(vault->check_epoch_move(same).error().code, ErrorCode::kConflict);
  EXPECT_EQ(vault->move_epoch(same).error().code, ErrorCode::kConflict);
  NewEpochPlace unusable = next();
  if (GetParam()) {
    unusable.token = with_pin("0000-wrong");
    EXPECT_EQ(vault->check_epoch_move(unusable).error().code, ErrorCode::kUnauthenticated);
  } else {
    unusable.file = places_.keyring / "high-water";
    EXPECT_EQ(vault->check_epoch_move(unusable).error().code, ErrorCode::kConflict);
  }
  EXPECT_FALSE(vault->move_epoch(unusable));
  expect_whole(*vault, 0);
}

TEST_P(EpochMove, CutAtAnyCallToTheDiskItIsFinishedOrUndone) {
  for (const Fault fault : {Fault::kExit, Fault::kTornCrash, Fault::kError}) {
    unsigned total = 0;
    for (unsigned at = 0; at <= total && at <= kStepsMax; ++at) {
      start_afresh();
      const auto change = [&] {
        const auto vault = Vault::open(before()).value();
        const FaultyCalls calls(fault, at);
        EXPECT_EQ(move(*vault), at == 0) << at;
        if (at == 0) total = calls.count();
      };
      fault == Fault::kExit&& at != 0 ? in_a_child(change) : change();
      ASSERT_NO_FATAL_FAILURE(expect_moved(at));
    }
    EXPECT_GE(total, 20U);
  }
}

TEST_P(EpochMove, CutAtAnyCallToTheTokenItIsFinishedOrUndone) {
  for (const TokenFault fault :
       {TokenFault::kExitBefore, TokenFault::kExitAfter, TokenFault::kRemoved}) {
    unsigned total = 1;
    for (unsigned at = 0; at <= total && at <= kStepsMax; ++at) {
      start_afresh();
      const auto change = [&] {
        const auto vault = Vault::open(before()).value();
        faulty() = {fault, at, 0, 0};
        EXPECT_EQ(move(*vault), at == 0) << at;
        if (at == 0) total = faulty().count;
        faulty() = {};
      };
      fault != TokenFault::kRemoved&& at != 0 ? in_a_child(change) : change();
      ASSERT_NO_FATAL_FAILURE(expect_moved(at));
    }
    EXPECT_GE(total, 10U);
  }
}

// Without the token nothing is finished, and nothing is lost.
TEST_P(EpochMove, AnInterruptedMoveAsksForTheTokensSettings) {
  unsigned cut = 0;
  for (unsigned at = 1; cut == 0 && at <= kStepsMax; ++at) {
    start_afresh();
    const auto vault = Vault::open(before()).value();
    const FaultyCalls calls(Fault::kCrash, at);
    EXPECT_FALSE(move(*vault));
    if (bytes_of(places_.keyring / "erasable.keyring") != old_ring_) cut = at;
  }
  ASSERT_NE(cut, 0U);
  const auto refused = Vault::open(in_file());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_NE(refused.error().detail.find("with the token's settings"), std::string::npos);
  expect_moved(cut);
}

INSTANTIATE_TEST_SUITE_P(Ways, EpochMove, testing::Bool(),
                         [](const auto& each) { return each.param ? "ToToken" : "ToFile"; });

}  // namespace
}  // namespace alpr::store
