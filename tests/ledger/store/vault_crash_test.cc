// Proves that a vault opens with every key it should have, and none it should not, whatever system
// call it died at. Each call of a change in turn ends a child process, tears a write or fails; then
// the folder is opened again.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "ledger/chain/hash.h"
#include "ledger/store/keyring.h"
#include "ledger/store/vault.h"
#include "tests/ledger/store/store_fixtures.h"

namespace alpr::store {
namespace {

using Fault = FaultyCalls::Fault;

constexpr std::array kHeld{Sequence{5}};
constexpr unsigned kStepsMax = 200;

chain::SigningKey some_log_key() {
  chain::init_crypto();
  return chain::SigningKey::from_seed(Digest{7});
}

// A vault with a key of each use, to be copied for each step.
class VaultCrash : public testing::TestWithParam<bool> {
 protected:
  VaultCrash() {
    const VaultPlaces places{folder_.path() / "whole", {}};
    EXPECT_TRUE(Vault::create(places, some_log_key()));
    const auto vault = Vault::open(places).value();
    bucket_ = vault->make_bucket_key({2}).value();
    month_ = vault->make_month_key(24'000).value();
    EXPECT_TRUE(vault->make_bucket_key({1}));
    EXPECT_TRUE(vault->make_blob_key(9));
    EXPECT_TRUE(vault->make_held_keys(kHeld));
    registers_ = vault->register_key();
    old_secret_ = decode_epoch_secret(bytes_of(places.keyring / "epoch.secret")).value().secret;
    if (!GetParam()) without_.emplace();
  }

  VaultPlaces fresh_copy() const {
    const auto copy = folder_.path() / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(folder_.path() / "whole", copy);
    return {copy, {}};
  }

  void expect_untouched_keys(const Vault& vault, unsigned at) const {
    EXPECT_EQ(vault.bucket_key({2}).value().bytes, bucket_.bytes) << at;
    EXPECT_EQ(vault.month_key(24'000).value().bytes, month_.bytes) << at;
    EXPECT_EQ(vault.register_key().bytes, registers_.bytes) << at;
    EXPECT_EQ(vault.log_seeds().value().at(0).public_key(), some_log_key().public_key()) << at;
  }

  // All destroyed, nothing left over, the old secret nowhere.
  void expect_destroyed(const Vault& vault, const VaultPlaces& places, unsigned at) const {
    EXPECT_FALSE(vault.bucket_key({1})) << at;
    EXPECT_FALSE(vault.blob_key(9)) << at;
    EXPECT_FALSE(vault.held_key(kHeld[0])) << at;
    const auto files = all_files(places.keyring);
    EXPECT_EQ(files.size(), 7U) << at;
    for (const auto& [name, bytes] : files) {
      EXPECT_EQ(std::search(bytes.begin(), bytes.end(), old_secret_.bytes.begin(),
                            old_secret_.bytes.end()),
                bytes.end())
          << name << " after a crash at " << at;
    }
  }

  // Runs `change` on a fresh copy with a fault at each of its calls in turn, and `check` after
  // each. Returns the number of calls.
  unsigned at_every_call(Fault fault, const std::function<bool(Vault&)>& change,
                         const std::function<void(const VaultPlaces&, unsigned)>& check) {
    unsigned total = kStepsMax;
    for (unsigned at = 0; at <= total && at <= kStepsMax; ++at) {
      const VaultPlaces places = fresh_copy();
      auto vault = Vault::open(places).value();
      if (at == 0) {
        const FaultyCalls calls(fault, at);
        EXPECT_TRUE(change(*vault));
        total = calls.count();
      } else if (fault == Fault::kExit) {
        const pid_t child = ::fork();
        if (child == 0) {
          const FaultyCalls calls(fault, at);
          static_cast<void>(change(*vault));
          ::_exit(1);  // the call numbered `at` should have ended it
        }
        int status = -1;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0) << at;
      } else {
        const FaultyCalls calls(fault, at);
        EXPECT_FALSE(change(*vault)) << at;
      }
      vault.reset();
      check(places, at);
    }
    return total;
  }

  const TemporaryFolder folder_;
  const NoSync no_sync_;
  SecretKey bucket_, month_, registers_, old_secret_;
  std::optional<NoExchange> without_;
};

bool destroy_all(Vault& vault) { return vault.destroy(Bucket{1}, 9, kHeld).has_value(); }

TEST_P(VaultCrash, ADestructionCutAnywhereIsWholeOrStillToDo) {
  for (const Fault fault : {Fault::kExit, Fault::kTornCrash}) {
    unsigned before = 0, after = 0;
    const unsigned total =
        at_every_call(fault, destroy_all, [&](const VaultPlaces& places, unsigned at) {
          auto opened = Vault::open(places);
          ASSERT_TRUE(opened) << at << ": " << opened.error().detail;
          auto& vault = **opened;
          expect_untouched_keys(vault, at);
          EXPECT_EQ(vault.bucket_key({1}).has_value(), vault.blob_key(9).has_value()) << at;
          vault.bucket_key({1}) ? ++before : ++after;
          EXPECT_EQ(all_files(places.keyring).size(), 7U) << at;
          const auto destroyed = vault.destroy(Bucket{1}, 9, kHeld);
          ASSERT_TRUE(destroyed) << at;
          EXPECT_EQ(destroyed->erasable,
                    chain::sha256(bytes_of(places.keyring / "erasable.keyring")));
          EXPECT_EQ(destroyed->permanent,
                    chain::sha256(bytes_of(places.keyring / "permanent.keyring")));
          expect_untouched_keys(vault, at);
          expect_destroyed(vault, places, at);
        });
    EXPECT_GE(total, 30U);
    EXPECT_GE(before, 5U);  // the cuts fell on both sides of the point of no return
    EXPECT_GE(after, 5U);
  }
}

TEST_P(VaultCrash, AFailedDestructionIsFinishedByTheNextCall) {
  unsigned total = 0;
  for (unsigned at = 0; at <= total; ++at) {
    const VaultPlaces places = fresh_copy();
    auto vault = Vault::open(places).value();
    {
      const FaultyCalls calls(Fault::kError, at, ENOSPC);
      const auto destroyed = vault->destroy(Bucket{1}, 9, kHeld);
      if (at == 0) {
        total = calls.count();
      } else {
        ASSERT_FALSE(destroyed) << at;
        EXPECT_EQ(destroyed.error().code, ErrorCode::kNoSpace) << at;
      }
    }
    expect_untouched_keys(*vault, at);
    ASSERT_TRUE(vault->destroy(Bucket{1}, 9, kHeld)) << at;
    expect_destroyed(*vault, places, at);
    vault.reset();
    vault = Vault::open(places).value();
    expect_untouched_keys(*vault, at);
    expect_destroyed(*vault, places, at);
  }
  EXPECT_GE(total, 30U);
}

// Nothing can be repaired while the disk answers nothing; the vault must not go on from what it
// remembers.
TEST_P(VaultCrash, AfterALostDiskTheFilesDecide) {
  unsigned total = 0;
  for (unsigned at = 0; at <= total; ++at) {
    const VaultPlaces places = fresh_copy();
    auto vault = Vault::open(places).value();
    {
      const FaultyCalls calls(Fault::kCrash, at);
      static_cast<void>(destroy_all(*vault));
      if (at == 0) total = calls.count();
      if (at != 0) {
        EXPECT_FALSE(vault->make_bucket_key({3})) << at;
      }
    }
    ASSERT_TRUE(vault->make_bucket_key({3})) << at;
    const auto expected = vault->make_bucket_key({1}).value();
    vault.reset();
    vault = Vault::open(places).value();
    expect_untouched_keys(*vault, at);
    EXPECT_TRUE(vault->bucket_key({3})) << at;
    EXPECT_EQ(vault->bucket_key({1}).value().bytes, expected.bytes) << at;
  }
}

TEST_P(VaultCrash, AKeyThatIsHandedOutIsThereForGood) {
  SecretKey handed_out;
  const auto make = [&](Vault& vault) {
    const auto key = vault.make_bucket_key({3});
    if (key) handed_out = *key;
    return key.has_value();
  };
  for (const Fault fault : {Fault::kExit, Fault::kTornCrash}) {
    const unsigned total = at_every_call(fault, make, [&](const VaultPlaces& places, unsigned at) {
      const auto vault = Vault::open(places).value();
      expect_untouched_keys(*vault, at);
      EXPECT_TRUE(vault->bucket_key({1})) << at;
      if (at == 0) {
        EXPECT_EQ(vault->bucket_key({3}).value().bytes, handed_out.bytes);
      }
      EXPECT_TRUE(vault->make_bucket_key({3})) << at;
      EXPECT_EQ(all_files(places.keyring).size(), 7U) << at;
    });
    EXPECT_GE(total, 10U);
  }
}

TEST_P(VaultCrash, AStartCutAnywhereIsFinishedByTheNext) {
  // The state between the two exchanges: the keyring of epoch 2 is in place, its secret is not.
  const VaultPlaces places = fresh_copy();
  unsigned swap = 0;
  {
    auto vault = Vault::open(places).value();
    const FaultyCalls calls(Fault::kError, 0);
    ASSERT_TRUE(destroy_all(*vault));
    for (unsigned i = 0; i < calls.trace().size() && swap == 0; ++i) {
      if (calls.trace()[i] == "exchange epoch.secret.new") swap = i + 1;
    }
  }
  ASSERT_NE(swap, 0U);
  unsigned total = 0;
  for (unsigned at = 0; at <= total; ++at) {
    const VaultPlaces cut = fresh_copy();
    {
      auto vault = Vault::open(cut).value();
      const FaultyCalls calls(Fault::kCrash, swap);
      EXPECT_FALSE(destroy_all(*vault));
    }
    ASSERT_TRUE(std::filesystem::exists(cut.keyring / "epoch.secret.new"));
    {
      const FaultyCalls calls(Fault::kTornCrash, at);
      EXPECT_EQ(Vault::open(cut).has_value(), at == 0) << at;
      if (at == 0) total = calls.count();
    }
    const auto vault = Vault::open(cut).value();
    expect_untouched_keys(*vault, at);
    EXPECT_FALSE(vault->bucket_key({1})) << at;
    ASSERT_TRUE(destroy_all(*vault));
    expect_destroyed(*vault, cut, at);
  }
  EXPECT_GE(total, 10U);
}

TEST_P(VaultCrash, AVaultThatCouldNotBeMadeLeavesNothing) {
  unsigned total = 0;
  for (unsigned at = 0; at <= total; ++at) {
    const VaultPlaces places{folder_.path() / ("new" + std::to_string(at)), {}};
    {
      const FaultyCalls calls(Fault::kError, at, ENOSPC);
      EXPECT_EQ(Vault::create(places, some_log_key()).has_value(), at == 0) << at;
      if (at == 0) total = calls.count();
    }
    if (at != 0) {
      ASSERT_TRUE(Vault::create(places, some_log_key())) << at;
    }
    EXPECT_TRUE(Vault::open(places)) << at;
  }
  EXPECT_GE(total, 20U);
}

MasterKeySource passphrase(std::string_view text) {
  MasterKeySource source;
  source.passphrase = [text]() -> Result<Bytes> { return Bytes(text.begin(), text.end()); };
  source.cost = {1, 8192};  // as little as libsodium takes
  return source;
}

// Of a change from one source to another: each start, with either of them, finds every key, and
// once the change is over only the next one opens anything.
TEST_P(VaultCrash, AChangeOfTheMasterKeyCutAnywhereIsFinishedWithEitherSource) {
  const auto words = passphrase("sixteen letters or more");
  const NewMasterKey next = new_master_key(words).value();
  const auto change = [&](Vault& vault) { return vault.rotate_master(next).has_value(); };
  for (const Fault fault : {Fault::kExit, Fault::kTornCrash}) {
    for (const bool with_next_source : {false, true}) {
      unsigned undone = 0, done = 0;
      const unsigned total =
          at_every_call(fault, change, [&](const VaultPlaces& at_places, unsigned at) {
            const VaultPlaces old_source{at_places.keyring, {}};
            const VaultPlaces new_source{at_places.keyring, {}, words};
            auto opened = Vault::open(with_next_source ? new_source : old_source);
            if (!opened) opened = Vault::open(with_next_source ? old_source : new_source);
            ASSERT_TRUE(opened) << at << ": " << opened.error().detail;
            expect_untouched_keys(**opened, at);
            EXPECT_TRUE((*opened)->bucket_key({1})) << at;
            EXPECT_TRUE((*opened)->held_key(kHeld[0])) << at;
            EXPECT_TRUE((*opened)->make_bucket_key({3})) << at;
            opened->reset();
            const bool over = !std::filesystem::exists(at_places.keyring / "master.key");
            over ? ++done : ++undone;
            EXPECT_EQ(all_files(at_places.keyring).size(), 7U) << at;
            EXPECT_EQ(Vault::open(old_source).has_value(), !over) << at;
            EXPECT_EQ(Vault::open(new_source).has_value(), over) << at;
          });
      EXPECT_GE(total, 40U);
      EXPECT_GE(undone, 2U);
      EXPECT_GE(done, 30U);
    }
  }
}

TEST_P(VaultCrash, AFailedChangeOfTheMasterKeyIsFinishedByTheNext) {
  unsigned total = 0;
  for (unsigned at = 0; at <= total; ++at) {
    const VaultPlaces places = fresh_copy();
    auto vault = Vault::open(places).value();
    const NewMasterKey first = new_master_key({}).value();
    {
      const FaultyCalls calls(Fault::kError, at, ENOSPC);
      EXPECT_EQ(vault->rotate_master(first).has_value(), at == 0) << at;
      if (at == 0) total = calls.count();
    }
    expect_untouched_keys(*vault, at);
    EXPECT_TRUE(vault->make_bucket_key({3})) << at;
    const NewMasterKey second = new_master_key({}).value();
    ASSERT_TRUE(vault->rotate_master(second)) << at;
    EXPECT_EQ(bytes_of(places.keyring / "master.key"), second.file) << at;
    vault.reset();
    vault = Vault::open(places).value();
    expect_untouched_keys(*vault, at);
    EXPECT_TRUE(vault->bucket_key({3})) << at;
    EXPECT_EQ(all_files(places.keyring).size(), 7U) << at;
  }
  EXPECT_GE(total, 40U);
}

INSTANTIATE_TEST_SUITE_P(Files, VaultCrash, testing::Values(true, false),
                         [](const auto& each) { return each.param ? "Exchange" : "NoExchange"; });

// The order that makes a lost machine harmless, too: what is needed is durable before what it
// replaces goes.
TEST(VaultOrder, ADestructionSyncsEachStepBeforeTheNext) {
  const TemporaryFolder folder;
  const VaultPlaces places{folder.path() / "keyring", folder.path() / "token" / "epoch.secret"};
  ASSERT_TRUE(Vault::create(places, some_log_key()));
  const auto vault = Vault::open(places).value();
  ASSERT_TRUE(vault->make_bucket_key({1}));
  const FaultyCalls calls(Fault::kError, 0);
  ASSERT_TRUE(vault->destroy(Bucket{1}, {}, {}));
  std::vector<std::string> steps;
  for (const auto& call : calls.trace()) {
    if (!call.starts_with("open ")) steps.push_back(call);
  }
  EXPECT_EQ(steps,
            (std::vector<std::string>{
                "write epoch.secret.new", "fdatasync epoch.secret.new", "fsync token",
                "write erasable.keyring.new", "fdatasync erasable.keyring.new",
                "exchange erasable.keyring.new", "fsync keyring", "exchange epoch.secret.new",
                "fsync token", "pwrite epoch.secret.new", "fdatasync epoch.secret.new",
                "unlink epoch.secret.new", "fsync token", "pwrite erasable.keyring.new",
                "fdatasync erasable.keyring.new", "unlink erasable.keyring.new", "fsync keyring"}));
}

TEST(VaultOrder, AStartSyncsTheNewKeyringBeforeItFinishesTheSwitch) {
  const TemporaryFolder folder;
  const VaultPlaces places{folder.path() / "keyring", {}};
  ASSERT_TRUE(Vault::create(places, some_log_key()));
  auto vault = Vault::open(places).value();
  ASSERT_TRUE(vault->make_bucket_key({1}));
  const Bytes before = bytes_of(places.keyring / "erasable.keyring");
  // Dies at the first call after the exchange: the new name may be in the kernel's memory only.
  for (unsigned at = 1; bytes_of(places.keyring / "erasable.keyring") == before; ++at) {
    ASSERT_LT(at, kStepsMax);
    const FaultyCalls calls(Fault::kCrash, at);
    EXPECT_FALSE(vault->destroy(Bucket{1}, {}, {}));
  }
  vault.reset();
  const FaultyCalls calls(Fault::kError, 0);
  ASSERT_TRUE(Vault::open(places));
  const auto& trace = calls.trace();
  const auto synced = std::find(trace.begin(), trace.end(), "fsync keyring");
  const auto finished = std::find(trace.begin(), trace.end(), "exchange epoch.secret.new");
  ASSERT_NE(finished, trace.end());
  EXPECT_LT(synced, finished);
}

}  // namespace
}  // namespace alpr::store
