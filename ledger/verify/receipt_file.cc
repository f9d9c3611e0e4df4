#include "ledger/verify/receipt_file.h"

#include <algorithm>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/merkle.h"
#include "ledger/verify/receipt.h"

namespace alpr::verify {
namespace {

using chain::Json;

tl::unexpected<Error> malformed(std::string_view member, std::string_view what) {
  return fail(ErrorCode::kMalformed,
              "the receipt's member \"" + std::string(member) + "\" " + std::string(what));
}

Result<std::string> text_of(const Json& object, std::string_view name) {
  const Json* member = object.member(name);
  if (member == nullptr || member->string() == nullptr) return malformed(name, "is not a text");
  return *member->string();
}

Result<Bytes> hex_of(const Json& object, std::string_view name) {
  const auto text = text_of(object, name);
  if (!text) return tl::unexpected(text.error());
  auto bytes = chain::parse_hex(*text);
  if (!bytes) return malformed(name, "is not hexadecimal digits in lower case");
  return bytes;
}

Result<Digest> digest_of(const Json& object, std::string_view name) {
  const auto bytes = hex_of(object, name);
  if (!bytes) return tl::unexpected(bytes.error());
  Digest digest{};
  if (bytes->size() != digest.size()) return malformed(name, "is not of 32 bytes");
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}

Result<const Json::Array*> list_of(const Json& object, std::string_view name) {
  const Json* member = object.member(name);
  if (member == nullptr || member->array() == nullptr) return malformed(name, "is not a list");
  return member->array();
}

Result<ProvenEvent> event_of(const Json& object) {
  ProvenEvent event;
  const auto bytes = hex_of(object, "header");
  if (!bytes) return tl::unexpected(bytes.error());
  const auto header = chain::decode_header(*bytes);
  if (!header) return malformed("header", "does not read: " + header.error().detail);
  event.header = *header;
  std::ranges::copy(*bytes, event.bytes.begin());
  auto clear = hex_of(object, "member_list");
  if (!clear) return tl::unexpected(clear.error());
  event.clear = std::move(*clear);
  const auto text = text_of(object, "tlog_proof");
  if (!text) return tl::unexpected(text.error());
  auto proof = chain::parse_tlog_proof(*text);
  if (!proof) return malformed("tlog_proof", "does not read: " + proof.error().detail);
  event.proof = std::move(*proof);
  const auto note = chain::parse_note(event.proof.checkpoint);
  if (!note) return malformed("tlog_proof", "does not read: " + note.error().detail);
  auto checkpoint = chain::parse_checkpoint_text(note->text);
  if (!checkpoint) return malformed("tlog_proof", "does not read: " + checkpoint.error().detail);
  event.checkpoint = std::move(*checkpoint);
  return event;
}

Result<std::vector<DisclosedMember>> disclosed_of(const Json& object) {
  const auto list = list_of(object, "disclosed");
  if (!list) return tl::unexpected(list.error());
  std::vector<DisclosedMember> members;
  for (const Json& entry : **list) {
    const Json* index = entry.member("index");
    const auto name = text_of(entry, "name");
    const auto value = text_of(entry, "value");
    const auto salt = digest_of(entry, "salt");
    if (index == nullptr || index->integer() == nullptr || *index->integer() < 0)
      return malformed("index", "is not a whole number");
    if (!name) return tl::unexpected(name.error());
    if (!value) return tl::unexpected(value.error());
    if (!salt) return tl::unexpected(salt.error());
    members.push_back({static_cast<std::uint64_t>(*index->integer()), *name, *value, *salt});
  }
  return members;
}

}  // namespace

bool ProvenEvent::included() const {
  return chain::verify_inclusion(chain::leaf_hash(bytes), proof.index, checkpoint.size, proof.path,
                                 checkpoint.root);
}

Result<ReceiptFile> parse_receipt(std::string_view json) {
  if (json.size() > kReceiptMax) return fail(ErrorCode::kTooLarge, "the receipt is too large");
  if (json.ends_with('\n')) json.remove_suffix(1);
  const auto object = chain::parse_canonical(json);
  if (!object || object->object() == nullptr)
    return fail(ErrorCode::kMalformed,
                "the receipt is not the JSON object that the server hands out: keep it as it came");
  ReceiptFile file;
  const auto kind = text_of(*object, "kind");
  if (!kind) return tl::unexpected(kind.error());
  file.kind = *kind;
  auto event = event_of(*object);
  if (!event) return tl::unexpected(event.error());
  file.event = std::move(*event);
  const auto leaf = digest_of(*object, "leaf");
  if (!leaf) return tl::unexpected(leaf.error());
  file.leaf = *leaf;
  auto disclosed = disclosed_of(*object);
  if (!disclosed) return tl::unexpected(disclosed.error());
  file.disclosed = std::move(*disclosed);
  const auto vkey = text_of(*object, "vkey");
  if (!vkey) return tl::unexpected(vkey.error());
  auto key = chain::parse_vkey(*vkey);
  if (!key) return malformed("vkey", "does not read: " + key.error().detail);
  file.vkey = std::move(*key);
  const auto history = list_of(*object, "key_history");
  if (!history) return tl::unexpected(history.error());
  if ((*history)->size() > kRotationsMax) return malformed("key_history", "is too long");
  for (const Json& entry : **history) {
    auto rotation = event_of(entry);
    if (!rotation) return tl::unexpected(rotation.error());
    file.key_history.push_back(std::move(*rotation));
  }
  return file;
}

}  // namespace alpr::verify
