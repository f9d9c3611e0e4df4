// How a payload is committed to (both forms) and how it is laid out in the store, in a receipt and
// in a bundle. Source: docs/event-format.md, "Payload". Pure; any thread.
//
// A payload at rest is  clear part || sealed box.
//   form 0 (whole):     clear part is empty; the box holds  salt[32] || JSON bytes.
//   form 1 (by member): clear part is a *member list*: be16 n, then for i = 0..n-1 one of
//       0x00 digest[32]                                            withheld: only its digest is
//       shown 0x01 be16 len, name, be32 len, value                       open: salt_i is 32 zero
//       bytes 0x02 be16 len, name, be32 len, value, salt_i[32]           disclosed
//     The clear part at rest has open members as 0x01 and sealed ones as 0x00 (their digests are
//     salted, so they say nothing, and a verifier without keys can still check every open member).
//     The box holds salt[32] || for each sealed member in order: be16 i, be16 len, name, be32 len,
//     value.
//   An event whose members are all open (retention open) has no box.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/header.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

struct Member {
  std::string name;
  std::string value;  // canonical JSON bytes of the value
  bool open = false;  // stored in clear
  bool operator==(const Member&) const = default;
};
// At most 256, of distinct names. A name is UTF-8, not empty, without NUL (which would let one
// digest stand for two splits into name and value); a value is canonical JSON at most 15 deep.
// Writers abort on others, readers refuse them.
using Members = std::vector<Member>;

// {"name":value,...}: the canonical JSON object of these members, in order.
std::string to_json(const Members& members);

// form 0: HMAC-SHA-256(salt, json).
Digest commit_whole(const Salt& salt, std::string_view json);

// salt_i = HMAC-SHA-256(salt, "member" || be16(i)); 32 zero bytes for an open member.
Salt member_salt(const Salt& salt, std::uint16_t index, bool open);
// d_i = HMAC-SHA-256(salt_i, be16(i) || name || 0x00 || value).
Digest member_digest(const Salt& salt_i, std::uint16_t index, std::string_view name,
                     std::string_view value);
// SHA-256(0x02 || be16(n) || d_1 || ... || d_n).
Digest commit_digests(const std::vector<Digest>& digests);
Digest commit_members(const Salt& salt, const Members& members);

// One entry of a member list as stored or disclosed.
struct ListedMember {
  enum class State : std::uint8_t { kWithheld = 0, kOpen = 1, kDisclosed = 2 };
  State state = State::kWithheld;
  std::string name;  // empty when withheld
  std::string value;
  Digest digest{};  // always filled: given when withheld, else computed
  Salt salt{};      // when disclosed
};
using MemberList = std::vector<ListedMember>;
Bytes encode(const MemberList& list);
Result<MemberList> decode_member_list(BytesView bytes);
Digest commit_list(const MemberList& list);  // what the header's commitment must equal

// What the writer stores.
struct PlainPayload {
  Bytes clear;   // empty for form 0
  Bytes secret;  // what goes into the box, salt first; empty when all members are open
  Digest commitment{};
};
PlainPayload lay_out_whole(const Salt& salt, std::string_view json);
PlainPayload lay_out_members(const Salt& salt, const Members& members);

// The way back. `secret` is nullopt when the box could not be or was not opened.
struct Opened {
  std::string json;  // form 0: the payload bytes; form 1: empty
  Members members;   // form 1: all of them, in order (empty when sealed members exist and secret is
                     // nullopt)
  MemberList list;   // form 1: as stored in clear
  Salt salt{};
};
// Checks everything that can be checked against `commitment`: for form 1 without the secret, the
// clear part alone. kBadSignature when a digest or the commitment differs, kMalformed when the
// bytes are not of the form.
Result<Opened> open_payload(Form form, const Digest& commitment, BytesView clear,
                            std::optional<BytesView> secret);

}  // namespace alpr::chain
