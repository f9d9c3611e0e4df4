#include "ledger/verify/images.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/keys.h"
#include "ledger/verify/rules.h"

namespace alpr::verify {
namespace {

// Reads of one picture stand near each other; beyond this many places they are read again.
constexpr std::size_t kSeenMax = 65'536;

Key evidence_key(const Key& key) { return chain::hkdf_sha256(key, {}, "evidence"); }

std::string file_of(const chain::Header& header, Seal seal) {
  return seal == Seal::kHeld ? fmt::format("evidence/held/{}.evd", header.seq.value)
                             : fmt::format("evidence/{}.evd", bucket_of(header.time).value);
}

}  // namespace

// Reads records out of one evidence file after another.
class Images::Folder {
 public:
  explicit Folder(std::filesystem::path store) : store_(std::move(store)) {}
  ~Folder() { close_file(); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // False: it is not there. kCorrupt: it is something else than a file; kIo.
  Result<bool> open(const std::string& file);
  // What is wrong with the image at this place of the open file, if something is. kIo.
  Result<std::optional<std::string>> check(const Key& key, Seal seal, const ImagePlace& place);

 private:
  void close_file();
  Result<bool> read(const ImagePlace& place);

  std::filesystem::path store_;
  std::string name_;  // of the open file
  int file_ = -1;
  std::uint64_t size_ = 0;  // when it was opened
  Bytes record_;
  // What was found at a place of the open file: reads of one picture share it.
  std::map<std::pair<std::uint64_t, Digest>, std::optional<std::string>> seen_;
};

void Images::Folder::close_file() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
  seen_.clear();
}

Result<bool> Images::Folder::open(const std::string& file) {
  if (file_ >= 0 && file == name_) return true;
  close_file();
  name_ = file;
  // What stands there may be a pipe that nobody writes to.
  file_ = ::open((store_ / file).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file_ < 0 && (errno == ENOENT || errno == ENOTDIR)) return false;
  struct stat status {};
  if (file_ < 0 || fstat(file_, &status) != 0)
    return fail(ErrorCode::kIo, file + " does not open: " + std::strerror(errno));
  size_ = static_cast<std::uint64_t>(status.st_size);
  if (S_ISREG(status.st_mode)) return true;
  close_file();
  return fail(ErrorCode::kCorrupt, file + " is not a file");
}

// False: the file ends before the record does.
Result<bool> Images::Folder::read(const ImagePlace& place) {
  record_.resize(place.length);
  std::size_t done = 0;
  while (done < record_.size()) {
    const ssize_t n = pread(file_, record_.data() + done, record_.size() - done,
                            static_cast<off_t>(place.offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(ErrorCode::kIo, name_ + " does not read: " + std::strerror(errno));
    if (n == 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

Result<std::optional<std::string>> Images::Folder::check(const Key& key, Seal seal,
                                                         const ImagePlace& place) {
  const std::pair at(place.offset, place.sha256);
  if (const auto seen = seen_.find(at); seen != seen_.end()) return seen->second;
  // The copy of a held read's image is a file by itself.
  const bool held = seal == Seal::kHeld;
  const auto whole = read(held ? ImagePlace{0, place.length, place.sha256} : place);
  if (!whole) return tl::unexpected(whole.error());
  std::optional<std::string> wrong;
  if (!*whole) {
    wrong = "the file ends before it does";
  } else if (held && size_ != place.length) {
    wrong = "the file goes on after it";
  } else {
    const auto image = open_box(key, record_, place.sha256);
    if (!image) {
      wrong = "it does not open with its key and the digest that the payload commits to";
    } else if (chain::sha256(*image) != place.sha256) {
      // Whoever has the key can seal other bytes under any digest.
      wrong = "its bytes do not have the digest that the payload commits to";
    }
  }
  if (seen_.size() >= kSeenMax) seen_.clear();
  seen_.emplace(at, wrong);
  return wrong;
}

Images::Images(Source& source, const Keys& keys, const Facts& facts, std::uint64_t log_size,
               LevelReport& report)
    : source_(source),
      keys_(keys),
      facts_(facts),
      log_size_(log_size),
      report_(report),
      folder_(std::make_unique<Folder>(*source.folder())) {}

Images::~Images() = default;

// Whether a tombstone purges it: then its image goes or is gone, and what may be left of it is
// judged with the leftovers.
bool Images::covered(const chain::Header& header) const {
  return std::ranges::any_of(facts_.of(bucket_of(header.time)), [&](const Tombstone& tombstone) {
    return !tombstone.lists_as_held(header.seq.value);
  });
}

Result<void> Images::check(const chain::Header& header, Seal seal, const ImagePlace& place) {
  const Key* key = keys_.find(seal, header);
  if (key == nullptr || covered(header)) return {};
  const std::uint64_t seq = header.seq.value;
  const std::string file = file_of(header, seal);
  const auto there = folder_->open(file);
  if (!there && there.error().code != ErrorCode::kCorrupt) return tl::unexpected(there.error());
  if (!there) {
    report_.add(seq, rule::kImage, "its image: " + there.error().detail);
    return {};
  }
  if (!*there) {
    Missing& missing = missing_[file];
    if (missing.count++ == 0) {
      missing.first = seq;
      missing.bucket = bucket_of(header.time);
      missing.held = seal == Seal::kHeld;
    }
    return {};
  }
  Key own = evidence_key(*key);
  const auto wrong = folder_->check(own, seal, place);
  chain::wipe(own);
  if (!wrong) return tl::unexpected(wrong.error());
  if (*wrong) {
    report_.add(seq, rule::kImage,
                fmt::format("its image, {} bytes at {} of {}: {}", place.length,
                            seal == Seal::kHeld ? 0 : place.offset, file, **wrong));
  }
  return {};
}

// The tombstones that were committed since the facts were gathered.
Result<Facts> Images::newer_purges() {
  Facts newer;
  if (auto renewed = source_.renew(); !renewed) return tl::unexpected(renewed.error());
  const auto headers = source_.cursor(Database::kHeaders);
  auto row = headers->seek(number_key(log_size_));
  for (; row && *row; row = headers->next()) {
    const auto header = chain::decode_header(headers->value());
    if (!header || header->kind != chain::kind::kReadsPurged) continue;
    const auto payload = source_.get(Database::kPayloads, headers->key());
    if (!payload) return tl::unexpected(payload.error());
    const auto parsed = *payload ? parse_row(**payload) : fail(ErrorCode::kMalformed, "");
    const auto open = parsed ? open_members(*header, *parsed) : tl::unexpected(parsed.error());
    // What does not read excuses nothing; the next verification names it.
    if (open) static_cast<void>(newer.note(*header, *open));
  }
  if (!row) return tl::unexpected(row.error());
  return newer;
}

Result<void> Images::finish() {
  if (missing_.empty()) return {};
  const auto newer = newer_purges();
  if (!newer) return tl::unexpected(newer.error());
  for (const auto& [file, missing] : missing_) {
    const auto& purges = newer->of(missing.bucket);
    // A bucket's file goes with its first tombstone, that of a held event with the one that no
    // longer spares it.
    const bool went = std::ranges::any_of(purges, [&, &missing = missing](const Tombstone& purge) {
      return !missing.held || !purge.lists_as_held(missing.first);
    });
    if (went) continue;
    report_.add(missing.first, rule::kImage,
                missing.held ? file + ", the image of this held event, is missing"
                             : fmt::format("{} is missing, where the images of {} event{} from "
                                           "here on must lie",
                                           file, missing.count, missing.count == 1 ? "" : "s"));
  }
  return {};
}

}  // namespace alpr::verify
