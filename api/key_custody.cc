#include "api/key_custody.h"

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/custody_kinds.h"
#include "ledger/store/recovery_key.h"
#include "policy/rules/keys.h"

namespace alpr::api {

namespace {

using chain::Json;

chain::Draft open_draft(std::uint16_t kind, std::string name, std::string text) {
  return {kind, {}, {{std::move(name), chain::write(Json(std::move(text))), true}}};
}

policy::Decision judged(const policy::State& state, const policy::Moment& moment,
                        const Custody& custody, policy::KeyAction action) {
  return policy::decide(state, custody.by,
                        policy::HandleKeys{action, custody.reason, custody.approver}, moment);
}

bool allowed(const policy::Decision& decision) { return !decision.refusal && !decision.error; }

// The ledger's own event where there is one, then who asked for it: one commit.
Outcome record(Service& service, const Custody& custody, policy::KeyAction action,
               const std::optional<chain::Draft>& draft) {
  return service.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        policy::Decision decision = judged(state, moment, custody, action);
        if (allowed(decision) && draft) decision.events.insert(decision.events.begin(), *draft);
        return decision;
      });
}

Outcome failed(const Error& error) {
  Outcome outcome;
  outcome.error = error;
  return outcome;
}

}  // namespace

Outcome rotate_log_key(Service& service, const Custody& custody, std::int64_t overlap_us) {
  return service.perform([&](const policy::State& state, store::Transaction& transaction,
                             const policy::Moment& moment) -> policy::Decision {
    policy::Decision decision = judged(state, moment, custody, policy::KeyAction::kRotateLogKey);
    if (!allowed(decision)) return decision;
    const auto rotated = transaction.rotate_log_key(overlap_us);
    if (!rotated) return policy::Decision::not_judged(rotated.error().code, rotated.error().detail);
    return decision;
  });
}

Outcome rotate_master_key(Service& service, const Custody& custody,
                          const store::MasterKeySource& next) {
  // A source that gives no key is found out before anything is on the record.
  const store::MasterKeySource source = store::asked_once(next);
  const auto key = store::new_master_key(source);
  if (!key) return failed(key.error());
  Outcome outcome = record(
      service, custody, policy::KeyAction::kRotateMasterKey,
      open_draft(chain::kind::kMasterRotated, "source", std::string(store::to_text(key->kind))));
  if (!outcome.done()) return outcome;
  if (const auto done = service.store().vault().rotate_master(*key); !done)
    outcome.error = done.error();
  if (!outcome.done() || !service.archive()) return outcome;
  // The archive's keyring is sealed by itself, under a key of the same source.
  const auto archive_key = store::new_master_key(source);
  const auto done = archive_key ? service.archive()->vault().rotate_master(*archive_key)
                                : Result<void>(tl::unexpected(archive_key.error()));
  if (!done) outcome.error = done.error();
  return outcome;
}

Outcome move_epoch_secret(Service& service, const Custody& custody,
                          const store::NewEpochPlace& next) {
  // A place that cannot be used is found out before anything is on the record.
  if (const auto usable = service.store().vault().check_epoch_move(next); !usable)
    return failed(usable.error());
  Outcome outcome = record(service, custody,
                           next.token.named() ? policy::KeyAction::kEpochSecretToToken
                                              : policy::KeyAction::kEpochSecretToFile,
                           std::nullopt);
  if (!outcome.done()) return outcome;
  if (const auto done = service.store().vault().move_epoch(next); !done) {
    outcome.error = done.error();
    outcome.error->detail +=
        ". The move is on the record and may be half done: the next start, given the token's "
        "settings, finishes or undoes it";
  }
  return outcome;
}

Outcome enrol_recovery_key(Service& service, const Custody& custody, const PublicKey& key) {
  const auto checked = store::checked_recovery_key(key);
  if (!checked) return failed(checked.error());
  return record(service, custody, policy::KeyAction::kEnrolRecoveryKey,
                store::recovery_enrolled(*checked));
}

ExportedKeys export_permanent_keys(Service& service, const Custody& custody) {
  ExportedKeys exported;
  exported.outcome = record(service, custody, policy::KeyAction::kExportKeys, std::nullopt);
  if (!exported.outcome.done()) return exported;
  std::string all = service.store().vault().export_keys();
  const std::size_t buckets = all.find(",\"buckets\":");  // the months stand before it
  ALPR_CHECK(buckets != std::string::npos);
  constexpr std::string_view kNoOthers = ",\"buckets\":{},\"held\":{},\"blobs\":{}}";
  exported.text.reserve(buckets + kNoOthers.size());
  exported.text.append(all, 0, buckets).append(kNoOthers);
  chain::wipe({reinterpret_cast<std::uint8_t*>(all.data()), all.size()});
  return exported;
}

BackedUp back_up(Service& service, const std::optional<Custody>& custody,
                 const std::filesystem::path& to) {
  const auto key = service.store().recovery_key();
  if (!key) return {failed(key.error()), std::nullopt};
  if (!*key) {
    return {failed({ErrorCode::kConflict,
                    "no recovery key is enrolled, so nobody could open a backup: plateledger key "
                    "recovery-init"}),
            std::nullopt};
  }
  const chain::Draft begun =
      open_draft(chain::kind::kBackupBegun, "recovery", chain::hex(store::recovery_id(**key)));
  BackedUp backed;
  if (custody) {
    backed.outcome = record(service, *custody, policy::KeyAction::kBackUp, begun);
  } else {
    backed.outcome =
        service.perform([&](const policy::State&, store::Transaction&, const policy::Moment&) {
          policy::Decision decision;
          decision.events.push_back(begun);
          return decision;
        });
  }
  if (!backed.outcome.done()) return backed;
  auto manifest = store::write_backup(service.store(), to);
  if (!manifest) {
    backed.outcome.error = manifest.error();
    return backed;
  }
  backed.manifest = std::move(*manifest);
  return backed;
}

}  // namespace alpr::api
