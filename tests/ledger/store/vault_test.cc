// Proves that the vault hands out the same keys after every start, and that a destroyed key is
// nowhere in its folder. Vaults are made, reopened, damaged and searched byte by byte in folders of
// the test's own.
#include "ledger/store/vault.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <thread>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/store/keyring.h"
#include "ledger/store/sealed_box.h"
#include "tests/ledger/store/store_fixtures.h"

namespace alpr::store {
namespace {

using std::filesystem::perms;

TimeUs utc(int year, unsigned month, unsigned day) {
  const std::chrono::sys_days days{std::chrono::year(year) / static_cast<int>(month) /
                                   static_cast<int>(day)};
  return {days.time_since_epoch().count() * 86'400LL * kSecondUs};
}

TEST(MonthOf, ChangesAtMidnightUtcOfTheFirst) {
  EXPECT_EQ(month_of({0}), 1970U * 12);
  for (const int year : {1972, 2000, 2023, 2024, 2026, 2100}) {
    for (unsigned month = 1; month <= 12; ++month) {
      const TimeUs first = utc(year, month, 1);
      const Month expected = static_cast<Month>(year) * 12 + month - 1;
      EXPECT_EQ(month_of(first), expected);
      EXPECT_EQ(month_of({first.value - 1}), expected - 1);
    }
  }
}

TEST(MonthOf, KnowsLeapYears) {
  const std::int64_t day_us = 86'400 * kSecondUs;
  EXPECT_EQ(month_of({utc(2024, 2, 28).value + day_us}), 2024U * 12 + 1);
  EXPECT_EQ(month_of({utc(2023, 2, 28).value + day_us}), 2023U * 12 + 2);
  EXPECT_EQ(month_of({utc(2000, 2, 28).value + day_us}), 2000U * 12 + 1);
  EXPECT_EQ(month_of({utc(2100, 2, 28).value + day_us}), 2100U * 12 + 2);
}

TEST(SecretKeys, DerivedKeysDifferByUseAndAreTheHkdfs) {
  const SecretKey key = random_key();
  EXPECT_NE(key.derive("evidence").bytes, key.derive("registers").bytes);
  EXPECT_EQ(key.derive("evidence").bytes, chain::hkdf_sha256(key.bytes, {}, "evidence"));
}

class VaultTest : public testing::Test {
 protected:
  VaultTest() : places_{folder_.path() / "keyring", {}}, log_key_(new_log_key()) {
    EXPECT_TRUE(Vault::create(places_, log_key_));
  }

  static chain::SigningKey new_log_key() {
    chain::init_crypto();
    return chain::SigningKey::from_seed(random_key().bytes);
  }
  std::unique_ptr<Vault> open() const { return Vault::open(places_).value(); }
  ErrorCode open_error() const {
    const auto opened = Vault::open(places_);
    EXPECT_FALSE(opened);
    return opened ? ErrorCode::kBusy : opened.error().code;
  }
  std::filesystem::path file(const char* name) const { return places_.keyring / name; }
  bool on_disk(BytesView secret) const {
    for (const auto& [name, bytes] : all_files(folder_.path())) {
      if (std::search(bytes.begin(), bytes.end(), secret.begin(), secret.end()) != bytes.end()) {
        return true;
      }
    }
    return false;
  }
  SecretKey epoch_secret() const {
    return decode_epoch_secret(bytes_of(file("epoch.secret"))).value().secret;
  }

  const TemporaryFolder folder_;
  const VaultPlaces places_;
  const chain::SigningKey log_key_;
};

const std::set<std::string> kFiles{"epoch.secret", "erasable.keyring", "high-water",       "lock",
                                   "log.key",      "master.key",       "permanent.keyring"};

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& [name, bytes] : all_files(folder)) names.insert(name);
  return names;
}

TEST_F(VaultTest, KeysAreTheSameAfterEveryStart) {
  auto vault = open();
  const SecretKey month = vault->make_month_key(24'318).value();
  const SecretKey bucket = vault->make_bucket_key({7}).value();
  const SecretKey blob = vault->make_blob_key(7).value();
  const std::array seqs{Sequence{7}, Sequence{8}};
  ASSERT_TRUE(vault->make_held_keys(seqs));
  const SecretKey held = vault->held_key({7}).value();
  const SecretKey registers = vault->register_key();
  vault.reset();
  vault = open();
  EXPECT_EQ(vault->month_key(24'318).value().bytes, month.bytes);
  EXPECT_EQ(vault->bucket_key({7}).value().bytes, bucket.bytes);
  EXPECT_EQ(vault->blob_key(7).value().bytes, blob.bytes);
  EXPECT_EQ(vault->held_key({7}).value().bytes, held.bytes);
  EXPECT_EQ(vault->register_key().bytes, registers.bytes);
  EXPECT_EQ(vault->make_bucket_key({7}).value().bytes, bucket.bytes);
  const std::set all{month.bytes, bucket.bytes,    blob.bytes,
                     held.bytes,  registers.bytes, vault->held_key({8}).value().bytes};
  EXPECT_EQ(all.size(), 6U);
  EXPECT_EQ(names_in(places_.keyring), kFiles);
}

TEST_F(VaultTest, KeysThatWereNeverMadeAreGone) {
  const auto vault = open();
  EXPECT_EQ(vault->month_key(1).error().code, ErrorCode::kGone);
  EXPECT_EQ(vault->bucket_key({1}).error().code, ErrorCode::kGone);
  EXPECT_EQ(vault->held_key({1}).error().code, ErrorCode::kGone);
  EXPECT_EQ(vault->blob_key(1).error().code, ErrorCode::kGone);
}

TEST_F(VaultTest, NoKeyLiesInClearInAnyFile) {
  const auto vault = open();
  EXPECT_FALSE(on_disk(vault->make_bucket_key({1}).value().bytes));
  EXPECT_FALSE(on_disk(vault->make_month_key(1).value().bytes));
  EXPECT_FALSE(on_disk(vault->register_key().bytes));
  EXPECT_FALSE(on_disk(log_key_.seed()));
  EXPECT_TRUE(on_disk(epoch_secret().bytes));  // the search itself finds what is there
}

TEST_F(VaultTest, TheLogKeyComesBack) {
  EXPECT_EQ(open()->log_seeds().value().at(0).public_key(), log_key_.public_key());
  flip_byte(file("log.key"), 40);
  EXPECT_EQ(open()->log_seeds().error().code, ErrorCode::kCorrupt);
}

TEST_F(VaultTest, ALogKeyOfBeforeRotationsIsReadAndWrittenAnew) {
  SecretKey master;
  const Bytes bytes = bytes_of(file("master.key"));
  std::copy(bytes.begin(), bytes.end(), master.bytes.begin());
  const Bytes box = seal_box(master.derive("log key"), as_bytes("PLLK1"), log_key_.seed());
  Bytes old(5 + box.size());
  std::copy_n("PLLK1", 5, old.begin());
  std::copy(box.begin(), box.end(), old.begin() + 5);
  put_bytes(file("log.key"), old);
  const auto vault = open();
  const LogSeeds seeds = vault->log_seeds().value();
  ASSERT_EQ(seeds.size(), 1U);
  EXPECT_EQ(seeds[0].public_key(), log_key_.public_key());
  EXPECT_EQ(seeds[0].until, kNoEnd);
  ASSERT_TRUE(vault->put_log_seeds(seeds));
  EXPECT_EQ(bytes_of(file("log.key"))[4], '2');
  EXPECT_EQ(vault->log_seeds().value().at(0).public_key(), log_key_.public_key());
}

TEST_F(VaultTest, AnOldMasterKeyOpensNothingOfTheFolderAfterItsChange) {
  ASSERT_TRUE(open()->make_bucket_key({1}));
  const auto before = all_files(places_.keyring);
  SecretKey former;
  std::copy_n(before.at("master.key").begin(), 32, former.bytes.begin());
  const EpochSecret old_secret{1, epoch_secret()};
  ASSERT_TRUE(open()->rotate_master(new_master_key({}).value()));
  EXPECT_FALSE(on_disk(former.bytes));
  EXPECT_FALSE(on_disk(old_secret.secret.bytes));
  const auto after = all_files(places_.keyring);
  EXPECT_FALSE(open_keyring(Keyring::kPermanent, after.at("permanent.keyring"),
                            permanent_sealing_key(former)));
  EXPECT_FALSE(open_keyring(Keyring::kErasable, after.at("erasable.keyring"),
                            erasable_sealing_key(former, old_secret)));
  EXPECT_FALSE(open_log_seeds(former, after.at("log.key")));
  EXPECT_EQ(names_in(places_.keyring), kFiles);
  EXPECT_TRUE(open()->bucket_key({1}));
}

TEST_F(VaultTest, CreatingOverAnyFileOfAVaultIsAConflict) {
  for (const auto& name : kFiles) {
    if (name == "lock") continue;
    const TemporaryFolder other;
    put_bytes(other.path() / name, Bytes{1});
    const auto made = Vault::create({other.path(), {}}, log_key_);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, ErrorCode::kConflict) << name;
    EXPECT_EQ(bytes_of(other.path() / name), Bytes{1}) << name;
  }
}

TEST_F(VaultTest, OneAtATime) {
  auto vault = open();
  EXPECT_EQ(open_error(), ErrorCode::kLocked);
  vault.reset();
  EXPECT_TRUE(Vault::open(places_));
}

TEST_F(VaultTest, EveryMissingFileIsNamed) {
  for (const auto& name : kFiles) {
    if (name == "lock") continue;
    const Bytes saved = bytes_of(file(name.c_str()));
    std::filesystem::remove(file(name.c_str()));
    if (name == "log.key") {
      EXPECT_EQ(open()->log_seeds().error().code, ErrorCode::kNotFound);
    } else {
      const auto opened = Vault::open(places_);
      ASSERT_FALSE(opened) << name;
      EXPECT_EQ(opened.error().code, ErrorCode::kNotFound) << name;
      EXPECT_NE(opened.error().detail.find(name), std::string::npos) << opened.error().detail;
    }
    put_bytes(file(name.c_str()), saved);
    std::filesystem::permissions(file(name.c_str()), perms::owner_read | perms::owner_write);
  }
  EXPECT_TRUE(Vault::open(places_));
}

TEST_F(VaultTest, RefusesSecretsThatOthersMayRead) {
  for (const char* name : {"master.key", "epoch.secret"}) {
    for (const perms wide : {perms::group_read, perms::others_read, perms::group_write}) {
      std::filesystem::permissions(file(name), wide, std::filesystem::perm_options::add);
      const auto opened = Vault::open(places_);
      ASSERT_FALSE(opened);
      EXPECT_EQ(opened.error().code, ErrorCode::kIo);
      EXPECT_NE(opened.error().detail.find("chmod 600"), std::string::npos);
      std::filesystem::permissions(file(name), wide, std::filesystem::perm_options::remove);
      EXPECT_TRUE(Vault::open(places_));
    }
  }
}

TEST_F(VaultTest, RefusesEveryFlippedByteOfItsFiles) {
  ASSERT_TRUE(open()->make_bucket_key({1}));
  ASSERT_TRUE(open()->make_month_key(1));
  for (const char* name : {"master.key", "epoch.secret", "permanent.keyring", "erasable.keyring"}) {
    const std::size_t size = bytes_of(file(name)).size();
    for (std::size_t at = 0; at < size; ++at) {
      flip_byte(file(name), at);
      EXPECT_EQ(open_error(), ErrorCode::kCorrupt) << name << " byte " << at;
      flip_byte(file(name), at);
    }
    Bytes cut = bytes_of(file(name));
    const Bytes whole = cut;
    cut.pop_back();
    put_bytes(file(name), cut);
    EXPECT_EQ(open_error(), ErrorCode::kCorrupt) << name;
    put_bytes(file(name), {});
    EXPECT_EQ(open_error(), ErrorCode::kCorrupt) << name;
    put_bytes(file(name), whole);
  }
  EXPECT_TRUE(open()->bucket_key({1}));
}

TEST_F(VaultTest, I12_G_1_ADestroyedBucketKeyIsNowhereInTheFolder) {
  auto vault = open();
  const SecretKey gone = vault->make_bucket_key({1}).value();
  const SecretKey stays = vault->make_bucket_key({2}).value();
  const SecretKey old_secret = epoch_secret();
  const Bytes old_keyring = bytes_of(file("erasable.keyring"));
  const FileDescriptor keyring_inode(::open(file("erasable.keyring").c_str(), O_RDONLY));
  const FileDescriptor secret_inode(::open(file("epoch.secret").c_str(), O_RDONLY));

  const auto destroyed = vault->destroy(Bucket{1}, {}, {});
  ASSERT_TRUE(destroyed);
  EXPECT_EQ(destroyed->erasable, chain::sha256(bytes_of(file("erasable.keyring"))));
  EXPECT_FALSE(destroyed->permanent);
  EXPECT_EQ(vault->bucket_key({1}).error().code, ErrorCode::kGone);
  EXPECT_EQ(vault->bucket_key({2}).value().bytes, stays.bytes);
  EXPECT_EQ(names_in(places_.keyring), kFiles);

  // The secret, the key and the sealed keyring are in no file, and the blocks that held the latter
  // are zeroed.
  EXPECT_FALSE(on_disk(old_secret.bytes));
  EXPECT_FALSE(on_disk(gone.bytes));
  EXPECT_FALSE(on_disk(BytesView(old_keyring).subspan(14, 32)));
  for (const FileDescriptor* inode : {&keyring_inode, &secret_inode}) {
    Bytes left(old_keyring.size());
    const ssize_t count = ::pread(inode->get(), left.data(), left.size(), 0);
    ASSERT_GT(count, 0);
    EXPECT_TRUE(std::all_of(left.begin(), left.end(), [](auto byte) { return byte == 0; }));
  }
  // A copy of the keyring taken before opens under the old secret alone, not with all that is left.
  SecretKey master;
  const Bytes master_bytes = bytes_of(file("master.key"));
  std::copy(master_bytes.begin(), master_bytes.end(), master.bytes.begin());
  const auto with = [&](const SecretKey& secret) {
    return open_keyring(Keyring::kErasable, old_keyring, erasable_sealing_key(master, {1, secret}));
  };
  EXPECT_TRUE(with(old_secret));
  EXPECT_FALSE(with(epoch_secret()));
  vault.reset();
  EXPECT_EQ(open()->bucket_key({1}).error().code, ErrorCode::kGone);
  EXPECT_EQ(open()->bucket_key({2}).value().bytes, stays.bytes);
}

TEST_F(VaultTest, I12_G_1_AnOlderCopyOfTheKeyringDoesNotOpen) {
  ASSERT_TRUE(open()->make_bucket_key({1}));
  const Bytes old_keyring = bytes_of(file("erasable.keyring"));
  ASSERT_TRUE(open()->destroy(Bucket{1}, {}, {}));
  const Bytes new_keyring = bytes_of(file("erasable.keyring"));
  put_bytes(file("erasable.keyring"), old_keyring);
  EXPECT_EQ(open_error(), ErrorCode::kCorrupt);
  EXPECT_EQ(bytes_of(file("erasable.keyring")), old_keyring);  // evidence, left as it was found
  put_bytes(file("erasable.keyring"), new_keyring);
  EXPECT_TRUE(Vault::open(places_));
}

TEST_F(VaultTest, I12_G_3_ADestroyedHeldKeyIsNowhereInTheFolder) {
  const auto vault = open();
  const std::array seqs{Sequence{1}, Sequence{2}, Sequence{3}};
  ASSERT_TRUE(vault->make_held_keys(seqs));
  ASSERT_TRUE(vault->make_bucket_key({1}));
  const Bytes old_keyring = bytes_of(file("permanent.keyring"));
  const Bytes erasable = bytes_of(file("erasable.keyring"));
  const FileDescriptor inode(::open(file("permanent.keyring").c_str(), O_RDONLY));
  const auto destroyed = vault->destroy({}, {}, std::span(seqs).first(2));
  ASSERT_TRUE(destroyed);
  EXPECT_FALSE(destroyed->erasable);
  EXPECT_EQ(destroyed->permanent, chain::sha256(bytes_of(file("permanent.keyring"))));
  EXPECT_EQ(vault->held_key({1}).error().code, ErrorCode::kGone);
  EXPECT_EQ(vault->held_key({2}).error().code, ErrorCode::kGone);
  EXPECT_TRUE(vault->held_key({3}));
  EXPECT_FALSE(on_disk(BytesView(old_keyring).subspan(38, 32)));
  Bytes left(old_keyring.size());
  ASSERT_EQ(::pread(inode.get(), left.data(), left.size(), 0),
            static_cast<ssize_t>(old_keyring.size()));
  EXPECT_TRUE(std::all_of(left.begin(), left.end(), [](auto byte) { return byte == 0; }));
  EXPECT_EQ(bytes_of(file("erasable.keyring")), erasable);
  EXPECT_EQ(names_in(places_.keyring), kFiles);
}

TEST_F(VaultTest, DestroyingAgainAnswersTheSameDigests) {
  const auto vault = open();
  const std::array seqs{Sequence{1}};
  ASSERT_TRUE(vault->make_bucket_key({1}));
  ASSERT_TRUE(vault->make_blob_key(1));
  ASSERT_TRUE(vault->make_held_keys(seqs));
  const auto first = vault->destroy(Bucket{1}, 1, seqs).value();
  EXPECT_EQ(vault->blob_key(1).error().code, ErrorCode::kGone);
  const auto again = vault->destroy(Bucket{1}, 1, seqs).value();
  ASSERT_TRUE(first.erasable && first.permanent);
  EXPECT_EQ(again.erasable, first.erasable);
  EXPECT_EQ(again.permanent, first.permanent);
  const auto nothing = vault->destroy({}, {}, {}).value();
  EXPECT_FALSE(nothing.erasable || nothing.permanent);
}

TEST_F(VaultTest, TheEpochSecretMayLiveElsewhere) {
  const VaultPlaces places{folder_.path() / "second", folder_.path() / "token" / "secret"};
  ASSERT_TRUE(Vault::create(places, log_key_));
  EXPECT_FALSE(std::filesystem::exists(places.keyring / "epoch.secret"));
  const Bytes before = bytes_of(places.epoch_secret);
  {
    const auto vault = Vault::open(places).value();
    ASSERT_TRUE(vault->make_bucket_key({1}));
    ASSERT_TRUE(vault->make_bucket_key({2}));
    ASSERT_TRUE(vault->destroy(Bucket{1}, {}, {}));
  }
  EXPECT_NE(bytes_of(places.epoch_secret), before);
  EXPECT_EQ(names_in(folder_.path() / "token"), std::set<std::string>{"secret"});
  EXPECT_TRUE(Vault::open(places).value()->bucket_key({2}));
}

TEST_F(VaultTest, HighWaterSurvivesATornWriteAndRefusesToFall) {
  auto vault = open();
  EXPECT_FALSE(vault->high_water().value());
  const Digest one{1}, two{2};
  ASSERT_TRUE(vault->note_signed({10, one}));
  ASSERT_TRUE(vault->note_signed({20, two}));
  EXPECT_TRUE(vault->note_signed({20, two}));
  EXPECT_EQ(vault->note_signed({20, one}).error().code, ErrorCode::kRollback);
  EXPECT_EQ(vault->note_signed({19, one}).error().code, ErrorCode::kRollback);
  ASSERT_TRUE(vault->note_signed({30, one}));  // the fourth write: the first slot
  vault.reset();
  EXPECT_EQ(open()->high_water().value()->size, 30U);
  flip_byte(file("high-water"), 20);
  EXPECT_EQ(open()->high_water().value()->size, 20U);
  EXPECT_EQ(open()->high_water().value()->root, two);
  flip_byte(file("high-water"), 84);
  EXPECT_EQ(open_error(), ErrorCode::kCorrupt);
}

TEST_F(VaultTest, ExportsEveryKeyAsCanonicalJson) {
  const auto vault = open();
  EXPECT_EQ(vault->export_keys(), R"({"format":1,"months":{},"buckets":{},"held":{},"blobs":{}})");
  const std::array seqs{Sequence{5}};
  ASSERT_TRUE(vault->make_held_keys(seqs));
  const auto hex = [](const Result<SecretKey>& key) { return chain::hex(key.value().bytes); };
  const std::string month = hex(vault->make_month_key(24'318));
  const std::string bucket = hex(vault->make_bucket_key({10}));
  const std::string earlier = hex(vault->make_bucket_key({9}));
  const std::string exported = vault->export_keys();
  EXPECT_EQ(exported, R"({"format":1,"months":{"24318":")" + month + R"("},"buckets":{"9":")" +
                          earlier + R"(","10":")" + bucket + R"("},"held":{"5":")" +
                          hex(vault->held_key({5})) + R"("},"blobs":{}})");
  const auto parsed = chain::parse_canonical(exported);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(chain::write(*parsed), exported);
}

TEST_F(VaultTest, ThreadsMakeAndFindTheSameKeys) {
  const auto vault = open();
  std::array<std::vector<SecretKey>, 2> made;
  std::array<std::thread, 2> threads;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    threads[i] = std::thread([&, i] {
      for (std::uint64_t bucket = 0; bucket < 20; ++bucket) {
        made[i].push_back(vault->make_bucket_key({bucket}).value());
        EXPECT_EQ(vault->bucket_key({bucket}).value().bytes, made[i].back().bytes);
        EXPECT_TRUE(vault->note_signed({1, {}}));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t bucket = 0; bucket < 20; ++bucket) {
    EXPECT_EQ(made[0][bucket].bytes, made[1][bucket].bytes);
  }
}

}  // namespace
}  // namespace alpr::store
