#include "ledger/verify/leftovers.h"

#include <fmt/format.h>

#include <set>
#include <system_error>

#include "ledger/chain/encoding.h"
#include "ledger/chain/header.h"
#include "ledger/verify/rules.h"

namespace alpr::verify {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesMax = 10'000'000;

// The numbers N of the files named N + extension; other files are not ours to judge.
Result<std::set<std::uint64_t>> numbered_files(const fs::path& folder, std::string_view extension) {
  std::set<std::uint64_t> numbers;
  std::error_code failed;
  fs::directory_iterator files(folder, failed);
  if (failed == std::errc::no_such_file_or_directory) return numbers;
  if (failed)
    return fail(ErrorCode::kIo, "a folder of the store does not list: " + failed.message());
  std::size_t seen = 0;
  while (files != fs::directory_iterator() && seen++ < kFilesMax) {
    const fs::path name = files->path().filename();
    if (name.extension() == extension) {
      if (const auto number = chain::parse_decimal(name.stem().string())) numbers.insert(*number);
    }
    files.increment(failed);
    if (failed)
      return fail(ErrorCode::kIo, "a folder of the store does not list: " + failed.message());
  }
  return numbers;
}

// The keys of every bucket with a finished tombstone are dead, and with them its file.
bool bucket_destroyed(const Facts& facts, std::uint64_t bucket) {
  for (const Tombstone& tombstone : facts.of(Bucket{bucket})) {
    if (tombstone.destroyed) return true;
  }
  return false;
}

// Whether the event was purged by a finished tombstone of its bucket.
Result<bool> event_destroyed(Source& source, const Facts& facts, std::uint64_t seq) {
  const auto row = source.get(Database::kHeaders, number_key(seq));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return false;
  const auto header = chain::decode_header(**row);
  if (!header) return false;
  for (const Tombstone& tombstone : facts.of(bucket_of(header->time))) {
    if (!tombstone.lists_as_held(seq)) return tombstone.destroyed.has_value();
  }
  return false;
}

class Leftovers {
 public:
  Leftovers(Source& source, const Facts& facts, std::uint64_t log_size, LevelReport& report)
      : source_(source), facts_(facts), log_size_(log_size), report_(report) {}

  void bucket(std::uint64_t number, std::string_view what) {
    if (!bucket_destroyed(facts_, number)) return;
    report_.add(facts_.of(Bucket{number}).front().seq, rule::kPurge,
                fmt::format("{} of bucket {} is still there after its purge", what, number));
  }

  Result<void> held(std::uint64_t seq, std::string_view what) {
    if (seq >= log_size_) return {};
    const auto destroyed = event_destroyed(source_, facts_, seq);
    if (!destroyed) return tl::unexpected(destroyed.error());
    if (*destroyed)
      report_.add(seq, rule::kRelease, fmt::format("{} is still there after its purge", what));
    return {};
  }

  void blob(std::uint64_t id, std::string_view what) {
    for (const ListPurge& purge : facts_.list_purges()) {
      if (purge.blob != id || !purge.destroyed) continue;
      report_.add(purge.seq, rule::kPurge,
                  fmt::format("{} of the purged list {} is still there", what, id));
    }
  }

 private:
  Source& source_;
  const Facts& facts_;
  std::uint64_t log_size_;
  LevelReport& report_;
};

Result<void> check_files(Leftovers& leftovers, const fs::path& store) {
  const auto buckets = numbered_files(store / "evidence", ".evd");
  if (!buckets) return tl::unexpected(buckets.error());
  for (const std::uint64_t number : *buckets) leftovers.bucket(number, "the evidence file");
  const auto held = numbered_files(store / "evidence" / "held", ".evd");
  if (!held) return tl::unexpected(held.error());
  for (const std::uint64_t seq : *held) {
    if (auto checked = leftovers.held(seq, "the held image"); !checked) return checked;
  }
  const auto blobs = numbered_files(store / "blobs", ".blob");
  if (!blobs) return tl::unexpected(blobs.error());
  for (const std::uint64_t id : *blobs) leftovers.blob(id, "the blob");
  return {};
}

}  // namespace

Result<void> check_leftovers(Source& source, const Keys* keys, const Facts& facts,
                             std::uint64_t log_size, LevelReport& report) {
  Leftovers leftovers(source, facts, log_size, report);
  if (source.folder() != nullptr) {
    if (auto checked = check_files(leftovers, *source.folder()); !checked) return checked;
  }
  if (keys == nullptr) return {};
  for (const auto& entry : keys->buckets())
    leftovers.bucket(entry.first, "in the keys file, the key");
  for (const auto& entry : keys->held()) {
    if (auto checked = leftovers.held(entry.first, "in the keys file, the key"); !checked)
      return checked;
  }
  for (const auto& entry : keys->blobs()) leftovers.blob(entry.first, "in the keys file, the key");
  return {};
}

}  // namespace alpr::verify
