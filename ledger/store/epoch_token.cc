#include "ledger/store/epoch_token.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"
#include "ledger/store/pkcs11.h"

namespace alpr::store {
namespace {

constexpr std::size_t kPinMax = 256;

struct NumberedKey {
  TokenVisit::Key key;
  std::uint64_t number = 0;
};

std::string label_of(std::uint64_t number) { return fmt::format("plateledger epoch {}", number); }

// Ours alone: what somebody else put under the same CKA_ID is none of them.
Result<std::vector<NumberedKey>> keys_of(const TokenVisit& visit, const TokenKeyId& id) {
  constexpr std::string_view kPrefix = "plateledger epoch ";
  const auto all = visit.keys(id);
  if (!all) return tl::unexpected(all.error());
  std::vector<NumberedKey> out;
  for (const TokenVisit::Key& key : *all) {
    if (!key.label.starts_with(kPrefix)) continue;
    const auto number = chain::parse_decimal(std::string_view(key.label).substr(kPrefix.size()));
    if (number) out.push_back({key, *number});
  }
  return out;
}

// kNotFound: none of all; kCorrupt: others, or two.
Result<TokenVisit::Key> the_one(const std::vector<NumberedKey>& keys, std::uint64_t number) {
  const NumberedKey* found = nullptr;
  for (const NumberedKey& each : keys) {
    if (each.number != number) continue;
    if (found != nullptr)
      return fail(ErrorCode::kCorrupt, fmt::format("it has two keys of epoch {}", number));
    found = &each;
  }
  if (found == nullptr && keys.empty()) {
    return fail(ErrorCode::kNotFound,
                fmt::format("it has no key of this keyring. Without the key of epoch {} the reads "
                            "of the last 30 days cannot be opened: is it the right token?",
                            number));
  }
  if (found == nullptr) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("the erasable keyring is of epoch {} but the token's key of epoch {}: "
                            "an older copy cannot be opened, and must not be",
                            number, keys.front().number));
  }
  if (!found->key.stays) {
    return fail(ErrorCode::kCorrupt, fmt::format("its key of epoch {} can be read out of it, so "
                                                 "destroying it would prove nothing",
                                                 number));
  }
  return found->key;
}

Result<void> destroy_but(const TokenVisit& visit, const std::vector<NumberedKey>& keys,
                         std::optional<std::uint64_t> kept) {
  for (const NumberedKey& each : keys) {
    if (each.number == kept) continue;
    if (auto done = visit.destroy(each.key); !done) return done;
  }
  return {};
}

}  // namespace

Error EpochOnToken::said(Error error) const {
  error.detail = fmt::format("token '{}': {}", token_.label, error.detail);
  return error;
}

Result<std::unique_ptr<TokenVisit>> EpochOnToken::visit() {
  auto given = token_.pin();
  if (!given) {
    return fail(given.error().code,
                fmt::format("the PIN of token '{}': {}", token_.label, given.error().detail));
  }
  WipedBytes pin(std::move(*given));
  if (!pin.value.empty() && pin.value.back() == '\n') pin.value.pop_back();
  if (pin.value.empty() || pin.value.size() > kPinMax) {
    return fail(ErrorCode::kMalformed,
                fmt::format("the PIN of token '{}' has 1 to {} bytes", token_.label, kPinMax));
  }
  if (chain::equal_constant_time(pin.value, refused_pin_.value)) {
    return fail(ErrorCode::kUnauthenticated,
                fmt::format("token '{}' has refused this PIN, and it is not tried again, so that "
                            "the token is not locked: correct the file or command that gives it",
                            token_.label));
  }
  auto visit = TokenVisit::open(token_.module, token_.label, pin.value);
  chain::wipe(refused_pin_.value);
  refused_pin_.value.clear();
  if (!visit && visit.error().code == ErrorCode::kUnauthenticated)
    std::swap(refused_pin_.value, pin.value);
  return visit;
}

Result<EpochSecret> EpochOnToken::make(std::uint64_t number) {
  const auto token = visit();
  if (!token) return tl::unexpected(token.error());
  const auto keys = keys_of(**token, id_);
  if (!keys) return tl::unexpected(said(keys.error()));
  for (const NumberedKey& each : *keys) {
    if (each.number != number) continue;
    if (auto done = (*token)->destroy(each.key); !done) return tl::unexpected(said(done.error()));
  }
  const auto made = (*token)->make_key(id_, label_of(number));
  if (!made) return tl::unexpected(said(made.error()));
  const auto secret = (*token)->secret_of(*made);
  if (!secret) return tl::unexpected(said(secret.error()));
  return EpochSecret{number, *secret};
}

Result<EpochSecret> EpochOnToken::find(std::uint64_t number) {
  const auto token = visit();
  if (!token) return tl::unexpected(token.error());
  const auto keys = keys_of(**token, id_);
  const auto key = keys ? the_one(*keys, number) : tl::unexpected(keys.error());
  const auto secret = key ? (*token)->secret_of(*key) : tl::unexpected(key.error());
  if (!secret) return tl::unexpected(said(secret.error()));
  return EpochSecret{number, *secret};
}

// The token is asked again at the end: what it says it destroyed must not be there.
Result<void> EpochOnToken::keep_only(std::uint64_t number) {
  const auto token = visit();
  if (!token) return tl::unexpected(token.error());
  auto keys = keys_of(**token, id_);
  const auto kept = keys ? the_one(*keys, number) : tl::unexpected(keys.error());
  if (!kept) return tl::unexpected(said(kept.error()));
  if (keys->size() == 1) return {};
  if (auto done = destroy_but(**token, *keys, number); !done)
    return tl::unexpected(said(done.error()));
  keys = keys_of(**token, id_);
  if (!keys) return tl::unexpected(said(keys.error()));
  if (keys->size() == 1) return {};
  return tl::unexpected(said({ErrorCode::kIo, "it still has a key that it said it destroyed"}));
}

Result<void> EpochOnToken::destroy_all() {
  const auto token = visit();
  if (!token) return tl::unexpected(token.error());
  auto keys = keys_of(**token, id_);
  if (!keys) return tl::unexpected(said(keys.error()));
  if (keys->empty()) return {};
  if (auto done = destroy_but(**token, *keys, std::nullopt); !done)
    return tl::unexpected(said(done.error()));
  keys = keys_of(**token, id_);
  if (!keys) return tl::unexpected(said(keys.error()));
  if (keys->empty()) return {};
  return tl::unexpected(said({ErrorCode::kIo, "it still has a key that it said it destroyed"}));
}

}  // namespace alpr::store
