// What was shown from the archive of the lost log that this one follows. The kind is the ledger's
// (chain::ledger_kinds()); its members here are exactly the registry's.
#pragma once

#include "ledger/chain/custody_kinds.h"
#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

struct ArchiveDisclosed {
  static constexpr KindSpec kKind{chain::kind::kArchiveDisclosed, "archive.disclosed",
                                  chain::Retention::kPermanent, chain::Form::kByMember,
                                  "the ledger's own"};
  Sequence event;  // of the lost log
  Actor by;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m.open("event", event);
    m("by", by);
    m("reason", reason);
  }
};

}  // namespace alpr::policy
