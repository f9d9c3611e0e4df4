// Proves that after a purge no plate, payload or picture of a purged read can be produced from the
// store's folder by somebody who has the master key. Everything sealed is kept aside before the
// purge, as an old backup would have it, and every key that the folder yields is tried on it: those
// that open with the master key, and every 32 bytes that lie in any file.
#include <gtest/gtest.h>

#include "ledger/store/event_rows.h"
#include "ledger/store/keyring.h"
#include "ledger/store/retention.h"
#include "ledger/store/sealed_box.h"
#include "ledger/store/store_core.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

// What a thief of an earlier copy has of one read: all of it sealed.
struct Sealed {
  Bytes header;
  Bytes payload_box;
  Bytes image_box;
  Digest image_sha256{};
};

SecretKey key_of(BytesView bytes) {
  SecretKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
  return key;
}

bool opens_payload(const Sealed& sealed, const SecretKey& key) {
  return open_box(key, sealed.header, sealed.payload_box).has_value();
}

bool opens_image(const Sealed& sealed, const SecretKey& key) {
  return open_box(key, sealed.image_sha256, sealed.image_box).has_value();
}

class AfterPurge : public testing::Test {
 protected:
  using Files = std::map<std::string, Bytes>;

  Files files() const { return all_files(toy_.places().folder); }

  Sealed sealed(const toy::ToyStore::Image& image) const {
    Sealed out;
    const auto header = chain::encode(*toy_.store->header(image.read));
    out.header.assign(header.begin(), header.end());
    const auto txn = toy_.store->core().env->begin_read();
    const auto row = read_payload_row(*txn, image.read);
    out.payload_box.assign((*row)->box.begin(), (*row)->box.end());
    const Bytes evidence =
        bytes_of(toy_.places().folder / "evidence" /
                 (std::to_string(bucket_of(toy_.store->header(image.read)->time).value) + ".evd"));
    const auto record = BytesView(evidence).subspan(image.place.offset, image.place.length);
    out.image_box.assign(record.begin(), record.end());
    out.image_sha256 = image.sha256;
    return out;
  }

  // Every key that the master key opens in this folder: each file is tried as either keyring, under
  // each file as the epoch's secret.
  static std::vector<SecretKey> keys_by_master(const Files& files) {
    std::vector<SecretKey> keys;
    const auto found = std::find_if(files.begin(), files.end(), [](const auto& file) {
      return std::string_view(file.first).ends_with("master.key");
    });
    EXPECT_NE(found, files.end());
    if (found == files.end()) return keys;
    const SecretKey master = key_of(found->second);
    std::vector<SecretKey> sealing = {permanent_sealing_key(master)};
    for (const auto& [name, bytes] : files) {
      if (const auto epoch = decode_epoch_secret(bytes))
        sealing.push_back(erasable_sealing_key(master, *epoch));
    }
    for (const auto& [name, bytes] : files) {
      for (const SecretKey& key : sealing) {
        for (const Keyring which : {Keyring::kPermanent, Keyring::kErasable}) {
          const auto opened = open_keyring(which, bytes, key);
          if (!opened) continue;
          for (const auto& [use, one] : *opened) keys.push_back(one);
        }
      }
    }
    return keys;
  }

  static bool any_opens(const std::vector<SecretKey>& keys, const Sealed& sealed) {
    return std::any_of(keys.begin(), keys.end(), [&](const SecretKey& key) {
      return opens_payload(sealed, key) || opens_image(sealed, key.derive("evidence")) ||
             opens_image(sealed, key);
    });
  }

  toy::ToyStore toy_;
};

TEST_F(AfterPurge, I12_G_1_NothingOfAPurgedReadComesBackFromTheFolderWithTheMasterKey) {
  Bytes picture(2000);
  for (std::size_t i = 0; i < picture.size(); ++i)
    picture[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  const auto purged = toy_.must_append_image("7ABC123", picture);
  picture[0] ^= 1;
  const auto held = toy_.must_append_image("8XYZ987", picture);
  const Bytes purged_picture = [&] {
    Bytes bytes = picture;
    bytes[0] ^= 1;
    return bytes;
  }();
  const std::array<Transaction::ImageOf, 1> images = {
      Transaction::ImageOf{held.read, held.place, held.sha256}};
  ASSERT_TRUE(toy_.hold({held.read}, {images.begin(), images.end()}));

  const Sealed of_purged = sealed(purged);
  const std::string payload = toy_.store->event(purged.read)->json;
  // The tries find something while there is something to find.
  EXPECT_TRUE(any_opens(keys_by_master(files()), of_purged));

  toy_.clock->advance(kRetentionUs);
  const auto report = toy_.purge();
  ASSERT_TRUE(report) << report.error().detail;
  ASSERT_EQ(report->held, 1U);
  toy_.close();

  const Files left = files();
  for (const auto& [name, bytes] : left) {
    const std::string_view text = as_text(bytes);
    EXPECT_EQ(text.find("7ABC123"), std::string_view::npos) << name;
    EXPECT_EQ(text.find(payload), std::string_view::npos) << name;
    EXPECT_EQ(text.find(as_text(purged_picture).substr(0, 64)), std::string_view::npos) << name;
    EXPECT_EQ(text.find(as_text(of_purged.image_box).substr(24, 64)), std::string_view::npos)
        << name << " still has the sealed picture";
  }
  const auto keys = keys_by_master(left);
  EXPECT_FALSE(keys.empty());
  EXPECT_FALSE(any_opens(keys, of_purged));
  std::uint64_t tried = 0;
  for (const auto& [name, bytes] : left) {
    if (name.ends_with("ballast")) continue;
    for (std::size_t at = 0; at + 32 <= bytes.size(); ++at) {
      if (std::all_of(bytes.begin() + static_cast<long>(at),
                      bytes.begin() + static_cast<long>(at) + 8,
                      [](std::uint8_t byte) { return byte == 0; }))
        continue;  // no key starts with eight zero bytes
      const SecretKey key = key_of(BytesView(bytes).subspan(at, 32));
      ++tried;
      ASSERT_FALSE(opens_payload(of_purged, key)) << name << " at " << at;
    }
  }
  EXPECT_GT(tried, 1000U);

  // The held one is there, for those with the keys: the hold saved it and nothing else.
  toy_.open();
  EXPECT_TRUE(toy_.store->event(held.read));
  EXPECT_TRUE(toy_.store->image(held.read, bucket_of(toy_.store->header(held.read)->time),
                                held.place, held.sha256));
  EXPECT_EQ(toy::code(toy_.store->event(purged.read)), ErrorCode::kGone);
}

}  // namespace
}  // namespace alpr::store
