#include "api/receipt.h"

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/header.h"
#include "ledger/chain/note.h"
#include "ledger/chain/payload.h"

namespace alpr::api {

namespace {

void disclose(const chain::EventView& event, const ShownMembers& shown, Receipt& receipt) {
  using State = chain::ListedMember::State;
  chain::MemberList list;
  for (std::size_t i = 0; i < event.members.size(); ++i) {
    const chain::Member& member = event.members[i];
    const auto index = static_cast<std::uint16_t>(i);
    const Salt salt = chain::member_salt(event.salt, index, member.open);
    chain::ListedMember listed;
    listed.digest = chain::member_digest(salt, index, member.name, member.value);
    if (member.open || shown(event, member)) {
      listed.state = member.open ? State::kOpen : State::kDisclosed;
      listed.name = member.name;
      listed.value = member.value;
      listed.salt = salt;
      receipt.disclosed.push_back(
          {static_cast<std::int64_t>(i), member.name, member.value, chain::hex(salt)});
    }
    list.push_back(std::move(listed));
  }
  receipt.member_list = chain::hex(chain::encode(list));
}

}  // namespace

Result<Receipt> receipt_of(store::Store& store, Sequence event, const ShownMembers& shown) {
  const auto header = store.header(event);
  if (!header) return tl::unexpected(header.error());
  const chain::Kind* kind = store.kinds().find(header->kind);
  const chain::HeaderBytes bytes = chain::encode(*header);
  Receipt receipt{kind ? std::string(kind->name) : std::string("unknown"),
                  chain::hex(bytes),
                  chain::leaf_hash(bytes),
                  {},
                  {},
                  {},
                  chain::format_vkey(store.log_vkey()),
                  {}};
  if (header->form == chain::Form::kByMember) {
    const auto view = store.event(event);
    if (!view) return tl::unexpected(view.error());
    disclose(*view, shown, receipt);
  }
  auto proof = store.tlog_proof(event);
  if (!proof) return tl::unexpected(proof.error());
  receipt.tlog_proof = std::move(*proof);
  const auto history = store.key_history();
  if (!history) return tl::unexpected(history.error());
  for (const store::KeyRotation& rotation : *history) {
    receipt.key_history.push_back(
        {chain::hex(rotation.header), chain::hex(rotation.clear), rotation.tlog_proof});
  }
  return receipt;
}

}  // namespace alpr::api
