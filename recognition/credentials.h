// Who a reader device is: one file, readable by its owner alone, made when the device is
// registered.
//
//   {"device":"cam-01","origin":"oakland.example/alpr","seed":"<64 hex>","server_certificate":"<PEM
//   path>",
//    "latitude_e7":378044000,"longitude_e7":-1222712000,"place":"Broadway / 14th
//    St","queue":"<dir>","log_key":"<verifier key>"}
//
// "log_key" is for vehicles alone: the log's verifier key, by which its lists are known to be its.
//
// in any order and spacing. Relative paths are taken from the file's own folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "ledger/chain/error.h"
#include "ledger/chain/keys.h"
#include "ledger/chain/note.h"

namespace alpr::recognition {

struct Credentials {
  std::string device;
  std::string origin;
  chain::SigningKey key;
  std::filesystem::path server_certificate;  // PEM: what the server's certificate must lead to
  std::int64_t latitude_e7 = 0;
  std::int64_t longitude_e7 = 0;
  std::string place;
  std::filesystem::path queue;
  std::optional<chain::VerifierKey> log_key = std::nullopt;  // of the name `origin`
};

// kRefused when group or others may read the file; kMalformed for a missing, unknown or wrong
// member; kNotFound, kIo. Details never hold the seed. Needs chain::init_crypto().
Result<Credentials> load_credentials(const std::filesystem::path& path);

}  // namespace alpr::recognition
