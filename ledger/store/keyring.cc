// Keyring file, integers big-endian:
//   offset  size  field
//        0     5  magic "PLKR1"
//        5     1  which: 1 permanent, 2 erasable
//        6     8  number of the epoch whose secret it is sealed under; 0 for the permanent one
//       14    24  nonce
//       38     n  XChaCha20-Poly1305, with bytes 0..13 as associated data, of
//                   be32 count, then per key: u8 use, be64 id, key[32], ascending by (use, id)
// Uses: 1 month, 2 held event, 3 register key (id 0), in the permanent one; 4 bucket, 5 blob in the
// erasable one.
//
// Epoch secret file, 61 bytes: "PLES1", be64 number, secret[32], and the first 16 bytes of the
// SHA-256 of those before, so that a torn or zeroed file is known for what it is.
//
// Log key file: "PLLK2", nonce[24], XChaCha20-Poly1305 with the magic as associated data, of u8
// count (0 to 8), then per key, oldest first: be64 last header time at which it signs, Ed25519
// seed[32]. "PLLK1" is the same with one bare seed[32], and is read only.
#include "ledger/store/keyring.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/store/sealed_box.h"

namespace alpr::store {
namespace {

constexpr std::string_view kKeyringMagic = "PLKR1";
constexpr std::string_view kEpochMagic = "PLES1";
constexpr std::string_view kLogKeyMagic = "PLLK2";
constexpr std::string_view kOldLogKeyMagic = "PLLK1";
constexpr std::size_t kSeedSize = 8 + 32;
constexpr std::size_t kPrefixSize = 5 + 1 + 8;
constexpr std::size_t kEntrySize = 1 + 8 + 32;
constexpr std::size_t kEpochCheckSize = 16;
constexpr std::size_t kEpochSize = 5 + 8 + 32 + kEpochCheckSize;

void put(Bytes& out, BytesView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

SecretKey key_from(BytesView bytes) {
  ALPR_CHECK(bytes.size() == 32);
  SecretKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
  return key;
}

SecretKey derived(BytesView secret, std::string_view use) {
  Digest okm = chain::hkdf_sha256(secret, {}, use);
  SecretKey key;
  key.bytes = okm;
  chain::wipe(okm);
  return key;
}

bool belongs(Keyring which, std::uint8_t use) {
  return which == Keyring::kPermanent ? use >= 1 && use <= 3 : use == 4 || use == 5;
}

tl::unexpected<Error> no_keyring(std::string_view why) {
  return fail(ErrorCode::kMalformed, std::string("not a keyring of this kind: ").append(why));
}

}  // namespace

SecretKey SecretKey::derive(std::string_view use) const { return derived(bytes, use); }

SecretKey random_key() {
  SecretKey key;
  chain::random_bytes(key.bytes);
  return key;
}

SecretKey permanent_sealing_key(const SecretKey& master) { return master.derive("permanent"); }

SecretKey erasable_sealing_key(const SecretKey& master, const EpochSecret& epoch) {
  WipedBytes both;
  both.value.reserve(64);
  put(both.value, master.bytes);
  put(both.value, epoch.secret.bytes);
  return derived(both.value, "erasable");
}

Bytes seal_keyring(Keyring which, std::uint64_t epoch, const KeyMap& keys, const SecretKey& key) {
  Bytes file;
  put(file, as_bytes(kKeyringMagic));
  file.push_back(static_cast<std::uint8_t>(which));
  chain::put_be64(file, epoch);
  WipedBytes clear;
  clear.value.reserve(4 + keys.size() * kEntrySize);
  chain::put_be32(clear.value, static_cast<std::uint32_t>(keys.size()));
  for (const auto& [name, secret] : keys) {
    ALPR_CHECK(belongs(which, static_cast<std::uint8_t>(name.use)));
    clear.value.push_back(static_cast<std::uint8_t>(name.use));
    chain::put_be64(clear.value, name.id);
    put(clear.value, secret.bytes);
  }
  put(file, seal_box(key, BytesView(file).first(kPrefixSize), clear.value));
  return file;
}

Result<std::uint64_t> keyring_epoch(Keyring which, BytesView file) {
  if (file.size() < kPrefixSize) return no_keyring("it is too short");
  if (as_text(file.first(5)) != kKeyringMagic) return no_keyring("it does not begin with PLKR1");
  if (file[5] != static_cast<std::uint8_t>(which)) return no_keyring("it is the other one");
  return chain::get_be64(file.data() + 6);
}

Result<KeyMap> open_keyring(Keyring which, BytesView file, const SecretKey& key) {
  const auto epoch = keyring_epoch(which, file);
  if (!epoch) return tl::unexpected(epoch.error());
  auto opened = open_box(key, file.first(kPrefixSize), file.subspan(kPrefixSize));
  if (!opened) return tl::unexpected(opened.error());
  const WipedBytes clear(std::move(*opened));
  if (clear.value.size() < 4) return no_keyring("no count");
  const std::uint64_t count = chain::get_be32(clear.value.data());
  if (clear.value.size() != 4 + count * kEntrySize) return no_keyring("its count is wrong");
  KeyMap keys;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint8_t* const entry = clear.value.data() + 4 + i * kEntrySize;
    if (!belongs(which, entry[0])) return no_keyring("a key of another use");
    const KeyName name{static_cast<KeyUse>(entry[0]), chain::get_be64(entry + 1)};
    if (!keys.empty() && name <= keys.rbegin()->first) return no_keyring("its keys are unsorted");
    keys.emplace_hint(keys.end(), name, key_from(BytesView(entry + 9, 32)));
  }
  return keys;
}

Bytes encode_epoch_secret(const EpochSecret& epoch) {
  Bytes file;
  file.reserve(kEpochSize);
  put(file, as_bytes(kEpochMagic));
  chain::put_be64(file, epoch.number);
  put(file, epoch.secret.bytes);
  put(file, BytesView(chain::sha256(file)).first(kEpochCheckSize));
  return file;
}

Result<EpochSecret> decode_epoch_secret(BytesView file) {
  if (file.size() != kEpochSize || as_text(file.first(5)) != kEpochMagic) {
    return fail(ErrorCode::kMalformed, "not an epoch secret: other size or magic");
  }
  const Digest check = chain::sha256(file.first(kEpochSize - kEpochCheckSize));
  if (!std::equal(check.begin(), check.begin() + kEpochCheckSize, file.end() - kEpochCheckSize)) {
    return fail(ErrorCode::kMalformed, "not an epoch secret: its check does not match");
  }
  return EpochSecret{chain::get_be64(file.data() + 5), key_from(file.subspan(13, 32))};
}

Bytes seal_log_seeds(const SecretKey& master, const LogSeeds& seeds) {
  ALPR_CHECK(seeds.size() <= kLogSeedsMax);
  WipedBytes clear;
  clear.value.reserve(1 + seeds.size() * kSeedSize);
  clear.value.push_back(static_cast<std::uint8_t>(seeds.size()));
  for (const LogSeed& seed : seeds) {
    chain::put_be64(clear.value, static_cast<std::uint64_t>(seed.until.value));
    put(clear.value, seed.seed.bytes);
  }
  Bytes file;
  put(file, as_bytes(kLogKeyMagic));
  put(file, seal_box(master.derive("log key"), as_bytes(kLogKeyMagic), clear.value));
  return file;
}

Result<LogSeeds> open_log_seeds(const SecretKey& master, BytesView file) {
  const auto magic = as_text(file.first(std::min(file.size(), kLogKeyMagic.size())));
  if (magic != kLogKeyMagic && magic != kOldLogKeyMagic) {
    return fail(ErrorCode::kMalformed, "not a log key: it does not begin with PLLK2");
  }
  auto opened = open_box(master.derive("log key"), as_bytes(magic), file.subspan(magic.size()));
  if (!opened) return tl::unexpected(opened.error());
  const WipedBytes clear(std::move(*opened));
  if (magic == kOldLogKeyMagic) {
    if (clear.value.size() != 32) return fail(ErrorCode::kMalformed, "a log key of another size");
    return LogSeeds{{key_from(clear.value), kNoEnd}};
  }
  if (clear.value.empty() || clear.value[0] > kLogSeedsMax ||
      clear.value.size() != 1 + clear.value[0] * kSeedSize) {
    return fail(ErrorCode::kMalformed, "log keys whose count is wrong");
  }
  LogSeeds seeds;
  for (std::size_t at = 1; at < clear.value.size(); at += kSeedSize) {
    const auto until = static_cast<std::int64_t>(chain::get_be64(&clear.value[at]));
    seeds.push_back({key_from(BytesView(clear.value).subspan(at + 8, 32)), {until}});
  }
  return seeds;
}

}  // namespace alpr::store
