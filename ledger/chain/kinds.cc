#include "ledger/chain/kinds.h"

#include <algorithm>
#include <set>
#include <utility>

#include "ledger/chain/custody_kinds.h"

namespace alpr::chain {

bool Kind::is_open(std::string_view member) const {
  return std::find(open.begin(), open.end(), member) != open.end();
}

KindRegistry::KindRegistry(std::vector<Kind> kinds) : kinds_(std::move(kinds)) {
  std::sort(kinds_.begin(), kinds_.end(),
            [](const Kind& a, const Kind& b) { return a.number < b.number; });
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    const Kind& kind = kinds_[i];
    ALPR_CHECK(i == 0 || kinds_[i - 1].number != kind.number);
    ALPR_CHECK(!kind.name.empty() && names.insert(kind.name).second);
    ALPR_CHECK(!kind.members.empty() && kind.members.size() <= 256);
    const std::set<std::string_view> members(kind.members.begin(), kind.members.end());
    ALPR_CHECK(members.size() == kind.members.size());
    for (const std::string_view name : kind.open) ALPR_CHECK(members.contains(name));
    // An open event has no sealed box, and a whole payload has no clear part to stand in for it.
    if (kind.retention == Retention::kOpen) {
      ALPR_CHECK(kind.form == Form::kByMember && kind.open.size() == kind.members.size());
    }
    if (kind.form == Form::kWhole) ALPR_CHECK(kind.open.empty());
    // An image lies in a bucket's file and is told of by nobody else than its sealed payload.
    if (!kind.image.empty()) {
      ALPR_CHECK(kind.retention == Retention::kThirtyDay && members.contains(kind.image) &&
                 !kind.is_open(kind.image));
    }
  }
}

const Kind* KindRegistry::find(std::uint16_t number) const {
  const auto it = std::lower_bound(kinds_.begin(), kinds_.end(), number,
                                   [](const Kind& k, std::uint16_t n) { return k.number < n; });
  return it != kinds_.end() && it->number == number ? &*it : nullptr;
}

const Kind* KindRegistry::find(std::string_view name) const {
  for (const Kind& kind : kinds_) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

namespace {

using Names = std::vector<std::string_view>;

Kind open_kind(std::uint16_t number, std::string_view name, const Names& members,
               std::string_view why) {
  return {number, name, Retention::kOpen, Form::kByMember, members, members, why};
}

Kind permanent_kind(std::uint16_t number, std::string_view name, const Names& members,
                    const Names& open, std::string_view why) {
  return {number, name, Retention::kPermanent, Form::kByMember, members, open, why};
}

std::vector<Kind> make_ledger_kinds() {
  return {
      open_kind(
          kind::kLogStarted, "log.started",
          {"format", "vkey", "log_id", "bucket_seconds", "simulated", "predecessor"},
          "The first event: who signs, how long a bucket is, and which log this one follows."),
      open_kind(
          kind::kKeyRotated, "key.rotated", {"vkey", "proof"},
          "Introduces a new log key under the old one, with the new key's proof of possession."),
      open_kind(
          kind::kReadsPurged, "reads.purged", {"bucket", "first", "last", "count", "root", "held"},
          "The tombstone of a bucket's thirty-day events; commits to what it purges (I12-G-1)."),
      open_kind(kind::kKeysDestroyed, "keys.destroyed", {"tombstone", "keyring", "digest"},
                "Says that the keys a tombstone stands for are gone from the keyring (I12-G-4)."),
      open_kind(kind::kListPurged, "list.purged", {"loaded", "blob", "superseded", "count"},
                "The tombstone of a superseded hot-list version's rows."),
      permanent_kind(kind::kHoldPlaced, "hold.placed",
                     {"policy", "reason", "events", "review_by", "request", "case_number",
                      "requester", "by", "instrument", "justification"},
                     {"policy", "reason", "events", "review_by"},
                     "Excepts named events from erasure until released (I12-G-2)."),
      permanent_kind(kind::kHoldReleased, "hold.released", {"policy", "hold", "by", "reason"},
                     {"policy", "hold"},
                     "Ends a hold; what it held and is past due then purges (I12-G-3)."),
      permanent_kind(kind::kClockStepped, "clock.stepped", {"from", "to", "confirmed_by", "reason"},
                     {"from", "to"}, "Two people confirmed a step of the server's clock."),
      open_kind(kind::kClockHeartbeat, "clock.heartbeat", {"boot_seconds"},
                "Shows that the log was alive while nothing else was appended."),
      open_kind(kind::kMasterRotated, "master.rotated", {"source"},
                "The keyrings and the log's key are sealed anew under another master key."),
      open_kind(
          kind::kBackupBegun, "backup.begun", {"recovery"},
          "A copy of all that is permanent left the store, wrapped to the recovery key named."),
      open_kind(kind::kRecoveryEnrolled, "recovery.enrolled", {"public_key"},
                "The key that later backups are wrapped to; its secret lies outside the system."),
      permanent_kind(kind::kArchiveDisclosed, "archive.disclosed", {"event", "by", "reason"},
                     {"event"},
                     "An event of the lost log that this one follows was shown from its archive."),
      open_kind(kind::kPurgeOverdue, "purge.overdue", {"bucket", "due"},
                "What was due more than an hour ago is still there; once a bucket and hour "
                "(I12-G-4)."),
  };
}

}  // namespace

const std::vector<Kind>& ledger_kinds() {
  static const std::vector<Kind> kinds = make_ledger_kinds();
  return kinds;
}

}  // namespace alpr::chain
