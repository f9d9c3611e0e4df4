// Whose account a program logs in with: a file of canonical JSON, {"username":"...","password":
// "..."}, that nobody but its owner may read. Any thread.
#pragma once

#include <filesystem>
#include <string>

#include "ledger/chain/error.h"

namespace alpr::api {

// The file's text without its line feed, a log-in's body; whoever asked wipes it. kNotFound;
// kRefused: group or others may read it; kMalformed: it is of another form.
Result<std::string> read_account_file(const std::filesystem::path& path);

}  // namespace alpr::api
