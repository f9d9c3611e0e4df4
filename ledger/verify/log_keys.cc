#include "ledger/verify/log_keys.h"

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"

namespace alpr::verify {
namespace {

Result<void> check_ours(const chain::VerifierKey& key, std::string_view origin) {
  if (key.type != chain::KeyType::kEd25519) {
    return fail(ErrorCode::kMalformed, "the key is not an Ed25519 log key");
  }
  if (key.name != origin)
    return fail(ErrorCode::kMalformed, "the key's name is not the log's origin");
  return {};
}

}  // namespace

std::string rotation_text(std::string_view origin, std::uint64_t seq, std::string_view vkey) {
  return "key.rotated\n" + std::string(origin) + "\n" + chain::decimal(seq) + "\n" +
         std::string(vkey) + "\n";
}

Result<void> LogKeys::begin(const chain::VerifierKey& genesis) {
  if (auto ours = check_ours(genesis, origin_); !ours) return ours;
  epochs_.assign(1, Epoch{0, TimeUs{0}, genesis, /*vouched=*/true});
  return {};
}

Result<void> LogKeys::rotate(const chain::Header& header, const chain::Json& payload) {
  const chain::Json* vkey = payload.member("vkey");
  const chain::Json* proof = payload.member("proof");
  if (vkey == nullptr || vkey->string() == nullptr || proof == nullptr ||
      proof->string() == nullptr) {
    return fail(ErrorCode::kMalformed, "key.rotated without its key or proof");
  }
  auto key = chain::parse_vkey(*vkey->string());
  if (!key) return tl::unexpected(key.error());
  if (auto ours = check_ours(*key, origin_); !ours) return ours;
  const auto bytes = chain::parse_base64(*proof->string());
  Signature signature{};
  if (!bytes || bytes->size() != signature.size()) {
    return fail(ErrorCode::kMalformed, "the proof of possession is not a signature");
  }
  std::ranges::copy(*bytes, signature.begin());
  const std::string text = rotation_text(origin_, header.seq.value, *vkey->string());
  if (!chain::verify(key->key, as_bytes(text), signature)) {
    return fail(ErrorCode::kBadSignature, "the new key did not sign its proof of possession");
  }
  epochs_.push_back({header.seq.value, header.time, std::move(*key), /*vouched=*/false});
  return {};
}

void LogKeys::vouch() {
  for (Epoch& epoch : epochs_) epoch.vouched = true;
}

std::vector<chain::VerifierKey> LogKeys::known(std::uint64_t size, TimeUs last_time) const {
  if (epochs_.empty()) {
    return given_ ? std::vector<chain::VerifierKey>{*given_} : std::vector<chain::VerifierKey>{};
  }
  std::size_t current = 0;
  for (std::size_t i = 1; i < epochs_.size(); ++i) {
    if (epochs_[i].seq < size) current = i;
  }
  std::vector<chain::VerifierKey> keys = {epochs_[current].key};
  for (std::size_t i = current; i > 0 && epochs_[i].time == last_time; --i)
    keys.push_back(epochs_[i - 1].key);
  return keys;
}

void LogKeys::signed_by(std::uint64_t size, TimeUs last_time,
                        const std::vector<chain::Verified>& signers) {
  for (std::size_t i = 1; i < epochs_.size(); ++i) {
    if (epochs_[i].seq >= size || epochs_[i].time != last_time) continue;
    epochs_[i].vouched =
        epochs_[i].vouched || std::ranges::any_of(signers, [&](const chain::Verified& signer) {
          return signer.key == epochs_[i - 1].key;
        });
  }
}

std::vector<std::uint64_t> LogKeys::unvouched() const {
  std::vector<std::uint64_t> seqs;
  for (const Epoch& epoch : epochs_) {
    if (!epoch.vouched) seqs.push_back(epoch.seq);
  }
  return seqs;
}

std::optional<bool> LogKeys::given_is_ours() const {
  if (!given_) return std::nullopt;
  return std::ranges::any_of(epochs_, [&](const Epoch& epoch) { return epoch.key == *given_; });
}

}  // namespace alpr::verify
