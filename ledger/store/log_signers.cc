// The row "log_keys" of `meta`: be64 seq, be64 header time, public key[32], repeated in order.
#include "ledger/store/log_signers.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/kinds.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/store_core.h"

namespace alpr::store {
namespace {

constexpr std::size_t kEpochSize = 8 + 8 + 32;
constexpr std::size_t kEpochsMax = 10'000;  // a rotation a day for 27 years

Result<std::vector<LogEpoch>> decode(BytesView row) {
  if (row.size() % kEpochSize != 0 || row.size() / kEpochSize > kEpochsMax) {
    return fail(ErrorCode::kCorrupt, "the list of the log's keys is not of its form");
  }
  std::vector<LogEpoch> epochs;
  for (std::size_t at = 0; at < row.size(); at += kEpochSize) {
    LogEpoch epoch{{chain::get_be64(&row[at])},
                   {static_cast<std::int64_t>(chain::get_be64(&row[at + 8]))},
                   {}};
    std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(at) + 16, 32, epoch.key.begin());
    epochs.push_back(epoch);
  }
  return epochs;
}

Result<PublicKey> key_of(std::string_view vkey_json) {
  const auto text = chain::parse_canonical(vkey_json);
  if (!text || text->string() == nullptr)
    return fail(ErrorCode::kMalformed, "the log's key is no text");
  const auto vkey = chain::parse_vkey(*text->string());
  if (!vkey) return tl::unexpected(vkey.error());
  if (vkey->type != chain::KeyType::kEd25519)
    return fail(ErrorCode::kMalformed, "the log's key is not of type Ed25519");
  return vkey->key;
}

}  // namespace

Result<std::vector<LogEpoch>> read_log_epochs(const Txn& txn) {
  const auto row = txn.get(Db::kMeta, as_bytes(meta::kLogKeys));
  if (!row) return tl::unexpected(row.error());
  if (*row) return decode(**row);
  // A store of before keys could be rotated has no such row: genesis names its only key.
  const auto size = log_size(txn);
  if (!size) return tl::unexpected(size.error());
  if (*size == 0) return std::vector<LogEpoch>{};
  const auto header = read_header(txn, {0});
  if (!header) return tl::unexpected(header.error());
  const auto json = read_open_member(txn, {0}, "vkey");
  if (!json) return tl::unexpected(json.error());
  const auto key = key_of(*json);
  if (!key) return fail(ErrorCode::kCorrupt, "the first event's key: " + key.error().detail);
  return std::vector<LogEpoch>{{{0}, header->time, *key}};
}

Result<void> fold_log_keys(const chain::EventView& event, Txn& txn) {
  const bool starts = event.header.kind == chain::kind::kLogStarted;
  if (!starts && event.header.kind != chain::kind::kKeyRotated) return {};
  const auto json = chain::parse_canonical(event.json);
  const chain::Json* vkey = json ? json->member("vkey") : nullptr;
  if (vkey == nullptr) return fail(ErrorCode::kMalformed, "the log's key is missing");
  const auto key = key_of(chain::write(*vkey));
  if (!key) return tl::unexpected(key.error());
  std::vector<LogEpoch> epochs;
  if (!starts) {
    auto before = read_log_epochs(txn);
    if (!before) return tl::unexpected(before.error());
    epochs = std::move(*before);
  }
  if (epochs.size() >= kEpochsMax)
    return fail(ErrorCode::kTooLarge, "the log's key was rotated too often");
  epochs.push_back({event.header.seq, event.header.time, *key});
  Bytes row;
  for (const LogEpoch& epoch : epochs) {
    chain::put_be64(row, epoch.seq.value);
    chain::put_be64(row, static_cast<std::uint64_t>(epoch.time.value));
    row.insert(row.end(), epoch.key.begin(), epoch.key.end());
  }
  return txn.put(Db::kMeta, as_bytes(meta::kLogKeys), row);
}

std::string rotation_text(std::string_view origin, Sequence seq, std::string_view vkey) {
  return fmt::format("key.rotated\n{}\n{}\n{}\n", origin, seq.value, vkey);
}

LogSigners::LogSigners(std::string origin, const std::vector<LogEpoch>& epochs, LogSeeds held)
    : origin_(std::move(origin)) {
  const auto take = [this](const LogSeed& seed) { held_.push_back({seed, seed.signing_key()}); };
  if (epochs.empty()) {
    if (held.empty()) return;
    take(held.back());
    current_ = held_.back().key.public_key();
    return;
  }
  current_ = epochs.back().key;
  for (const LogEpoch& epoch : epochs) {
    const auto found = std::find_if(held.begin(), held.end(), [&](const LogSeed& seed) {
      return seed.public_key() == epoch.key;
    });
    if (found != held.end()) take(*found);
  }
  idle_ = held.size() - held_.size();
}

chain::VerifierKey LogSigners::vkey() const {
  const std::lock_guard lock(mutex_);
  return {origin_, chain::KeyType::kEd25519, current_};
}

bool LogSigners::can_sign() const {
  const std::lock_guard lock(mutex_);
  return !held_.empty() && held_.back().key.public_key() == current_;
}

bool LogSigners::lives(const Held& held, TimeUs time) const {
  return &held == &held_.back() || time <= held.seed.until;
}

LogSeeds LogSigners::live(TimeUs time) const {
  const std::lock_guard lock(mutex_);
  LogSeeds live;
  for (const Held& held : held_) {
    if (lives(held, time)) live.push_back(held.seed);
  }
  return live;
}

bool LogSigners::has_idle(TimeUs time) const {
  const std::size_t alive = live(time).size();
  const std::lock_guard lock(mutex_);
  return idle_ > 0 || alive < held_.size();
}

std::vector<chain::NoteSignature> LogSigners::sign(std::string_view text, TimeUs time,
                                                   const LogSeed* staged) const {
  const std::lock_guard lock(mutex_);
  ALPR_CHECK(!held_.empty());
  std::vector<chain::NoteSignature> signatures;
  if (staged != nullptr)
    signatures.push_back(chain::sign_note(text, origin_, staged->signing_key()));
  for (auto held = held_.rbegin(); held != held_.rend(); ++held) {
    if (lives(*held, time)) signatures.push_back(chain::sign_note(text, origin_, held->key));
  }
  return signatures;
}

void LogSigners::adopt(const LogSeed& staged, TimeUs former_until) {
  const std::lock_guard lock(mutex_);
  ALPR_CHECK(!held_.empty());
  held_.back().seed.until = former_until;
  held_.push_back({staged, staged.signing_key()});
  current_ = staged.public_key();
}

}  // namespace alpr::store
