// Images and blobs on disk: encrypted files outside LMDB, one append-only evidence file per bucket,
// one file per held image, one per hot-list version. An image's record is nonce[24] ||
// XChaCha20-Poly1305(bytes, associated data = SHA-256 of the bytes), under the bucket's or held
// event's key derived for "evidence"; a blob's file the same under its own key derived for "blob",
// with be64 id as associated data.
//
// Any thread calls any of these. Everything named in a commit is synced (file and folder) before
// it. Erasing is unlinking: the bytes are ciphertext whose key is destroyed first.
#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "ledger/store/vault.h"

namespace alpr::store {

inline constexpr std::size_t kImageSizeMax = 64U << 20;
inline constexpr std::size_t kBlobSizeMax = 1U << 30;

// Where an image lies in its bucket's file. Committed to by the read's payload.
struct EvidencePlace {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // of the sealed record
  bool operator==(const EvidencePlace&) const = default;
};

struct Image {
  BytesView bytes;
  Digest sha256{};  // of the bytes: the caller has computed it
};

// Images as they will lie in their bucket's file, one after another.
struct SealedImages {
  Bucket bucket;
  Bytes records;
  std::vector<std::size_t> ends;  // of each record in `records`
};
// kTooLarge. Pure but for the nonces.
Result<SealedImages> seal_images(Bucket bucket, const SecretKey& bucket_key,
                                 std::span<const Image> images);

// Images that are durable in their bucket's file before an event names them.
struct StagedImages {
  Bucket bucket;
  SecretKey key;  // the bucket's
  std::vector<EvidencePlace> places;
};

class EvidenceFiles {
 public:
  // Creates evidence/, evidence/held/ and blobs/ under the store's folder where they are missing,
  // and removes half-written files.
  static Result<EvidenceFiles> open(const std::filesystem::path& store_folder);
  EvidenceFiles(EvidenceFiles&&) noexcept;
  EvidenceFiles& operator=(EvidenceFiles&&) noexcept;
  ~EvidenceFiles();

  // Appends at the file's end, in one write; a torn or uncommitted record before it stays there as
  // dead ciphertext. A place for each image, in order. kNoSpace, kIo. Not durable before sync().
  Result<std::vector<EvidencePlace>> append(const SealedImages& images);
  // Everything appended or created before the call, by whomever; appends go on meanwhile. After a
  // failed sync nobody knows what is on disk, and a second one could answer success for pages that
  // the kernel has dropped: every later append and sync fails with kIo.
  Result<void> sync();
  // kGone when the file is not there; kCorrupt when the record ends before its length, does not
  // open, or is another.
  Result<Bytes> read(Bucket bucket, const SecretKey& bucket_key, const EvidencePlace& place,
                     const Digest& sha256) const;

  // In full under its name, or not there; durable with the next sync(). An older file of the name
  // is replaced.
  Result<void> keep_held(Sequence event, const SecretKey& held_key, BytesView image);
  Result<Bytes> read_held(Sequence event, const SecretKey& held_key, const Digest& sha256) const;
  bool has_held(Sequence event) const;

  // As keep_held, and from any thread.
  Result<void> write_blob(std::uint64_t id, const SecretKey& blob_key, BytesView blob);
  Result<Bytes> read_blob(std::uint64_t id, const SecretKey& blob_key) const;

  // What was derived from a bucket's events, for a faster start: <bucket>.reads, under the bucket's
  // key derived for "reads", bound to `about`. Nothing else rests on it. As keep_held; kGone,
  // kCorrupt.
  Result<void> write_derived(Bucket bucket, const SecretKey& bucket_key, BytesView about,
                             BytesView bytes);
  Result<Bytes> read_derived(Bucket bucket, const SecretKey& bucket_key, BytesView about) const;

  // All files of the bucket. Absent is fine. The folder is synced.
  Result<void> erase_bucket(Bucket bucket);
  Result<void> erase_held(Sequence event);
  Result<void> erase_blob(std::uint64_t id);

  // For recovery: what lies there. Throw std::filesystem::filesystem_error where the folder cannot
  // be listed.
  std::set<std::uint64_t> buckets() const;
  std::set<std::uint64_t> held() const;
  std::set<std::uint64_t> blobs() const;

 private:
  struct Impl;
  explicit EvidenceFiles(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alpr::store
