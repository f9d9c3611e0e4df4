#include "recognition/queue.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "recognition/files.h"

namespace alpr::recognition {
namespace {

constexpr std::string_view kUploadSuffix = ".upload";
constexpr std::size_t kNumberDigits = 20;
constexpr std::size_t kBodyMax = std::size_t{1} << 30;
constexpr std::size_t kNumberFileMax = 32;

std::string number_name(std::uint64_t batch) { return fmt::format("{:020}", batch); }

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(ErrorCode::kIo,
                fmt::format("can't make {}: {}", folder.string(), std::strerror(errno)));
  }
  return {};
}

// What a crash in the middle of a write leaves behind was never acknowledged to anybody.
void remove_parts(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == kPartSuffix) std::filesystem::remove(entry.path(), error);
  }
}

}  // namespace

Result<UploadQueue> UploadQueue::open(const std::filesystem::path& folder, TimeUs now) {
  for (const auto& each : {folder, folder / "pending", folder / "refused"}) {
    if (const Result<void> made = make_folder(each); !made) return tl::unexpected(made.error());
  }
  const int lock = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return fail(ErrorCode::kIo, "can't open the lock in " + folder.string());
  UploadQueue queue(folder, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::kLocked, "another process uses the queue " + folder.string());
  }
  remove_parts(folder);
  remove_parts(folder / "pending");
  remove_parts(folder / "refused");
  if (!std::filesystem::exists(folder / "last-batch")) {
    const auto first = static_cast<std::uint64_t>(std::max<std::int64_t>(now.value, 0));
    const Result<void> written =
        write_file_durably(folder / "last-batch", as_bytes(chain::decimal(first)));
    if (!written) return tl::unexpected(written.error());
  }
  return queue;
}

UploadQueue::UploadQueue(UploadQueue&& other) noexcept
    : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)) {}

UploadQueue& UploadQueue::operator=(UploadQueue&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(lock_, other.lock_);
  return *this;
}

UploadQueue::~UploadQueue() {
  if (lock_ >= 0) ::close(lock_);
}

std::filesystem::path UploadQueue::pending_path(std::uint64_t batch) const {
  return folder_ / "pending" / (number_name(batch) + std::string(kUploadSuffix));
}

Result<std::uint64_t> UploadQueue::reserve_batch() {
  const std::filesystem::path path = folder_ / "last-batch";
  const Result<Bytes> text = read_file(path, kNumberFileMax);
  if (!text) return tl::unexpected(text.error());
  const Result<std::uint64_t> last = chain::parse_decimal(as_text(*text));
  if (!last) return fail(ErrorCode::kCorrupt, path.string() + " does not hold a number");
  const std::uint64_t next = *last + 1;
  if (next > static_cast<std::uint64_t>(chain::kIntegerMax)) {
    return fail(ErrorCode::kConflict, "the batch numbers of this device are used up");
  }
  const Result<void> written = write_file_durably(path, as_bytes(chain::decimal(next)));
  if (!written) return tl::unexpected(written.error());
  return next;
}

Result<void> UploadQueue::put(std::uint64_t batch, BytesView body) {
  const Result<std::vector<std::uint64_t>> waiting = pending();
  if (!waiting) return tl::unexpected(waiting.error());
  if (waiting->size() >= kPendingMax) {
    return fail(ErrorCode::kTooLarge, "the queue is full: the oldest batches are kept");
  }
  return write_file_durably(pending_path(batch), body);
}

Result<std::vector<std::uint64_t>> UploadQueue::pending() const {
  std::vector<std::uint64_t> batches;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "pending", error)) {
    const std::string stem = entry.path().stem().string();
    const std::size_t digits = std::min(stem.find_first_not_of('0'), stem.size());
    const Result<std::uint64_t> number = chain::parse_decimal(stem.substr(digits));
    if (entry.path().extension() == kUploadSuffix && stem.size() == kNumberDigits && number) {
      batches.push_back(*number);
    }
  }
  if (error) return fail(ErrorCode::kIo, "can't list the queue: " + error.message());
  std::sort(batches.begin(), batches.end());
  return batches;
}

Result<Bytes> UploadQueue::load(std::uint64_t batch) const {
  return read_file(pending_path(batch), kBodyMax);
}

Result<void> UploadQueue::remove(std::uint64_t batch) {
  return remove_file_durably(pending_path(batch));
}

Result<void> UploadQueue::set_aside(std::uint64_t batch, std::string_view reason) {
  const std::filesystem::path refused = folder_ / "refused";
  const Result<void> written =
      write_file_durably(refused / (number_name(batch) + ".reason"), as_bytes(reason));
  if (!written) return written;
  return rename_durably(pending_path(batch), refused / pending_path(batch).filename());
}

}  // namespace alpr::recognition
