// The options of every command that opens the keys: where they lie and what opens them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "api/epoch_token.h"
#include "api/passphrase.h"
#include "ledger/store/store.h"

namespace alpr::api {

struct KeyOptions {
  std::optional<std::filesystem::path> keyring;
  std::optional<std::filesystem::path> epoch_secret;
  EpochTokenChoice epoch_token;  // instead of the file
  bool passphrase = false;       // asked for on the terminal
  std::optional<std::filesystem::path> passphrase_file;
  std::optional<int> passphrase_fd;
  std::vector<std::string> master_command;
};

// What the options say goes over what the configuration says. kMalformed: two sources of the master
// key at once, two places of the epoch secret, or a token that is half named.
Result<void> apply_key_options(const KeyOptions& options, Asking asking,
                               store::StorePlaces& places);

}  // namespace alpr::api
