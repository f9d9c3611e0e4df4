// plateledger report: forms of a report that was given out as JSON, made on anybody's machine; no
// store, no server. Exit codes as in commands.h.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace alpr::api {

struct PublicSiteCommand {
  std::vector<std::filesystem::path> reports;  // JSON as GET /v1/reports/annual gives it
  std::filesystem::path out;                   // a new folder
  std::optional<std::filesystem::path> checkpoint;
  std::string key;  // the log's verifier key, with a checkpoint
  bool json = false;
};
// 1: the checkpoint is not signed with the key.
int run_public_site(const PublicSiteCommand& command);

}  // namespace alpr::api
