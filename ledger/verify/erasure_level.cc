#include "ledger/verify/erasure_level.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "ledger/chain/encoding.h"
#include "ledger/verify/images.h"
#include "ledger/verify/leftovers.h"
#include "ledger/verify/payload_check.h"
#include "ledger/verify/rules.h"
#include "ledger/verify/tally.h"

namespace alpr::verify {
namespace {

using chain::Header;
using chain::HeaderBytes;
using chain::Retention;

// What a store has; anything else in its file could be a copy that no purge reaches.
constexpr std::array<std::string_view, 9> kDatabases = {"buckets",   "checkpoints", "headers",
                                                        "held",      "meta",        "payloads",
                                                        "registers", "scoped",      "tiles"};

class ErasureWalk {
 public:
  ErasureWalk(Source& source, const chain::KindRegistry& kinds, const Options& options,
              Snapshots snapshots, const ChainState& state, TimeUs as_of, LevelReport& report)
      : source_(source),
        kinds_(kinds),
        keys_(options.keys ? &*options.keys : nullptr),
        options_(options),
        snapshots_(snapshots),
        facts_(state.facts),
        from_(state.from),
        size_(state.size),
        as_of_(as_of),
        report_(report),
        payloads_(source.cursor(Database::kPayloads)) {
    if (keys_ != nullptr && source.folder() != nullptr)
      images_.emplace(source, *keys_, facts_, size_, report_);
  }

  Result<void> run();

 private:
  Result<void> take(std::uint64_t seq, BytesView value);
  Result<void> check_present(const Header& header, const HeaderBytes& bytes, BytesView row);
  void check_kind(const Header& header, const chain::Kind* kind);
  void count_in_bucket(const Header& header, const HeaderBytes& bytes, bool present);
  Result<bool> payload_of(std::uint64_t seq);
  Result<void> check_rest();
  Result<void> stand_on(const Result<bool>& row);
  Result<void> foreign_row();
  void check_holds();
  void check_tombstones();

  Source& source_;
  const chain::KindRegistry& kinds_;
  const Keys* keys_;
  const Options& options_;
  Snapshots snapshots_;
  const Facts& facts_;
  std::uint64_t from_;
  std::uint64_t size_;
  TimeUs as_of_;
  LevelReport& report_;
  std::unique_ptr<Cursor> payloads_;
  bool row_ = false;              // payloads_ stands on a row
  std::optional<Images> images_;  // with keys, of a store folder
  std::optional<BucketTally> tally_;
  std::set<std::uint64_t> buckets_seen_;  // of those that have tombstones
};

Result<void> ErasureWalk::stand_on(const Result<bool>& row) {
  if (!row) return tl::unexpected(row.error());
  row_ = *row;
  return {};
}

Result<void> ErasureWalk::run() {
  if (auto placed = stand_on(payloads_->first()); !placed) return placed;
  const auto headers = source_.cursor(Database::kHeaders);
  auto row = headers->first();
  std::uint64_t walked = 0;
  for (; row && *row; row = headers->next()) {
    if (headers->key().size() != 8) continue;  // level chain has named it
    const std::uint64_t seq = chain::get_be64(headers->key().data());
    if (seq >= size_) break;
    if (auto taken = take(seq, headers->value()); !taken) return taken;
    if (++walked % options_.renew_every != 0) continue;
    if (options_.progress) options_.progress(walked, size_);
    if (snapshots_ == Snapshots::kOne) continue;
    if (auto renewed = source_.renew(); !renewed) return renewed;
    if (auto placed = stand_on(payloads_->seek(number_key(seq + 1))); !placed) return placed;
  }
  if (!row) return tl::unexpected(row.error());
  if (auto rest = check_rest(); !rest) return rest;
  if (from_ != 0) return {};
  if (tally_) tally_->finish(report_);
  check_holds();
  check_tombstones();
  return images_ ? images_->finish() : Result<void>();
}

// A payload row that no header in [0, size) asked for. One at or after the size may belong to a
// commit that is newer than the chain that was walked.
Result<void> ErasureWalk::foreign_row() {
  const BytesView key = payloads_->key();
  if (key.size() != 8) {
    report_.add(std::nullopt, rule::kStore, "a payload stands under a key that is no seq");
    return {};
  }
  const auto header = source_.get(Database::kHeaders, key);
  if (!header) return tl::unexpected(header.error());
  const std::uint64_t seq = chain::get_be64(key.data());
  if (!*header || seq < size_)
    report_.add(seq, rule::kStore, "there is a payload without a header");
  return {};
}

Result<bool> ErasureWalk::payload_of(std::uint64_t seq) {
  while (row_ && (payloads_->key().size() != 8 || chain::get_be64(payloads_->key().data()) < seq)) {
    if (auto named = foreign_row(); !named) return tl::unexpected(named.error());
    if (auto placed = stand_on(payloads_->next()); !placed) return tl::unexpected(placed.error());
  }
  return row_ && chain::get_be64(payloads_->key().data()) == seq;
}

Result<void> ErasureWalk::check_rest() {
  while (row_) {
    if (auto named = foreign_row(); !named) return named;
    if (auto placed = stand_on(payloads_->next()); !placed) return placed;
  }
  return {};
}

Result<void> ErasureWalk::take(std::uint64_t seq, BytesView value) {
  const auto present = payload_of(seq);
  if (!present) return tl::unexpected(present.error());
  const BytesView row = *present ? payloads_->value() : BytesView();
  if (auto header = chain::decode_header(value)) {
    HeaderBytes bytes{};
    std::ranges::copy(value, bytes.begin());
    header->seq.value = seq;  // where they differ, level chain has said so
    if (*present) {
      if (auto checked = check_present(*header, bytes, row); !checked) return checked;
    } else if (header->retention != Retention::kThirtyDay) {
      report_.add(seq, rule::kPayload, "its payload is missing, and its kind is kept for ever");
    } else {
      ++report_.checked;
    }
    check_kind(*header, kinds_.find(header->kind));
    if (header->retention == Retention::kThirtyDay && from_ == 0)
      count_in_bucket(*header, bytes, *present);
  } else {
    ++report_.not_checked;
  }
  return *present ? stand_on(payloads_->next()) : Result<void>();
}

void ErasureWalk::check_kind(const Header& header, const chain::Kind* kind) {
  const std::uint64_t seq = header.seq.value;
  if (kind == nullptr) {
    report_.add(seq, rule::kKind, fmt::format("kind {} is not in the registry", header.kind));
  } else if (header.retention != kind->retention) {
    report_.add(seq, rule::kKind, fmt::format("its retention is not that of {}", kind->name));
  } else if (header.form != kind->form) {
    report_.add(seq, rule::kKind, fmt::format("its form is not that of {}", kind->name));
  }
  if (header.retention == Retention::kThirtyDay) return;
  for (const std::size_t i : facts_.holds_of(seq)) {
    report_.add(facts_.holds()[i].seq, rule::kHold,
                fmt::format("holds event {}, which is never erased", seq));
  }
}

Result<void> ErasureWalk::check_present(const Header& header, const HeaderBytes& bytes,
                                        BytesView value) {
  const std::uint64_t seq = header.seq.value;
  const auto row = parse_row(value);
  if (!row) {
    report_.add(seq, rule::kPayload, row.error().detail);
    return {};
  }
  PayloadContext context;
  context.kind = kinds_.find(header.kind);
  context.keys = keys_;
  // A partial bundle does not show every hold.
  context.ever_held = from_ != 0 || !facts_.holds_of(seq).empty();
  context.on_hold = facts_.on_hold(seq, size_);
  context.cut = source_.bundle() != nullptr && !source_.bundle()->boxes;
  const auto checked = check_payload(header, bytes, *row, context);
  if (!checked) {
    const std::string name(context.kind == nullptr ? "its payload" : context.kind->name);
    report_.add(seq, rule::kPayload, name + ": " + checked.error().detail);
    return {};
  }
  ++(checked->opening == Opening::kWhole ? report_.checked : report_.not_checked);
  return checked->image && images_ ? images_->check(header, row->seal, *checked->image)
                                   : Result<void>();
}

void ErasureWalk::count_in_bucket(const Header& header, const HeaderBytes& bytes, bool present) {
  const Bucket bucket = bucket_of(header.time);
  if (!tally_ || tally_->bucket() != bucket) {
    if (tally_) tally_->finish(report_);
    tally_.emplace(bucket, facts_, size_, as_of_);
    if (!facts_.of(bucket).empty()) buckets_seen_.insert(bucket.value);
  }
  SeenEvent event{header.seq.value, header.time, {}, present};
  // Only a tombstone's root needs the hash.
  if (!facts_.of(bucket).empty()) event.leaf = chain::leaf_hash(bytes);
  for (const std::size_t i : facts_.holds_of(event.seq)) {
    const Hold& hold = facts_.holds()[i];
    if (hold.time < due(event.time)) continue;
    report_.add(hold.seq, rule::kHold,
                fmt::format("holds event {}, which was past due", event.seq));
  }
  tally_->add(event, report_);
}

void ErasureWalk::check_holds() {
  for (const Hold& hold : facts_.holds()) {
    if (hold.review_by > plus(hold.time, kReviewUs)) {
      report_.add(hold.seq, rule::kHold, "is to be reviewed only after more than 90 days");
    }
    if (!hold.released && hold.review_by < as_of_) {
      report_.add(hold.seq, rule::kHold, "its review date has passed, and it is still in force");
    }
  }
}

void ErasureWalk::check_tombstones() {
  const auto judge = [&](std::uint64_t seq, TimeUs time,
                         const std::optional<Destruction>& destroyed) {
    const TimeUs until = plus(time, kDestroyGraceUs);
    if (!destroyed && as_of_ > until) {
      report_.add(seq, rule::kProcess, "no keys.destroyed follows this tombstone");
    } else if (destroyed && destroyed->time > until) {
      report_.add(
          seq, rule::kProcess,
          fmt::format("its keys.destroyed (event {}) came {} s after it, and not within 300 s",
                      destroyed->seq, (destroyed->time.value - time.value) / kSecondUs));
    }
  };
  for (const auto& [bucket, tombstones] : facts_.tombstones()) {
    for (const Tombstone& tombstone : tombstones)
      judge(tombstone.seq, tombstone.time, tombstone.destroyed);
    if (!buckets_seen_.contains(bucket)) {
      report_.add(tombstones.front().seq, rule::kPurge,
                  fmt::format("bucket {} never had an event", bucket));
    }
  }
  for (const ListPurge& purge : facts_.list_purges()) judge(purge.seq, purge.time, purge.destroyed);
}

Result<void> check_databases(Source& source, LevelReport& report) {
  const auto names = source.names();
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    if (std::ranges::find(kDatabases, name) != kDatabases.end()) continue;
    report.add(std::nullopt, rule::kStore,
               "there is a database that this format does not have: " + name);
  }
  return {};
}

Result<void> check_all(Source& source, const chain::KindRegistry& kinds, const Options& options,
                       Snapshots snapshots, const ChainState& state, TimeUs as_of,
                       LevelReport& report) {
  if (source.folder() != nullptr) {
    if (auto known = check_databases(source, report); !known) return known;
  }
  ErasureWalk walk(source, kinds, options, snapshots, state, as_of, report);
  if (auto walked = walk.run(); !walked) return walked;
  if (state.from != 0) return {};
  return check_leftovers(source, options.keys ? &*options.keys : nullptr, state.facts, state.size,
                         report);
}

}  // namespace

Result<void> check_erasure(Source& source, const chain::KindRegistry& kinds, const Options& options,
                           Snapshots snapshots, const ChainState& state, TimeUs as_of,
                           LevelReport& report) {
  if (!report.holds) report.holds = true;  // a finding of the first walk stays one
  const auto done = check_all(source, kinds, options, snapshots, state, as_of, report);
  if (!done && done.error().code != ErrorCode::kCorrupt) return done;
  if (!done) report.add(std::nullopt, rule::kStore, done.error().detail);
  if (state.from != 0) {
    if (report.holds == true) report.holds.reset();
    report.note = fmt::format(
        "a bundle from event {} on does not show what earlier events became; take a whole one",
        state.from);
  } else if (source.folder() == nullptr) {
    report.note = "a bundle does not show evidence files, blobs and what else lies beside a store";
  }
  return {};
}

}  // namespace alpr::verify
