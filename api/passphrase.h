// Where the passphrase of the keys comes from: never the command line, which every process can
// read.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::api {

using AskSecret = std::function<Result<Bytes>()>;

// A file that its owner alone may read, such as a credential that the service manager hands over.
// kNotFound, kIo (others may read it), kTooLarge.
AskSecret secret_in_file(std::filesystem::path file);
// To the end of what an open descriptor gives, once. kIo, kTooLarge.
AskSecret secret_from_descriptor(int descriptor);
// What a program prints, as a client of a secret manager does; no shell, at most 60 seconds. As of
// command_output().
AskSecret secret_of_command(std::vector<std::string> command);
// Asks on the controlling terminal, without echo; a new secret twice. kIo where there is none,
// kMalformed where the two differ.
enum class Asking { kKnown, kNew };
AskSecret secret_from_terminal(std::string prompt, Asking asking);

}  // namespace alpr::api
