// manifest.json, canonical JSON:
//   {"format":1,"origin":text,"size":n,"checkpoint":text,"made_at":us,"recovery":hex,
//    "files":[{"path":text,"bytes":n,"sha256":hex},...]}
#include "ledger/store/backup.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/files.h"
#include "ledger/store/keyring.h"
#include "ledger/store/projection.h"
#include "ledger/store/recovery_key.h"
#include "ledger/store/store_core.h"

namespace alpr::store {
namespace {

using chain::Json;
using std::filesystem::path;

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kFilesMax = 1'000'000;
constexpr std::uint64_t kHeldFileMax = (64U << 20) + 4096;

Result<BackupFile> describe(const path& folder, const std::string& name) {
  std::ifstream in(folder / name, std::ios::binary);
  if (!in)
    return fail(ErrorCode::kNotFound, fmt::format("{} is not there", (folder / name).string()));
  chain::Sha256 hash;
  BackupFile file{name, 0, {}};
  std::vector<char> some(1U << 20);
  while (in.read(some.data(), static_cast<std::streamsize>(some.size())) || in.gcount() > 0) {
    const auto count = static_cast<std::size_t>(in.gcount());
    hash.update(as_bytes({some.data(), count}));
    file.bytes += count;
  }
  if (in.bad())
    return fail(ErrorCode::kIo, fmt::format("cannot read {}", (folder / name).string()));
  file.sha256 = hash.finish();
  return file;
}

std::string encode(const BackupManifest& manifest) {
  Json::Array files;
  for (const BackupFile& file : manifest.files) {
    files.push_back(Json(Json::Object{{"path", Json(file.path)},
                                      {"bytes", Json(static_cast<std::int64_t>(file.bytes))},
                                      {"sha256", Json(chain::hex(file.sha256))}}));
  }
  return chain::write(Json(Json::Object{{"format", Json(kFormat)},
                                        {"origin", Json(manifest.origin)},
                                        {"size", Json(static_cast<std::int64_t>(manifest.size))},
                                        {"checkpoint", Json(manifest.checkpoint)},
                                        {"made_at", Json(manifest.made_at.value)},
                                        {"recovery", Json(chain::hex(manifest.recovery))},
                                        {"files", Json(std::move(files))}}));
}

const std::string* text_of(const Json& json, std::string_view name) {
  const Json* member = json.member(name);
  return member ? member->string() : nullptr;
}
const std::int64_t* number_of(const Json& json, std::string_view name) {
  const Json* member = json.member(name);
  const std::int64_t* number = member ? member->integer() : nullptr;
  return number != nullptr && *number >= 0 ? number : nullptr;
}
std::optional<Digest> digest_of(const Json& json, std::string_view name) {
  const std::string* text = text_of(json, name);
  const auto bytes = text ? chain::parse_hex(*text) : Result<Bytes>(Bytes{});
  if (!bytes || bytes->size() != 32) return std::nullopt;
  Digest digest;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

// No path leads out of the folder, and none is one that a copy does not have.
bool known_path(std::string_view name) {
  if (name == "ledger/data.mdb" || name == "permanent.keyring" || name == "recovery.box")
    return true;
  constexpr std::string_view kHeld = "evidence/held/";
  if (!name.starts_with(kHeld) || !name.ends_with(".evd")) return false;
  const auto number = name.substr(kHeld.size(), name.size() - kHeld.size() - 4);
  return chain::parse_decimal(number).has_value();
}

Result<BackupManifest> decode(std::string_view text) {
  const auto damaged = [](std::string_view what) {
    return fail(ErrorCode::kCorrupt, fmt::format("manifest.json: {}", what));
  };
  const auto json = chain::parse_canonical(text);
  if (!json) return damaged(json.error().detail);
  const std::int64_t* format = number_of(*json, "format");
  if (!format) return damaged("it is no manifest of a backup");
  if (*format != kFormat) {
    return fail(ErrorCode::kWrongVersion,
                fmt::format("the backup is of format {}; this program reads {}", *format, kFormat));
  }
  const auto* origin = text_of(*json, "origin");
  const auto* size = number_of(*json, "size");
  const auto* checkpoint = text_of(*json, "checkpoint");
  const auto* made_at = number_of(*json, "made_at");
  const auto recovery = digest_of(*json, "recovery");
  const Json* files = json->member("files");
  if (!origin || !size || !checkpoint || !made_at || !recovery || !files || !files->array())
    return damaged("a member is missing");
  if (files->array()->size() > kFilesMax) return damaged("it lists too many files");
  BackupManifest manifest{
      *origin, static_cast<std::uint64_t>(*size), *checkpoint, {*made_at}, *recovery, {}};
  for (const Json& one : *files->array()) {
    const auto* name = text_of(one, "path");
    const auto* bytes = number_of(one, "bytes");
    const auto sha256 = digest_of(one, "sha256");
    if (!name || !bytes || !sha256 || !known_path(*name))
      return damaged("a file that is none of a backup");
    manifest.files.push_back({*name, static_cast<std::uint64_t>(*bytes), *sha256});
  }
  return manifest;
}

// What the copy has on hold under a key of its own, as its own rows say.
Result<std::set<std::uint64_t>> held_in(const Txn& txn) {
  const auto rows = held_rows(txn, {0}, {~std::uint64_t{0}});
  if (!rows) return tl::unexpected(rows.error());
  std::set<std::uint64_t> held;
  for (const HeldRow& one : *rows) {
    const auto row = read_payload_row(txn, one.event);
    if (!row) return tl::unexpected(row.error());
    if (*row && (*row)->seal == Seal::kHeld) held.insert(one.event.value);
  }
  return held;
}

// Everything but the LMDB copy and the manifest; the names of the files.
Result<std::vector<std::string>> write_held_and_keys(const Store& store, const path& folder,
                                                     const std::set<std::uint64_t>& held,
                                                     const PublicKey& recovery) {
  std::vector<std::string> names{"ledger/data.mdb", "permanent.keyring", "recovery.box"};
  // The keys first: an event that is purged meanwhile is then one whose picture is missing, and
  // never a picture whose key was destroyed in the live store and not in the copy's list.
  const SecretKey file_key = random_key();
  const Bytes keyring = store.core().vault->wrap_permanent(file_key, held);
  const auto box = wrap_for_recovery(file_key, recovery);
  if (!box) return tl::unexpected(box.error());
  auto done = write_new_file_durably(folder / "permanent.keyring", keyring, 0600);
  if (done) done = write_new_file_durably(folder / "recovery.box", *box, 0600);
  if (!done) return tl::unexpected(done.error());
  for (const std::uint64_t seq : held) {
    const std::string name = fmt::format("evidence/held/{}.evd", seq);
    const auto bytes = read_file(store.core().places.folder / name, kHeldFileMax);
    if (!bytes && bytes.error().code == ErrorCode::kNotFound) continue;  // no image, or purged now
    if (!bytes) return tl::unexpected(bytes.error());
    if (const auto put = write_new_file(folder / name, *bytes, 0600); !put)
      return tl::unexpected(put.error());
    names.push_back(name);
  }
  if (const auto synced = fsync_folder(folder / "evidence" / "held"); !synced)
    return tl::unexpected(synced.error());
  std::sort(names.begin(), names.end());
  return names;
}

Result<BackupManifest> write_into(const Store& store, const path& folder) {
  const StoreCore& core = store.core();
  const auto recovery = store.recovery_key();
  if (!recovery) return tl::unexpected(recovery.error());
  if (!*recovery) {
    return fail(ErrorCode::kRefused,
                "no recovery key is enrolled, so nobody could open a backup: see plateledger key "
                "recovery-init");
  }
  for (const char* name : {"ledger", "evidence/held"}) {
    if (const auto made = make_folder(folder / name); !made) return tl::unexpected(made.error());
  }
  if (const auto copied = core.env->copy_to(folder / "ledger"); !copied)
    return tl::unexpected(copied.error());
  BackupManifest manifest{core.origin, 0, {}, core.clock->now(), recovery_id(**recovery), {}};
  std::set<std::uint64_t> held;
  {
    const auto copy =
        Environment::open(folder / "ledger", core.settings.map_size, Environment::Mode::kOpen);
    if (!copy) return tl::unexpected(copy.error());
    const auto txn = (*copy)->begin_read();
    if (!txn) return tl::unexpected(txn.error());
    const auto newest = read_newest_checkpoint(*txn);
    if (!newest) return tl::unexpected(newest.error());
    if (!*newest) return fail(ErrorCode::kRefused, "the log is empty: there is nothing to copy");
    manifest.size = (*newest)->size;
    manifest.checkpoint = (*newest)->note;
    auto found = held_in(*txn);
    if (!found) return tl::unexpected(found.error());
    held = std::move(*found);
  }
  static_cast<void>(remove_file(folder / "ledger" / "lock.mdb"));
  const auto names = write_held_and_keys(store, folder, held, **recovery);
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    auto file = describe(folder, name);
    if (!file) return tl::unexpected(file.error());
    manifest.files.push_back(std::move(*file));
  }
  const auto written =
      write_new_file_durably(folder / "manifest.json", as_bytes(encode(manifest)), 0600);
  if (!written) return tl::unexpected(written.error());
  return manifest;
}

}  // namespace

Result<BackupManifest> write_backup(const Store& store, const path& to) {
  const path whole = std::filesystem::absolute(to);
  const path partial = whole.string() + ".partial";
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(whole, error)))
    return fail(ErrorCode::kConflict, fmt::format("{} is there already", whole.string()));
  std::filesystem::remove_all(partial, error);  // of a try that was cut off
  if (const auto made = make_folder(partial); !made) return tl::unexpected(made.error());
  auto manifest = write_into(store, partial);
  if (!manifest) {
    std::filesystem::remove_all(partial, error);
    return manifest;
  }
  std::filesystem::rename(partial, whole, error);
  if (error) return tl::unexpected(system_error("rename", partial, error.value()));
  if (const auto synced = fsync_folder(whole.parent_path()); !synced)
    return tl::unexpected(synced.error());
  return manifest;
}

Result<BackupManifest> check_backup(const path& from) {
  const auto text = read_file(from / "manifest.json", kManifestMax);
  if (!text) {
    return fail(text.error().code,
                text.error().detail + ": a backup without its manifest is not whole");
  }
  auto manifest = decode(as_text(*text));
  if (!manifest) return manifest;
  for (const BackupFile& file : manifest->files) {
    const auto found = describe(from, file.path);
    if (!found) return tl::unexpected(found.error());
    if (found->bytes != file.bytes || found->sha256 != file.sha256)
      return fail(ErrorCode::kCorrupt,
                  fmt::format("{} is not as it was copied", (from / file.path).string()));
  }
  return manifest;
}

}  // namespace alpr::store
