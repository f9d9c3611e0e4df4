// KEYRING/master.rotation, integers big-endian: "PLMR1", u8 kind of the next master key's source (1
// file, 2 passphrase, 3 command), u8 length, master.kdf of the next one (or nothing), then two
// boxes, each with all bytes before as associated data: the next key under HKDF(former, "master
// rotation"), the former key under HKDF(next, "master rotation").
//
//   1. the journal is written and synced              crash: as if nothing had been asked for
//   2. both keyrings are sealed anew (the erasable    crash: each file opens with one of the keys,
//      one under a new epoch secret)                  and the journal gives both to either's owner
//   3. log.key is sealed anew                         crash: the same
//   4. what the next source needs is in place         crash: the same
//      (master.key, master.kdf), the former's zeroed
//   5. the journal is renamed, zeroed and removed     crash: the next key is the only one
#include "ledger/store/master_rotation.h"

#include <errno.h>
#include <fmt/format.h>

#include <algorithm>

#include "ledger/store/files.h"
#include "ledger/store/keyring.h"
#include "ledger/store/sealed_box.h"

namespace alpr::store {
namespace {

constexpr std::string_view kMagic = "PLMR1";
constexpr std::size_t kSmallFileMax = 4096;
constexpr std::size_t kBoxSize = kBoxOverhead + 32;

SecretKey wrapping_key(const SecretKey& master) { return master.derive("master rotation"); }

Bytes encode(const MasterRotation& rotation) {
  ALPR_CHECK(rotation.kdf.size() < 256);
  Bytes file(kMagic.begin(), kMagic.end());
  file.push_back(static_cast<std::uint8_t>(rotation.kind));
  file.push_back(static_cast<std::uint8_t>(rotation.kdf.size()));
  file.insert(file.end(), rotation.kdf.begin(), rotation.kdf.end());
  const Bytes prefix = file;
  for (const auto& [under, what] :
       {std::pair{&rotation.former, &rotation.next}, std::pair{&rotation.next, &rotation.former}}) {
    const Bytes box = seal_box(wrapping_key(*under), prefix, what->bytes);
    file.insert(file.end(), box.begin(), box.end());
  }
  return file;
}

struct Journal {
  MasterKind kind = MasterKind::kFile;
  Bytes prefix;
  Bytes kdf;
  Bytes next_box;    // under the former key
  Bytes former_box;  // under the next key
};

Result<Journal> decode(BytesView file) {
  const auto damaged = [] {
    return fail(ErrorCode::kCorrupt, "the journal of a change of the master key is damaged");
  };
  if (file.size() < 7 || as_text(file.first(5)) != kMagic || file[5] < 1 || file[5] > 3)
    return damaged();
  const std::size_t prefix = 7U + file[6];
  if (file.size() != prefix + 2 * kBoxSize) return damaged();
  const auto part = [&](std::size_t from, std::size_t size) {
    const BytesView bytes = file.subspan(from, size);
    return Bytes(bytes.begin(), bytes.end());
  };
  return Journal{static_cast<MasterKind>(file[5]), part(0, prefix), part(7, file[6]),
                 part(prefix, kBoxSize), part(prefix + kBoxSize, kBoxSize)};
}

std::optional<SecretKey> unwrap(const SecretKey& master, const Journal& journal, const Bytes& box) {
  auto opened = open_box(wrapping_key(master), journal.prefix, box);
  if (!opened) return std::nullopt;
  const WipedBytes clear(std::move(*opened));
  SecretKey key;
  std::copy(clear.value.begin(), clear.value.end(), key.bytes.begin());
  return key;
}

std::optional<MasterRotation> read_with(const SecretKey& master, const Journal& journal) {
  if (const auto next = unwrap(master, journal, journal.next_box))
    return MasterRotation{master, *next, journal.kind, journal.kdf};
  if (const auto former = unwrap(master, journal, journal.former_box))
    return MasterRotation{*former, master, journal.kind, journal.kdf};
  return std::nullopt;
}

Result<void> rewrap_log_key(const std::filesystem::path& file, const MasterRotation& rotation) {
  const auto bytes = read_file(file, kSmallFileMax);
  if (!bytes) return tl::unexpected(bytes.error());
  if (open_log_seeds(rotation.next, *bytes)) return {};
  const auto seeds = open_log_seeds(rotation.former, *bytes);
  if (!seeds) {
    return fail(ErrorCode::kCorrupt, fmt::format("{}: {}", file.string(), seeds.error().detail));
  }
  return replace_and_zero(file, seal_log_seeds(rotation.next, *seeds));
}

// What the next start reads. The journal outlives the former source's file, so that a crash between
// the two leaves a folder that opens.
Result<void> put_source(const MasterPaths& paths, const MasterRotation& rotation) {
  Result<void> done;
  if (rotation.kind == MasterKind::kFile) done = replace_and_zero(paths.key, rotation.next.bytes);
  if (rotation.kind == MasterKind::kPassphrase) done = replace_and_zero(paths.kdf, rotation.kdf);
  if (done && rotation.kind != MasterKind::kFile) done = zero_and_remove(paths.key);
  if (done && rotation.kind != MasterKind::kPassphrase) done = zero_and_remove(paths.kdf);
  if (done) done = fsync_folder(paths.key.parent_path());
  return done;
}

// Under its name it is whole or not there: half zeroed it would keep a finished folder shut. Under
// the other one the next start zeroes it.
Result<void> end_journal(const std::filesystem::path& journal) {
  const auto aside = staged_path(journal);
  if (file_calls().rename(journal.c_str(), aside.c_str()) != 0)
    return tl::unexpected(system_error("rename", journal, errno));
  auto done = fsync_folder(journal.parent_path());
  if (done) done = zero_and_remove(aside);
  if (done) done = fsync_folder(journal.parent_path());
  return done;
}

}  // namespace

Result<void> begin_rotation(const RotatedPaths& paths, const MasterRotation& rotation) {
  return write_new_file_durably(paths.journal, encode(rotation), 0600);
}

Result<void> finish_rotation(const RotatedPaths& paths, const MasterRotation& rotation,
                             KeyringFiles& keyrings, KeyringFiles::Lock& lock) {
  auto done = keyrings.rewrap(rotation.former, rotation.next, lock);
  if (done) done = rewrap_log_key(paths.log_key, rotation);
  if (done) done = put_source(paths.master, rotation);
  if (done) done = end_journal(paths.journal);
  return done;
}

Result<std::optional<MasterRotation>> unfinished_rotation(const RotatedPaths& paths,
                                                          const MasterKeySource& source) {
  const auto bytes = read_file(paths.journal, kSmallFileMax);
  if (!bytes) {
    if (bytes.error().code == ErrorCode::kNotFound) return std::nullopt;
    return tl::unexpected(bytes.error());
  }
  const auto journal = decode(*bytes);
  if (!journal) return tl::unexpected(journal.error());
  if (const auto standing = read_master_key(source, paths.master)) {
    if (auto found = read_with(*standing, *journal)) return found;
  }
  if (source.kind() == MasterKind::kPassphrase && journal->kind == MasterKind::kPassphrase) {
    const auto next = stretch(source, journal->kdf);
    if (!next) return tl::unexpected(next.error());
    if (auto found = read_with(*next, *journal)) return found;
  }
  return fail(ErrorCode::kUnauthenticated,
              fmt::format("{}: a change of the master key was interrupted, and what opens the keys "
                          "now ({}) is neither the former master key nor the next one",
                          paths.journal.string(), to_text(source.kind())));
}

}  // namespace alpr::store
