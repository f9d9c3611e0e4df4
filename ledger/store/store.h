// A store: one log of one agency on one disk. Opens everything, recovers, and is the way to read.
//
//   DIR/ledger/data.mdb  LMDB: meta, headers, payloads, tiles, checkpoints, buckets, held,
//   registers, scoped DIR/evidence/        one append-only encrypted file of images per bucket
//   (<bucket>.evd), held/<seq>.evd DIR/blobs/           sealed hot-list versions, <id>.blob
//                        and evidence/<bucket>.reads, what was derived from its events, sealed
//   DIR/lock             one process per store
//   DIR/ballast          given up when the disk is full, so that purging can go on
//   DIR/keyring/         the vault, unless the operator named another folder
//
// Databases (all integers big-endian, so that any LMDB reader sees them in order):
//   meta         "format" -> be32 1; "origin"; "clock" -> be64 wall us, be64 boot us, boot id of
//   the last commit;
//                "log_keys" -> the log's keys so far (log_signers.cc); "recovery" -> the X25519 key
//                that backups are wrapped to;
//                "keyring" -> the folder's path (relative when it lies in DIR);
//                "blobs" -> (be64 id, be64 seq of its list.purged or 0), repeated: blobs whose key
//                is not yet destroyed; "cosigned" -> be64 largest size whose checkpoint bears a
//                cosignature
//   headers      be64 seq -> 96 bytes
//   payloads     be64 seq -> u8 seal (0 none, 1 month key, 2 bucket key, 3 held key) || be32 clear
//   length || clear part
//                || box. box = nonce[24] || XChaCha20-Poly1305(secret part, associated data = the
//                96 header bytes)
//   tiles        u8 level || be64 index -> hashes. Level 0: full tiles only (a partial one is
//   derived from the headers).
//                Level 1 and up: full and the growing one.
//   checkpoints  be64 size -> signed note
//   buckets      be64 bucket -> be64 first seq, be64 last seq, be64 thirty-day events, u8 state (0
//                live, 1 tombstoned, 2 keys destroyed), be64 seq of the newest tombstone, be64 seqs
//                of those before it, oldest first
//   held         be64 event seq -> be64 hold seq, repeated (holds in force). From the last release
//                until a tombstone covers the event: be64 0, be64 time of the release. While there
//                is a row the event lives under a key of its own.
//   registers    u8 table || key parts (be64 number, or 16 bytes of HMAC-SHA-256(register key,
//   text)) ->
//                u8 tag (0 permanent, 1 of a thirty-day event, 2 of a held one) || [be64 its seq]
//                || nonce[24] || XChaCha20-Poly1305(value, ad = the row's key). The key is
//                HKDF(register, bucket or held key, "registers"). Rows of thirty-day events have
//                numbers alone in their keys (registers.h).
//   scoped       be64 scope seq || row key -> empty: the rows that go with a thirty-day event.
//                Once a tombstone covers it they are not there for any reader, and are deleted in
//                the course of the purge.
//
// Threads: everything const is for any thread (LMDB snapshots, NOTLS); writing goes through the
// Sequencer alone.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/error.h"
#include "ledger/chain/event.h"
#include "ledger/chain/kinds.h"
#include "ledger/chain/note.h"
#include "ledger/chain/registers.h"
#include "ledger/chain/tiles.h"
#include "ledger/store/bundle_writer.h"
#include "ledger/store/clock.h"
#include "ledger/store/evidence.h"
#include "ledger/store/key_history.h"
#include "ledger/store/staged_blob.h"
#include "ledger/store/vault.h"

namespace alpr::store {

struct StorePlaces {
  std::filesystem::path folder;
  VaultPlaces vault;  // default: folder/keyring
};
// Where the archive of a lost predecessor lies, below the store's folder (restore.h).
inline constexpr std::string_view kArchiveFolder = "archive";
StorePlaces default_places(const std::filesystem::path& folder);

// An archive is the restored copy of a lost log: read, and never written again (restore.h).
enum class Purpose { kWrite, kArchive };

struct StoreSettings {
  Purpose purpose = Purpose::kWrite;
  std::uint64_t map_size = 1ULL << 40;  // LMDB's map: set once, large, sparse
  unsigned disk_free_percent_min = 5;   // below this uploads are refused (kNoSpace)
  std::uint64_t ballast_bytes = 16 << 20;
  std::function<unsigned()> disk_free_percent;  // empty: statvfs of the folder; tests inject
};

struct StoreCore;  // ledger/store only

class Store {
 public:
  // Makes folder, keyrings, LMDB. The genesis event is appended by the first Sequencer job (see
  // genesis_draft). kConflict when the folder already has a store or a keyring; kMalformed when the
  // origin is no key name; kNoSpace, kIo.
  static Result<void> create(const StorePlaces& places, const std::string& origin,
                             const StoreSettings& settings = {});

  // Takes the lock, checks version, recovers: the rollback guard (kRollback), orphaned evidence and
  // blob files, ballast. Where places name the default keyring and none is there, the one named at
  // create is used. The registry is copied. kLocked, kWrongVersion, kNotFound, kIo, kCorrupt;
  // kRefused: the vault has no seed of the log's key in force, so this can be opened as an archive
  // only.
  static Result<std::unique_ptr<Store>> open(const StorePlaces& places,
                                             std::shared_ptr<const Clock> clock,
                                             const chain::KindRegistry& kinds,
                                             const StoreSettings& settings = {});
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();  // after its Sequencer and every reader that registers() gave out

  const std::string& origin() const;
  chain::VerifierKey log_vkey() const;  // of the key in force
  const chain::KindRegistry& kinds() const;
  const Clock& clock() const;
  std::shared_ptr<const Clock> shared_clock() const;
  Vault& vault();

  // The log. Size 0 before genesis.
  std::uint64_t size() const;
  Result<chain::Header> header(Sequence seq) const;  // kNotFound
  // Headers [first, first + count), fewer at the log's end; at most 65,536 a call (kTooLarge).
  // kNotFound past the end.
  Result<std::vector<chain::HeaderBytes>> header_range(Sequence first, std::uint64_t count) const;
  // Opened and checked against the commitment. kGone when purged, and to the second when a
  // thirty-day event is due and not on hold (I12-G-1); kCorrupt when it does not open.
  Result<chain::EventView> event(Sequence seq) const;
  // Visits [first, size at the call) in order; what event() says kGone of comes with have_payload
  // == false. No snapshot is kept while `visit` runs.
  Result<void> visit(Sequence first,
                     const std::function<Result<void>(const chain::EventView&)>& visit) const;

  // Signed checkpoints. What is handed out is kept for ever. kNotFound.
  Result<std::string> newest_checkpoint();
  Result<std::string> checkpoint(std::uint64_t size) const;
  // The newest kept one whose last event is of `time` or before. kNotFound.
  Result<std::string> checkpoint_until(TimeUs time) const;
  // The newest one that a witness cosigned. kNotFound.
  Result<std::string> newest_cosigned() const;
  Result<Bytes> tile(const chain::TileId& tile) const;  // kNotFound when wider than size() implies
  Result<Bytes> entries(std::uint64_t index, unsigned width) const;
  Result<std::vector<Digest>> inclusion_path(Sequence seq, std::uint64_t size) const;
  Result<std::vector<Digest>> consistency_path(std::uint64_t old_size, std::uint64_t size) const;
  // The proof that an event is in the log, against the newest checkpoint (which is thereby handed
  // out).
  Result<std::string> tlog_proof(Sequence seq);
  // The log in one file, from the newest commit, whose checkpoint is thereby handed out.
  Result<BundleWriter> bundle(const BundleOptions& options);
  // The key.rotated events that lead from the log's first key to the one that signs now.
  Result<std::vector<KeyRotation>> key_history() const;
  // The same against the kept checkpoint of this size; kNotFound where none is kept.
  Result<std::string> tlog_proof(Sequence seq, std::uint64_t size) const;

  // Registers as of the last commit, on a snapshot that lives as long as the reader (keep it short:
  // LMDB cannot reuse pages meanwhile). One thread at a time. Never null; where no snapshot could
  // be had every call says why.
  std::unique_ptr<chain::RegisterReader> registers() const;
  // Drops every register row and folds the surviving events again, in one transaction. Waits for
  // the writer's batch.
  Result<void> rebuild_registers(const chain::Fold& fold);
  // Canonical text of all registers, opened, and of `buckets` and `held`: "table key[@scope]
  // value\n" in key order; for comparing rebuild with live. Not for large stores.
  Result<std::string> dump_registers() const;

  // Images sealed, written and synced ahead, for Transaction::store_images(): in the bucket that is
  // open by the clock. nullopt where that bucket has no key yet, which the sequencer makes. What no
  // event comes to name is dead ciphertext that goes with its bucket. kTooLarge; kNoSpace, also
  // under the low-disk limit. A failed sync is fatal_exit(). Any thread.
  Result<std::optional<StagedImages>> stage_images(std::span<const Image> images);
  // A blob sealed ahead, for Transaction::store_blob(). As StagedBlob::make; any thread.
  Result<StagedBlob> stage_blob(BytesView blob);
  // Images and blobs, opened and checked. kGone when erased, and when the read is due and not on
  // hold.
  Result<Bytes> image(Sequence read, Bucket bucket, const EvidencePlace& place,
                      const Digest& sha256) const;
  Result<Bytes> blob(std::uint64_t id) const;

  // Buckets with thirty-day events and no tombstone yet, by number.
  struct LiveBucket {
    Bucket bucket;
    Sequence first, last;      // of its thirty-day events
    std::uint64_t events = 0;  // thirty-day ones
  };
  Result<std::vector<LiveBucket>> live_buckets() const;
  // What was derived from a bucket's events, for a faster start; it goes with the bucket's key, is
  // in no backup, and does not open any more once the bucket has other events. Any thread. kGone
  // when there is none or the key is destroyed, kCorrupt: derive it anew.
  Result<void> keep_derived(const LiveBucket& bucket, BytesView bytes);
  Result<Bytes> derived(const LiveBucket& bucket) const;

  // Whether uploads are refused for want of disk (StoreSettings).
  bool low_disk() const;

  // The key that backups are wrapped to, as the log last said; nullopt where none is enrolled.
  Result<std::optional<PublicKey>> recovery_key() const;

  std::vector<Sequence> holds_on(Sequence event) const;  // hold.placed seqs in force
  // The tombstone that covers a thirty-day event; nullopt when none does (yet). kNotFound.
  Result<std::optional<Sequence>> tombstone_of(Sequence event) const;

  StoreCore& core() { return *core_; }
  const StoreCore& core() const { return *core_; }

 private:
  explicit Store(std::unique_ptr<StoreCore> core);
  Result<std::string> tlog_proof_against(Sequence seq, std::uint64_t size,
                                         const std::string& checkpoint) const;
  std::unique_ptr<StoreCore> core_;
};

// The first event of a log. `simulated` is true only for demonstrations and tests.
// `predecessor`: of the log that this one follows (restore.h).
chain::Draft genesis_draft(const chain::VerifierKey& vkey, bool simulated,
                           const std::optional<chain::Json>& predecessor = std::nullopt);

}  // namespace alpr::store
