// No bytes make the vault's readers crash, as a file or sealed under the right key; and what opens
// is sealed again to something that opens to the same keys.
#include <algorithm>

#include "ledger/chain/keys.h"
#include "ledger/store/keyring.h"
#include "ledger/store/sealed_box.h"

namespace {

using namespace alpr;
using namespace alpr::store;

constexpr std::size_t kPrefixSize = 14;  // what is in clear, and associated data

void open(Keyring which, const SecretKey& key, BytesView clear) {
  const Bytes empty = seal_keyring(which, 7, {}, key);
  Bytes file(empty.begin(), empty.begin() + kPrefixSize);
  const Bytes box = seal_box(key, file, clear);
  file.insert(file.end(), box.begin(), box.end());
  const auto keys = open_keyring(which, file, key);
  if (!keys) return;
  ALPR_CHECK(clear.size() == 4 + keys->size() * 41);
  const auto again = open_keyring(which, seal_keyring(which, 7, *keys, key), key);
  ALPR_CHECK(again && again->size() == keys->size());
  ALPR_CHECK(std::ranges::equal(*again, *keys, [](const auto& a, const auto& b) {
    return a.first == b.first && a.second.bytes == b.second.bytes;
  }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chain::init_crypto();
  const BytesView bytes(data, size);
  const SecretKey key{};
  for (const Keyring which : {Keyring::kPermanent, Keyring::kErasable}) {
    static_cast<void>(keyring_epoch(which, bytes));
    ALPR_CHECK(!open_keyring(which, bytes, key));  // nobody guesses a box
    open(which, key, bytes);
  }
  const auto epoch = decode_epoch_secret(bytes);
  if (epoch) ALPR_CHECK(std::ranges::equal(encode_epoch_secret(*epoch), bytes));
  ALPR_CHECK(!open_log_seeds(key, bytes));
  return 0;
}
