#include "recognition/credentials.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "ledger/chain/encoding.h"
#include "recognition/files.h"
#include "recognition/loose_json.h"
#include "recognition/upload/upload_format.h"

namespace alpr::recognition {
namespace {

constexpr std::size_t kFileMax = 16 * 1024;
constexpr std::array<std::string_view, 9> kMembers{
    "device", "origin", "seed",   "server_certificate", "latitude_e7", "longitude_e7",
    "place",  "queue",  "log_key"};

tl::unexpected<Error> bad(std::string_view what) {
  return fail(ErrorCode::kMalformed, "credentials: " + std::string(what));
}

const std::string* text_of(const chain::Json& json, std::string_view name) {
  const chain::Json* value = json.member(name);
  return value != nullptr ? value->string() : nullptr;
}

const std::int64_t* number_of(const chain::Json& json, std::string_view name) {
  const chain::Json* value = json.member(name);
  return value != nullptr ? value->integer() : nullptr;
}

Result<void> check_private(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return fail(ErrorCode::kNotFound, "credentials: there is no " + path.string());
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(ErrorCode::kRefused, "credentials: " + path.string() +
                                         " is open to group or others; it holds the device's "
                                         "key (chmod 600)");
  }
  return {};
}

Result<Credentials> from_json(const chain::Json& json, const std::filesystem::path& folder) {
  if (json.object() == nullptr) return bad("the file is not a JSON object");
  for (const auto& [name, value] : *json.object()) {
    if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end()) {
      return bad("unknown member \"" + name + "\"");
    }
  }
  const std::string* device = text_of(json, "device");
  const std::string* origin = text_of(json, "origin");
  const std::string* seed_hex = text_of(json, "seed");
  const std::string* certificate = text_of(json, "server_certificate");
  const std::int64_t* latitude = number_of(json, "latitude_e7");
  const std::int64_t* longitude = number_of(json, "longitude_e7");
  const std::string* place = text_of(json, "place");
  const std::string* queue = text_of(json, "queue");
  if (device == nullptr || !valid_device_name(*device))
    return bad("\"device\" is not a device name");
  if (origin == nullptr || !valid_origin(*origin)) return bad("\"origin\" is not a log's name");
  if (certificate == nullptr || certificate->empty())
    return bad("\"server_certificate\" is missing");
  if (queue == nullptr || queue->empty()) return bad("\"queue\" is missing");
  if (seed_hex == nullptr || latitude == nullptr || longitude == nullptr || place == nullptr) {
    return bad(
        "\"seed\", \"latitude_e7\", \"longitude_e7\" or \"place\" is missing or of a wrong type");
  }
  const Result<Digest> seed = chain::parse_digest_hex(*seed_hex);
  if (!seed) return bad("\"seed\" is not 64 hex digits");
  std::optional<chain::VerifierKey> log_key;
  if (json.member("log_key") != nullptr) {
    const std::string* text = text_of(json, "log_key");
    const auto key = text != nullptr ? chain::parse_vkey(*text) : bad("\"log_key\" is no text");
    if (!key || key->name != *origin) return bad("\"log_key\" is not this log's verifier key");
    log_key = *key;
  }
  return Credentials{*device,
                     *origin,
                     chain::SigningKey::from_seed(*seed),
                     folder / *certificate,
                     *latitude,
                     *longitude,
                     *place,
                     folder / *queue,
                     log_key};
}

}  // namespace

Result<Credentials> load_credentials(const std::filesystem::path& path) {
  if (const Result<void> is_private = check_private(path); !is_private) {
    return tl::unexpected(is_private.error());
  }
  Result<Bytes> bytes = read_file(path, kFileMax);
  if (!bytes) return tl::unexpected(bytes.error());
  const Result<chain::Json> json = parse_loose_json(as_text(*bytes));
  chain::wipe(*bytes);
  if (!json) return bad("the file is not JSON: " + json.error().detail);
  Result<Credentials> credentials = from_json(*json, path.parent_path());
  if (!credentials) return credentials;
  // The place goes into every read, so it is refused here and not at the first photo.
  ReadFacts probe;
  probe.plate = "A";
  probe.captured_at = {1'000'000'000 * kSecondUs};
  probe.latitude_e7 = credentials->latitude_e7;
  probe.longitude_e7 = credentials->longitude_e7;
  probe.place = credentials->place;
  probe.image_type = "image/jpeg";
  if (const Result<void> checked = check_facts(probe); !checked) {
    return tl::unexpected(checked.error());
  }
  return credentials;
}

}  // namespace alpr::recognition
