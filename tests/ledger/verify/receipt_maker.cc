#include "tests/ledger/verify/receipt_maker.h"

#include "ledger/chain/encoding.h"
#include "ledger/chain/merkle.h"
#include "ledger/verify/keys.h"
#include "ledger/verify/payload_check.h"

namespace alpr::verify::testing {
namespace {

using chain::Json;

Digest leaf_of(const StoreMaker& maker, std::uint64_t seq) {
  return chain::leaf_hash(chain::encode(maker.header(seq)));
}

// The payload with its box opened, where there is one.
chain::Opened open_event(StoreMaker& maker, std::uint64_t seq) {
  const Bytes& stored = maker.rows("payloads").at(StoreMaker::key_of(seq));
  const PayloadRow row = parse_row(stored).value();
  const chain::Header& header = maker.header(seq);
  std::optional<Bytes> secret;
  if (row.seal != Seal::kNone) {
    const Keys keys = Keys::parse(maker.keys_json()).value();
    secret = open_box(*keys.find(row.seal, header), row.box, chain::encode(header)).value();
  }
  return chain::open_payload(header.form, header.commitment, row.clear,
                             secret ? std::optional<BytesView>(*secret) : std::nullopt)
      .value();
}

std::string clear_of(StoreMaker& maker, std::uint64_t seq) {
  const Bytes& stored = maker.rows("payloads").at(StoreMaker::key_of(seq));
  return chain::hex(parse_row(stored).value().clear);
}

// Fills the member list and what it discloses.
void disclose_members(StoreMaker& maker, std::uint64_t seq, Disclose disclose, std::string& bytes,
                      Json::Array& told) {
  chain::Opened opened = open_event(maker, seq);
  for (std::size_t i = 0; i < opened.list.size(); ++i) {
    chain::ListedMember& member = opened.list[i];
    if (member.state == chain::ListedMember::State::kWithheld) {
      if (disclose == Disclose::kOpen) continue;
      member.state = chain::ListedMember::State::kDisclosed;
      member.name = opened.members[i].name;
      member.value = opened.members[i].value;
      member.salt = chain::member_salt(opened.salt, static_cast<std::uint16_t>(i), /*open=*/false);
    }
    told.push_back(Json::Object{{"index", static_cast<std::int64_t>(i)},
                                {"name", member.name},
                                {"value", member.value},
                                {"salt", chain::hex(member.salt)}});
  }
  bytes = chain::hex(chain::encode(opened.list));
}

}  // namespace

std::string make_tlog_proof(const StoreMaker& maker, std::uint64_t seq, std::uint64_t size) {
  const chain::SubtreeRoot subtree = [&](unsigned level, std::uint64_t index) -> Result<Digest> {
    std::vector<Digest> leaves;
    for (std::uint64_t i = index << level; i < (index + 1) << level; ++i)
      leaves.push_back(leaf_of(maker, i));
    return chain::root_of(leaves);
  };
  return chain::format_tlog_proof(
      {seq, chain::inclusion_path(seq, size, subtree).value(), maker.checkpoint(size), {}});
}

Json make_receipt(StoreMaker& maker, std::uint64_t seq, std::uint64_t size, Disclose disclose,
                  const std::vector<std::uint64_t>& rotations, std::uint8_t key) {
  const chain::Header& header = maker.header(seq);
  std::string members;
  Json::Array told;
  if (header.form == chain::Form::kByMember) disclose_members(maker, seq, disclose, members, told);
  Json::Array history;
  for (const std::uint64_t rotation : rotations) {
    history.push_back(Json::Object{{"header", chain::hex(chain::encode(maker.header(rotation)))},
                                   {"member_list", clear_of(maker, rotation)},
                                   {"tlog_proof", make_tlog_proof(maker, rotation, rotation + 1)}});
  }
  return Json::Object{{"kind", std::string(test_kinds().find(header.kind)->name)},
                      {"header", chain::hex(chain::encode(header))},
                      {"leaf", chain::hex(leaf_of(maker, seq))},
                      {"member_list", members},
                      {"disclosed", std::move(told)},
                      {"tlog_proof", make_tlog_proof(maker, seq, size)},
                      {"vkey", chain::format_vkey(vkey_of(test_key(key)))},
                      {"key_history", std::move(history)}};
}

}  // namespace alpr::verify::testing
