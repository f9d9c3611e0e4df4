// What people do with the ledger's own keys, each act on the record before it happens. The one way
// for the endpoints of a running server and for the commands on a store that none serves. Any
// thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "api/service.h"
#include "ledger/store/backup.h"
#include "policy/records/actor.h"

namespace alpr::api {

// Who acts: logged in, both of them.
struct Custody {
  policy::Actor by;
  std::optional<policy::Actor> approver;
  std::string reason;
};

// key.rotated, keys.handled: one commit, signed with the old key and the new one.
Outcome rotate_log_key(Service& service, const Custody& custody, std::int64_t overlap_us);
// master.rotated, keys.handled; then everything is sealed anew under a new key of this source.
Outcome rotate_master_key(Service& service, const Custody& custody,
                          const store::MasterKeySource& next);
// keys.handled; then the erasable keyring is sealed under a new epoch secret in that place, and the
// one of before is destroyed.
Outcome move_epoch_secret(Service& service, const Custody& custody,
                          const store::NewEpochPlace& next);
// recovery.enrolled, keys.handled.
Outcome enrol_recovery_key(Service& service, const Custody& custody, const PublicKey& key);

struct ExportedKeys {
  Outcome outcome;
  std::string text;  // of --keys FILE, where it is done(); the caller wipes it
};
// keys.handled; then the keys of permanent events. Those of buckets, held reads and list versions
// stay: a copy of them would open what is purged later (I12-G-1).
ExportedKeys export_permanent_keys(Service& service, const Custody& custody);

struct BackedUp {
  Outcome outcome;
  std::optional<store::BackupManifest> manifest;  // where it is done()
};
// backup.begun and, where a person asked for it, keys.handled; then the copy. Without a person the
// server itself makes one, as its configuration says.
BackedUp back_up(Service& service, const std::optional<Custody>& custody,
                 const std::filesystem::path& to);

}  // namespace alpr::api
