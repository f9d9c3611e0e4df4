// The parts of the server's configuration that are about hot lists: [[hotlist_profile]] and
// [[hotlist_feed]] (docs/operations/feeds.md). Pure; any thread.
#pragma once

#include <filesystem>
#include <vector>

#include "api/feeds.h"
#include "ledger/chain/canonical_json.h"

namespace alpr::api {

struct FeedConfig {
  std::vector<policy::HotlistProfile> profiles;
  std::vector<FeedSettings> feeds;
};

// `file` is the configuration as parse_toml gives it; other keys of it are none of this function's
// business. Relative paths start at `base`. kMalformed names the table and its key.
Result<FeedConfig> read_feeds(const chain::Json& file, const std::filesystem::path& base);

// nullptr: none of that name.
const policy::HotlistProfile* find_profile(const std::vector<policy::HotlistProfile>& profiles,
                                           std::string_view name);

}  // namespace alpr::api
