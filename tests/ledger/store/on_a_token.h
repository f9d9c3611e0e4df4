// What the tests of an epoch secret on a token share: a vault with two bucket keys, sealed with
// SoftHSM's help through a module that goes wrong where it is told, and kept to be copied for each
// step.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/store/epoch_token.h"
#include "ledger/store/keyring.h"
#include "ledger/store/pkcs11.h"
#include "ledger/store/vault.h"
#include "tests/ledger/store/faulty_pkcs11.h"
#include "tests/ledger/store/soft_token.h"
#include "tests/ledger/store/store_fixtures.h"

namespace alpr::store {

inline constexpr unsigned kStepsMax = 400;

class OnAToken : public testing::Test {
 protected:
  void SetUp() override {
    if (soft_token_module().empty()) GTEST_SKIP() << "SoftHSM (softhsm2) is not installed";
    chain::init_crypto();
    token_.emplace(folder_.path());
    ASSERT_TRUE(Vault::create(places_, chain::SigningKey::from_seed(Digest{7})));
    const auto vault = open().value();
    one_ = vault->make_bucket_key({1}).value();
    two_ = vault->make_bucket_key({2}).value();
    copy("whole", "");
  }
  void TearDown() override { faulty() = {}; }

  static FaultyToken& faulty() {
    void* const module = ::dlopen(FAULTY_PKCS11_MODULE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    return *static_cast<FaultyToken*>(::dlsym(module, kFaultyTokenName));
  }
  static EpochToken with_pin(std::string_view pin) {
    return SoftToken::with_pin(pin, FAULTY_PKCS11_MODULE);
  }
  Result<std::unique_ptr<Vault>> open() const { return Vault::open(places_); }
  VaultPlaces as_file() const { return {folder_.path() / "keyring", {}}; }
  // The whole state, token included: `from` and `to` are name prefixes.
  void copy(const std::string& to, const std::string& from) const {
    for (const char* part : {"keyring", "tokens", "moved"}) {
      const std::filesystem::path source = folder_.path() / (from + part),
                                  target = folder_.path() / (to + part);
      std::filesystem::remove_all(target);
      if (std::filesystem::exists(source))
        std::filesystem::copy(source, target, std::filesystem::copy_options::recursive);
    }
  }
  void start_afresh() const { copy("", "whole"); }

  TokenKeyId id() const {
    TokenKeyId id{};
    const Bytes marker = bytes_of(places_.keyring / "epoch.token");
    EXPECT_EQ(marker.size(), 37U);
    std::copy_n(marker.begin() + 5, id.size(), id.begin());
    return id;
  }
  std::unique_ptr<TokenVisit> visit() const {
    return std::move(*TokenVisit::open(soft_token_module(), kTokenLabel, as_bytes(kUserPin)));
  }
  std::vector<std::string> labels() const {
    const auto on_token = visit();
    std::vector<std::string> out;
    const auto keys = on_token->keys(id()).value();
    for (const auto& key : keys) out.push_back(key.label);
    return out;
  }
  // Whether any key that the token has opens this erasable keyring, the master key in hand.
  bool any_key_opens(const Bytes& keyring) const {
    SecretKey master;
    std::ranges::copy(bytes_of(places_.keyring / "master.key"), master.bytes.begin());
    const auto on_token = visit();
    const std::uint64_t epoch = keyring_epoch(Keyring::kErasable, keyring).value();
    const auto keys = on_token->keys(id()).value();
    for (const auto& key : keys) {
      const SecretKey secret = on_token->secret_of(key).value();
      if (open_keyring(Keyring::kErasable, keyring, erasable_sealing_key(master, {epoch, secret})))
        return true;
    }
    return false;
  }
  // Every key that should be there, none that should not, and no secret but the one.
  void expect_purged(const Vault& vault, unsigned at) const {
    EXPECT_FALSE(vault.bucket_key({1})) << at;
    EXPECT_EQ(vault.bucket_key({2}).value().bytes, two_.bytes) << at;
    EXPECT_EQ(labels().size(), 1U) << at;
    EXPECT_FALSE(any_key_opens(bytes_of(folder_.path() / "wholekeyring/erasable.keyring"))) << at;
    EXPECT_TRUE(any_key_opens(bytes_of(places_.keyring / "erasable.keyring"))) << at;
    EXPECT_FALSE(std::filesystem::exists(places_.keyring / "erasable.keyring.new")) << at;
  }
  static bool purge(Vault& vault) { return vault.destroy(Bucket{1}, {}, {}).has_value(); }

  static void in_a_child(const std::function<void()>& change) {
    const pid_t child = ::fork();
    if (child == 0) {
      change();
      ::_exit(1);  // the call should have ended it
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }

  const TemporaryFolder folder_;
  const NoSync no_sync_;
  std::optional<SoftToken> token_;
  const VaultPlaces places_{folder_.path() / "keyring", {}, {}, with_pin(kUserPin)};
  SecretKey one_, two_;
};

}  // namespace alpr::store
