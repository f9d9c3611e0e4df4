#include "ledger/store/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/store/compaction.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/log_tree.h"
#include "ledger/store/projection.h"
#include "ledger/store/recovery_key.h"
#include "ledger/store/registers.h"
#include "ledger/store/sequencer.h"
#include "ledger/store/store_core.h"

namespace alpr::store {

namespace {

constexpr std::uint64_t kHeadersMax = 65536;
constexpr std::size_t kVisitChunk = 256;

std::filesystem::path ledger_folder(const std::filesystem::path& folder) {
  return folder / "ledger";
}

// Relative when it lies in the store's folder, so that a copy of the folder finds its own.
std::string keyring_row(const StorePlaces& places) {
  const auto relative = places.vault.keyring.lexically_relative(places.folder);
  if (!relative.empty() && *relative.begin() != "..") return relative.string();
  return std::filesystem::absolute(places.vault.keyring).string();
}

Result<std::string> meta_text(const Txn& txn, std::string_view name) {
  const auto row = txn.get(Db::kMeta, as_bytes(name));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kCorrupt, fmt::format("the store has no '{}' row", name));
  return std::string(as_text(**row));
}

Result<void> check_format(const Txn& txn) {
  const auto row = txn.get(Db::kMeta, as_bytes(meta::kFormat));
  if (!row) return tl::unexpected(row.error());
  if (!*row || (*row)->size() != 4) {
    return fail(ErrorCode::kCorrupt, "the store does not say which format it has");
  }
  const std::uint32_t format = chain::get_be32((*row)->data());
  if (format == kFormatVersion) return {};
  return fail(ErrorCode::kWrongVersion,
              fmt::format("the store is of format {}; this program reads format {}", format,
                          kFormatVersion));
}

Result<void> write_first_rows(Environment& env, const StorePlaces& places,
                              const std::string& origin) {
  auto txn = env.begin_write();
  if (!txn) return tl::unexpected(txn.error());
  Bytes format;
  chain::put_be32(format, kFormatVersion);
  auto done = txn->put(Db::kMeta, as_bytes(meta::kFormat), format);
  if (done) done = txn->put(Db::kMeta, as_bytes(meta::kOrigin), as_bytes(origin));
  if (done) done = txn->put(Db::kMeta, as_bytes(meta::kKeyring), as_bytes(keyring_row(places)));
  if (!done) return done;
  if (const int rc = txn->commit(); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "making the store"));
  }
  return {};
}

Result<std::unique_ptr<Vault>> open_vault(StorePlaces& places, const Txn& txn) {
  const auto standard = default_places(places.folder).vault.keyring;
  if (places.vault.keyring == standard && !std::filesystem::exists(standard)) {
    const auto named = meta_text(txn, meta::kKeyring);
    if (!named) return tl::unexpected(named.error());
    places.vault.keyring = places.folder / *named;  // an absolute path stays one
  }
  return Vault::open(places.vault);
}

// Who signs is what the log says, of the seeds that the vault has.
Result<void> choose_signers(StoreCore& core) {
  const auto txn = core.env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto epochs = read_log_epochs(*txn);
  if (!epochs) return tl::unexpected(epochs.error());
  auto held = core.vault->log_seeds();
  if (!held) return tl::unexpected(held.error());
  core.signers = std::make_unique<LogSigners>(core.origin, *epochs, std::move(*held));
  const bool archive = core.settings.purpose == Purpose::kArchive;
  if (archive && core.signers->can_sign()) {
    return fail(ErrorCode::kRefused,
                fmt::format("{} is a log that goes on, not an archive", core.origin));
  }
  if (archive || core.signers->can_sign()) return {};
  return fail(
      ErrorCode::kRefused,
      fmt::format("the keyring has no signing key of {}: this copy of the log can be read as "
                  "an archive, and can never be written",
                  core.origin));
}

}  // namespace

StorePlaces default_places(const std::filesystem::path& folder) {
  return {folder, {folder / "keyring", {}}};
}

Result<void> Store::create(const StorePlaces& places, const std::string& origin,
                           const StoreSettings& settings) {
  chain::init_crypto();
  if (!chain::valid_key_name(origin)) {
    return fail(ErrorCode::kMalformed, "the origin must be a name without white space and '+'");
  }
  const auto ledger = ledger_folder(places.folder);
  if (auto made = make_folder(ledger); !made) return made;
  const auto lock = lock_store(places.folder);
  if (!lock) return tl::unexpected(lock.error());
  if (std::filesystem::exists(ledger / "data.mdb")) {
    return fail(ErrorCode::kConflict, "the folder has a store already");
  }
  Digest seed;
  chain::random_bytes(seed);
  const auto key = chain::SigningKey::from_seed(seed);
  chain::wipe(seed);
  if (auto made = Vault::create(places.vault, key); !made) return made;
  // A crash from here leaves a keyring without a store: nothing is signed or sealed with it yet.
  auto env = Environment::open(ledger, settings.map_size, Environment::Mode::kCreate);
  if (!env) return tl::unexpected(env.error());
  auto done = write_first_rows(**env, places, origin);
  if (done) done = fsync_folder(ledger);
  if (done) done = fsync_folder(places.folder);
  return done;
}

Result<std::unique_ptr<Store>> Store::open(const StorePlaces& places,
                                           std::shared_ptr<const Clock> clock,
                                           const chain::KindRegistry& kinds,
                                           const StoreSettings& settings) {
  chain::init_crypto();
  const auto ledger = ledger_folder(places.folder);
  if (!std::filesystem::exists(ledger / "data.mdb")) {
    return fail(ErrorCode::kNotFound,
                fmt::format("there is no store in {}", places.folder.string()));
  }
  auto lock = lock_store(places.folder);
  if (!lock) return tl::unexpected(lock.error());
  if (const auto clear = clear_compaction(ledger); !clear) return tl::unexpected(clear.error());
  auto env = Environment::open(ledger, settings.map_size, Environment::Mode::kOpen);
  if (!env) return tl::unexpected(env.error());
  auto core = std::make_unique<StoreCore>(places, settings, std::move(clock), kinds);
  core->lock = std::move(*lock);
  core->env = std::move(*env);
  {
    const auto txn = core->env->begin_read();
    if (!txn) return tl::unexpected(txn.error());
    if (const auto ok = check_format(*txn); !ok) return tl::unexpected(ok.error());
    const auto origin = meta_text(*txn, meta::kOrigin);
    if (!origin) return tl::unexpected(origin.error());
    core->origin = *origin;
    auto vault = open_vault(core->places, *txn);
    if (!vault) return tl::unexpected(vault.error());
    core->vault = std::move(*vault);
  }
  if (auto chosen = choose_signers(*core); !chosen) return tl::unexpected(chosen.error());
  auto evidence = EvidenceFiles::open(places.folder);
  if (!evidence) return tl::unexpected(evidence.error());
  core->evidence = std::make_unique<EvidenceFiles>(std::move(*evidence));
  auto done = load_log_end(*core);
  if (done) done = check_rollback(*core);
  if (done && settings.purpose == Purpose::kWrite) done = remove_orphans(*core);
  if (done && settings.purpose == Purpose::kWrite) done = drop_idle_seeds(*core);
  if (!done) return tl::unexpected(done.error());
  if (settings.purpose == Purpose::kWrite) make_ballast(*core);
  return std::unique_ptr<Store>(new Store(std::move(core)));
}

Store::Store(std::unique_ptr<StoreCore> core) : core_(std::move(core)) {}
Store::~Store() { ALPR_CHECK(!core_->has_sequencer); }

const std::string& Store::origin() const { return core_->origin; }
chain::VerifierKey Store::log_vkey() const { return core_->signers->vkey(); }
const chain::KindRegistry& Store::kinds() const { return core_->kinds; }
const Clock& Store::clock() const { return *core_->clock; }
std::shared_ptr<const Clock> Store::shared_clock() const { return core_->clock; }
Vault& Store::vault() { return *core_->vault; }
std::uint64_t Store::size() const { return core_->size; }

Result<chain::Header> Store::header(Sequence seq) const {
  const auto txn = core_->env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  return read_header(*txn, seq);
}

Result<std::vector<chain::HeaderBytes>> Store::header_range(Sequence first,
                                                            std::uint64_t count) const {
  if (count > kHeadersMax) return fail(ErrorCode::kTooLarge, "at most 65,536 headers at a time");
  const auto txn = core_->env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto size = log_size(*txn);
  if (!size) return tl::unexpected(size.error());
  if (first.value >= *size) return fail(ErrorCode::kNotFound, "the log ends before these headers");
  std::vector<chain::HeaderBytes> out;
  const std::uint64_t end = first.value + std::min(count, *size - first.value);
  for (std::uint64_t seq = first.value; seq < end; ++seq) {
    const auto bytes = read_header_bytes(*txn, {seq});
    if (!bytes) return tl::unexpected(bytes.error());
    out.push_back(*bytes);
  }
  return out;
}

namespace {

// In an archive the buckets' keys are lost with the log: what only they open is as if purged.
Result<std::optional<chain::EventView>> read_without_bucket_key(const Txn& txn, Sequence seq) {
  const auto header = read_header(txn, seq);
  if (!header) return tl::unexpected(header.error());
  if (header->retention != chain::Retention::kThirtyDay) return std::nullopt;
  const auto row = read_payload_row(txn, seq);
  if (!row) return tl::unexpected(row.error());
  if (*row && (*row)->seal == Seal::kHeld) return std::nullopt;
  chain::EventView gone;
  gone.header = *header;
  gone.leaf = chain::leaf_hash(chain::encode(*header));
  return gone;
}

// As read_event, and to the second: what is due and not held has no payload any more (I12-G-1).
Result<chain::EventView> read_event_in_time(const Txn& txn, const StoreCore& core, Sequence seq) {
  if (core.settings.purpose == Purpose::kArchive) {
    auto lost = read_without_bucket_key(txn, seq);
    if (!lost) return tl::unexpected(lost.error());
    if (*lost) return std::move(**lost);
  }
  auto view = read_event(txn, *core.vault, core.kinds, seq);
  if (!view || view->header.retention != chain::Retention::kThirtyDay || !view->have_payload ||
      due_time(view->header.time) > core.clock->now()) {
    return view;
  }
  const auto holds = read_holds(txn, seq);
  if (!holds) return tl::unexpected(holds.error());
  if (!holds->empty()) return view;
  chain::EventView gone;
  gone.header = view->header;
  gone.leaf = view->leaf;
  return gone;
}

}  // namespace

Result<chain::EventView> Store::event(Sequence seq) const {
  const auto txn = core_->env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  auto view = read_event_in_time(*txn, *core_, seq);
  if (view && !view->have_payload) {
    return fail(ErrorCode::kGone, fmt::format("event {} is past its thirty days", seq.value));
  }
  return view;
}

Result<void> Store::visit(Sequence first,
                          const std::function<Result<void>(const chain::EventView&)>& visit) const {
  const std::uint64_t size = core_->size;
  std::vector<chain::EventView> chunk;
  for (std::uint64_t seq = first.value; seq < size;) {
    chunk.clear();
    {
      const auto txn = core_->env->begin_read();
      if (!txn) return tl::unexpected(txn.error());
      for (; seq < size && chunk.size() < kVisitChunk; ++seq) {
        auto view = read_event_in_time(*txn, *core_, {seq});
        if (!view) return tl::unexpected(view.error());
        chunk.push_back(std::move(*view));
      }
    }
    for (const chain::EventView& view : chunk) {
      if (const auto done = visit(view); !done) return done;
    }
  }
  return {};
}

Result<std::optional<StagedImages>> Store::stage_images(std::span<const Image> images) {
  const Bucket bucket = bucket_of(core_->clock->now());
  const auto key = core_->vault->bucket_key(bucket);
  if (!key) return std::optional<StagedImages>();
  if (core_->low_disk())
    return fail(ErrorCode::kNoSpace, "the disk is nearly full: uploads are refused");
  const auto sealed = seal_images(bucket, *key, images);
  if (!sealed) return tl::unexpected(sealed.error());
  auto places = core_->evidence->append(*sealed);
  if (!places) return tl::unexpected(places.error());
  if (const auto synced = core_->evidence->sync(); !synced) {
    fatal_exit()("pictures may not be on the disk, start-up recovery decides: " +
                 synced.error().detail);
    return tl::unexpected(synced.error());
  }
  return std::optional(StagedImages{bucket, *key, std::move(*places)});
}

Result<Bytes> Store::image(Sequence read, Bucket bucket, const EvidencePlace& place,
                           const Digest& sha256) const {
  Seal seal = Seal::kNone;
  {
    const auto txn = core_->env->begin_read();
    if (!txn) return tl::unexpected(txn.error());
    const auto view = read_event_in_time(*txn, *core_, read);
    if (!view) return tl::unexpected(view.error());
    if (!view->have_payload) return fail(ErrorCode::kGone, "the image is past its thirty days");
    const auto found = payload_seal(*txn, read);
    if (!found) return tl::unexpected(found.error());
    seal = *found;
  }
  if (seal == Seal::kHeld) {
    const auto key = core_->vault->held_key(read);
    if (!key) return tl::unexpected(key.error());
    if (core_->evidence->has_held(read)) return core_->evidence->read_held(read, *key, sha256);
  }
  const auto key = core_->vault->bucket_key(bucket);
  if (!key) return tl::unexpected(key.error());
  return core_->evidence->read(bucket, *key, place, sha256);
}

Result<StagedBlob> Store::stage_blob(BytesView blob) { return StagedBlob::make(*core_, blob); }

Result<Bytes> Store::blob(std::uint64_t id) const {
  const auto key = core_->vault->blob_key(id);
  if (!key) return tl::unexpected(key.error());
  return core_->evidence->read_blob(id, *key);
}

bool Store::low_disk() const { return core_->low_disk(); }

Result<std::optional<Sequence>> Store::tombstone_of(Sequence event) const {
  const auto txn = core_->env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto header = read_header(*txn, event);
  if (!header) return tl::unexpected(header.error());
  if (header->retention != chain::Retention::kThirtyDay) return std::nullopt;
  return store::tombstone_of(*txn, *header);
}

Result<std::optional<PublicKey>> Store::recovery_key() const {
  const auto txn = core_->env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  return read_recovery_key(*txn);
}

std::vector<Sequence> Store::holds_on(Sequence event) const {
  const auto txn = core_->env->begin_read();
  if (!txn) return {};
  return read_holds(*txn, event).value_or(std::vector<Sequence>{});
}

chain::Draft genesis_draft(const chain::VerifierKey& vkey, bool simulated,
                           const std::optional<chain::Json>& predecessor) {
  std::array<std::uint8_t, 16> log_id{};
  chain::random_bytes(log_id);
  const auto text = [](const std::string& value) {
    std::string json;
    chain::write_string(json, value);
    return json;
  };
  chain::Draft draft{chain::kind::kLogStarted,
                     {},
                     {{"format", std::to_string(kFormatVersion), true},
                      {"vkey", text(chain::format_vkey(vkey)), true},
                      {"log_id", text(chain::hex(log_id)), true},
                      {"bucket_seconds", std::to_string(kBucketUs / kSecondUs), true},
                      {"simulated", simulated ? "true" : "false", true}}};
  if (predecessor) draft.members.push_back({"predecessor", chain::write(*predecessor), true});
  return draft;
}

}  // namespace alpr::store
