#include "api/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <functional>
#include <limits>
#include <map>
#include <sstream>
#include <vector>

#include "api/epoch_token.h"
#include "api/passphrase.h"
#include "api/toml.h"
#include "ledger/store/files.h"
#include "policy/rules/policies.h"

namespace alpr::api {

namespace {

constexpr std::uint64_t kConfigBytesMax = policy::kSettingsMax;

using Setter =
    std::function<std::optional<std::string>(const toml::node&)>;  // what is wrong, or nothing

Setter number(std::int64_t min, std::int64_t max, std::function<void(std::int64_t)> set) {
  return [=](const toml::node& node) -> std::optional<std::string> {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < min || *value > max)
      return fmt::format("expected a whole number from {} to {}", min, max);
    set(*value);
    return std::nullopt;
  };
}

Setter path(const std::filesystem::path& base, std::function<void(std::filesystem::path)> set) {
  return [=](const toml::node& node) -> std::optional<std::string> {
    const auto value = node.value_exact<std::string>();
    if (!value || value->empty()) return "expected a path";
    set(base / *value);  // an absolute one stays as it is
    return std::nullopt;
  };
}

Setter yes_or_no(bool& into) {
  return [&into](const toml::node& node) -> std::optional<std::string> {
    const auto value = node.value_exact<bool>();
    if (!value) return "expected true or false";
    into = *value;
    return std::nullopt;
  };
}

Setter text(std::string what, std::function<void(std::string)> set) {
  return [=](const toml::node& node) -> std::optional<std::string> {
    const auto value = node.value_exact<std::string>();
    if (!value || value->empty()) return "expected " + what;
    set(*value);
    return std::nullopt;
  };
}

Setter words(std::function<void(std::vector<std::string>)> set) {
  return [=](const toml::node& node) -> std::optional<std::string> {
    constexpr const char* kExpected = "expected a list of texts: a program and its arguments";
    const toml::array* list = node.as_array();
    if (!list || list->empty()) return kExpected;
    std::vector<std::string> all;
    for (const toml::node& word : *list) {
      const auto text = word.value_exact<std::string>();
      if (!text || (all.empty() && text->empty())) return kExpected;
      all.push_back(*text);
    }
    set(std::move(all));
    return std::nullopt;
  };
}

// Read as a whole when every key is known (take_feeds).
std::optional<std::string> tables_of_their_own(const toml::node& node) {
  if (node.is_array_of_tables()) return std::nullopt;
  return "expected tables, each under its name in double brackets";
}

// The table [alarms], with a table for each receiver.
Setter alarms(const std::filesystem::path& base, AlarmSettings& into) {
  return [&into, base](const toml::node& node) -> std::optional<std::string> {
    const toml::table* table = node.as_table();
    if (!table) return "expected a table";
    std::ostringstream text;
    text << *table;
    const auto json = parse_toml(text.str());
    if (!json) return json.error().detail;
    auto settings = policy::from_json<AlarmSettings>(*json, "alarms");
    if (!settings) return settings.error().detail;
    auto good = checked(std::move(*settings), base);
    if (!good) return good.error().detail;
    into = std::move(*good);
    return std::nullopt;
  };
}

std::map<std::string, Setter, std::less<>> setters(Config& config, EpochTokenChoice& token,
                                                   const std::filesystem::path& store) {
  constexpr std::int64_t kMiB = 1 << 20;
  const auto size = [](std::size_t& into) {
    return [&into](std::int64_t v) { into = static_cast<std::size_t>(v); };
  };
  return {
      {"address", text("an IP address", [&](auto t) { config.http.address = std::move(t); })},
      {"port", number(0, 65'535,
                      [&](std::int64_t v) { config.http.port = static_cast<std::uint16_t>(v); })},
      {"workers",
       number(1, 256, [&](std::int64_t v) { config.http.workers = static_cast<unsigned>(v); })},
      {"connections_max", number(1, 65'536, size(config.http.connections_max))},
      {"image_bytes_max", number(1, 64 * kMiB, size(config.api.image_bytes_max))},
      {"upload_bytes_max", number(1, 256 * kMiB, size(config.api.upload_bytes_max))},
      {"hotlist_bytes_max", number(1, 1024 * kMiB, size(config.api.hotlist_bytes_max))},
      {"body_bytes_max", number(1024, kMiB, size(config.api.body_bytes_max))},
      {"alert_streams_max", number(1, 65'536, size(config.api.alerts.streams_max))},
      {"alert_streams_per_user_max", number(1, 64, size(config.api.alerts.streams_per_user_max))},
      {"password_hash",
       [&](const toml::node& node) -> std::optional<std::string> {
         const auto value = node.value_exact<std::string>();
         if (value == "argon2id") {
           config.api.passwords.hash = PasswordHash::kArgon2id;
         } else if (value == "pbkdf2-sha256") {
           config.api.passwords.hash = PasswordHash::kPbkdf2Sha256;
         } else {
           return "expected \"argon2id\" or \"pbkdf2-sha256\"";
         }
         return std::nullopt;
       }},
      {"password_length_min", number(8, 64, size(config.api.passwords.length_min))},
      {"banned_passwords",
       [&, store](const toml::node& node) -> std::optional<std::string> {
         const auto value = node.value_exact<std::string>();
         if (!value || value->empty()) return "expected a path";
         auto banned = BannedPasswords::load(store / *value);
         if (!banned) return banned.error().detail;
         config.api.passwords.banned = std::make_shared<const BannedPasswords>(std::move(*banned));
         return std::nullopt;
       }},
      {"second_factor_required", yes_or_no(config.api.second_factor_required)},
      {"certificate", path(store, [&](auto p) { config.http.certificate = std::move(p); })},
      {"private_key", path(store, [&](auto p) { config.http.private_key = std::move(p); })},
      {"keyring", path(store,
                       [&](auto p) {
                         config.places.vault.keyring = p;
                         config.places.vault.epoch_secret = p / "epoch.secret";
                       })},
      {"witness_policy", path(store, [&](auto p) { config.witness_policy = std::move(p); })},
      {"witness_certificate",
       path(store, [&](auto p) { config.witness_certificate = std::move(p); })},
      {"epoch_secret",
       path(store, [&](auto p) { config.places.vault.epoch_secret = std::move(p); })},
      {"epoch_token", text("the label of a token", [&](auto t) { token.label = std::move(t); })},
      {"epoch_token_module", path(store, [&](auto p) { token.module = std::move(p); })},
      {"epoch_token_pin_file", path(store, [&](auto p) { token.pin_file = std::move(p); })},
      {"epoch_token_pin_command", words([&](auto w) { token.pin_command = std::move(w); })},
      {"alarms", alarms(store, config.alarms)},
      {"backup_folder", path(store, [&](auto p) { config.api.backup_folder = std::move(p); })},
      {"backup_daily", yes_or_no(config.backup_daily)},
      {"passphrase_file",
       path(store,
            [&](auto p) { config.places.vault.master.passphrase = secret_in_file(std::move(p)); })},
      {"hotlist_profile", tables_of_their_own},
      {"hotlist_feed", tables_of_their_own},
      {"master_key_command",
       words([&](auto w) { config.places.vault.master.command = std::move(w); })},
  };
}

// What no key can say by itself; takes the token's settings.
Result<void> fit_together(Config& config, const std::map<std::string, const toml::node*>& given,
                          const EpochTokenChoice& token) {
  if (config.backup_daily && config.api.backup_folder.empty())
    return fail(ErrorCode::kMalformed, "backup_daily needs backup_folder");
  if (given.contains("passphrase_file") && given.contains("master_key_command")) {
    return fail(ErrorCode::kMalformed,
                "passphrase_file and master_key_command: the master key comes from one place");
  }
  if (!token.any()) return {};
  if (given.contains("epoch_secret")) {
    return fail(ErrorCode::kMalformed,
                "epoch_secret and epoch_token: the epoch secret lives in one place");
  }
  auto chosen = epoch_token(token);
  if (!chosen) {
    return fail(chosen.error().code,
                "epoch_token, epoch_token_module, epoch_token_pin_file or "
                "epoch_token_pin_command: " +
                    chosen.error().detail);
  }
  config.places.vault.token = std::move(*chosen);
  return {};
}

Result<void> take_feeds(Config& config, const std::filesystem::path& store,
                        const std::filesystem::path& file) {
  const auto text = store::read_file(file, kConfigBytesMax);
  if (!text) return tl::unexpected(text.error());
  const auto parsed = parse_toml(as_text(*text));
  if (!parsed) return tl::unexpected(parsed.error());
  auto feeds = read_feeds(*parsed, store);
  if (!feeds) return tl::unexpected(feeds.error());
  config.api.hotlist_profiles = std::move(feeds->profiles);
  config.feeds = std::move(feeds->feeds);
  config.text = std::string(as_text(*text));
  return {};
}

}  // namespace

Result<Config> load_config(const std::filesystem::path& store,
                           const std::optional<std::filesystem::path>& file) {
  Config config;
  config.places = store::default_places(store);
  config.http.port = 8443;
  config.http.certificate = store / "tls" / "certificate.pem";
  config.http.private_key = store / "tls" / "key.pem";
  if (!file) return config;
  if (!std::filesystem::exists(*file))
    return fail(ErrorCode::kNotFound, file->string() + ": no such file");
  try {
    const toml::table table = toml::parse_file(file->string());
    EpochTokenChoice token;
    const auto known = setters(config, token, store);
    // "keyring" moves the epoch secret along, so it comes before "epoch_secret".
    std::map<std::string, const toml::node*> given;
    for (const auto& [key, node] : table) given.emplace(std::string(key.str()), &node);
    if (const auto keyring = given.find("keyring"); keyring != given.end())
      if (auto wrong = known.at("keyring")(*keyring->second))
        return fail(ErrorCode::kMalformed, fmt::format("{}: keyring: {}", file->string(), *wrong));
    given.erase("keyring");
    for (const auto& [key, node] : given) {
      const auto line = node->source().begin.line;
      const auto found = known.find(key);
      if (found == known.end())
        return fail(ErrorCode::kMalformed,
                    fmt::format("{}:{}: unknown key '{}'", file->string(), line, key));
      if (auto wrong = found->second(*node))
        return fail(ErrorCode::kMalformed,
                    fmt::format("{}:{}: {}: {}", file->string(), line, key, *wrong));
    }
    auto fits = fit_together(config, given, token);
    if (fits && (given.contains("hotlist_profile") || given.contains("hotlist_feed")))
      fits = take_feeds(config, store, *file);
    if (!fits)
      return fail(fits.error().code, fmt::format("{}: {}", file->string(), fits.error().detail));
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::kMalformed, fmt::format("{}:{}: {}", file->string(),
                                                   error.source().begin.line, error.description()));
  }
  return config;
}

}  // namespace alpr::api
