#include "api/feed_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "policy/records/describe.h"

namespace alpr::api {

namespace {

constexpr std::size_t kProfilesMax = 32;

// A [[hotlist_feed]] as it is written.
struct FeedTable {
  std::string name;
  policy::HotlistSource source{};
  std::optional<std::string> profile;
  std::optional<std::string> folder;
  std::optional<std::string> url;
  std::optional<std::string> certificate;
  std::optional<std::string> bearer_file;
  std::optional<std::string> basic_file;
  std::optional<std::int64_t> every_seconds;
  template <typename M>
  void members(M& m) {
    m("name", name);
    m("source", source);
    m("profile", profile);
    m("folder", folder);
    m("url", url);
    m("certificate", certificate);
    m("bearer_file", bearer_file);
    m("basic_file", basic_file);
    m("every_seconds", every_seconds);
  }
};

// The tables under `key`, each with how it is called in a message.
template <policy::Described Table>
Result<std::vector<Table>> tables(const chain::Json& file, const std::string& key,
                                  std::size_t max) {
  std::vector<Table> all;
  const chain::Json* given = file.member(key);
  if (!given) return all;
  const chain::Json::Array* list = given->array();
  if (!list || list->size() > max)
    return fail(ErrorCode::kMalformed, fmt::format("{}: expected at most {} tables, each under "
                                                   "[[{}]]",
                                                   key, max, key));
  for (const chain::Json& one : *list) {
    auto table = policy::from_json<Table>(one, fmt::format("{}[{}]", key, all.size() + 1));
    if (!table) return tl::unexpected(table.error());
    all.push_back(std::move(*table));
  }
  return all;
}

std::string place_fault(const FeedTable& table) {
  if (table.folder.has_value() == table.url.has_value()) return "give folder or url";
  if (table.folder) {
    if (table.certificate || table.bearer_file || table.basic_file)
      return "certificate, bearer_file and basic_file belong to a url";
    if (table.every_seconds) return "every_seconds: a folder's files are taken as they come";
    return table.folder->empty() ? "folder: expected a path" : "";
  }
  if (!allowed_url(std::string_view(*table.url).substr(0, table.url->find('?'))))
    return "url: expected https, or http to this machine, without a user or a fragment";
  if (table.bearer_file && table.basic_file) return "give bearer_file or basic_file";
  if (table.every_seconds &&
      (*table.every_seconds < kFeedSecondsMin || *table.every_seconds > kFeedSecondsMax))
    return fmt::format("every_seconds: {} to {}", kFeedSecondsMin, kFeedSecondsMax);
  return "";
}

Result<FeedSettings> settings_of(const FeedTable& table, const FeedConfig& config,
                                 const std::filesystem::path& base) {
  const auto wrong = [&](std::string_view what) {
    return fail(ErrorCode::kMalformed, fmt::format("hotlist_feed '{}': {}", table.name, what));
  };
  if (!policy::valid_feed_name(table.name)) return wrong("name: 1 to 40 of a-z, 0-9 and '-'");
  if (table.source == policy::HotlistSource::kCustomBolo)
    return wrong("source: custom entries are approved one by one");
  for (const FeedSettings& other : config.feeds) {
    if (other.name == table.name) return wrong("there are two of this name");
    if (other.source == table.source)
      return wrong("its source has another feed, and one list takes the other's place");
  }
  if (const std::string fault = place_fault(table); !fault.empty()) return wrong(fault);
  FeedSettings settings;
  settings.name = table.name;
  settings.source = table.source;
  if (table.profile) {
    const policy::HotlistProfile* profile = find_profile(config.profiles, *table.profile);
    if (!profile) return wrong(fmt::format("profile: there is no '{}'", *table.profile));
    settings.profile = *profile;
  }
  const auto below =
      [&](const std::optional<std::string>& path) -> std::optional<std::filesystem::path> {
    if (!path) return std::nullopt;
    return base / *path;  // an absolute one stays as it is
  };
  settings.folder = below(table.folder);
  if (table.url)
    settings.https = HttpsPlace{*table.url, below(table.certificate), below(table.bearer_file),
                                below(table.basic_file)};
  settings.every_seconds = table.every_seconds;
  return settings;
}

}  // namespace

Result<FeedConfig> read_feeds(const chain::Json& file, const std::filesystem::path& base) {
  FeedConfig config;
  auto profiles = tables<policy::HotlistProfile>(file, "hotlist_profile", kProfilesMax);
  if (!profiles) return tl::unexpected(profiles.error());
  for (policy::HotlistProfile& profile : *profiles) {
    if (auto good = policy::check_profile(profile); !good)
      return fail(ErrorCode::kMalformed, "hotlist_profile: " + good.error().detail);
    if (find_profile(config.profiles, profile.name))
      return fail(ErrorCode::kMalformed,
                  fmt::format("hotlist_profile '{}': there are two of this name", profile.name));
    config.profiles.push_back(std::move(profile));
  }
  const auto feeds = tables<FeedTable>(file, "hotlist_feed",
                                       policy::EnumTexts<policy::HotlistSource>::texts.size());
  if (!feeds) return tl::unexpected(feeds.error());
  for (const FeedTable& table : *feeds) {
    auto settings = settings_of(table, config, base);
    if (!settings) return tl::unexpected(settings.error());
    config.feeds.push_back(std::move(*settings));
  }
  return config;
}

const policy::HotlistProfile* find_profile(const std::vector<policy::HotlistProfile>& profiles,
                                           std::string_view name) {
  const auto found = std::find_if(profiles.begin(), profiles.end(),
                                  [&](const auto& profile) { return profile.name == name; });
  return found == profiles.end() ? nullptr : &*found;
}

}  // namespace alpr::api
