#include "ledger/store/restore.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/hash.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/files.h"
#include "ledger/store/store_core.h"

namespace alpr::store {
namespace {

using std::filesystem::path;

constexpr std::uint64_t kHeadersAtOnce = 4096;
constexpr std::size_t kKeyringMax = 256U << 20;

Result<void> copy_files(const path& from, const path& to, const BackupManifest& manifest) {
  for (const char* name : {"ledger", "evidence/held"}) {
    if (const auto made = make_folder(to / name); !made) return made;
  }
  for (const BackupFile& file : manifest.files) {
    if (file.path == "permanent.keyring" || file.path == "recovery.box") continue;
    std::error_code error;
    std::filesystem::copy_file(from / file.path, to / file.path, error);
    if (error) return tl::unexpected(system_error("copy", from / file.path, error.value()));
    std::filesystem::permissions(to / file.path, std::filesystem::perms(0600), error);
    const auto opened = open_file(to / file.path, O_RDONLY);
    if (!opened) return tl::unexpected(opened.error());
    if (const auto synced = sync_data(*opened, to / file.path); !synced) return synced;
  }
  return fsync_folder(to / "evidence" / "held");
}

Result<void> make_keyring(const RestorePlan& plan, const VaultPlaces& places) {
  const auto box = read_file(plan.from / "recovery.box", 4096);
  if (!box) return tl::unexpected(box.error());
  const auto file_key = unwrap_with(plan.secret, *box);
  if (!file_key) return tl::unexpected(file_key.error());
  const auto keyring = read_file(plan.from / "permanent.keyring", kKeyringMax);
  if (!keyring) return tl::unexpected(keyring.error());
  return Vault::create_archive(places, *keyring, *file_key);
}

// Every link and the root, from the headers alone.
Result<Digest> root_of_headers(const Store& store) {
  chain::CompactRange tree;
  Digest previous = chain::genesis_previous(store.origin());
  TimeUs time{};
  for (std::uint64_t seq = 0; seq < store.size();) {
    const auto some = store.header_range({seq}, kHeadersAtOnce);
    if (!some) return tl::unexpected(some.error());
    for (const chain::HeaderBytes& bytes : *some) {
      const auto header = chain::decode_header(bytes);
      if (!header) return tl::unexpected(header.error());
      if (header->seq.value != seq || header->previous != previous || header->time < time)
        return fail(ErrorCode::kCorrupt,
                    fmt::format("the chain of the copy breaks at event {}", seq));
      previous = chain::leaf_hash(bytes);
      time = header->time;
      tree.append(previous);
      ++seq;
    }
  }
  return tree.root();
}

std::vector<chain::VerifierKey> keys_of(const Store& store, const RestorePlan& plan,
                                        const std::vector<LogEpoch>& epochs) {
  std::vector<chain::VerifierKey> keys;
  for (const LogEpoch& epoch : epochs)
    keys.push_back({store.origin(), chain::KeyType::kEd25519, epoch.key});
  if (plan.key && std::find(keys.begin(), keys.end(), *plan.key) == keys.end())
    keys.push_back(*plan.key);  // introduced after the copy was taken
  return keys;
}

// The given checkpoint, against the copy: of its history, or beyond it.
Result<void> weigh_checkpoint(const Store& store, const std::string& note,
                              const std::vector<chain::VerifierKey>& keys, LostLog& lost) {
  const auto known = chain::open_checkpoint(note, store.origin(), keys);
  if (!known) {
    return fail(known.error().code,
                "the checkpoint that was kept is not one of this log: " + known.error().detail);
  }
  if (known->size > store.size()) {
    lost.checkpoint = note;
    lost.known = known->size;
    return {};
  }
  if (known->size == 0) return {};
  const auto txn = store.core().env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto root = chain::root_at(known->size, subtree_reader(*txn, store.size()));
  if (!root) return tl::unexpected(root.error());
  if (*root == known->root) return {};
  return fail(
      ErrorCode::kRollback,
      fmt::format("the copy's first {} events are not those of the checkpoint that was kept: "
                  "it is of another history",
                  known->size));
}

Result<LostLog> verify_archive(const RestorePlan& plan, const BackupManifest& manifest,
                               const Store& store) {
  LostLog lost{store.origin(), store.size(), manifest.checkpoint, store.size(), false};
  if (store.origin() != manifest.origin || store.size() != manifest.size)
    return fail(ErrorCode::kCorrupt, "the copy is not the one that its manifest describes");
  std::vector<LogEpoch> epochs;
  {
    const auto txn = store.core().env->begin_read();
    if (!txn) return tl::unexpected(txn.error());
    auto read = read_log_epochs(*txn);
    if (!read) return tl::unexpected(read.error());
    epochs = std::move(*read);
  }
  const auto keys = keys_of(store, plan, epochs);
  const auto own = chain::open_checkpoint(manifest.checkpoint, store.origin(), keys);
  if (!own) return tl::unexpected(own.error());
  const auto root = root_of_headers(store);
  if (!root) return tl::unexpected(root.error());
  if (own->size != store.size() || own->root != *root)
    return fail(ErrorCode::kCorrupt, "the copy's events are not those that its checkpoint signs");
  if (plan.key) {
    lost.anchored = std::any_of(epochs.begin(), epochs.end(),
                                [&](const LogEpoch& e) { return e.key == plan.key->key; });
    if (!lost.anchored && !plan.checkpoint)
      return fail(ErrorCode::kBadSignature, "the key that was given is none of this log's");
  }
  // Opens every payload whose key came with the copy, and holds it to its commitment.
  const auto visited = store.visit({0}, [](const chain::EventView&) -> Result<void> { return {}; });
  if (!visited) return tl::unexpected(visited.error());
  if (plan.checkpoint) {
    if (const auto weighed = weigh_checkpoint(store, *plan.checkpoint, keys, lost); !weighed)
      return tl::unexpected(weighed.error());
  }
  return lost;
}

Result<LostLog> make_in(const RestorePlan& plan, const path& folder,
                        std::shared_ptr<const Clock> clock, const chain::KindRegistry& kinds,
                        const StoreSettings& settings) {
  const auto manifest = check_backup(plan.from);
  if (!manifest) return tl::unexpected(manifest.error());
  if (recovery_id(plan.secret.public_key) != manifest->recovery) {
    return fail(ErrorCode::kUnauthenticated,
                "the backup is wrapped to another recovery key than this secret's");
  }
  if (const auto copied = copy_files(plan.from, folder, *manifest); !copied)
    return tl::unexpected(copied.error());
  StorePlaces places = default_places(folder);
  places.vault.master = plan.master;
  if (const auto made = make_keyring(plan, places.vault); !made)
    return tl::unexpected(made.error());
  StoreSettings as_archive = settings;
  as_archive.purpose = Purpose::kArchive;
  const auto store = Store::open(places, std::move(clock), kinds, as_archive);
  if (!store) return tl::unexpected(store.error());
  return verify_archive(plan, *manifest, **store);
}

}  // namespace

Result<LostLog> restore_archive(const RestorePlan& plan, std::shared_ptr<const Clock> clock,
                                const chain::KindRegistry& kinds, const StoreSettings& settings) {
  const path whole = std::filesystem::absolute(plan.archive);
  const path partial = whole.string() + ".partial";
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(whole, error)))
    return fail(ErrorCode::kConflict, fmt::format("{} is there already", whole.string()));
  std::filesystem::remove_all(partial, error);
  if (const auto made = make_folder(partial); !made) return tl::unexpected(made.error());
  auto lost = make_in(plan, partial, std::move(clock), kinds, settings);
  if (!lost) {
    // Nothing is left of it but what the backup has; the keys in it are zeroed by nobody.
    std::filesystem::remove_all(partial, error);
    return lost;
  }
  std::filesystem::rename(partial, whole, error);
  if (error) return tl::unexpected(system_error("rename", partial, error.value()));
  if (const auto synced = fsync_folder(whole.parent_path()); !synced)
    return tl::unexpected(synced.error());
  return lost;
}

chain::Json predecessor_of(const LostLog& lost) {
  using chain::Json;
  return Json(Json::Object{{"origin", Json(lost.origin)},
                           {"checkpoint", Json(lost.checkpoint)},
                           {"gap_from", Json(static_cast<std::int64_t>(lost.size))},
                           {"gap_to", Json(static_cast<std::int64_t>(lost.known))}});
}

}  // namespace alpr::store
