#include "ledger/chain/payload.h"

#include <fmt/core.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/payload_parts.h"

namespace alpr::chain {
namespace {

std::array<std::uint8_t, 2> be16(std::uint16_t value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

void check_members(const Members& members) {
  ALPR_CHECK(members.size() <= kMembersMax);
  std::vector<std::string_view> names;
  for (const Member& member : members) {
    ALPR_CHECK(valid_member_name(member.name));
    ALPR_CHECK(valid_member_value(member.value));
    names.push_back(member.name);
  }
  ALPR_CHECK(distinct_names(std::move(names)));
}

Result<Salt> take_salt(ByteReader& reader) {
  Salt salt;
  const auto bytes = reader.take(salt.size());
  if (!bytes) return tl::unexpected(bytes.error());
  std::copy(bytes->begin(), bytes->end(), salt.begin());
  return salt;
}

Result<Opened> open_whole(const Digest& commitment, BytesView clear,
                          std::optional<BytesView> secret) {
  if (!clear.empty()) return fail(ErrorCode::kMalformed, "a whole payload with a clear part");
  Opened opened;
  if (!secret) return opened;
  ByteReader reader(*secret);
  const auto salt = take_salt(reader);
  if (!salt) return tl::unexpected(salt.error());
  opened.salt = *salt;
  opened.json = as_text(reader.rest());
  if (commit_whole(opened.salt, opened.json) != commitment) {
    return fail(ErrorCode::kBadSignature, "the payload differs from what the header commits to");
  }
  return opened;
}

// Fills in the member that stands at the front of the box and has this place in the list.
Result<Member> take_sealed_member(ByteReader& reader, const Opened& opened, std::uint16_t index) {
  const auto stated = reader.be16();
  if (!stated) return tl::unexpected(stated.error());
  if (*stated != index) {
    return fail(ErrorCode::kMalformed,
                fmt::format("the box holds member {} where member {} belongs", *stated, index));
  }
  const auto named = take_named_value(reader);
  if (!named) return tl::unexpected(named.error());
  const Salt salt = member_salt(opened.salt, index, /*open=*/false);
  if (member_digest(salt, index, named->name, named->value) != opened.list[index].digest) {
    return fail(ErrorCode::kBadSignature,
                fmt::format("sealed member {} differs from its digest", index));
  }
  return Member{std::string(named->name), std::string(named->value), /*open=*/false};
}

Result<Opened> open_box(Opened opened, BytesView secret) {
  ByteReader reader(secret);
  const auto salt = take_salt(reader);
  if (!salt) return tl::unexpected(salt.error());
  opened.salt = *salt;
  std::vector<std::string_view> names;
  opened.members.reserve(opened.list.size());
  for (std::size_t i = 0; i < opened.list.size(); ++i) {
    const ListedMember& listed = opened.list[i];
    if (listed.state == ListedMember::State::kOpen) {
      opened.members.push_back(Member{listed.name, listed.value, /*open=*/true});
    } else {
      auto member = take_sealed_member(reader, opened, static_cast<std::uint16_t>(i));
      if (!member) return tl::unexpected(member.error());
      opened.members.push_back(std::move(*member));
    }
    names.emplace_back(opened.members.back().name);
  }
  if (!reader.at_end()) return fail(ErrorCode::kMalformed, "bytes after the box's last member");
  if (!distinct_names(std::move(names))) {
    return fail(ErrorCode::kMalformed, "two members of one name");
  }
  return opened;
}

Result<Opened> open_by_member(const Digest& commitment, BytesView clear,
                              std::optional<BytesView> secret) {
  auto list = decode_member_list(clear);
  if (!list) return tl::unexpected(list.error());
  if (commit_list(*list) != commitment) {
    return fail(ErrorCode::kBadSignature, "the members differ from what the header commits to");
  }
  Opened opened;
  opened.list = std::move(*list);
  bool sealed = false;
  for (const ListedMember& member : opened.list) {
    if (member.state == ListedMember::State::kDisclosed) {
      return fail(ErrorCode::kMalformed, "a disclosed member in a payload at rest");
    }
    sealed = sealed || member.state == ListedMember::State::kWithheld;
  }
  if (sealed) {
    if (!secret) return opened;
    return open_box(std::move(opened), *secret);
  }
  if (secret && !secret->empty()) {
    return fail(ErrorCode::kMalformed, "a box beside a payload whose members are all open");
  }
  for (const ListedMember& member : opened.list) {
    opened.members.push_back(Member{member.name, member.value, /*open=*/true});
  }
  return opened;
}

}  // namespace

std::string to_json(const Members& members) {
  std::string out = "{";
  for (const Member& member : members) {
    if (out.size() > 1) out.push_back(',');
    write_string(out, member.name);
    out.push_back(':');
    out += member.value;
  }
  out.push_back('}');
  return out;
}

Digest commit_whole(const Salt& salt, std::string_view json) {
  return hmac_sha256(salt, {as_bytes(json)});
}

Salt member_salt(const Salt& salt, std::uint16_t index, bool open) {
  if (open) return Salt{};
  return hmac_sha256(salt, {as_bytes("member"), BytesView(be16(index))});
}

Digest member_digest(const Salt& salt_i, std::uint16_t index, std::string_view name,
                     std::string_view value) {
  const std::uint8_t separator = 0x00;
  return hmac_sha256(
      salt_i, {BytesView(be16(index)), as_bytes(name), BytesView(&separator, 1), as_bytes(value)});
}

Digest commit_digests(const std::vector<Digest>& digests) {
  ALPR_CHECK(digests.size() <= kMembersMax);
  Bytes bytes = {0x02};
  bytes.reserve(3 + digests.size() * sizeof(Digest));
  put_be16(bytes, static_cast<std::uint16_t>(digests.size()));
  for (const Digest& digest : digests) bytes.insert(bytes.end(), digest.begin(), digest.end());
  return sha256(BytesView(bytes));
}

Digest commit_members(const Salt& salt, const Members& members) {
  ALPR_CHECK(members.size() <= kMembersMax);
  std::vector<Digest> digests;
  digests.reserve(members.size());
  for (const Member& member : members) {
    const auto index = static_cast<std::uint16_t>(digests.size());
    digests.push_back(
        member_digest(member_salt(salt, index, member.open), index, member.name, member.value));
  }
  return commit_digests(digests);
}

PlainPayload lay_out_whole(const Salt& salt, std::string_view json) {
  PlainPayload payload;
  payload.secret.reserve(salt.size() + json.size());
  payload.secret.assign(salt.begin(), salt.end());
  const BytesView bytes = as_bytes(json);  // of the same type, so they are copied as one piece
  payload.secret.insert(payload.secret.end(), bytes.begin(), bytes.end());
  payload.commitment = commit_whole(salt, json);
  return payload;
}

PlainPayload lay_out_members(const Salt& salt, const Members& members) {
  check_members(members);
  MemberList list;
  Bytes secret(salt.begin(), salt.end());
  for (const Member& member : members) {
    const auto index = static_cast<std::uint16_t>(list.size());
    ListedMember& listed = list.emplace_back();
    listed.digest =
        member_digest(member_salt(salt, index, member.open), index, member.name, member.value);
    if (member.open) {
      listed.state = ListedMember::State::kOpen;
      listed.name = member.name;
      listed.value = member.value;
    } else {
      put_be16(secret, index);
      put_named_value(secret, member.name, member.value);
    }
  }
  PlainPayload payload;
  payload.clear = encode(list);
  payload.commitment = commit_list(list);
  if (secret.size() > salt.size()) payload.secret = std::move(secret);
  return payload;
}

Result<Opened> open_payload(Form form, const Digest& commitment, BytesView clear,
                            std::optional<BytesView> secret) {
  return form == Form::kWhole ? open_whole(commitment, clear, secret)
                              : open_by_member(commitment, clear, secret);
}

}  // namespace alpr::chain
