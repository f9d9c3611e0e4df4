#include "recognition/upload/shift_answer.h"

#include <algorithm>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/header.h"
#include "ledger/chain/merkle.h"
#include "ledger/chain/payload.h"

namespace alpr::recognition {
namespace {

using chain::Json;

constexpr std::size_t kLengthSize = 4;

tl::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::kMalformed, "the answer with the lists: " + std::string(what));
}

tl::unexpected<Error> not_authentic(std::string_view what) {
  return fail(ErrorCode::kBadSignature, "the lists are not used: " + std::string(what));
}

const std::string* string_at(const Json::Object& object, std::size_t index, std::string_view name) {
  return object[index].first == name ? object[index].second.string() : nullptr;
}

Result<ShiftProof> parse_proof(std::string_view text) {
  const auto json = chain::parse_canonical(text);
  if (!json || json->object() == nullptr || json->object()->size() != 3)
    return malformed("its proof is not of the form");
  const std::string* header = string_at(*json->object(), 0, "header");
  const std::string* members = string_at(*json->object(), 1, "member_list");
  const std::string* proof = string_at(*json->object(), 2, "tlog_proof");
  if (!header || !members || !proof) return malformed("a member of its proof is missing");
  auto header_bytes = chain::parse_hex(*header);
  auto member_bytes = chain::parse_hex(*members);
  if (!header_bytes || !member_bytes) return malformed("its proof is not hexadecimal");
  return ShiftProof{std::move(*header_bytes), std::move(*member_bytes), *proof};
}

// The event is in the log, and the log's key says so.
Result<chain::Header> check_inclusion(const ShiftProof& proof, const chain::VerifierKey& log) {
  const auto header = chain::decode_header(proof.header);
  if (!header) return tl::unexpected(header.error());
  if (header->kind != kListsTakenKind) return not_authentic("its event is not a lists.taken");
  const auto tlog = chain::parse_tlog_proof(proof.tlog_proof);
  if (!tlog) return tl::unexpected(tlog.error());
  const auto checkpoint = chain::open_checkpoint(tlog->checkpoint, log.name, {log});
  if (!checkpoint)
    return not_authentic("the log's key in the credentials did not sign for them: " +
                         checkpoint.error().detail);
  if (tlog->index != header->seq.value ||
      !chain::verify_inclusion(chain::leaf_hash(chain::encode(*header)), tlog->index,
                               checkpoint->size, tlog->path, checkpoint->root))
    return not_authentic("their event is not in the log");
  return *header;
}

// The value of an open member of the event; nullptr where there is none.
const std::string* open_member(const chain::MemberList& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const chain::ListedMember& one) {
    return one.state == chain::ListedMember::State::kOpen && one.name == name;
  });
  return found == list.end() ? nullptr : &found->value;
}

std::string as_json(std::string_view text) { return chain::write(Json(std::string(text))); }

Result<void> check_members(const ShiftProof& proof, const chain::Header& header,
                           const std::string& device, BytesView clear) {
  const auto list = chain::decode_member_list(proof.member_list);
  if (!list) return tl::unexpected(list.error());
  if (chain::commit_list(*list) != header.commitment)
    return not_authentic("their event's members are not those that the log has");
  const std::string* of = open_member(*list, "device");
  if (of == nullptr || *of != as_json(device)) return not_authentic("they are another device's");
  const std::string* sha256 = open_member(*list, "sha256");
  if (sha256 == nullptr || *sha256 != as_json(chain::hex(chain::sha256(clear))))
    return not_authentic("they are not those that the log's event names");
  return {};
}

}  // namespace

std::string signed_message(const ShiftRequest& request) {
  std::string out = "plateledger shift v1\n";
  out.append(request.origin).append("\n").append(request.device).append("\n");
  out += chain::decimal(
             static_cast<std::uint64_t>(std::max<std::int64_t>(0, request.asked_at.value))) +
         "\n";
  return out + chain::hex(request.shift_key) + "\n";
}

Bytes encode_shift_answer(const ShiftProof& proof, BytesView sealed) {
  const std::string text =
      chain::write(Json(Json::Object{{"header", Json(chain::hex(proof.header))},
                                     {"member_list", Json(chain::hex(proof.member_list))},
                                     {"tlog_proof", Json(proof.tlog_proof)}}));
  ALPR_CHECK(text.size() <= kShiftProofMax);
  Bytes out;
  out.reserve(kLengthSize + text.size() + sealed.size());
  chain::put_be32(out, static_cast<std::uint32_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
  out.insert(out.end(), sealed.begin(), sealed.end());
  return out;
}

Result<TakenLists> open_shift_answer(BytesView answer, const ShiftTrust& trust,
                                     const chain::BoxKey& key) {
  if (answer.size() < kLengthSize) return malformed("it ends inside its first length");
  const std::size_t size = chain::get_be32(answer.data());
  if (size > kShiftProofMax || size > answer.size() - kLengthSize)
    return malformed("it ends inside its proof, or the proof is too long");
  const auto proof = parse_proof(as_text(answer.subspan(kLengthSize, size)));
  if (!proof) return tl::unexpected(proof.error());
  const auto header = check_inclusion(*proof, trust.log);
  if (!header) return tl::unexpected(header.error());
  const auto clear = key.open(answer.subspan(kLengthSize + size));
  if (!clear) return not_authentic(clear.error().detail);
  if (auto checked = check_members(*proof, *header, trust.device, *clear); !checked)
    return tl::unexpected(checked.error());
  auto list = parse_shift_list(as_text(*clear));
  if (!list) return tl::unexpected(list.error());
  if (list->origin != trust.log.name || list->device != trust.device)
    return not_authentic("they are of another log or device");
  return TakenLists{header->seq, header->time, std::move(*list)};
}

}  // namespace alpr::recognition
