// The registry of event kinds: number, name, retention class, form and open members, as data.
//
// The ledger's own kinds (numbers 1 to 31) stand here, because erasure and its verification depend
// on them; a domain adds its own from 32 on. Numbers are never reused. Immutable after
// construction; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/header.h"

namespace alpr::chain {

struct Kind {
  std::uint16_t number = 0;
  std::string_view name;
  Retention retention = Retention::kPermanent;
  Form form = Form::kByMember;
  std::vector<std::string_view>
      members;  // all, in payload order; an optional one may be absent from an event
  std::vector<std::string_view> open;  // those stored in clear; for retention open: all of them
  std::string_view why;                // one line for docs/event-kinds.md
  std::string_view image = {};  // the member that commits to the event's image; empty: it has none
  bool is_open(std::string_view member) const;
};

class KindRegistry {
 public:
  explicit KindRegistry(std::vector<Kind> kinds);  // ALPR_CHECKs unique numbers and names
  const Kind* find(std::uint16_t number) const;
  const Kind* find(std::string_view name) const;
  std::span<const Kind> all() const { return kinds_; }

 private:
  std::vector<Kind> kinds_;  // by number
};

namespace kind {
inline constexpr std::uint16_t kLogStarted = 1;
inline constexpr std::uint16_t kKeyRotated = 2;
inline constexpr std::uint16_t kReadsPurged = 3;
inline constexpr std::uint16_t kKeysDestroyed = 4;
inline constexpr std::uint16_t kListPurged = 5;
inline constexpr std::uint16_t kHoldPlaced = 6;
inline constexpr std::uint16_t kHoldReleased = 7;
inline constexpr std::uint16_t kClockStepped = 8;
inline constexpr std::uint16_t kClockHeartbeat = 9;
inline constexpr std::uint16_t kPurgeOverdue = 20;
inline constexpr std::uint16_t kFirstDomainKind = 32;
}  // namespace kind

// Numbers 1..9, with these members (values are canonical JSON):
//   log.started    open       format:int(1) vkey:string log_id:hex16B bucket_seconds:int
//   simulated:bool
//                             [predecessor:{origin,checkpoint,gap_from,gap_to}]
//   key.rotated    open       vkey:string proof:base64
//   reads.purged   open       bucket:int first:int last:int count:int root:hex held:[int seq ...]
//                             count and root (RFC 6962 root of the purged leaf hashes in order of
//                             seq) cover the bucket's thirty-day events that this tombstone purges:
//                             all not purged by an earlier tombstone of the bucket and not listed
//                             in held.
//   keys.destroyed open       tombstone:int
//   keyring:string("erasable"|"erasable+permanent"|"permanent") digest:hex
//                             (SHA-256 of the new keyring file that no longer has the key)
//   list.purged    open       loaded:int blob:int superseded:int count:int
//   hold.placed    permanent  open: policy:int reason:string events:[int seq ...] review_by:int(us)
//                             sealed: request:int case_number requester by [instrument]
//                             justification (by: who approved; requester and by are objects of the
//                             domain)
//   hold.released  permanent  open: policy:int hold:int   sealed: by reason
//   clock.stepped  permanent  open: from:int to:int   sealed: confirmed_by:[string,string] reason
//   clock.heartbeat open      boot_seconds:int
//   purge.overdue  open       bucket:int due:int(us, since when it should have been gone)
// (first and last are the bucket's first and last thirty-day seq; a hold is known by the seq of its
// hold.placed.)
const std::vector<Kind>& ledger_kinds();

}  // namespace alpr::chain
