#include "ledger/store/restore.h"

#include <fmt/format.h>

#include "api/commands/key.h"
#include "api/init.h"
#include "ledger/chain/keys.h"
#include "ledger/store/files.h"
#include "policy/records/kinds.h"

namespace alpr::api {

namespace {

Result<store::RestorePlan> plan_of(const RestoreCommand& command,
                                   const store::MasterKeySource& master) {
  auto line = store::read_secret_file(command.recovery_key, 4096);
  if (!line) return tl::unexpected(line.error());
  const auto secret = store::parse_recovery_secret(as_text(*line));
  chain::wipe(*line);
  if (!secret) return tl::unexpected(secret.error());
  store::RestorePlan plan{command.from, command.log.store / store::kArchiveFolder,
                          *secret,      master,
                          std::nullopt, std::nullopt};
  if (command.key) {
    const auto key = chain::parse_vkey(*command.key);
    if (!key) return fail(key.error().code, "--key: " + key.error().detail);
    plan.key = *key;
  }
  if (command.checkpoint) {
    const auto note = store::read_file(*command.checkpoint, chain::kNoteSizeMax);
    if (!note) return tl::unexpected(note.error());
    plan.checkpoint = std::string(as_text(*note));
  }
  return plan;
}

}  // namespace

int run_restore(const RestoreCommand& command) {
  store::StorePlaces places = store::default_places(command.log.store);
  if (auto applied = apply_key_options(command.log.keys, Asking::kNew, places); !applied)
    return complain(applied.error());
  places.vault.master = store::asked_once(places.vault.master);
  const auto plan = plan_of(command, places.vault.master);
  if (!plan) return complain(plan.error());
  const auto manifest = store::check_backup(command.from);
  if (!manifest) return complain(manifest.error());
  // The lost log may have signed more than the copy has: under its own name a second history would
  // begin.
  if (manifest->origin == command.log.origin) {
    return complain({ErrorCode::kRefused,
                     fmt::format("--origin {} is the lost log's: the log that goes on has another "
                                 "name, e.g. with the year behind it",
                                 command.log.origin)});
  }
  if (std::filesystem::exists(command.log.store / "ledger"))
    return complain({ErrorCode::kConflict,
                     fmt::format("there is a store in {} already", command.log.store.string())});
  const auto lost =
      store::restore_archive(*plan, std::make_shared<store::SystemClock>(), policy::kinds());
  if (!lost) return complain(lost.error());
  fmt::print(stderr,
             "The archive of {} holds: {} events, every link, the root, its signature and every "
             "permanent payload.\n",
             lost->origin, lost->size);
  if (lost->known > lost->size) {
    fmt::print(stderr, "Events {} to {} were signed after this backup and are lost.\n", lost->size,
               lost->known - 1);
  }
  if (!lost->anchored) {
    fmt::print(
        stderr,
        "The lost log's key was taken from the backup itself: give --key to be sure whose log "
        "this is.\n");
  }
  const int made = init_log(command.log, places, store::predecessor_of(*lost));
  // A mistyped holder leaves nothing behind, so that the command can simply be given again.
  std::error_code ignored;
  if (made != 0 && !std::filesystem::exists(command.log.store / "ledger", ignored))
    std::filesystem::remove_all(plan->archive, ignored);
  return made;
}

}  // namespace alpr::api
