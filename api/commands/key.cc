#include "api/commands/key.h"

#include <fmt/format.h>

#include <filesystem>
#include <functional>

#include "ledger/chain/canonical_json.h"
#include "ledger/store/files.h"
#include "ledger/store/recovery_key.h"

namespace alpr::api {

namespace {

constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
using chain::Json;

// Opens, logs both in, acts, and says what came of it.
int with_custody(const CustodyCommand& command,
                 const std::function<int(LocalLedger&, const Custody&)>& act) {
  auto ledger = LocalLedger::open(command.ledger);
  if (!ledger) return complain(ledger.error());
  const auto by = (*ledger)->log_in(command.by);
  if (!by) return complain(by.error());
  Custody custody{*by, std::nullopt, command.reason};
  if (!command.approver.username.empty()) {
    const auto approver = (*ledger)->log_in(command.approver);
    if (!approver) return complain(approver.error());
    custody.approver = *approver;
  }
  return act(**ledger, custody);
}

void wipe_text(std::string& text) {
  chain::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

void print_secret(const store::RecoverySecret& secret, bool json) {
  std::string line = store::write_recovery_secret(secret);
  const std::string key = chain::hex(secret.public_key);
  if (json) {
    fmt::print("{{\"recovery_secret\":\"{}\",\"public_key\":\"{}\"}}\n", line, key);
  } else {
    fmt::print(
        "The recovery secret. It is shown once and stored nowhere: write it down twice, keep it "
        "in two safes,\nand never on this machine. With it and a backup everything permanent "
        "can be read.\n\n  {}\n\nIts public key, which backups are wrapped to: {}\n",
        line, key);
  }
  wipe_text(line);
}

}  // namespace

int run_rotate_log(const RotateLogCommand& command) {
  return with_custody(command.custody, [&](LocalLedger& ledger, const Custody& custody) {
    const Outcome outcome =
        rotate_log_key(ledger.service(), custody, command.overlap_days * kDayUs);
    if (const int code = finish(outcome); code != 0) return code;
    const std::string vkey = chain::format_vkey(ledger.service().store().log_vkey());
    if (command.custody.json) {
      fmt::print("{}\n", chain::write(Json(Json::Object{
                             {"seq", Json(static_cast<std::int64_t>(outcome.commit.first.value))},
                             {"vkey", Json(vkey)}})));
      return 0;
    }
    fmt::print("Event {} introduces the log's new verifier key. Give it to the auditors:\n  {}\n",
               outcome.commit.first.value, vkey);
    return 0;
  });
}

int run_rotate_master(const RotateMasterCommand& command) {
  store::StorePlaces next;
  if (auto applied = apply_key_options(command.next, Asking::kNew, next); !applied)
    return complain(applied.error());
  return with_custody(command.custody, [&](LocalLedger& ledger, const Custody& custody) {
    const Outcome outcome = rotate_master_key(ledger.service(), custody, next.vault.master);
    if (const int code = finish(outcome); code != 0) return code;
    const auto kind = store::to_text(next.vault.master.kind());
    if (command.custody.json) {
      fmt::print("{}\n", chain::write(Json(Json::Object{
                             {"seq", Json(static_cast<std::int64_t>(outcome.commit.first.value))},
                             {"source", Json(std::string(kind))}})));
      return 0;
    }
    fmt::print(
        "The keys are sealed under a new master key, from a {}. The old one opens nothing here "
        "any more.\n",
        kind);
    return 0;
  });
}

int run_move_epoch(const MoveEpochCommand& command) {
  store::NewEpochPlace next;
  if (command.next.any() && command.file)
    return complain({ErrorCode::kMalformed,
                     "the epoch secret goes to one place: --new-epoch-token or "
                     "--new-epoch-secret"});
  if (command.file) next.file = *command.file;
  if (command.next.any()) {
    auto token = epoch_token(command.next);
    if (!token) return complain(token.error());
    next.token = std::move(*token);
  }
  return with_custody(command.custody, [&](LocalLedger& ledger, const Custody& custody) {
    const Outcome outcome = move_epoch_secret(ledger.service(), custody, next);
    if (const int code = finish(outcome); code != 0) return code;
    const std::string place = next.token.named() ? "token" : "file";
    if (command.custody.json) {
      fmt::print("{}\n", chain::write(Json(Json::Object{
                             {"seq", Json(static_cast<std::int64_t>(outcome.commit.first.value))},
                             {"place", Json(place)}})));
      return 0;
    }
    fmt::print(
        "A new epoch secret is on the {}, and the one of before is destroyed. Name the new place "
        "in the configuration.\n",
        next.token.named() ? "token" : "disk, in a file");
    return 0;
  });
}

int run_export_keys(const ExportKeysCommand& command) {
  std::error_code ignored;
  if (std::filesystem::exists(command.out, ignored))
    return complain(
        {ErrorCode::kConflict, command.out.string() + " is there already; name a new file"});
  return with_custody(command.custody, [&](LocalLedger& ledger, const Custody& custody) {
    ExportedKeys exported = export_permanent_keys(ledger.service(), custody);
    if (const int code = finish(exported.outcome); code != 0) return code;
    const auto written = store::write_new_file_durably(command.out, as_bytes(exported.text), 0600);
    wipe_text(exported.text);
    if (!written) return complain(written.error());
    const auto seq = static_cast<std::int64_t>(exported.outcome.commit.first.value);
    if (command.custody.json) {
      fmt::print("{}\n", chain::write(Json(Json::Object{{"seq", Json(seq)}})));
      return 0;
    }
    fmt::print(
        "Event {}: {} has the keys of permanent events. Give it to the auditor over a channel that "
        "nobody reads, and remove it.\n",
        seq, command.out.string());
    return 0;
  });
}

int run_recovery_init(const RecoveryCommand& command) {
  const store::RecoverySecret secret = store::make_recovery_secret();
  if (command.custody.ledger.store.empty()) {
    print_secret(secret, command.custody.json);
    return 0;
  }
  return with_custody(command.custody, [&](LocalLedger& ledger, const Custody& custody) {
    const Outcome outcome = enrol_recovery_key(ledger.service(), custody, secret.public_key);
    if (const int code = finish(outcome); code != 0) return code;
    print_secret(secret, command.custody.json);
    return 0;
  });
}

int run_backup(const BackupCommand& command) {
  return with_custody(command.custody, [&](LocalLedger& ledger, const Custody& custody) {
    const BackedUp backed = back_up(ledger.service(), custody, command.to);
    if (const int code = finish(backed.outcome); code != 0) return code;
    const store::BackupManifest& manifest = *backed.manifest;
    if (command.custody.json) {
      fmt::print("{}\n",
                 chain::write(Json(Json::Object{
                     {"seq", Json(static_cast<std::int64_t>(backed.outcome.commit.first.value))},
                     {"to", Json(command.to.string())},
                     {"size", Json(static_cast<std::int64_t>(manifest.size))},
                     {"files", Json(static_cast<std::int64_t>(manifest.files.size()))}})));
      return 0;
    }
    fmt::print("{} events are in {}.\n", manifest.size, command.to.string());
    return 0;
  });
}

}  // namespace alpr::api
