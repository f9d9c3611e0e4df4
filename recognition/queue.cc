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
#include "ledger/chain/hash.h"
#include "ledger/chain/sealing.h"
#include "recognition/files.h"
#include "recognition/upload/upload_format.h"

namespace alpr::recognition {
namespace {

constexpr std::string_view kUploadSuffix = ".upload";
constexpr std::size_t kNumberDigits = 20;
constexpr std::size_t kBodyMax = std::size_t{1} << 30;
constexpr std::size_t kNumberFileMax = 32;
constexpr std::size_t kLinkFileMax = 128;
constexpr std::string_view kSealedMagic = "PLQ1";
constexpr std::string_view kSealPurpose = "plateledger queue v1";

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

Bytes seal_body(const Digest& key, std::uint64_t batch, BytesView body) {
  Bytes out(kSealedMagic.begin(), kSealedMagic.end());
  std::array<std::uint8_t, chain::kSealNonceSize> nonce{};
  chain::random_bytes(nonce);
  out.insert(out.end(), nonce.begin(), nonce.end());
  const std::size_t head = out.size();
  out.resize(head + body.size() + chain::kSealTagSize);
  chain::seal({key, nonce}, as_bytes(chain::decimal(batch)), body, std::span(out).subspan(head));
  return out;
}

Result<Bytes> unseal_body(const Digest& key, std::uint64_t batch, Bytes sealed) {
  if (!as_text(sealed).starts_with(kSealedMagic)) return sealed;
  constexpr std::size_t kHead = kSealedMagic.size() + chain::kSealNonceSize;
  if (sealed.size() >= kHead + chain::kSealTagSize) {
    const BytesView all(sealed);
    Bytes body(sealed.size() - kHead - chain::kSealTagSize);
    const auto nonce = std::span<const std::uint8_t, chain::kSealNonceSize>(
        all.data() + kSealedMagic.size(), chain::kSealNonceSize);
    if (chain::unseal({key, nonce}, as_bytes(chain::decimal(batch)), all.subspan(kHead), body))
      return body;
  }
  return fail(ErrorCode::kCorrupt,
              fmt::format("batch {} of the queue does not open: it was changed, or queued under "
                          "another device's key",
                          batch));
}

}  // namespace

Result<UploadQueue> UploadQueue::open(const std::filesystem::path& folder, TimeUs now,
                                      const chain::SigningKey& key) {
  for (const auto& each : {folder, folder / "pending", folder / "refused"}) {
    if (const Result<void> made = make_folder(each); !made) return tl::unexpected(made.error());
  }
  const int lock = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return fail(ErrorCode::kIo, "can't open the lock in " + folder.string());
  UploadQueue queue(folder, lock);
  Digest seed = key.seed();
  queue.seal_key_ = chain::hkdf_sha256(seed, {}, kSealPurpose);
  chain::wipe(seed);
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
  if (const Result<void> found = queue.find_last_link(); !found)
    return tl::unexpected(found.error());
  return queue;
}

// Of the newest batch that is here; where none is, as the last one left it behind.
Result<void> UploadQueue::find_last_link() {
  const Result<std::vector<std::uint64_t>> waiting = pending();
  if (!waiting) return tl::unexpected(waiting.error());
  if (!waiting->empty()) {
    const Result<Bytes> body = load(waiting->back());
    const auto batch =
        body ? parse_upload(*body) : Result<ParsedUpload>(tl::unexpected(body.error()));
    if (batch) {
      newest_ = waiting->back();
      last_link_ = link_of(batch->batch);
      return {};
    }
    // Damaged: it will be set aside, and the batch after it names none.
    last_link_ = kFirstLink;
    return {};
  }
  if (!std::filesystem::exists(folder_ / "last-link")) return {};
  const Result<Bytes> text = read_file(folder_ / "last-link", kLinkFileMax);
  if (!text) return tl::unexpected(text.error());
  const Result<Digest> link = chain::parse_digest_hex(as_text(*text));
  if (!link) return fail(ErrorCode::kCorrupt, (folder_ / "last-link").string() + " holds no link");
  last_link_ = *link;
  return {};
}

Result<void> UploadQueue::keep_last_link(std::uint64_t leaving) {
  const std::lock_guard<std::mutex> lock(*newest_lock_);
  if (newest_ != leaving) return {};
  const Result<void> kept =
      write_file_durably(folder_ / "last-link", as_bytes(chain::hex(last_link_)));
  if (kept) newest_.reset();
  return kept;
}

UploadQueue::UploadQueue(UploadQueue&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_(std::exchange(other.lock_, -1)),
      seal_key_(other.seal_key_),
      last_link_(other.last_link_),
      newest_(other.newest_) {}

UploadQueue& UploadQueue::operator=(UploadQueue&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(lock_, other.lock_);
  std::swap(seal_key_, other.seal_key_);
  std::swap(last_link_, other.last_link_);
  std::swap(newest_, other.newest_);
  return *this;
}

UploadQueue::~UploadQueue() {
  chain::wipe(seal_key_);
  if (lock_ >= 0) ::close(lock_);
}

std::filesystem::path UploadQueue::pending_path(std::uint64_t batch) const {
  return folder_ / "pending" / (number_name(batch) + std::string(kUploadSuffix));
}

Digest UploadQueue::last_link() const {
  const std::lock_guard<std::mutex> lock(*newest_lock_);
  return last_link_;
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

Result<void> UploadQueue::put(std::uint64_t batch, BytesView body, const Digest& link) {
  const Result<std::vector<std::uint64_t>> waiting = pending();
  if (!waiting) return tl::unexpected(waiting.error());
  if (waiting->size() >= kPendingMax) {
    return fail(ErrorCode::kTooLarge, "the queue is full: the oldest batches are kept");
  }
  const Result<void> written =
      write_file_durably(pending_path(batch), seal_body(seal_key_, batch, body));
  if (!written) return written;
  const std::lock_guard<std::mutex> lock(*newest_lock_);
  newest_ = batch;
  last_link_ = link;
  return {};
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
  Result<Bytes> sealed = read_file(pending_path(batch), kBodyMax);
  if (!sealed) return sealed;
  return unseal_body(seal_key_, batch, std::move(*sealed));
}

Result<void> UploadQueue::remove(std::uint64_t batch) {
  if (const Result<void> kept = keep_last_link(batch); !kept) return kept;
  return remove_file_durably(pending_path(batch));
}

Result<void> UploadQueue::set_aside(std::uint64_t batch, std::string_view reason) {
  if (const Result<void> kept = keep_last_link(batch); !kept) return kept;
  const std::filesystem::path refused = folder_ / "refused";
  const Result<void> written =
      write_file_durably(refused / (number_name(batch) + ".reason"), as_bytes(reason));
  if (!written) return written;
  return rename_durably(pending_path(batch), refused / pending_path(batch).filename());
}

}  // namespace alpr::recognition
