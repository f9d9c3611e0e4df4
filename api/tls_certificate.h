// A self-signed TLS certificate for a store that was given none, made at `plateledger init`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/chain/error.h"

namespace alpr::api {

// Writes a P-256 key (mode 0600) and a certificate for these DNS names and IP addresses, good from
// a day before the machine's time for 825 days. kIo when a file can't be written. Clients are told
// to trust exactly this certificate.
Result<void> make_certificate(const std::filesystem::path& certificate,
                              const std::filesystem::path& private_key,
                              const std::vector<std::string>& hosts);

}  // namespace alpr::api
