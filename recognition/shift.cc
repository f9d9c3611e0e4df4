#include "recognition/shift.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "recognition/files.h"

namespace alpr::recognition {
namespace {

constexpr std::size_t kAnswerMax = kShiftListBytesMax + kShiftProofMax + 1024;
constexpr long kCreated = 201;

std::filesystem::path folder_of(const Credentials& device) { return device.queue / "shift"; }

Result<ShiftTrust> trust_of(const Credentials& device) {
  if (!device.log_key) {
    return fail(
        ErrorCode::kMalformed,
        "credentials: \"log_key\" is missing: the log's verifier key, as `plateledger init` "
        "printed it, by which the lists are known to be the log's");
  }
  return ShiftTrust{*device.log_key, device.device};
}

std::string request_json(const Credentials& device, TimeUs now, const chain::BoxKey& key) {
  const std::string message =
      signed_message(ShiftRequest{device.origin, device.device, now, key.public_key()});
  const Signature signature = device.key.sign(as_bytes(message));
  return chain::write(
      chain::Json(chain::Json::Object{{"asked_at", chain::Json(now.value)},
                                      {"shift_key", chain::Json(chain::hex(key.public_key()))},
                                      {"signature", chain::Json(chain::base64(signature))}}));
}

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

Result<bool> remove_where_there(const std::filesystem::path& path) {
  if (!is_there(path)) return false;
  if (auto removed = remove_file_durably(path); !removed) return tl::unexpected(removed.error());
  return true;
}

Result<chain::BoxKey> read_key(const std::filesystem::path& path) {
  Result<Bytes> bytes = read_file(path, sizeof(Digest));
  if (!bytes) return tl::unexpected(bytes.error());
  Digest secret{};
  if (bytes->size() != secret.size())
    return fail(ErrorCode::kCorrupt, path.string() + " is no key: end the shift, and start again");
  std::copy(bytes->begin(), bytes->end(), secret.begin());
  chain::BoxKey key = chain::BoxKey::from_secret(secret);
  chain::wipe(secret);
  chain::wipe(*bytes);
  return key;
}

Result<void> keep(const std::filesystem::path& folder, const std::string& answer,
                  const chain::BoxKey& key) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(ErrorCode::kIo,
                fmt::format("can't make {}: {}", folder.string(), std::strerror(errno)));
  if (auto kept = write_file_durably(folder / "list", as_bytes(answer)); !kept) return kept;
  Digest secret = key.secret();
  auto kept = write_file_durably(folder / "key", secret);
  chain::wipe(secret);
  return kept;
}

}  // namespace

Result<TakenLists> start_shift(const Credentials& device, TimeUs now, const PostRequest& post) {
  const auto trust = trust_of(device);
  if (!trust) return tl::unexpected(trust.error());
  if (auto ended = end_shift(device); !ended) return tl::unexpected(ended.error());
  const chain::BoxKey key = chain::BoxKey::random();
  const Result<ServerAnswer> answer = post(request_json(device, now, key));
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status != kCreated)
    return fail(ErrorCode::kRefused, "the server gave no lists: " + reason_of(*answer));
  auto lists = open_shift_answer(as_bytes(answer->body), *trust, key);
  if (!lists) return lists;
  if (auto kept = keep(folder_of(device), answer->body, key); !kept)
    return tl::unexpected(kept.error());
  return lists;
}

Result<std::optional<TakenLists>> load_shift(const Credentials& device, TimeUs now) {
  const std::filesystem::path folder = folder_of(device);
  if (!is_there(folder / "key")) return std::optional<TakenLists>();
  const auto trust = trust_of(device);
  if (!trust) return tl::unexpected(trust.error());
  const auto key = read_key(folder / "key");
  if (!key) return tl::unexpected(key.error());
  const auto answer = read_file(folder / "list", kAnswerMax);
  if (!answer) return tl::unexpected(answer.error());
  auto lists = open_shift_answer(*answer, *trust, *key);
  if (!lists) return tl::unexpected(lists.error());
  if (now >= lists->list.valid_until) {
    if (auto ended = end_shift(device); !ended) return tl::unexpected(ended.error());
    return fail(ErrorCode::kGone,
                "the lists were for a shift that is over, and are removed: start a shift");
  }
  if (now.value < lists->list.made_at.value - kClockSkewMaxUs)
    return fail(ErrorCode::kClock, "this clock says that the lists are not made yet: set it");
  return std::optional(std::move(*lists));
}

Result<bool> end_shift(const Credentials& device) {
  const std::filesystem::path folder = folder_of(device);
  if (is_there(folder / "key")) {
    // Over the key itself, not beside it: a file system that writes in place then has no copy.
    const Digest zeros{};
    if (auto wiped = overwrite_file(folder / "key", zeros); !wiped)
      return tl::unexpected(wiped.error());
  }
  // What a crash in the middle of a write left.
  for (const char* part : {"key", "list"}) {
    const auto left = remove_where_there(folder / (part + std::string(kPartSuffix)));
    if (!left) return left;
  }
  const auto key = remove_where_there(folder / "key");
  if (!key) return key;
  const auto list = remove_where_there(folder / "list");
  if (!list) return list;
  return *key || *list;
}

}  // namespace alpr::recognition
