#include "ledger/verify/keys.h"

#include <chrono>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"
#include "ledger/chain/sealing.h"

namespace alpr::verify {
namespace {

Result<KeyTable> parse_table(const chain::Json& file, std::string_view name) {
  const chain::Json* member = file.member(name);
  if (member == nullptr || member->object() == nullptr) {
    return fail(ErrorCode::kMalformed, "the keys file has no object \"" + std::string(name) + "\"");
  }
  KeyTable table;
  for (const auto& [number, value] : *member->object()) {
    const auto id = chain::parse_decimal(number);
    if (!id || value.string() == nullptr) {
      return fail(ErrorCode::kMalformed,
                  "the keys file has an entry of another form under " + std::string(name));
    }
    const auto key = chain::parse_digest_hex(*value.string());
    if (!key)
      return fail(ErrorCode::kMalformed,
                  "the keys file has a key that is not 64 hexadecimal digits");
    table[*id] = *key;
  }
  return table;
}

void wipe(KeyTable& table) {
  for (auto& entry : table) chain::wipe(entry.second);
}

}  // namespace

Result<Keys> Keys::parse(std::string_view json) {
  const auto file = chain::parse_canonical(json);
  if (!file)
    return fail(ErrorCode::kMalformed,
                "the keys file is not canonical JSON: " + file.error().detail);
  const chain::Json* format = file->member("format");
  if (format == nullptr || format->integer() == nullptr || *format->integer() != 1) {
    return fail(ErrorCode::kWrongVersion, "the keys file is not of format 1");
  }
  Keys keys;
  const struct {
    std::string_view name;
    KeyTable* table;
  } tables[] = {{"months", &keys.months_},
                {"buckets", &keys.buckets_},
                {"held", &keys.held_},
                {"blobs", &keys.blobs_}};
  for (const auto& [name, table] : tables) {
    auto parsed = parse_table(*file, name);
    if (!parsed) return tl::unexpected(parsed.error());
    *table = std::move(*parsed);
  }
  return keys;
}

Keys::~Keys() {
  for (KeyTable* table : {&months_, &buckets_, &held_, &blobs_}) wipe(*table);
}

const Key* Keys::find(Seal seal, const chain::Header& header) const {
  const KeyTable* table = nullptr;
  std::uint64_t id = 0;
  switch (seal) {
    case Seal::kNone:
      return nullptr;
    case Seal::kMonth:
      table = &months_;
      id = month_number(header.time);
      break;
    case Seal::kBucket:
      table = &buckets_;
      id = bucket_of(header.time).value;
      break;
    case Seal::kHeld:
      table = &held_;
      id = header.seq.value;
      break;
  }
  if (table == nullptr) return nullptr;
  const auto found = table->find(id);
  return found == table->end() ? nullptr : &found->second;
}

std::uint64_t month_number(TimeUs time) {
  // Days are counted by integer division: a hostile time near 2^63 must not overflow the calendar's
  // types.
  constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
  const std::chrono::sys_days day{std::chrono::days{static_cast<int>(time.value / kDayUs)}};
  const std::chrono::year_month_day date{day};
  return static_cast<std::uint64_t>(static_cast<int>(date.year())) * 12 +
         static_cast<unsigned>(date.month()) - 1;
}

std::optional<Bytes> open_box(const Key& key, BytesView box, BytesView associated) {
  constexpr std::size_t kOverhead = chain::kSealNonceSize + chain::kSealTagSize;
  if (box.size() < kOverhead) return std::nullopt;
  std::optional<Bytes> secret(std::in_place, box.size() - kOverhead);
  const chain::SealKey with{key, box.first<chain::kSealNonceSize>()};
  if (!chain::unseal(with, associated, box.subspan(chain::kSealNonceSize), *secret)) secret.reset();
  return secret;
}

}  // namespace alpr::verify
