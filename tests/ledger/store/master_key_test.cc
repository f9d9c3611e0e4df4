// Proves that a vault opens with its own file, passphrase or command and with no other, and that a
// program which misbehaves is bounded. Vaults are made from each source in folders of the test's
// own; the programs are the system's sh, true, false, yes and sleep.
#include "ledger/store/master_key.h"

#include <gtest/gtest.h>

#include "ledger/chain/encoding.h"
#include "ledger/store/command_output.h"
#include "ledger/store/keyring.h"
#include "ledger/store/vault.h"
#include "tests/ledger/store/store_fixtures.h"

namespace alpr::store {
namespace {

constexpr std::string_view kPassphrase = "correct horse battery staple";

MasterKeySource passphrase(std::string_view text) {
  MasterKeySource source;
  source.passphrase = [text]() -> Result<Bytes> { return Bytes(text.begin(), text.end()); };
  source.cost = {1, 8192};  // as little as libsodium takes
  return source;
}

MasterKeySource command(std::vector<std::string> words) {
  MasterKeySource source;
  source.command = std::move(words);
  return source;
}

MasterKeySource prints(const std::string& text) {
  return command({"sh", "-c", "printf '" + text + "'"});
}

class MasterKey : public testing::Test {
 protected:
  MasterKey() { chain::init_crypto(); }
  VaultPlaces places(MasterKeySource source) const {
    return {folder_.path() / "keyring", {}, std::move(source)};
  }
  Result<void> create(MasterKeySource source) {
    return Vault::create(places(std::move(source)), chain::SigningKey::from_seed(Digest{1}));
  }
  ErrorCode open_error(MasterKeySource source) {
    const auto opened = Vault::open(places(std::move(source)));
    EXPECT_FALSE(opened);
    if (!opened) said_ = opened.error().detail;
    return opened ? ErrorCode::kBusy : opened.error().code;
  }
  std::filesystem::path file(const char* name) const { return folder_.path() / "keyring" / name; }
  const TemporaryFolder folder_;
  std::string said_;
};

TEST_F(MasterKey, APassphraseOpensWhatItMadeAndLiesNowhere) {
  ASSERT_TRUE(create(passphrase(kPassphrase)));
  SecretKey month;
  {
    const auto vault = Vault::open(places(passphrase(kPassphrase)));
    ASSERT_TRUE(vault) << vault.error().detail;
    month = (*vault)->make_month_key(24'000).value();
  }
  // An editor's line feed at the end of a passphrase file changes nothing.
  const auto again = Vault::open(places(passphrase("correct horse battery staple\n")));
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->month_key(24'000).value().bytes, month.bytes);
  EXPECT_FALSE(std::filesystem::exists(file("master.key")));
  for (const auto& [name, bytes] : all_files(folder_.path()))
    EXPECT_EQ(as_text(bytes).find("horse"), std::string_view::npos) << name;
}

TEST_F(MasterKey, AnotherPassphraseIsUnauthenticated) {
  ASSERT_TRUE(create(passphrase(kPassphrase)));
  EXPECT_EQ(open_error(passphrase("correct horse battery stable")), ErrorCode::kUnauthenticated);
  EXPECT_EQ(said_.find("stable"), std::string::npos);
  EXPECT_EQ(open_error(passphrase("")), ErrorCode::kMalformed);
  EXPECT_EQ(open_error(passphrase(std::string(1025, 'x'))), ErrorCode::kMalformed);
}

TEST_F(MasterKey, AShortPassphraseIsRefusedWhenItIsNewAndLeavesNothing) {
  EXPECT_EQ(create(passphrase("fifteen letters")).error().code, ErrorCode::kMalformed);
  EXPECT_FALSE(std::filesystem::exists(file("permanent.keyring")));
  EXPECT_TRUE(create(passphrase("sixteen letters!")));
}

TEST_F(MasterKey, TwoPassphrasesAlikeGiveTwoKeys) {
  const auto first = new_master_key(passphrase(kPassphrase)).value();
  const auto second = new_master_key(passphrase(kPassphrase)).value();
  EXPECT_NE(first.key.bytes, second.key.bytes);
  EXPECT_EQ(stretch(passphrase(kPassphrase), first.file).value().bytes, first.key.bytes);
}

TEST_F(MasterKey, ADamagedSaltOrCostIsNotTakenForAWrongPassphrase) {
  ASSERT_TRUE(create(passphrase(kPassphrase)));
  const std::size_t size = bytes_of(file("master.kdf")).size();
  for (std::size_t at = 0; at < size; ++at) {
    flip_byte(file("master.kdf"), at);
    EXPECT_EQ(open_error(passphrase(kPassphrase)), ErrorCode::kCorrupt) << at;
    flip_byte(file("master.kdf"), at);
  }
  put_bytes(file("master.kdf"), Bytes(44));
  EXPECT_EQ(open_error(passphrase(kPassphrase)), ErrorCode::kCorrupt);
}

TEST_F(MasterKey, TheFolderSaysWhichSourceItAsksFor) {
  ASSERT_TRUE(create(passphrase(kPassphrase)));
  EXPECT_EQ(open_error({}), ErrorCode::kNotFound);
  EXPECT_NE(said_.find("with a passphrase"), std::string::npos) << said_;
  std::filesystem::remove_all(folder_.path() / "keyring");
  ASSERT_TRUE(create({}));
  EXPECT_EQ(open_error(passphrase(kPassphrase)), ErrorCode::kNotFound);
  EXPECT_NE(said_.find("not opened with a passphrase"), std::string::npos) << said_;
}

TEST_F(MasterKey, ACommandOpensWhatItMade) {
  const std::string key(64, 'a');
  ASSERT_TRUE(create(prints(key)));
  EXPECT_FALSE(std::filesystem::exists(file("master.key")));
  EXPECT_FALSE(std::filesystem::exists(file("master.kdf")));
  EXPECT_TRUE(Vault::open(places(prints(key + "\\n"))));
  EXPECT_EQ(open_error(prints(std::string(64, 'b'))), ErrorCode::kUnauthenticated);
  EXPECT_EQ(open_error({}), ErrorCode::kNotFound);
}

TEST_F(MasterKey, WhatIsNoKeyIsRefusedWithoutShowingIt) {
  const std::vector<std::string> texts{"",
                                       std::string(63, 'a'),
                                       std::string(64, 'g'),
                                       std::string(64, 'A'),
                                       std::string(66, 'a'),
                                       "x " + std::string(64, 'a')};
  for (const std::string& text : texts) {
    const auto made = create(prints(text));
    ASSERT_FALSE(made) << text;
    EXPECT_EQ(made.error().code, ErrorCode::kMalformed);
    if (!text.empty()) {
      EXPECT_EQ(made.error().detail.find(text), std::string::npos);
    }
  }
}

TEST(CommandOutput, GivesWhatIsPrintedAndNoShellSeesTheArguments) {
  const auto printed = command_output({"printf", "%s", "$HOME; `true` *"});
  ASSERT_TRUE(printed) << printed.error().detail;
  EXPECT_EQ(as_text(*printed), "$HOME; `true` *");
}

TEST(CommandOutput, AFailureIsAnErrorWhateverWasPrinted) {
  EXPECT_EQ(command_output({"false"}).error().code, ErrorCode::kIo);
  EXPECT_EQ(command_output({"sh", "-c", "echo key; exit 7"}).error().detail,
            "sh ended with code 7");
  EXPECT_EQ(command_output({"sh", "-c", "kill -9 $$"}).error().detail, "sh ended with signal 9");
  EXPECT_EQ(command_output({"/no/such/program"}).error().code, ErrorCode::kNotFound);
}

TEST(CommandOutput, IsBoundedInBytesAndTime) {
  EXPECT_EQ(command_output({"yes"}).error().code, ErrorCode::kTooLarge);
  const auto slow = command_output({"sleep", "100"}, /*seconds_max=*/1);
  EXPECT_NE(slow.error().detail.find("too long"), std::string::npos);
  const auto lingering = command_output({"sh", "-c", "exec 1>&-; exec sleep 100"}, 1);
  EXPECT_NE(lingering.error().detail.find("too long"), std::string::npos);
}

TEST(CommandOutput, StandardInputIsEmptyAndOtherDescriptorsStayHere) {
  EXPECT_EQ(command_output({"cat"}).value(), Bytes{});
  const FileDescriptor leaky(::dup(0));  // without close-on-exec
  const auto listed = command_output({"sh", "-c", "ls /proc/$$/fd | tr '\\n' ' '"});
  ASSERT_TRUE(listed);
  EXPECT_EQ(as_text(*listed), "0 1 2 ");
}

}  // namespace
}  // namespace alpr::store
