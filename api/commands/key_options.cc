#include "api/commands/key_options.h"

namespace alpr::api {

Result<void> apply_key_options(const KeyOptions& options, Asking asking,
                               store::StorePlaces& places) {
  if (options.keyring) {
    places.vault.keyring = *options.keyring;
    places.vault.epoch_secret = *options.keyring / "epoch.secret";
  }
  if (options.epoch_secret && options.epoch_token.any()) {
    return fail(ErrorCode::kMalformed,
                "the epoch secret lives in one place: --epoch-secret or --epoch-token");
  }
  if (options.epoch_secret) {
    places.vault.epoch_secret = *options.epoch_secret;
    places.vault.token = {};
  }
  if (options.epoch_token.any()) {
    auto token = epoch_token(options.epoch_token);
    if (!token) return tl::unexpected(token.error());
    places.vault.token = std::move(*token);
  }
  const int sources = (options.passphrase ? 1 : 0) + (options.passphrase_file ? 1 : 0) +
                      (options.passphrase_fd ? 1 : 0) + (options.master_command.empty() ? 0 : 1);
  if (sources == 0) return {};
  if (sources > 1) {
    return fail(ErrorCode::kMalformed,
                "the master key comes from one place: --passphrase, --passphrase-file, "
                "--passphrase-fd or --master-command");
  }
  store::MasterKeySource& master = places.vault.master;
  master = {};
  if (options.passphrase)
    master.passphrase = secret_from_terminal("Passphrase of the ledger's keys", asking);
  if (options.passphrase_file) master.passphrase = secret_in_file(*options.passphrase_file);
  if (options.passphrase_fd) master.passphrase = secret_from_descriptor(*options.passphrase_fd);
  master.command = options.master_command;
  return {};
}

}  // namespace alpr::api
