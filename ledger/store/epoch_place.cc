// KEYRING/epoch.token, 37 bytes: "PLET1", the keyring's random id on the token[16], and the first
// 16 bytes of the SHA-256 of those before. It is no secret.
//
// KEYRING/epoch.move, integers big-endian: "PLEM1", u8 1 to the token or 2 to the file, id[16],
// be16 length, path of the file, and a check of the same kind. Of the epoch n to n+1:
//   1. the journal is written and synced             crash: undone, there is no secret n+1 yet
//   2. secret n+1 is made in the new place           crash: undone, and secret n+1 destroyed
//   3. the keyring under n+1 takes its place         crash: finished from here on: the keyring says
//   4. secret n is destroyed in the old place        so by its number
//   5. the marker is written, or removed
//   6. the journal is removed
#include "ledger/store/epoch_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/keys.h"
#include "ledger/store/files.h"

namespace alpr::store {
namespace {

using std::filesystem::path;

constexpr std::string_view kMarkerMagic = "PLET1";
constexpr std::string_view kJournalMagic = "PLEM1";
constexpr std::size_t kCheckSize = 16;
constexpr std::size_t kSmallFileMax = 8192;
constexpr std::size_t kPathMax = 4096;

void put(Bytes& out, BytesView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

Bytes with_check(Bytes file) {
  put(file, BytesView(chain::sha256(file)).first(kCheckSize));
  return file;
}

// What stands before the check; nullopt when it is another magic or does not match.
std::optional<BytesView> checked(BytesView file, std::string_view magic) {
  if (file.size() < magic.size() + kCheckSize || as_text(file.first(magic.size())) != magic)
    return std::nullopt;
  const BytesView body = file.first(file.size() - kCheckSize);
  const Digest check = chain::sha256(body);
  if (!std::equal(check.begin(), check.begin() + kCheckSize, file.end() - kCheckSize))
    return std::nullopt;
  return body.subspan(magic.size());
}

tl::unexpected<Error> damaged(const path& file) {
  return fail(ErrorCode::kCorrupt, file.string() + " is damaged");
}

TokenKeyId id_from(BytesView bytes) {
  TokenKeyId id{};
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return id;
}

TokenKeyId new_id() {
  TokenKeyId id{};
  chain::random_bytes(id);
  return id;
}

Result<void> write_marker(const path& marker, const TokenKeyId& id) {
  Bytes file(kMarkerMagic.begin(), kMarkerMagic.end());
  put(file, id);
  return write_new_file_durably(marker, with_check(std::move(file)), 0600);
}

Result<std::optional<Bytes>> read_if_there(const path& file) {
  auto bytes = read_file(file, kSmallFileMax);
  if (bytes) return std::optional<Bytes>(std::move(*bytes));
  if (bytes.error().code == ErrorCode::kNotFound) return std::optional<Bytes>();
  return tl::unexpected(bytes.error());
}

Result<std::optional<TokenKeyId>> read_marker(const path& marker) {
  const auto bytes = read_if_there(marker);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!*bytes) return std::optional<TokenKeyId>();
  const auto body = checked(**bytes, kMarkerMagic);
  if (!body || body->size() != TokenKeyId{}.size()) return damaged(marker);
  return std::optional<TokenKeyId>(id_from(*body));
}

Result<void> write_journal(const path& journal, const EpochMove& move) {
  const std::string name = move.file.string();
  if (name.size() > kPathMax) return fail(ErrorCode::kMalformed, "the path is too long: " + name);
  Bytes file(kJournalMagic.begin(), kJournalMagic.end());
  file.push_back(move.to_token ? 1 : 2);
  put(file, move.id);
  chain::put_be16(file, static_cast<std::uint16_t>(name.size()));
  put(file, as_bytes(name));
  return write_new_file_durably(journal, with_check(std::move(file)), 0600);
}

Result<std::optional<EpochMove>> read_journal(const path& journal) {
  constexpr std::size_t kFixed = 1 + 16 + 2;
  const auto bytes = read_if_there(journal);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!*bytes) return std::optional<EpochMove>();
  const auto body = checked(**bytes, kJournalMagic);
  if (!body || body->size() < kFixed || (*body)[0] < 1 || (*body)[0] > 2 ||
      body->size() != kFixed + chain::get_be16(body->data() + 17))
    return damaged(journal);
  return EpochMove{(*body)[0] == 1, id_from(body->subspan(1, 16)),
                   path(as_text(body->subspan(kFixed)))};
}

Result<void> remove_durably(const path& file) {
  const auto removed = remove_file(file);
  return removed ? fsync_folder(file.parent_path()) : removed;
}

// Steps 5 and 6.
Result<void> end_move(const EpochPaths& paths, const EpochMove& move, bool on_token) {
  auto done = on_token ? write_marker(paths.marker, move.id) : remove_durably(paths.marker);
  if (done) done = remove_durably(paths.journal);
  return done;
}

// What a crash left: the keyring's number says which of the two places has its secret.
Result<void> resolve_move(const EpochPaths& paths, const EpochMove& move, const EpochToken& token,
                          const path& erasable_keyring) {
  if (!token.named()) {
    return fail(ErrorCode::kRefused,
                fmt::format("{}: moving the epoch secret between a token and {} was interrupted; "
                            "start once with the token's settings, and it is finished or undone",
                            paths.journal.string(), move.file.string()));
  }
  const auto bytes = read_file(erasable_keyring, kKeyringSizeMax);
  const auto number = bytes ? keyring_epoch(Keyring::kErasable, *bytes)
                            : Result<std::uint64_t>(tl::unexpected(bytes.error()));
  if (!number) return fail(ErrorCode::kCorrupt, number.error().detail);
  EpochFile file(move.file);
  EpochOnToken on_token(token, move.id);
  EpochSecrets& target = move.to_token ? static_cast<EpochSecrets&>(on_token) : file;
  EpochSecrets& source = move.to_token ? static_cast<EpochSecrets&>(file) : on_token;
  const bool moved = target.find(*number).has_value();
  EpochSecrets& standing = moved ? target : source;
  // Before a secret goes, the keyring that does not need it must be there for good.
  auto done = fsync_folder(erasable_keyring.parent_path());
  if (done) done = standing.keep_only(*number);
  if (done) done = (moved ? source : target).destroy_all();
  if (done) done = end_move(paths, move, moved == move.to_token);
  return done;
}

}  // namespace

Result<std::unique_ptr<EpochSecrets>> new_epoch_place(const EpochPaths& paths,
                                                      const EpochToken& token) {
  if (!token.named()) return std::make_unique<EpochFile>(paths.secret);
  const TokenKeyId id = new_id();
  if (auto marked = write_marker(paths.marker, id); !marked) return tl::unexpected(marked.error());
  return std::make_unique<EpochOnToken>(token, id);
}

Result<std::unique_ptr<EpochSecrets>> epoch_place(const EpochPaths& paths, const EpochToken& token,
                                                  const path& erasable_keyring) {
  for (const path& file : {paths.marker, paths.journal}) {
    if (auto removed = remove_file(staged_path(file)); !removed)
      return tl::unexpected(removed.error());
  }
  const auto move = read_journal(paths.journal);
  if (!move) return tl::unexpected(move.error());
  if (*move) {
    if (auto done = resolve_move(paths, **move, token, erasable_keyring); !done)
      return tl::unexpected(done.error());
  }
  const auto id = read_marker(paths.marker);
  if (!id) return tl::unexpected(id.error());
  if (*id && !token.named()) {
    return fail(ErrorCode::kNotFound,
                fmt::format("{}: this keyring's epoch secret is on a token; name its module, label "
                            "and PIN (docs/operations/keys.md)",
                            paths.marker.string()));
  }
  if (!*id && token.named()) {
    return fail(ErrorCode::kNotFound,
                fmt::format("this keyring's epoch secret is a file, not on token '{}': take the "
                            "token out of the settings, or move it there with plateledger key "
                            "move-epoch",
                            token.label));
  }
  if (*id) return std::make_unique<EpochOnToken>(token, **id);
  return std::make_unique<EpochFile>(paths.secret);
}

Result<PlannedMove> plan_move(const EpochPaths& paths, const EpochToken& to_token,
                              const path& to_file) {
  const auto id = read_marker(paths.marker);
  if (!id) return tl::unexpected(id.error());
  const bool on_token = id->has_value();
  if (to_token.named() == on_token) {
    return fail(ErrorCode::kConflict,
                on_token ? "the epoch secret is on a token already: to change tokens, move it to "
                           "a file first"
                         : "the epoch secret is a file already: to use another one, stop the "
                           "server, move it, and name the new place");
  }
  if (!to_token.named()) {
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(to_file, ignored)))
      return fail(ErrorCode::kConflict, to_file.string() + " is there already");
    if (auto made = make_folder(to_file.parent_path()); !made) return tl::unexpected(made.error());
    return PlannedMove{{false, **id, to_file}, std::make_unique<EpochFile>(to_file)};
  }
  PlannedMove planned{{true, new_id(), paths.secret}, nullptr};
  planned.next = std::make_unique<EpochOnToken>(to_token, planned.move.id);
  // A new id has nothing on it, so this only finds out whether the token is there and opens.
  if (auto reached = planned.next->destroy_all(); !reached) return tl::unexpected(reached.error());
  return planned;
}

Result<void> carry_out(const EpochPaths& paths, PlannedMove planned, KeyringFiles& keyrings,
                       KeyringFiles::Lock& lock) {
  auto done = write_journal(paths.journal, planned.move);
  if (done) done = keyrings.move_epoch(std::move(planned.next), lock);
  if (done) done = end_move(paths, planned.move, planned.move.to_token);
  return done;
}

}  // namespace alpr::store
