// The server's settings: a TOML file, every key optional, unknown keys refused.
//
//   address = "127.0.0.1"      port = 8443
//   certificate = "tls/certificate.pem"      private_key = "tls/key.pem"     relative to the
//   store's folder workers = 8                connections_max = 512 image_bytes_max = 8388608
//   upload_bytes_max = 16777216  hotlist_bytes_max = 67108864 keyring = "/path" epoch_secret =
//   "/path"       where the vault lies, when not in the store's folder
#pragma once

#include <filesystem>
#include <optional>

#include "api/api.h"
#include "api/http_server/http_server.h"

namespace alpr::api {

struct Config {
  HttpSettings http;
  ApiSettings api;
  store::StorePlaces places;
};

// Defaults for a store; reads `file` over them. kNotFound, kMalformed with line and key.
Result<Config> load_config(const std::filesystem::path& store,
                           const std::optional<std::filesystem::path>& file);

}  // namespace alpr::api
