#include "ledger/store/event_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/store/projection.h"
#include "ledger/store/sealed_box.h"

namespace alpr::store {

namespace {
constexpr std::size_t kRowPrefix = 5;  // the seal, and the length of the clear part
}  // namespace

Result<chain::HeaderBytes> read_header_bytes(const Txn& txn, Sequence seq) {
  const auto row = txn.get(Db::kHeaders, key64(seq.value));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kNotFound, fmt::format("there is no event {}", seq.value));
  if ((*row)->size() != chain::kHeaderSize) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("the header of event {} is not 96 bytes", seq.value));
  }
  chain::HeaderBytes out;
  std::copy((*row)->begin(), (*row)->end(), out.begin());
  return out;
}

Result<chain::Header> read_header(const Txn& txn, Sequence seq) {
  const auto bytes = read_header_bytes(txn, seq);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto header = chain::decode_header(*bytes);
  if (!header || header->seq != seq) {
    return fail(ErrorCode::kCorrupt, fmt::format("the header of event {} is damaged", seq.value));
  }
  return *header;
}

Result<std::uint64_t> log_size(const Txn& txn) {
  const auto last = txn.last(Db::kHeaders);
  if (!last) return tl::unexpected(last.error());
  if (!*last) return 0;
  const auto seq = parse_key64((*last)->key, "headers");
  if (!seq) return seq;
  return *seq + 1;
}

Result<PayloadRow> parse_payload_row(BytesView row) {
  const auto broken = [] { return fail(ErrorCode::kCorrupt, "a payload row is not of its form"); };
  if (row.size() < kRowPrefix || row[0] > static_cast<std::uint8_t>(Seal::kHeld)) return broken();
  const std::size_t clear = chain::get_be32(&row[1]);
  const BytesView rest = row.subspan(kRowPrefix);
  if (rest.size() < clear) return broken();
  return PayloadRow{static_cast<Seal>(row[0]), rest.first(clear), rest.subspan(clear)};
}

Bytes payload_row(Seal seal, BytesView clear, BytesView box) {
  Bytes row;
  row.reserve(kRowPrefix + clear.size() + box.size());
  row.push_back(static_cast<std::uint8_t>(seal));
  chain::put_be32(row, static_cast<std::uint32_t>(clear.size()));
  row.insert(row.end(), clear.begin(), clear.end());
  row.insert(row.end(), box.begin(), box.end());
  return row;
}

std::size_t payload_row_size(const chain::PlainPayload& plain) {
  const std::size_t box = plain.secret.empty() ? 0 : plain.secret.size() + kBoxOverhead;
  return kRowPrefix + plain.clear.size() + box;
}

void write_payload_row(std::span<std::uint8_t> row, Seal seal, const SecretKey* key,
                       const chain::HeaderBytes& header, const chain::PlainPayload& plain) {
  ALPR_CHECK(row.size() == payload_row_size(plain) && (key == nullptr) == plain.secret.empty());
  row[0] = static_cast<std::uint8_t>(seal);
  for (std::size_t i = 0; i < 4; ++i) {
    row[1 + i] = static_cast<std::uint8_t>(plain.clear.size() >> (24 - 8 * i));
  }
  std::copy(plain.clear.begin(), plain.clear.end(), row.begin() + kRowPrefix);
  if (key == nullptr) return;
  seal_box_into(row.subspan(kRowPrefix + plain.clear.size()), *key, header, plain.secret);
}

Result<std::optional<PayloadRow>> read_payload_row(const Txn& txn, Sequence seq) {
  const auto row = txn.get(Db::kPayloads, key64(seq.value));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  const auto parsed = parse_payload_row(**row);
  if (!parsed) return tl::unexpected(parsed.error());
  return *parsed;
}

Result<Seal> payload_seal(const Txn& txn, Sequence seq) {
  const auto row = read_payload_row(txn, seq);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kGone, fmt::format("event {} has no payload", seq.value));
  return (*row)->seal;
}

Result<SecretKey> payload_key(const Vault& vault, Seal seal, const chain::Header& header) {
  switch (seal) {
    case Seal::kMonth:
      return vault.month_key(month_of(header.time));
    case Seal::kBucket:
      return vault.bucket_key(bucket_of(header.time));
    case Seal::kHeld:
      return vault.held_key(header.seq);
    case Seal::kNone:
      break;
  }
  return fail(ErrorCode::kCorrupt, "a payload without a seal has no key");
}

Result<bool> thirty_day_event_lives(const Txn& txn, const chain::Header& header) {
  const auto payload = read_payload_row(txn, header.seq);
  if (!payload) return tl::unexpected(payload.error());
  if (!*payload) return false;
  const auto purged = is_purged(txn, header);
  if (!purged) return purged;
  return !*purged;
}

namespace {

Error damaged(Sequence seq, const Error& why) {
  return {ErrorCode::kCorrupt,
          fmt::format("the payload of event {} is damaged: {}", seq.value, why.detail)};
}

Result<chain::EventView> open_event(const Vault& vault, const chain::KindRegistry& kinds,
                                    chain::EventView view, const PayloadRow& row) {
  std::optional<Bytes> secret;
  if (row.seal != Seal::kNone) {
    const auto key = payload_key(vault, row.seal, view.header);
    if (!key) return tl::unexpected(key.error());
    auto opened = open_box(*key, chain::encode(view.header), row.box);
    if (!opened) return tl::unexpected(damaged(view.header.seq, opened.error()));
    secret = std::move(*opened);
  }
  std::optional<BytesView> secret_view;
  if (secret) secret_view = BytesView(*secret);
  auto opened =
      chain::open_payload(view.header.form, view.header.commitment, row.clear, secret_view);
  if (!opened) return tl::unexpected(damaged(view.header.seq, opened.error()));
  view.have_payload = true;
  view.salt = opened->salt;
  if (view.header.form == chain::Form::kWhole) {
    view.json = std::move(opened->json);
  } else {
    view.members = std::move(opened->members);
    view.json = chain::to_json(view.members);
  }
  if (const chain::Kind* kind = kinds.find(view.header.kind);
      kind != nullptr &&
      (kind->retention != view.header.retention || kind->form != view.header.form)) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("event {} is not of its kind's class or form", view.header.seq.value));
  }
  return view;
}

}  // namespace

Result<chain::EventView> read_event(const Txn& txn, const Vault& vault,
                                    const chain::KindRegistry& kinds, Sequence seq) {
  const auto header = read_header(txn, seq);
  if (!header) return tl::unexpected(header.error());
  chain::EventView view;
  view.header = *header;
  view.leaf = chain::leaf_hash(chain::encode(*header));
  const auto row = read_payload_row(txn, seq);
  if (!row) return tl::unexpected(row.error());
  if (header->retention != chain::Retention::kThirtyDay) {
    if (!*row)
      return fail(ErrorCode::kCorrupt, fmt::format("event {} has lost its payload", seq.value));
    auto opened = open_event(vault, kinds, std::move(view), **row);
    if (!opened && opened.error().code == ErrorCode::kGone) {
      return fail(ErrorCode::kCorrupt, fmt::format("the key of event {} is lost", seq.value));
    }
    return opened;
  }
  const auto lives = thirty_day_event_lives(txn, *header);
  if (!lives) return tl::unexpected(lives.error());
  if (*lives) {
    auto opened = open_event(vault, kinds, view, **row);
    if (opened || opened.error().code != ErrorCode::kGone) return opened;
    return fail(ErrorCode::kCorrupt, fmt::format("the key of event {} is lost", seq.value));
  }
  const auto bucket = read_bucket(txn, bucket_of(header->time));
  if (!bucket) return tl::unexpected(bucket.error());
  if (!*bucket || (*bucket)->state == BucketState::kLive) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("event {} has lost its payload without a tombstone", seq.value));
  }
  return view;
}

Result<std::string> read_open_member(const Txn& txn, Sequence seq, std::string_view name) {
  const auto row = read_payload_row(txn, seq);
  if (!row) return tl::unexpected(row.error());
  if (*row) {
    const auto list = chain::decode_member_list((*row)->clear);
    if (!list) return tl::unexpected(damaged(seq, list.error()));
    for (const chain::ListedMember& member : *list) {
      if (member.state == chain::ListedMember::State::kOpen && member.name == name) {
        return member.value;
      }
    }
  }
  return fail(ErrorCode::kNotFound, fmt::format("event {} has no open member {}", seq.value, name));
}

Result<std::uint64_t> parse_number(std::string_view json) {
  const auto value = chain::parse_canonical(json);
  if (!value || value->integer() == nullptr || *value->integer() < 0) {
    return fail(ErrorCode::kMalformed, "not a number from 0 on");
  }
  return static_cast<std::uint64_t>(*value->integer());
}

Result<std::vector<Sequence>> parse_sequences(std::string_view json) {
  const auto value = chain::parse_canonical(json);
  if (!value || value->array() == nullptr)
    return fail(ErrorCode::kMalformed, "not a list of numbers");
  std::vector<Sequence> out;
  for (const chain::Json& item : *value->array()) {
    if (item.integer() == nullptr || *item.integer() < 0) {
      return fail(ErrorCode::kMalformed, "not a list of numbers from 0 on");
    }
    out.push_back({static_cast<std::uint64_t>(*item.integer())});
  }
  return out;
}

namespace {

Result<std::string_view> member_value(const chain::Members& members, std::string_view name) {
  for (const chain::Member& member : members) {
    if (member.name == name) return std::string_view(member.value);
  }
  return fail(ErrorCode::kMalformed, fmt::format("the member {} is missing", name));
}

}  // namespace

Result<std::uint64_t> member_number(const chain::Members& members, std::string_view name) {
  const auto value = member_value(members, name);
  if (!value) return tl::unexpected(value.error());
  return parse_number(*value);
}

Result<std::vector<Sequence>> member_sequences(const chain::Members& members,
                                               std::string_view name) {
  const auto value = member_value(members, name);
  if (!value) return tl::unexpected(value.error());
  return parse_sequences(*value);
}

std::string write_sequences(const std::vector<Sequence>& seqs) {
  std::string out = "[";
  for (const Sequence seq : seqs) {
    if (out.size() > 1) out.push_back(',');
    chain::write_integer(out, static_cast<std::int64_t>(seq.value));
  }
  out.push_back(']');
  return out;
}

}  // namespace alpr::store
