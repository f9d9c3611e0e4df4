#include "ledger/store/high_water.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"

namespace alpr::store {
namespace {

constexpr std::size_t kSlotSize = 64;
constexpr std::size_t kCheckSize = 16;
constexpr std::size_t kFileSize = 2 * kSlotSize;

struct Slot {
  std::uint64_t counter = 0;
  Vault::HighWater mark;
};

Bytes encode(const Slot& slot) {
  Bytes bytes;
  bytes.reserve(kSlotSize);
  chain::put_be64(bytes, slot.counter);
  chain::put_be64(bytes, slot.mark.size);
  bytes.insert(bytes.end(), slot.mark.root.begin(), slot.mark.root.end());
  const Digest check = chain::sha256(bytes);
  bytes.insert(bytes.end(), check.begin(), check.begin() + kCheckSize);
  return bytes;
}

std::optional<Slot> decode(BytesView bytes) {
  const Digest check = chain::sha256(bytes.first(kSlotSize - kCheckSize));
  if (!std::equal(check.begin(), check.begin() + kCheckSize, bytes.end() - kCheckSize)) return {};
  Slot slot{chain::get_be64(bytes.data()), {chain::get_be64(bytes.data() + 8), {}}};
  std::copy_n(bytes.begin() + 16, 32, slot.mark.root.begin());
  return slot;
}

}  // namespace

Result<void> HighWaterFile::create(const std::filesystem::path& path) {
  return write_new_file_durably(path, Bytes(kFileSize), 0600);
}

Result<HighWaterFile> HighWaterFile::open(const std::filesystem::path& path) {
  const auto bytes = read_file(path, kFileSize);
  if (!bytes) return tl::unexpected(bytes.error());
  if (bytes->size() != kFileSize) {
    return fail(ErrorCode::kCorrupt, fmt::format("{} has {} bytes instead of {}", path.string(),
                                                 bytes->size(), kFileSize));
  }
  HighWaterFile opened;
  for (const std::size_t at : {std::size_t{0}, kSlotSize}) {
    const auto slot = decode(BytesView(*bytes).subspan(at, kSlotSize));
    if (!slot || slot->counter <= opened.counter_) continue;
    opened.counter_ = slot->counter;
    opened.mark_ = slot->mark;
  }
  const bool untouched = std::all_of(bytes->begin(), bytes->end(), [](auto b) { return b == 0; });
  if (opened.counter_ == 0 && !untouched) {
    return fail(
        ErrorCode::kCorrupt,
        fmt::format("{}: neither slot is valid, so nothing says how far this log was signed",
                    path.string()));
  }
  auto file = open_file(path, O_WRONLY);
  if (!file) return tl::unexpected(file.error());
  opened.path_ = path;
  opened.file_ = std::move(*file);
  return opened;
}

Result<void> HighWaterFile::note(const Vault::HighWater& mark) {
  const bool forks = counter_ != 0 && (mark.size < mark_.size ||
                                       (mark.size == mark_.size && mark.root != mark_.root));
  if (forks) {
    return fail(ErrorCode::kRollback,
                fmt::format("a tree of {} events was signed before; one of {} would fork the log",
                            mark_.size, mark.size));
  }
  const Slot slot{counter_ + 1, mark};
  const auto written = pwrite_all(file_, encode(slot), slot.counter % 2 * kSlotSize, path_);
  if (!written) return written;
  counter_ = slot.counter;
  mark_ = mark;
  return {};
}

std::optional<Vault::HighWater> HighWaterFile::mark() const {
  if (counter_ == 0) return {};
  return mark_;
}

}  // namespace alpr::store
