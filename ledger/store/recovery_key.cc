#include "ledger/store/recovery_key.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/custody_kinds.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/kinds.h"
#include "ledger/store/sealed_box.h"
#include "ledger/store/store_core.h"

namespace alpr::store {
namespace {

constexpr std::string_view kPrefix = "plateledger-recovery+";
constexpr std::size_t kIdDigits = 8;

static_assert(sizeof(PublicKey) == crypto_box_PUBLICKEYBYTES);
static_assert(sizeof(SecretKey::bytes) == crypto_box_SECRETKEYBYTES);

tl::unexpected<Error> no_secret(std::string_view why) {
  return fail(ErrorCode::kMalformed, fmt::format("not a recovery secret: {}", why));
}

std::string short_id(const PublicKey& key) {
  return chain::hex(recovery_id(key)).substr(0, kIdDigits);
}

}  // namespace

RecoverySecret make_recovery_secret() {
  RecoverySecret made;
  chain::random_bytes(made.secret.bytes);
  // X25519 ignores these bits (RFC 7748, section 5); fixed, so that one secret is written one way.
  made.secret.bytes[0] &= 0xf8;
  made.secret.bytes[31] = static_cast<std::uint8_t>((made.secret.bytes[31] & 0x7f) | 0x40);
  ALPR_CHECK(crypto_scalarmult_base(made.public_key.data(), made.secret.bytes.data()) == 0);
  return made;
}

std::string write_recovery_secret(const RecoverySecret& secret) {
  std::string bytes = chain::base64(secret.secret.bytes);
  std::string line = fmt::format("{}{}+{}", kPrefix, short_id(secret.public_key), bytes);
  chain::wipe({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return line;
}

Result<RecoverySecret> parse_recovery_secret(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with(' ')) line.remove_suffix(1);
  if (!line.starts_with(kPrefix)) {
    return no_secret("it is one line that begins with plateledger-recovery+");
  }
  line.remove_prefix(kPrefix.size());
  if (line.size() <= kIdDigits || line[kIdDigits] != '+') return no_secret("its parts are missing");
  auto bytes = chain::parse_base64(line.substr(kIdDigits + 1));
  if (!bytes || bytes->size() != 32) return no_secret("it was not copied in full");
  const WipedBytes wiped(std::move(*bytes));
  RecoverySecret secret;
  std::copy(wiped.value.begin(), wiped.value.end(), secret.secret.bytes.begin());
  ALPR_CHECK(crypto_scalarmult_base(secret.public_key.data(), secret.secret.bytes.data()) == 0);
  const auto& key = secret.secret.bytes;
  const bool fixed_bits = (key[0] & 0x07) == 0 && (key[31] & 0xc0) == 0x40;
  if (!fixed_bits || line.substr(0, kIdDigits) != short_id(secret.public_key))
    return no_secret("its check does not match: a character is wrong");
  return secret;
}

Digest recovery_id(const PublicKey& public_key) { return chain::sha256(public_key); }

Result<Bytes> wrap_for_recovery(const SecretKey& key, const PublicKey& public_key) {
  Bytes box(key.bytes.size() + crypto_box_SEALBYTES);
  const int done =
      crypto_box_seal(box.data(), key.bytes.data(), key.bytes.size(), public_key.data());
  if (done == 0) return box;
  return fail(ErrorCode::kMalformed, "the recovery key is one of small order");
}

Result<SecretKey> unwrap_with(const RecoverySecret& secret, BytesView box) {
  SecretKey key;
  const bool opened =
      box.size() == key.bytes.size() + crypto_box_SEALBYTES &&
      crypto_box_seal_open(key.bytes.data(), box.data(), box.size(), secret.public_key.data(),
                           secret.secret.bytes.data()) == 0;
  if (opened) return key;
  return fail(ErrorCode::kUnauthenticated, "the box does not open with this recovery secret");
}

Result<PublicKey> checked_recovery_key(BytesView bytes) {
  PublicKey key{};
  if (bytes.size() != key.size()) return fail(ErrorCode::kMalformed, "a recovery key has 32 bytes");
  std::copy(bytes.begin(), bytes.end(), key.begin());
  // An encoding of 2^255-19 or more, or with its top bit set, is another key's under another name.
  const bool top = (key[31] & 0x80) != 0;
  const bool reduced =
      key[31] != 0x7f || key[0] < 0xed ||
      std::any_of(key.begin() + 1, key.begin() + 31, [](auto b) { return b != 0xff; });
  if (top || !reduced)
    return fail(ErrorCode::kMalformed, "a recovery key in a non-canonical encoding");
  const auto wrapped = wrap_for_recovery(SecretKey{}, key);
  if (!wrapped) return tl::unexpected(wrapped.error());
  return key;
}

chain::Draft recovery_enrolled(const PublicKey& public_key) {
  return {chain::kind::kRecoveryEnrolled,
          {},
          {{"public_key", "\"" + chain::hex(public_key) + "\"", true}}};
}

Result<void> fold_recovery_key(const chain::EventView& event, Txn& txn) {
  const auto json = chain::parse_canonical(event.json);
  const chain::Json* text = json ? json->member("public_key") : nullptr;
  if (text == nullptr || text->string() == nullptr)
    return fail(ErrorCode::kMalformed, "recovery.enrolled without its key");
  const auto bytes = chain::parse_hex(*text->string());
  if (!bytes) return tl::unexpected(bytes.error());
  const auto key = checked_recovery_key(*bytes);
  if (!key) return tl::unexpected(key.error());
  return txn.put(Db::kMeta, as_bytes(meta::kRecovery), *key);
}

Result<std::optional<PublicKey>> read_recovery_key(const Txn& txn) {
  const auto row = txn.get(Db::kMeta, as_bytes(meta::kRecovery));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  const auto key = checked_recovery_key(**row);
  if (!key) return fail(ErrorCode::kCorrupt, "the row of the recovery key: " + key.error().detail);
  return *key;
}

}  // namespace alpr::store
