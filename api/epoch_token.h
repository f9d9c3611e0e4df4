// Which token the epoch secret lives on, as a configuration file or a command line says it. The PIN
// is never in either: a file or a program gives it (docs/operations/keys.md).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/store/token_settings.h"

namespace alpr::api {

struct EpochTokenChoice {
  std::optional<std::string> label;
  std::optional<std::filesystem::path> module;
  std::optional<std::filesystem::path> pin_file;
  std::vector<std::string> pin_command;

  bool any() const { return label || module || pin_file || !pin_command.empty(); }
};

// kMalformed: one of the three is missing, or the PIN comes from two places.
Result<store::EpochToken> epoch_token(const EpochTokenChoice& choice);

}  // namespace alpr::api
