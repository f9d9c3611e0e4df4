// Files, names in decimal:  evidence/<bucket>.evd  evidence/<bucket>.reads  evidence/held/<seq>.evd
// blobs/<id>.blob
// A bucket's file is sealed records one after another, found by the places that the reads' payloads
// commit to; it has no header and no index. The other files are one record each.
#include "ledger/store/evidence.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <charconv>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/store/files.h"
#include "ledger/store/sealed_box.h"

namespace alpr::store {
namespace {

using std::filesystem::path;

constexpr std::string_view kImageSuffix = ".evd";
constexpr std::string_view kDerivedSuffix = ".reads";
constexpr std::string_view kBlobSuffix = ".blob";

path numbered(const path& folder, std::uint64_t number, std::string_view suffix) {
  return folder / (std::to_string(number) + std::string(suffix));
}

std::set<std::uint64_t> numbers_in(const path& folder, std::string_view suffix) {
  std::set<std::uint64_t> numbers;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    std::uint64_t number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    if (name == std::to_string(number) + std::string(suffix)) numbers.insert(number);
  }
  return numbers;
}

Result<void> remove_staged(const path& folder) {
  std::error_code error;
  std::vector<path> staged;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".new") staged.push_back(at->path());
  }
  if (error) return tl::unexpected(system_error("list", folder, error.value()));
  for (const path& file : staged) {
    const auto removed = remove_file(file);
    if (!removed) return removed;
  }
  return {};
}

tl::unexpected<Error> gone(const path& file, const Error& error) {
  if (error.code != ErrorCode::kNotFound) return tl::unexpected(error);
  return fail(ErrorCode::kGone, fmt::format("{} is not there", file.string()));
}

Bytes blob_name(std::uint64_t id) {
  Bytes name;
  chain::put_be64(name, id);
  return name;
}

Result<Bytes> open_record(const path& file, const SecretKey& key, BytesView record,
                          const Digest& sha256) {
  auto image = open_box(key.derive("evidence"), sha256, record);
  if (!image) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("an image in {}: {}", file.string(), image.error().detail));
  }
  // Whoever has the key can seal other bytes under any digest, so the bytes are held to it too.
  if (chain::sha256(*image) != sha256) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("an image in {} is not the one committed to", file.string()));
  }
  return image;
}

Result<void> check_size(BytesView bytes, std::size_t max) {
  if (bytes.size() <= max) return {};
  return fail(ErrorCode::kTooLarge, fmt::format("{} bytes, more than {}", bytes.size(), max));
}

}  // namespace

struct EvidenceFiles::Impl {
  struct OpenBucket {
    path file;
    FileDescriptor descriptor;
    std::uint64_t end = 0;
    std::uint64_t synced = 0;  // up to here
  };

  explicit Impl(const path& store)
      : images(store / "evidence"), held(store / "evidence" / "held"), blobs(store / "blobs") {}

  path image_file(Bucket bucket) const { return numbered(images, bucket.value, kImageSuffix); }
  path derived_file(Bucket bucket) const { return numbered(images, bucket.value, kDerivedSuffix); }
  path held_file(Sequence event) const { return numbered(held, event.value, kImageSuffix); }
  path blob_file(std::uint64_t id) const { return numbered(blobs, id, kBlobSuffix); }

  // What is to be synced: files up to where they end now, and folders.
  struct Unsynced {
    std::vector<std::pair<std::shared_ptr<OpenBucket>, std::uint64_t>> files;
    std::set<path> folders;
  };

  Result<OpenBucket*> bucket_for_append(Bucket bucket);
  Result<void> write_whole(const path& file, BytesView bytes);
  Unsynced take_unsynced();
  Result<void> erase(const path& file);
  Result<void> usable() const {
    if (!sync_failed) return {};
    return fail(ErrorCode::kIo, "a sync of the evidence failed before: the store must be reopened");
  }

  const path images;
  const path held;
  const path blobs;
  // Held while files are synced, before `mutex`: the kernel tells a failed write to one sync of a
  // descriptor alone, so a second at the same time would be told that all is well.
  std::mutex syncing;
  std::mutex mutex;  // of what follows
  std::map<Bucket, std::shared_ptr<OpenBucket>> open;
  std::optional<Bucket> newest;
  std::set<path> unsynced_folders;
  bool sync_failed = false;
};

Result<EvidenceFiles::Impl::OpenBucket*> EvidenceFiles::Impl::bucket_for_append(Bucket bucket) {
  newest = bucket;
  if (const auto found = open.find(bucket); found != open.end()) return found->second.get();
  auto opened = std::make_shared<OpenBucket>();
  opened->file = image_file(bucket);
  auto descriptor = open_file(opened->file, O_WRONLY | O_CREAT);
  if (!descriptor) return tl::unexpected(descriptor.error());
  const auto size = file_size(*descriptor, opened->file);
  if (!size) return tl::unexpected(size.error());
  opened->descriptor = std::move(*descriptor);
  opened->end = opened->synced = *size;
  // Also for a file that was there: a crash may have come before its folder was synced.
  unsynced_folders.insert(images);
  return open.emplace(bucket, std::move(opened)).first->second.get();
}

Result<void> EvidenceFiles::Impl::write_whole(const path& file, BytesView bytes) {
  const auto ready = usable();
  if (!ready) return ready;
  const auto written = write_new_file(file, bytes, 0600);
  if (written) unsynced_folders.insert(file.parent_path());
  return written;
}

EvidenceFiles::Impl::Unsynced EvidenceFiles::Impl::take_unsynced() {
  Unsynced all{{}, std::exchange(unsynced_folders, {})};
  for (const auto& [bucket, file] : open)
    if (file->synced < file->end) all.files.emplace_back(file, file->end);
  return all;
}

Result<void> EvidenceFiles::Impl::erase(const path& file) {
  const auto removed = remove_file(file);
  if (!removed) return removed;
  return fsync_folder(file.parent_path());
}

EvidenceFiles::EvidenceFiles(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EvidenceFiles::EvidenceFiles(EvidenceFiles&&) noexcept = default;
EvidenceFiles& EvidenceFiles::operator=(EvidenceFiles&&) noexcept = default;
EvidenceFiles::~EvidenceFiles() = default;

Result<EvidenceFiles> EvidenceFiles::open(const path& store_folder) {
  chain::init_crypto();
  auto impl = std::make_unique<Impl>(std::filesystem::absolute(store_folder));
  for (const path& folder : {impl->images, impl->held, impl->blobs}) {
    auto ready = make_folder(folder);
    if (ready) ready = remove_staged(folder);
    if (!ready) return tl::unexpected(ready.error());
  }
  return EvidenceFiles(std::move(impl));
}

Result<SealedImages> seal_images(Bucket bucket, const SecretKey& bucket_key,
                                 std::span<const Image> images) {
  SealedImages sealed{bucket, {}, {}};
  std::size_t size = 0;
  for (const Image& image : images) {
    const auto fits = check_size(image.bytes, kImageSizeMax);
    if (!fits) return tl::unexpected(fits.error());
    sealed.ends.push_back(size += image.bytes.size() + kBoxOverhead);
  }
  sealed.records.resize(size);
  const SecretKey key = bucket_key.derive("evidence");
  std::size_t from = 0;
  for (std::size_t i = 0; i < images.size(); from = sealed.ends[i++]) {
    const auto record = std::span(sealed.records).subspan(from, sealed.ends[i] - from);
    seal_box_into(record, key, images[i].sha256, images[i].bytes);
  }
  return sealed;
}

Result<std::vector<EvidencePlace>> EvidenceFiles::append(const SealedImages& images) {
  const std::lock_guard guard(impl_->mutex);
  const auto ready = impl_->usable();
  if (!ready) return tl::unexpected(ready.error());
  const auto file = impl_->bucket_for_append(images.bucket);
  if (!file) return tl::unexpected(file.error());
  // The end moves only when all is written, so that the next record overwrites a part of one.
  const std::uint64_t end = (*file)->end;
  const auto written = pwrite_all((*file)->descriptor, images.records, end, (*file)->file);
  if (!written) return tl::unexpected(written.error());
  begin_writing((*file)->descriptor, end, images.records.size());
  (*file)->end += images.records.size();
  std::vector<EvidencePlace> places;
  std::size_t from = 0;
  for (const std::size_t to : images.ends) {
    places.push_back({end + from, to - from});
    from = to;
  }
  return places;
}

Result<void> EvidenceFiles::sync() {
  const std::lock_guard one(impl_->syncing);
  Impl::Unsynced work;
  {
    const std::lock_guard guard(impl_->mutex);
    const auto ready = impl_->usable();
    if (!ready) return ready;
    work = impl_->take_unsynced();
  }
  Result<void> done;
  for (const auto& [file, end] : work.files)
    if (done) done = sync_data(file->descriptor, file->file);
  for (const path& folder : work.folders)
    if (done) done = fsync_folder(folder);
  const std::lock_guard guard(impl_->mutex);
  impl_->sync_failed = !done;
  if (!done) return done;
  for (const auto& [file, end] : work.files) file->synced = end;
  // Only the newest bucket is written again, but for a clock that ran backwards: descriptors do not
  // pile up.
  std::erase_if(impl_->open, [&](const auto& entry) {
    return entry.first != impl_->newest && entry.second->synced == entry.second->end;
  });
  return done;
}

Result<Bytes> EvidenceFiles::read(Bucket bucket, const SecretKey& bucket_key,
                                  const EvidencePlace& place, const Digest& sha256) const {
  const path file = impl_->image_file(bucket);
  if (place.length > kImageSizeMax + kBoxOverhead) {
    return fail(ErrorCode::kTooLarge, fmt::format("an image record of {} bytes", place.length));
  }
  const auto record = read_part(file, place.offset, place.length);
  if (!record) return gone(file, record.error());
  return open_record(file, bucket_key, *record, sha256);
}

Result<void> EvidenceFiles::keep_held(Sequence event, const SecretKey& held_key, BytesView image) {
  const auto fits = check_size(image, kImageSizeMax);
  if (!fits) return fits;
  const Bytes record = seal_box(held_key.derive("evidence"), chain::sha256(image), image);
  const std::lock_guard guard(impl_->mutex);
  return impl_->write_whole(impl_->held_file(event), record);
}

Result<Bytes> EvidenceFiles::read_held(Sequence event, const SecretKey& held_key,
                                       const Digest& sha256) const {
  const path file = impl_->held_file(event);
  const auto record = read_file(file, kImageSizeMax + kBoxOverhead);
  if (!record) return gone(file, record.error());
  return open_record(file, held_key, *record, sha256);
}

bool EvidenceFiles::has_held(Sequence event) const {
  std::error_code error;
  return std::filesystem::exists(impl_->held_file(event), error);
}

Result<void> EvidenceFiles::write_blob(std::uint64_t id, const SecretKey& blob_key,
                                       BytesView blob) {
  const auto fits = check_size(blob, kBlobSizeMax);
  if (!fits) return fits;
  const Bytes record = seal_box(blob_key.derive("blob"), blob_name(id), blob);
  const path file = impl_->blob_file(id);
  {
    const std::lock_guard guard(impl_->mutex);
    if (const auto ready = impl_->usable(); !ready) return ready;
  }
  // Without the lock: it is as long as a list, and nobody else writes under its name.
  const auto written = write_new_file(file, record, 0600);
  const std::lock_guard guard(impl_->mutex);
  if (written) impl_->unsynced_folders.insert(impl_->blobs);
  return written;
}

Result<Bytes> EvidenceFiles::read_blob(std::uint64_t id, const SecretKey& blob_key) const {
  const path file = impl_->blob_file(id);
  auto record = read_file(file, kBlobSizeMax + kBoxOverhead);
  if (!record) return gone(file, record.error());
  if (const auto opened = open_box_in_place(blob_key.derive("blob"), blob_name(id), *record);
      !opened)
    return fail(ErrorCode::kCorrupt, fmt::format("{}: {}", file.string(), opened.error().detail));
  return record;
}

Result<void> EvidenceFiles::write_derived(Bucket bucket, const SecretKey& bucket_key,
                                          BytesView about, BytesView bytes) {
  const auto fits = check_size(bytes, kBlobSizeMax);
  if (!fits) return fits;
  const Bytes record = seal_box(bucket_key.derive("reads"), about, bytes);
  const std::lock_guard guard(impl_->mutex);
  return impl_->write_whole(impl_->derived_file(bucket), record);
}

Result<Bytes> EvidenceFiles::read_derived(Bucket bucket, const SecretKey& bucket_key,
                                          BytesView about) const {
  const path file = impl_->derived_file(bucket);
  const auto record = read_file(file, kBlobSizeMax + kBoxOverhead);
  if (!record) return gone(file, record.error());
  auto bytes = open_box(bucket_key.derive("reads"), about, *record);
  if (bytes) return bytes;
  return fail(ErrorCode::kCorrupt, fmt::format("{}: {}", file.string(), bytes.error().detail));
}

Result<void> EvidenceFiles::erase_bucket(Bucket bucket) {
  const std::lock_guard guard(impl_->mutex);
  impl_->open.erase(bucket);
  if (const auto erased = remove_file(impl_->derived_file(bucket)); !erased) return erased;
  return impl_->erase(impl_->image_file(bucket));
}

Result<void> EvidenceFiles::erase_held(Sequence event) {
  const std::lock_guard guard(impl_->mutex);
  return impl_->erase(impl_->held_file(event));
}

Result<void> EvidenceFiles::erase_blob(std::uint64_t id) {
  const std::lock_guard guard(impl_->mutex);
  return impl_->erase(impl_->blob_file(id));
}

std::set<std::uint64_t> EvidenceFiles::buckets() const {
  std::set<std::uint64_t> all = numbers_in(impl_->images, kImageSuffix);
  all.merge(numbers_in(impl_->images, kDerivedSuffix));
  return all;
}
std::set<std::uint64_t> EvidenceFiles::held() const {
  return numbers_in(impl_->held, kImageSuffix);
}
std::set<std::uint64_t> EvidenceFiles::blobs() const {
  return numbers_in(impl_->blobs, kBlobSuffix);
}

}  // namespace alpr::store
