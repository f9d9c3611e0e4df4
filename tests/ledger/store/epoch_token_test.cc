// Proves that an epoch secret on a token opens what it should, that a purge destroys it there, and
// that a copy from before opens nothing afterwards, whatever call anything died at. Vaults are made
// against SoftHSM in a folder of the test's own, through a module that goes wrong where it is told.
#include "ledger/store/epoch_token.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "tests/ledger/store/on_a_token.h"

namespace alpr::store {
namespace {

using std::filesystem::path;
using Fault = FaultyCalls::Fault;

class EpochTokenTest : public OnAToken {};

TEST_F(EpochTokenTest, OpensWhatItSealedAndNothingOfTheSecretIsOnADisk) {
  const auto vault = open().value();
  EXPECT_EQ(vault->bucket_key({1}).value().bytes, one_.bytes);
  EXPECT_FALSE(std::filesystem::exists(places_.keyring / "epoch.secret"));
  EXPECT_EQ(labels(), std::vector<std::string>{"plateledger epoch 1"});
  const auto on_token = visit();
  const auto keys = on_token->keys(id()).value();
  EXPECT_TRUE(keys.at(0).stays);
  const SecretKey secret = on_token->secret_of(keys[0]).value();
  for (const auto& [name, bytes] : all_files(folder_.path())) {
    EXPECT_EQ(std::search(bytes.begin(), bytes.end(), secret.bytes.begin(), secret.bytes.end()),
              bytes.end())
        << name;
  }
}

TEST_F(EpochTokenTest, I12_G_4_ACopyFromBeforeAPurgeDoesNotOpenWithTheToken) {
  const path copy = folder_.path() / "wholekeyring";
  const VaultPlaces copied{copy, {}, {}, with_pin(kUserPin)};
  const Bytes before = bytes_of(copy / "erasable.keyring");
  EXPECT_TRUE(any_key_opens(before));  // the control: until the purge it does
  EXPECT_EQ(Vault::open(copied).value()->bucket_key({1}).value().bytes, one_.bytes);
  {
    const auto vault = open().value();
    ASSERT_TRUE(purge(*vault));
  }
  EXPECT_EQ(labels(), std::vector<std::string>{"plateledger epoch 2"});
  EXPECT_FALSE(any_key_opens(before));
  const auto opened = Vault::open(copied);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(opened.error().detail.find("an older copy cannot be opened"), std::string::npos);
  // The copy's start has destroyed nothing.
  expect_purged(*open().value(), 0);
}

TEST_F(EpochTokenTest, TwoLedgersShareATokenAndTouchOnlyTheirOwnKeys) {
  const VaultPlaces second{folder_.path() / "second", {}, {}, with_pin(kUserPin)};
  ASSERT_TRUE(Vault::create(second, chain::SigningKey::from_seed(Digest{8})));
  const auto other = Vault::open(second).value();
  const SecretKey key = other->make_bucket_key({1}).value();
  const auto vault = open().value();
  ASSERT_TRUE(purge(*vault));
  expect_purged(*vault, 0);
  EXPECT_EQ(Vault::open(second).error().code, ErrorCode::kLocked);
}

TEST_F(EpochTokenTest, AWrongPinIsNotTriedTwiceAndTheRightOneEndsTheTrouble) {
  std::string pin = "0000-wrong";
  VaultPlaces places = places_;
  places.token.pin = [&pin]() -> Result<Bytes> { return Bytes(pin.begin(), pin.end()); };
  const auto refused = Vault::open(places);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnauthenticated);
  EXPECT_NE(refused.error().detail.find(kTokenLabel), std::string::npos);
  EXPECT_EQ(refused.error().detail.find(pin), std::string::npos);

  pin = kUserPin;
  const auto vault = Vault::open(places).value();
  pin = "0000-wrong\n";
  faulty().logins = 0;
  for (int i = 0; i < 5; ++i) {
    const auto destroyed = vault->destroy(Bucket{1}, {}, {});
    ASSERT_FALSE(destroyed);
    EXPECT_EQ(destroyed.error().code, ErrorCode::kUnauthenticated) << destroyed.error().detail;
    EXPECT_EQ(destroyed.error().detail.find("0000"), std::string::npos);
  }
  EXPECT_EQ(faulty().logins, 1U);
  EXPECT_TRUE(vault->bucket_key({1}));
  EXPECT_TRUE(vault->make_bucket_key({3}));
  pin = kUserPin;
  ASSERT_TRUE(purge(*vault));
  expect_purged(*vault, 0);
}

TEST_F(EpochTokenTest, ATokenThatIsAwayStopsDestructionAloneAndComesBack) {
  const auto vault = open().value();
  const path away = folder_.path() / "away";
  std::filesystem::rename(token_->tokens(), away);
  std::filesystem::create_directory(token_->tokens());
  for (int i = 0; i < 2; ++i) {
    const auto destroyed = vault->destroy(Bucket{1}, {}, {});
    ASSERT_FALSE(destroyed);
    EXPECT_EQ(destroyed.error().code, ErrorCode::kNotFound) << destroyed.error().detail;
    EXPECT_NE(destroyed.error().detail.find("put it in, or reach it"), std::string::npos);
  }
  EXPECT_EQ(vault->bucket_key({2}).value().bytes, two_.bytes);
  const SecretKey three = vault->make_bucket_key({3}).value();
  EXPECT_EQ(open().error().code, ErrorCode::kLocked);
  std::filesystem::remove(token_->tokens());
  std::filesystem::rename(away, token_->tokens());
  ASSERT_TRUE(purge(*vault));
  expect_purged(*vault, 0);
  EXPECT_EQ(vault->bucket_key({3}).value().bytes, three.bytes);
}

TEST_F(EpochTokenTest, ATokenThatHangsHoldsUpNobodyElse) {
  const auto vault = open().value();
  int reached[2], go_on[2];
  ASSERT_EQ(::pipe(reached), 0);
  ASSERT_EQ(::pipe(go_on), 0);
  faulty().reached = reached[1];
  faulty().go_on = go_on[0];
  std::thread purging([&] { EXPECT_TRUE(purge(*vault)); });
  char byte = 0;
  ASSERT_EQ(::read(reached[0], &byte, 1), 1);
  // While the token makes the next key: this waits for ever where the vault's lock is held.
  EXPECT_EQ(vault->bucket_key({1}).value().bytes, one_.bytes);
  const SecretKey three = vault->make_bucket_key({3}).value();
  EXPECT_TRUE(vault->make_month_key(24'000));
  ::close(go_on[1]);  // from here on no call waits
  purging.join();
  faulty() = {};
  for (const int end : {reached[0], reached[1], go_on[0]}) ::close(end);
  expect_purged(*vault, 0);
  EXPECT_EQ(vault->bucket_key({3}).value().bytes, three.bytes);
}

TEST_F(EpochTokenTest, WhatIsNotThereIsSaidWithWhatToDo) {
  VaultPlaces places = places_;
  places.token.module = "/nowhere/module.so";
  EXPECT_NE(Vault::open(places).error().detail.find("does not load"), std::string::npos);
  places.token = places_.token;
  places.token.label = "another";
  const auto absent = Vault::open(places);
  EXPECT_EQ(absent.error().code, ErrorCode::kNotFound);
  EXPECT_NE(absent.error().detail.find("token 'another'"), std::string::npos);
  token_->add("another");
  const auto empty = Vault::open(places);
  EXPECT_EQ(empty.error().code, ErrorCode::kNotFound);
  EXPECT_NE(empty.error().detail.find("is it the right token?"), std::string::npos);
  token_->add(kTokenLabel);
  EXPECT_EQ(open().error().code, ErrorCode::kConflict);
}

TEST_F(EpochTokenTest, TheFolderSaysWhereTheSecretIsAndOtherSettingsAreRefused) {
  const auto opened = Vault::open(as_file());
  EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
  EXPECT_NE(opened.error().detail.find("is on a token"), std::string::npos);
  const VaultPlaces file{folder_.path() / "file", {}};
  ASSERT_TRUE(Vault::create(file, chain::SigningKey::from_seed(Digest{8})));
  const VaultPlaces as_token{file.keyring, {}, {}, with_pin(kUserPin)};
  EXPECT_NE(Vault::open(as_token).error().detail.find("is a file"), std::string::npos);
}

TEST_F(EpochTokenTest, AKeyThatCouldBeReadOutOrIsNotDestroyedIsNoDestruction) {
  const auto vault = open().value();
  faulty().fault = TokenFault::kMakesReadable;
  const auto readable = vault->destroy(Bucket{1}, {}, {});
  ASSERT_FALSE(readable);
  EXPECT_NE(readable.error().detail.find("can be read out"), std::string::npos);
  faulty().fault = TokenFault::kDestroysNothing;
  const auto kept = vault->destroy(Bucket{1}, {}, {});
  ASSERT_FALSE(kept);
  EXPECT_NE(kept.error().detail.find("said it destroyed"), std::string::npos);
  faulty() = {};
  ASSERT_TRUE(purge(*vault));
  expect_purged(*vault, 0);
}

TEST_F(EpochTokenTest, AnErrorOfTheTokenAtAnyCallIsFinishedByTheNextPurge) {
  for (const TokenFault fault : {TokenFault::kRemoved, TokenFault::kAnswerLost}) {
    unsigned total = 0, failures = 0;
    for (unsigned at = 0; at <= total && at <= kStepsMax; ++at) {
      start_afresh();
      faulty() = {};
      const auto vault = open().value();
      faulty() = {fault, at, 0, 0};
      failures += purge(*vault) ? 0 : 1;
      if (at == 0) total = faulty().count;
      faulty().at = 0;
      EXPECT_EQ(vault->bucket_key({2}).value().bytes, two_.bytes) << at;
      EXPECT_TRUE(vault->make_bucket_key({3})) << at;
      ASSERT_TRUE(purge(*vault)) << at;
      expect_purged(*vault, at);
    }
    EXPECT_GE(total, 20U);
    EXPECT_EQ(failures, total);  // no call whose failure is taken for success
  }
}

TEST_F(EpochTokenTest, ACrashAtAnyCallToTheTokenLeavesAVaultThatOpens) {
  for (const TokenFault fault : {TokenFault::kExitBefore, TokenFault::kExitAfter}) {
    unsigned before = 0, after = 0, total = 1;
    for (unsigned at = 0; at <= total && at <= kStepsMax; ++at) {
      start_afresh();
      if (at == 0) {
        const auto vault = open().value();
        faulty() = {};
        ASSERT_TRUE(purge(*vault));
        total = faulty().count;
        continue;
      }
      ASSERT_NO_FATAL_FAILURE(in_a_child([&] {
        const auto vault = open().value();
        faulty() = {fault, at, 0, 0};
        static_cast<void>(purge(*vault));
      })) << at;
      const auto vault = open();
      ASSERT_TRUE(vault) << at << ": " << vault.error().detail;
      (*vault)->bucket_key({1}) ? ++before : ++after;
      EXPECT_EQ(labels().size(), 1U) << at;
      ASSERT_TRUE(purge(**vault)) << at;
      expect_purged(**vault, at);
    }
    EXPECT_GE(before, 5U);
    EXPECT_GE(after, 5U);
  }
}

TEST_F(EpochTokenTest, ACrashAtAnyCallToTheDiskLeavesAVaultThatOpens) {
  for (const Fault fault : {Fault::kExit, Fault::kTornCrash, Fault::kError}) {
    unsigned before = 0, after = 0, total = 0;
    for (unsigned at = 0; at <= total && at <= kStepsMax; ++at) {
      start_afresh();
      const auto change = [&] {
        const auto vault = open().value();
        const FaultyCalls calls(fault, at);
        EXPECT_EQ(purge(*vault), at == 0) << at;
        if (at == 0) total = calls.count();
      };
      fault == Fault::kExit&& at != 0 ? in_a_child(change) : change();
      const auto vault = open();
      ASSERT_TRUE(vault) << at << ": " << vault.error().detail;
      (*vault)->bucket_key({1}) ? ++before : ++after;
      ASSERT_TRUE(purge(**vault)) << at;
      expect_purged(**vault, at);
    }
    EXPECT_GE(total, 8U);
    EXPECT_GE(before, 3U);
    EXPECT_GE(after, 3U);
  }
}

TEST_F(EpochTokenTest, AStartCutAnywhereIsFinishedByTheNext) {
  // The state with both keys on the token: the new keyring is in place, the old key not destroyed.
  {
    const auto vault = open().value();
    faulty() = {TokenFault::kDestroysNothing, 0, 0, 0};
    EXPECT_FALSE(purge(*vault));
  }
  faulty() = {};
  EXPECT_EQ(labels().size(), 2U);
  copy("cut", "");
  unsigned total = 0;
  for (unsigned at = 0; at <= total && at <= kStepsMax; ++at) {
    copy("", "cut");
    faulty() = {TokenFault::kRemoved, at, 0, 0};
    EXPECT_EQ(open().has_value(), at == 0) << at;
    if (at == 0) total = faulty().count;
    faulty() = {};
    expect_purged(*open().value(), at);
  }
  EXPECT_GE(total, 15U);
}

}  // namespace
}  // namespace alpr::store
