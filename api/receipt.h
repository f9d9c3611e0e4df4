// Receipts of events, as they are handed out: header, the members that the holder may see, proof.
// Each stands on its own: docs/event-format.md, section 4.1, says how it is checked offline. Any
// thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/store/store.h"
#include "policy/records/describe.h"

namespace alpr::api {

struct ReceiptMember {
  std::int64_t index = 0;
  std::string name;
  std::string value;  // canonical JSON of the value
  std::string salt;   // hex of salt_i; zeros for an open member
  template <typename M>
  void members(M& m) {
    m("index", index);
    m("name", name);
    m("value", value);
    m("salt", salt);
  }
};

// A key.rotated event that leads to the key which signs now, proved under the key before it.
struct ReceiptRotation {
  std::string header;       // hex
  std::string member_list;  // hex; all its members are open
  std::string tlog_proof;   // against a checkpoint that the key before signed
  template <typename M>
  void members(M& m) {
    m("header", header);
    m("member_list", member_list);
    m("tlog_proof", tlog_proof);
  }
};

struct Receipt {
  std::string kind;
  std::string header;  // hex of the 96 bytes
  Digest leaf{};
  std::string member_list;  // hex of the member list: what is disclosed with its salts, what is not
                            // as digests
  std::vector<ReceiptMember> disclosed;
  std::string tlog_proof;
  std::string vkey;
  std::vector<ReceiptRotation> key_history;  // oldest first; empty while the first key still signs
  template <typename M>
  void members(M& m) {
    m("kind", kind);
    m("header", header);
    m("leaf", leaf);
    m("member_list", member_list);
    m("disclosed", disclosed);
    m("tlog_proof", tlog_proof);
    m("vkey", vkey);
    m("key_history", key_history);
  }
};

// Which sealed members of the event the holder is shown; open ones are shown to everybody.
using ShownMembers = std::function<bool(const chain::EventView& event, const chain::Member&)>;

// kNotFound, kGone (a payload by member that is erased), errors of the store. Of an event that is
// committed to as a whole no member is shown.
Result<Receipt> receipt_of(store::Store& store, Sequence event, const ShownMembers& shown);

}  // namespace alpr::api
