// The server's settings: a TOML file, every key optional, unknown keys refused. The keys stand in
// docs/operations/install.md; relative paths start at the store's folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "api/alarms/settings.h"
#include "api/api.h"
#include "api/feed_config.h"
#include "api/http_server/http_server.h"

namespace alpr::api {

struct Config {
  HttpSettings http;
  ApiSettings api;
  store::StorePlaces places;
  std::optional<std::filesystem::path> witness_policy;       // none: no witness is asked
  std::optional<std::filesystem::path> witness_certificate;  // none: what the system trusts
  bool backup_daily = false;
  std::vector<FeedSettings> feeds;
  AlarmSettings alarms;
  std::string text;  // of the file
};

// Defaults for a store; reads `file` over them. kNotFound, kMalformed with line and key.
Result<Config> load_config(const std::filesystem::path& store,
                           const std::optional<std::filesystem::path>& file);

}  // namespace alpr::api
