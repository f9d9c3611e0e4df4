// The member list of payload.h: its bytes, its strict reader and what it commits to.
//   be16 n, then n times one of
//     0x00 digest[32]
//     0x01 be16 len, name, be32 len, value
//     0x02 be16 len, name, be32 len, value, salt_i[32]
#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "ledger/chain/encoding.h"
#include "ledger/chain/payload.h"
#include "ledger/chain/payload_parts.h"

namespace alpr::chain {

Result<BytesView> ByteReader::take(std::size_t count) {
  if (count > rest_.size()) return fail(ErrorCode::kMalformed, "a payload that ends too early");
  const BytesView taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

Result<std::uint16_t> ByteReader::be16() {
  return take(2).map([](BytesView bytes) { return get_be16(bytes.data()); });
}

Result<std::uint32_t> ByteReader::be32() {
  return take(4).map([](BytesView bytes) { return get_be32(bytes.data()); });
}

void put_named_value(Bytes& out, std::string_view name, std::string_view value) {
  ALPR_CHECK(name.size() <= std::numeric_limits<std::uint16_t>::max());
  ALPR_CHECK(value.size() <= std::numeric_limits<std::uint32_t>::max());
  // Bytes of the same type are copied as one piece.
  const BytesView name_bytes = as_bytes(name);
  const BytesView value_bytes = as_bytes(value);
  put_be16(out, static_cast<std::uint16_t>(name.size()));
  out.insert(out.end(), name_bytes.begin(), name_bytes.end());
  put_be32(out, static_cast<std::uint32_t>(value.size()));
  out.insert(out.end(), value_bytes.begin(), value_bytes.end());
}

Result<NamedValue> take_named_value(ByteReader& reader) {
  NamedValue out;
  const auto name_size = reader.be16();
  if (!name_size) return tl::unexpected(name_size.error());
  const auto name = reader.take(*name_size);
  if (!name) return tl::unexpected(name.error());
  out.name = as_text(*name);
  const auto value_size = reader.be32();
  if (!value_size) return tl::unexpected(value_size.error());
  const auto value = reader.take(*value_size);
  if (!value) return tl::unexpected(value.error());
  out.value = as_text(*value);
  if (!valid_member_name(out.name)) {
    return fail(ErrorCode::kMalformed, "a member whose name is empty, not UTF-8 or holds a NUL");
  }
  if (!valid_member_value(out.value)) {
    return fail(ErrorCode::kMalformed, "a member whose value is not canonical JSON");
  }
  return out;
}

// A NUL in the name would let one digest stand for two splits into name and value.
bool valid_member_name(std::string_view name) {
  return !name.empty() && name.find('\0') == std::string_view::npos && valid_utf8(name);
}

// A value stands one level below the payload's object.
bool valid_member_value(std::string_view value) {
  return check_canonical(value, /*depth=*/1).has_value();
}

bool distinct_names(std::vector<std::string_view> names) {
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) == names.end();
}

Bytes encode(const MemberList& list) {
  ALPR_CHECK(list.size() <= kMembersMax);
  Bytes out;
  put_be16(out, static_cast<std::uint16_t>(list.size()));
  for (const ListedMember& member : list) {
    out.push_back(static_cast<std::uint8_t>(member.state));
    if (member.state == ListedMember::State::kWithheld) {
      out.insert(out.end(), member.digest.begin(), member.digest.end());
      continue;
    }
    put_named_value(out, member.name, member.value);
    if (member.state == ListedMember::State::kDisclosed) {
      out.insert(out.end(), member.salt.begin(), member.salt.end());
    }
  }
  return out;
}

namespace {

Result<ListedMember> decode_listed_member(ByteReader& reader, std::uint16_t index) {
  const auto state = reader.take(1);
  if (!state) return tl::unexpected(state.error());
  if (state->front() > static_cast<std::uint8_t>(ListedMember::State::kDisclosed)) {
    return fail(ErrorCode::kMalformed,
                fmt::format("member {} is of the unknown state {}", index, state->front()));
  }
  ListedMember member;
  member.state = static_cast<ListedMember::State>(state->front());
  if (member.state == ListedMember::State::kWithheld) {
    const auto digest = reader.take(member.digest.size());
    if (!digest) return tl::unexpected(digest.error());
    std::copy(digest->begin(), digest->end(), member.digest.begin());
    return member;
  }
  const auto named = take_named_value(reader);
  if (!named) return tl::unexpected(named.error());
  member.name = named->name;
  member.value = named->value;
  if (member.state == ListedMember::State::kDisclosed) {
    const auto salt = reader.take(member.salt.size());
    if (!salt) return tl::unexpected(salt.error());
    std::copy(salt->begin(), salt->end(), member.salt.begin());
  }
  member.digest = member_digest(member.salt, index, member.name, member.value);
  return member;
}

}  // namespace

Result<MemberList> decode_member_list(BytesView bytes) {
  ByteReader reader(bytes);
  const auto count = reader.be16();
  if (!count) return tl::unexpected(count.error());
  if (*count > kMembersMax) {
    return fail(ErrorCode::kMalformed, fmt::format("{} members; at most 256 are allowed", *count));
  }
  MemberList list;
  std::vector<std::string_view> names;
  list.reserve(*count);
  for (std::uint16_t i = 0; i < *count; ++i) {
    auto member = decode_listed_member(reader, i);
    if (!member) return tl::unexpected(member.error());
    list.push_back(std::move(*member));
    if (list.back().state != ListedMember::State::kWithheld) names.push_back(list.back().name);
  }
  if (!reader.at_end()) return fail(ErrorCode::kMalformed, "bytes after the last member");
  if (!distinct_names(std::move(names))) {
    return fail(ErrorCode::kMalformed, "two members of one name");
  }
  return list;
}

Digest commit_list(const MemberList& list) {
  std::vector<Digest> digests;
  digests.reserve(list.size());
  for (const ListedMember& member : list) digests.push_back(member.digest);
  return commit_digests(digests);
}

}  // namespace alpr::chain
