#include "tests/ledger/verify/store_maker.h"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/keys.h"
#include "ledger/chain/merkle.h"
#include "ledger/verify/keys.h"
#include "ledger/verify/log_keys.h"

namespace alpr::verify::testing {
namespace {

chain::Member open(std::string_view name, const chain::Json& value) {
  return {std::string(name), chain::write(value), /*open=*/true};
}
chain::Member sealed(std::string_view name, const chain::Json& value) {
  return {std::string(name), chain::write(value), /*open=*/false};
}
std::int64_t integer(std::uint64_t value) { return static_cast<std::int64_t>(value); }

chain::Json list_of(const std::vector<std::uint64_t>& seqs) {
  chain::Json::Array array;
  for (const std::uint64_t seq : seqs) array.emplace_back(integer(seq));
  return array;
}

}  // namespace

const chain::KindRegistry& test_kinds() {
  static const chain::KindRegistry registry([] {
    std::vector<chain::Kind> kinds = chain::ledger_kinds();
    kinds.push_back({kRead,
                     "test.read",
                     chain::Retention::kThirtyDay,
                     chain::Form::kWhole,
                     {"plate", "n"},
                     {},
                     ""});
    kinds.push_back({kNote,
                     "test.note",
                     chain::Retention::kPermanent,
                     chain::Form::kByMember,
                     {"about", "text"},
                     {"about"},
                     ""});
    kinds.push_back({kHit,
                     "test.hit",
                     chain::Retention::kThirtyDay,
                     chain::Form::kByMember,
                     {"source", "plate"},
                     {"source"},
                     ""});
    return kinds;
  }());
  return registry;
}

chain::SigningKey test_key(std::uint8_t number) {
  Digest seed{};
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(i + number);
  return chain::SigningKey::from_seed(seed);
}

chain::VerifierKey vkey_of(const chain::SigningKey& key) {
  return {std::string(kOrigin), chain::KeyType::kEd25519, key.public_key()};
}

StoreMaker::StoreMaker(bool simulated, const chain::KindRegistry& kinds, TimeUs start)
    : kinds_(kinds), time_(start), key_(test_key(0)) {
  chain::init_crypto();
  Bytes format;
  chain::put_be32(format, 1);
  const auto bytes = [](std::string_view text) { return Bytes(text.begin(), text.end()); };
  rows("meta")[bytes("format")] = format;
  rows("meta")[bytes("origin")] = bytes(kOrigin);
  for (const char* name : {"headers", "payloads", "tiles", "checkpoints"}) rows(name);
  append(chain::kind::kLogStarted,
         {open("format", std::int64_t{1}), open("vkey", chain::format_vkey(vkey_of(key_))),
          open("log_id", std::string("000102030405060708090a0b0c0d0e0f")),
          open("bucket_seconds", std::int64_t{900}), open("simulated", simulated)});
}

Bytes StoreMaker::key_of(std::uint64_t number) {
  Bytes key;
  chain::put_be64(key, number);
  return key;
}

Digest StoreMaker::fresh(std::string_view label) {
  return chain::sha256({as_bytes(label), BytesView(key_of(counter_++))});
}

std::uint64_t StoreMaker::append(std::uint16_t kind, const chain::Members& members) {
  const chain::Kind& known = *kinds_.find(kind);
  const Salt salt = known.retention == chain::Retention::kOpen ? Salt{} : fresh("salt");
  return append_event(known, chain::lay_out_members(salt, members));
}

std::uint64_t StoreMaker::append_whole(std::uint16_t kind, const std::string& json) {
  return append_event(*kinds_.find(kind), chain::lay_out_whole(fresh("salt"), json));
}

std::uint64_t StoreMaker::append_event(const chain::Kind& kind,
                                       const chain::PlainPayload& payload) {
  const std::uint64_t seq = headers_.size();
  chain::Header header;
  header.kind = kind.number;
  header.retention = kind.retention;
  header.form = kind.form;
  header.seq = {seq};
  header.time = time_;
  header.previous = seq == 0 ? chain::genesis_previous(kOrigin) : leaves_.back();
  header.commitment = payload.commitment;
  const chain::HeaderBytes bytes = chain::encode(header);
  headers_.push_back(header);
  leaves_.push_back(chain::leaf_hash(bytes));
  payloads_.push_back(payload);
  rows("headers")[key_of(seq)] = Bytes(bytes.begin(), bytes.end());
  if (payload.secret.empty()) {
    seal(seq, 0, {});
  } else if (kind.retention == chain::Retention::kPermanent) {
    seal(seq, 1, months_.try_emplace(month_number(time_), fresh("month")).first->second);
  } else {
    seal(seq, 2, buckets_.try_emplace(bucket_of(time_).value, fresh("bucket")).first->second);
  }
  return seq;
}

void StoreMaker::seal(std::uint64_t seq, std::uint8_t seal, const Digest& key) {
  const chain::PlainPayload& payload = payloads_[seq];
  Bytes row = {seal};
  chain::put_be32(row, static_cast<std::uint32_t>(payload.clear.size()));
  row.insert(row.end(), payload.clear.begin(), payload.clear.end());
  if (seal != 0) {
    const Digest nonce = fresh("nonce");
    const chain::HeaderBytes header = chain::encode(headers_[seq]);
    Bytes box(payload.secret.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(box.data(), nullptr, payload.secret.data(),
                                               payload.secret.size(), header.data(), header.size(),
                                               nullptr, nonce.data(), key.data());
    row.insert(row.end(), nonce.begin(),
               nonce.begin() + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
    row.insert(row.end(), box.begin(), box.end());
  }
  rows("payloads")[key_of(seq)] = row;
}

std::uint64_t StoreMaker::read() {
  return append_whole(kRead, "{\"plate\":\"7ABC123\",\"n\":" + std::to_string(counter_) + "}");
}

std::uint64_t StoreMaker::hit() {
  return append(kHit,
                {open("source", std::string("general")), sealed("plate", std::string("7ABC123"))});
}

std::uint64_t StoreMaker::note(const std::string& about) {
  return append(kNote,
                {open("about", about), sealed("text", std::string("nobody else's business"))});
}

std::uint64_t StoreMaker::heartbeat() {
  return append(chain::kind::kClockHeartbeat, {open("boot_seconds", std::int64_t{17})});
}

std::uint64_t StoreMaker::hold(const std::vector<std::uint64_t>& events) {
  return hold(events, TimeUs{time_.value + 30 * kDay});
}

std::uint64_t StoreMaker::hold(const std::vector<std::uint64_t>& events, TimeUs review_by) {
  return hold_as(
      {open("reason", std::string("ACTIVE_CRIMINAL")), open("events", list_of(events)),
       open("review_by", review_by.value), sealed("case_number", std::string("26-000017"))},
      events);
}

std::uint64_t StoreMaker::hold_as(const chain::Members& record,
                                  const std::vector<std::uint64_t>& events) {
  const std::uint64_t seq = append(chain::kind::kHoldPlaced, record);
  holds_[seq] = events;
  for (const std::uint64_t event : events) {
    if (event >= seq || !rows("payloads").contains(key_of(event))) continue;
    if (headers_[event].retention != chain::Retention::kThirtyDay) continue;
    seal(event, 3, held_.try_emplace(event, fresh("held")).first->second);
  }
  return seq;
}

std::uint64_t StoreMaker::release(std::uint64_t hold) {
  return release_as({open("hold", integer(hold)), sealed("by", std::string("somebody"))}, hold);
}

std::uint64_t StoreMaker::release_as(const chain::Members& record, std::uint64_t hold) {
  holds_.erase(hold);
  return append(chain::kind::kHoldReleased, record);
}

bool StoreMaker::held_now(std::uint64_t seq) const {
  return std::ranges::any_of(
      holds_, [&](const auto& hold) { return std::ranges::count(hold.second, seq) != 0; });
}

std::vector<std::uint64_t> StoreMaker::events_of(Bucket bucket) const {
  std::vector<std::uint64_t> events;
  for (const chain::Header& header : headers_) {
    const bool ours =
        header.retention == chain::Retention::kThirtyDay && bucket_of(header.time) == bucket;
    if (ours) events.push_back(header.seq.value);
  }
  return events;
}

std::uint64_t StoreMaker::tombstone(Bucket bucket, const TombstoneLies& lies) {
  const std::vector<std::uint64_t> events = events_of(bucket);
  std::vector<std::uint64_t> held, purged;
  std::vector<Digest> leaves;
  for (const std::uint64_t event : events) {
    if (purged_[event]) continue;
    if (held_now(event)) {
      held.push_back(event);
    } else {
      purged.push_back(event);
      leaves.push_back(leaves_[event]);
      purged_[event] = true;
    }
  }
  const std::uint64_t seq =
      append(chain::kind::kReadsPurged,
             {open("bucket", integer(bucket.value)),
              open("first", integer(lies.first.value_or(events.front()))),
              open("last", integer(events.back())),
              open("count", integer(lies.count.value_or(purged.size()))),
              open("root", chain::hex(lies.root.value_or(chain::root_of(leaves)))),
              open("held", list_of(lies.held.value_or(held)))});
  purged_by_[seq] = purged;
  bucket_of_tombstone_[seq] = bucket.value;
  return seq;
}

std::uint64_t StoreMaker::destroyed(std::uint64_t tombstone) {
  for (const std::uint64_t event : purged_by_.at(tombstone)) {
    rows("payloads").erase(key_of(event));
    held_.erase(event);
  }
  buckets_.erase(bucket_of_tombstone_.at(tombstone));
  return append(chain::kind::kKeysDestroyed,
                {open("tombstone", integer(tombstone)), open("keyring", std::string("erasable")),
                 open("digest", chain::hex(fresh("keyring")))});
}

void StoreMaker::rotate(chain::SigningKey key) {
  const std::string vkey = chain::format_vkey(vkey_of(key));
  const Signature proof = key.sign(as_bytes(rotation_text(kOrigin, headers_.size(), vkey)));
  append(chain::kind::kKeyRotated, {open("vkey", vkey), open("proof", chain::base64(proof))});
  next_key_ = std::move(key);
}

void StoreMaker::commit() {
  const std::string text =
      chain::checkpoint_text({std::string(kOrigin), size(), chain::root_of(leaves_), {}});
  const std::string note = chain::format_note({text, {chain::sign_note(text, kOrigin, key_)}});
  rows("checkpoints")[key_of(size())] = Bytes(note.begin(), note.end());
  if (next_key_) key_ = std::move(*next_key_);
  next_key_.reset();
}

std::string StoreMaker::checkpoint(std::uint64_t size) const {
  const Bytes& note = databases_.at("checkpoints").at(key_of(size));
  return {note.begin(), note.end()};
}

std::string StoreMaker::keys_json() const {
  const auto table = [](const std::map<std::uint64_t, Digest>& keys) {
    chain::Json::Object object;
    for (const auto& [id, key] : keys) object.emplace_back(std::to_string(id), chain::hex(key));
    return object;
  };
  return chain::write(chain::Json::Object{{"format", std::int64_t{1}},
                                          {"months", table(months_)},
                                          {"buckets", table(buckets_)},
                                          {"held", table(held_)},
                                          {"blobs", chain::Json::Object{}}});
}

}  // namespace alpr::verify::testing
