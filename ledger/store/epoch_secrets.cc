#include "ledger/store/epoch_secrets.h"

#include <fmt/format.h>

#include <utility>

#include "ledger/store/files.h"
#include "ledger/store/sealed_box.h"

namespace alpr::store {
namespace {

constexpr std::size_t kEpochFileMax = 4096;

Result<EpochSecret> read_epoch(const std::filesystem::path& file) {
  auto bytes = read_secret_file(file, kEpochFileMax);
  if (!bytes) return tl::unexpected(bytes.error());
  const WipedBytes wiped(std::move(*bytes));
  auto epoch = decode_epoch_secret(wiped.value);
  if (epoch) return epoch;
  return fail(ErrorCode::kCorrupt, fmt::format("{}: {}", file.string(), epoch.error().detail));
}

}  // namespace

Result<EpochSecret> EpochFile::make(std::uint64_t number) {
  const EpochSecret epoch{number, random_key()};
  const WipedBytes bytes(encode_epoch_secret(epoch));
  auto done = stage(file_, bytes.value, 0600);
  if (done) done = fsync_folder(file_.parent_path());
  if (!done) return tl::unexpected(done.error());
  return epoch;
}

// Wherever a destruction left it.
Result<EpochSecret> EpochFile::find(std::uint64_t number, bool& staged) const {
  auto current = read_epoch(file_);
  staged = !current || current->number != number;
  if (!staged) return current;
  auto next = read_epoch(staged_path(file_));
  if (next && next->number == number) return next;
  if (!current) return current;
  return fail(ErrorCode::kCorrupt,
              fmt::format("the erasable keyring is of epoch {} but {} of epoch {}: an older copy "
                          "cannot be opened, and must not be",
                          number, file_.string(), current->number));
}

Result<EpochSecret> EpochFile::find(std::uint64_t number) {
  bool staged = false;
  return find(number, staged);
}

Result<void> EpochFile::keep_only(std::uint64_t number) {
  bool staged = false;
  const auto found = find(number, staged);
  if (!found) return tl::unexpected(found.error());
  Result<void> done;
  if (staged) done = swap_in(file_);
  if (done) done = zero_and_remove(staged_path(file_));
  if (done) done = fsync_folder(file_.parent_path());
  return done;
}

Result<void> EpochFile::destroy_all() {
  auto done = zero_and_remove(file_);
  if (done) done = zero_and_remove(staged_path(file_));
  if (done) done = fsync_folder(file_.parent_path());
  return done;
}

}  // namespace alpr::store
