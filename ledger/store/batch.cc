#include "ledger/store/batch.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/note.h"
#include "ledger/store/sealed_box.h"

namespace alpr::store {

namespace {
// A number on the batch, beside that of its jobs: one upload can bring thousands of events.
constexpr std::size_t kBatchEventsMax = 16384;
constexpr std::size_t kBatchEventsUsual = 512;  // room for them is made at once
}  // namespace

Result<std::unique_ptr<Batch>> Batch::begin(StoreCore& core, const chain::Fold& fold,
                                            const ClockPoint& clock) {
  auto txn = core.env->begin_write();
  if (!txn) return tl::unexpected(txn.error());
  return std::unique_ptr<Batch>(new Batch(core, fold, std::move(*txn), clock));
}

Batch::Batch(StoreCore& core, const chain::Fold& fold, Txn txn, const ClockPoint& clock)
    : core_(core),
      fold_(fold),
      txn_(std::move(txn)),
      rows_(txn_, *core.vault),
      own_(txn_),
      clock_(clock),
      time_(std::max(clock.wall, core.end.last_time)),
      tree_(core.end.tree),
      last_leaf_(core.end.last_leaf),
      blobs_(core.end.blobs) {
  events_.reserve(kBatchEventsUsual);
}

Batch::~Batch() {
  if (!committed_) undo();
}

bool Batch::ended() const { return ended_ || events_.size() >= kBatchEventsMax; }

Result<chain::EventView> Batch::event(Sequence seq) const {
  auto view = read_event(txn_, *core_.vault, core_.kinds, seq);
  if (!view || view->header.retention != chain::Retention::kThirtyDay) return view;
  const bool over = due_time(view->header.time) <= time_ && holds_on(seq).empty();
  if (over || !view->have_payload) {
    return fail(ErrorCode::kGone, fmt::format("event {} is past its thirty days", seq.value));
  }
  return view;
}

std::vector<Sequence> Batch::holds_on(Sequence event) const {
  return read_holds(txn_, event).value_or(std::vector<Sequence>{});
}

Result<void> Batch::check_allowed(const CheckedDraft& draft, By by) const {
  const std::uint16_t number = draft.kind->number;
  const bool starts = number == chain::kind::kLogStarted;
  if (starts != (next().value == 0)) {
    return fail(ErrorCode::kRefused, "log.started is the first event of a log, and only that");
  }
  const bool ledgers_own =
      number == chain::kind::kReadsPurged || number == chain::kind::kKeysDestroyed ||
      number == chain::kind::kListPurged || number == chain::kind::kClockStepped ||
      number == chain::kind::kKeyRotated || number == chain::kind::kPurgeOverdue;
  if (ledgers_own && by != By::kLedger) {
    return fail(ErrorCode::kRefused,
                fmt::format("{} is appended by the ledger alone", draft.kind->name));
  }
  if (number == chain::kind::kHoldPlaced) return check_hold(draft);
  if (number == chain::kind::kHoldReleased) {
    const auto hold = member_number(draft.members, "hold");
    if (!hold) return tl::unexpected(hold.error());
    const auto header = read_header(txn_, {*hold});
    if (!header || header->kind != chain::kind::kHoldPlaced) {
      return fail(ErrorCode::kRefused, fmt::format("event {} is no hold", *hold));
    }
  }
  return {};
}

// A hold that names an event which was not sealed with a key of its own would promise what the
// purge cannot keep.
Result<void> Batch::check_hold(const CheckedDraft& draft) const {
  const auto events = member_sequences(draft.members, "events");
  if (!events) return tl::unexpected(events.error());
  const std::set<Sequence> distinct(events->begin(), events->end());
  if (events->empty() || distinct.size() != events->size()) {
    return fail(ErrorCode::kMalformed, "a hold names events, each of them once");
  }
  for (const Sequence event : *events) {
    const auto header = holdable(event);
    if (!header) return tl::unexpected(header.error());
    const auto seal = payload_seal(txn_, event);
    if (seal && *seal == Seal::kHeld) continue;
    return fail(ErrorCode::kRefused,
                fmt::format("event {} was not given to hold() before hold.placed", event.value));
  }
  return {};
}

Result<Sequence> Batch::append(chain::Draft draft, By by) {
  if (broken_) return tl::unexpected(*broken_);
  auto checked = check_draft(core_.kinds, std::move(draft));
  if (!checked) return tl::unexpected(checked.error());
  if (const auto ok = check_allowed(*checked, by); !ok) return tl::unexpected(ok.error());
  if (checked->kind->retention == chain::Retention::kThirtyDay && low_disk()) {
    return fail(ErrorCode::kNoSpace, "the disk is nearly full: uploads are refused");
  }
  return append_checked(std::move(*checked));
}

Result<Sequence> Batch::append_checked(CheckedDraft draft) {
  const chain::Kind& kind = *draft.kind;
  Salt salt{};
  if (kind.retention != chain::Retention::kOpen) chain::random_salt(salt);
  const bool whole = kind.form == chain::Form::kWhole;
  const chain::PlainPayload plain =
      whole ? chain::lay_out_whole(salt, draft.json) : chain::lay_out_members(salt, draft.members);
  const chain::Header header{kind.number, kind.retention, kind.form,       next(),
                             time_,       last_leaf_,     plain.commitment};
  const auto sealed_with = choose_seal(kind, plain);
  if (!sealed_with) return tl::unexpected(sealed_with.error());
  const auto key = key_of(*sealed_with);
  if (!key) return tl::unexpected(key.error());

  ++changes_;
  const chain::HeaderBytes bytes = chain::encode(header);
  chain::EventView view{
      header, chain::leaf_hash(bytes), true, std::move(draft.json), std::move(draft.members),
      {},     std::move(draft.from)};
  auto done = write_rows(bytes, header.seq, *sealed_with, *key, plain);
  if (done) done = tree_.append(view.leaf, txn_);
  if (done) done = own_.fold(view);
  rows_.folding(header);
  if (done && fold_) done = fold_(view, rows_);
  if (!done) return tl::unexpected(*(broken_ = done.error()));
  if (kind.number == chain::kind::kListPurged) mark_blob(view);
  last_leaf_ = view.leaf;
  events_.push_back(std::move(view));
  return header.seq;
}

Result<void> Batch::write_rows(const chain::HeaderBytes& header, Sequence seq, Seal seal,
                               const SecretKey* key, const chain::PlainPayload& plain) {
  const auto row_key = key64(seq.value);
  if (const auto done = txn_.append(Db::kHeaders, row_key, header); !done) return done;
  const auto space = txn_.append_space(Db::kPayloads, row_key, payload_row_size(plain));
  if (!space) return tl::unexpected(space.error());
  write_payload_row(*space, seal, key, header, plain);
  return {};
}

// So that the next start finds a list.purged whose key is still to be destroyed.
void Batch::mark_blob(const chain::EventView& list_purged) {
  const auto id = member_number(list_purged.members, "blob");
  for (auto& [blob, tombstone] : blobs_) {
    if (id && blob == *id) tombstone = list_purged.header.seq.value;
  }
}

bool Batch::has_blob(std::uint64_t id) const {
  return std::any_of(blobs_.begin(), blobs_.end(),
                     [id](const auto& blob) { return blob.first == id && blob.second == 0; });
}

Result<Seal> Batch::choose_seal(const chain::Kind& kind, const chain::PlainPayload& plain) const {
  if (plain.secret.empty()) return Seal::kNone;
  switch (kind.retention) {
    case chain::Retention::kThirtyDay:
      return Seal::kBucket;
    case chain::Retention::kPermanent:
      return Seal::kMonth;
    case chain::Retention::kOpen:
      break;
  }
  return fail(ErrorCode::kMalformed, "an open event has nothing to seal");
}

// Null where nothing is sealed. A key is durable in the vault before anything sealed with it is
// written.
Result<const SecretKey*> Batch::key_of(Seal seal) {
  if (seal == Seal::kNone) return nullptr;
  auto& mine = seal == Seal::kMonth ? month_key_ : bucket_key_;
  if (!mine) {
    const auto key = seal == Seal::kMonth ? core_.vault->make_month_key(month_of(time_))
                                          : core_.vault->make_bucket_key(bucket_of(time_));
    if (!key) return tl::unexpected(key.error());
    mine = *key;
  }
  return &*mine;
}

// Asked of the disk once a batch: a batch is far smaller than the room that is left then.
bool Batch::low_disk() {
  if (!low_disk_) low_disk_ = core_.low_disk();
  return *low_disk_;
}

Result<void> Batch::purge(const Sequencer::Purged& purged) {
  ++changes_;
  if (purged.blob) {
    std::erase_if(blobs_, [&](const auto& blob) { return blob.first == *purged.blob; });
  }
  const auto appended = broke(append(purged.keys_destroyed, By::kLedger));
  if (!appended) return tl::unexpected(appended.error());
  return {};
}

// The previous newest checkpoint but one goes when nobody can have it (checkpoints.h).
Result<std::optional<std::uint64_t>> Batch::write_checkpoint() {
  const std::string text = chain::checkpoint_text({core_.origin, tree_.size(), tree_.root(), {}});
  const std::string note = chain::format_note(
      {text, core_.signers->sign(text, time_, rotation_ ? &rotation_->next : nullptr)});
  // By the old key's signature on this very checkpoint an auditor knows that the new key is ours.
  if (rotation_) core_.checkpoints.keep(tree_.size());
  const auto put = txn_.append(Db::kCheckpoints, key64(tree_.size()), as_bytes(note));
  if (!put) return tl::unexpected(put.error());
  const auto leaving = core_.checkpoints.judge(tree_.size(), time_);
  if (leaving) {
    const auto erased = txn_.erase(Db::kCheckpoints, key64(*leaving));
    if (!erased) return tl::unexpected(erased.error());
  }
  return leaving;
}

Result<void> Batch::write_end() {
  if (const auto done = own_.flush(); !done) return done;
  if (const auto done = tree_.store_growing(txn_); !done) return done;
  if (const auto done = write_checkpoint(); !done) return tl::unexpected(done.error());
  if (const auto done = txn_.put(Db::kMeta, as_bytes(meta::kClock), encode(clock_)); !done)
    return done;
  if (blobs_ == core_.end.blobs) return {};
  return txn_.put(Db::kMeta, as_bytes(meta::kBlobs), encode_blobs(blobs_));
}

tl::expected<void, CommitFailure> Batch::commit() {
  ALPR_CHECK(!events_.empty() && !broken_ && !committed_);
  const auto failed = [this](Error error, bool uncertain) {
    core_.checkpoints.aborted();
    return tl::unexpected(CommitFailure{std::move(error), uncertain});
  };
  // A crash before the commit below leaves the log as it was: dead ciphertext in evidence files,
  // which goes with its bucket, and keys, held copies and blobs that recovery removes.
  if (const auto done = write_end(); !done) return failed(done.error(), /*uncertain=*/false);
  if (files_touched_) {
    // After a failed sync nobody knows which bytes are on the disk, and a second one would not
    // tell.
    const auto done = core_.evidence->sync();
    if (!done) return failed(done.error(), /*uncertain=*/true);
  }
  if (auto done = core_.env->commit(txn_, "committing a batch"); !done) {
    return failed(std::move(done.error().error), done.error().uncertain);
  }
  // From here on the batch is in the log, whatever happens to this process.
  committed_ = true;
  if (rotation_) core_.signers->adopt(rotation_->next, rotation_->former_until);
  core_.checkpoints.committed();
  core_.end = {std::move(tree_), last_leaf_, time_, clock_, std::move(blobs_)};
  core_.size = core_.end.tree.size();
  // A crash before this note makes the rollback guard milder by one commit, and no more.
  const auto noted = core_.vault->note_signed({core_.end.tree.size(), core_.end.tree.root()});
  if (!noted)
    fmt::print(stderr, "plateledger: the high-water mark was not noted: {}\n",
               noted.error().detail);
  return {};
}

void Batch::undo() {
  txn_.abort();
  // What fails here is left to the next start's recovery.
  for (const Sequence event : new_held_) static_cast<void>(core_.evidence->erase_held(event));
  if (!new_held_.empty()) {
    static_cast<void>(core_.vault->destroy(std::nullopt, std::nullopt, new_held_));
  }
  for (const std::uint64_t blob : new_blobs_) {
    static_cast<void>(core_.evidence->erase_blob(blob));
    static_cast<void>(core_.vault->destroy(std::nullopt, blob, {}));
  }
}

}  // namespace alpr::store
