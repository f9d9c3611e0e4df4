// offset size
//      0    4  magic "PLE1"
//      4    2  kind
//      6    1  retention: 0 open, 1 permanent, 2 thirty-day
//      7    1  form: 0 whole, 1 by member
//      8    8  seq
//     16    8  time, microseconds since 1970
//     24    8  reserved, 0
//     32   32  previous
//     64   32  commitment
// All integers are unsigned and big-endian.
#include "ledger/chain/header.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"

namespace alpr::chain {
namespace {

constexpr std::array<std::uint8_t, 4> kMagic = {'P', 'L', 'E', '1'};
constexpr std::size_t kKindAt = 4;
constexpr std::size_t kRetentionAt = 6;
constexpr std::size_t kFormAt = 7;
constexpr std::size_t kSeqAt = 8;
constexpr std::size_t kTimeAt = 16;
constexpr std::size_t kReservedAt = 24;
constexpr std::size_t kPreviousAt = 32;
constexpr std::size_t kCommitmentAt = 64;

void store_be(std::uint8_t* to, std::uint64_t value, int size) {
  for (int i = size - 1; i >= 0; --i, value >>= 8) to[i] = static_cast<std::uint8_t>(value);
}

}  // namespace

HeaderBytes encode(const Header& header) {
  ALPR_CHECK(header.time.value >= 0);
  ALPR_CHECK(header.retention <= Retention::kThirtyDay);
  ALPR_CHECK(header.form <= Form::kByMember);
  HeaderBytes bytes{};
  std::copy(kMagic.begin(), kMagic.end(), bytes.begin());
  store_be(&bytes[kKindAt], header.kind, 2);
  bytes[kRetentionAt] = static_cast<std::uint8_t>(header.retention);
  bytes[kFormAt] = static_cast<std::uint8_t>(header.form);
  store_be(&bytes[kSeqAt], header.seq.value, 8);
  store_be(&bytes[kTimeAt], static_cast<std::uint64_t>(header.time.value), 8);
  std::copy(header.previous.begin(), header.previous.end(), &bytes[kPreviousAt]);
  std::copy(header.commitment.begin(), header.commitment.end(), bytes.begin() + kCommitmentAt);
  return bytes;
}

Result<Header> decode_header(BytesView bytes) {
  if (bytes.size() != kHeaderSize) {
    return fail(ErrorCode::kMalformed,
                fmt::format("a header of {} bytes instead of 96", bytes.size()));
  }
  if (!std::equal(kMagic.begin(), kMagic.end(), bytes.begin())) {
    return fail(ErrorCode::kMalformed, "a header that does not begin with PLE1");
  }
  if (bytes[kRetentionAt] > static_cast<std::uint8_t>(Retention::kThirtyDay)) {
    return fail(ErrorCode::kMalformed,
                fmt::format("a header with retention {}", bytes[kRetentionAt]));
  }
  if (bytes[kFormAt] > static_cast<std::uint8_t>(Form::kByMember)) {
    return fail(ErrorCode::kMalformed, fmt::format("a header with form {}", bytes[kFormAt]));
  }
  if (get_be64(&bytes[kReservedAt]) != 0) {
    return fail(ErrorCode::kMalformed, "a header whose reserved bytes are not zero");
  }
  const std::uint64_t time = get_be64(&bytes[kTimeAt]);
  if (time > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return fail(ErrorCode::kMalformed, "a header with a time over 2^63-1");
  }
  Header header;
  header.kind = get_be16(&bytes[kKindAt]);
  header.retention = static_cast<Retention>(bytes[kRetentionAt]);
  header.form = static_cast<Form>(bytes[kFormAt]);
  header.seq = Sequence{get_be64(&bytes[kSeqAt])};
  header.time = TimeUs{static_cast<std::int64_t>(time)};
  std::copy_n(&bytes[kPreviousAt], header.previous.size(), header.previous.begin());
  std::copy_n(&bytes[kCommitmentAt], header.commitment.size(), header.commitment.begin());
  return header;
}

Digest leaf_hash(const HeaderBytes& header) { return sha256_two_blocks(0x00, header); }

Digest genesis_previous(std::string_view origin) { return sha256(as_bytes(origin)); }

}  // namespace alpr::chain
