#include "ledger/verify/policy_level/policy_level.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <any>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/payload.h"
#include "ledger/verify/keys.h"
#include "ledger/verify/payload_check.h"
#include "ledger/verify/policy_level/saved_state.h"
#include "ledger/verify/policy_level/workers.h"
#include "ledger/verify/rules.h"
#include "policy/replay/replay.h"

namespace alpr::policy_level {
namespace {

using policy::Seen;
using verify::Database;

// An event as it lies in the source, and then how much of it there is to see.
struct Shown {
  chain::EventView event;
  chain::HeaderBytes bytes{};
  Bytes row;  // empty: none
  Seen seen = Seen::kErased;
  std::any record;  // Replay::read_ahead()
};

// What does not match its header is level erasure's to name; here it is as good as not opened.
void open(const verify::Keys* keys, Shown& shown) {
  const chain::Header& header = shown.event.header;
  if (shown.row.empty()) {
    // Level erasure names what is missing and must not be.
    const bool may_be_gone = header.retention == chain::Retention::kThirtyDay;
    shown.seen = may_be_gone ? Seen::kErased : Seen::kSealed;
    return;
  }
  shown.seen = Seen::kSealed;
  const auto row = verify::parse_row(shown.row);
  if (!row) return;
  std::optional<Bytes> secret;
  const verify::Key* key = keys == nullptr ? nullptr : keys->find(row->seal, header);
  if (key != nullptr && !row->box.empty()) secret = verify::open_box(*key, row->box, shown.bytes);
  auto opened =
      chain::open_payload(header.form, header.commitment, row->clear,
                          secret ? std::optional<BytesView>(*secret) : std::optional<BytesView>());
  if (!opened) return;
  chain::EventView& event = shown.event;
  const bool whole_form = header.form == chain::Form::kWhole;
  const auto withheld = [](const chain::ListedMember& member) {
    return member.state == chain::ListedMember::State::kWithheld;
  };
  const bool whole = secret || (!whole_form && std::ranges::none_of(opened->list, withheld));
  if (!whole) {
    for (chain::ListedMember& member : opened->list)
      if (!withheld(member))
        event.members.push_back({std::move(member.name), std::move(member.value), true});
    return;
  }
  event.json = whole_form ? std::move(opened->json) : chain::to_json(opened->members);
  event.members = std::move(opened->members);
  event.have_payload = true;
  shown.seen = Seen::kWhole;
  shown.record = policy::Replay::read_ahead(event);
}

// Enough that handing it over costs nothing, few enough to lie in the caches.
constexpr std::size_t kBatch = 2'048;
constexpr std::size_t kPart = 256;  // of a batch, for one thread at a time
// One that opens slowly is made good by the next: neither side waits for the other at each batch.
constexpr std::size_t kBatchesAhead = 3;
using Batch = std::vector<Shown>;

// A batch whose events workers open, until it is asked for. What was judged before is thrown away
// there too: that is no work of the judging thread.
class Opening {
 public:
  Opening(Workers& workers, Batch batch, Batch spent, const verify::Keys* keys)
      : workers_(workers), batch_(std::move(batch)), spent_(std::move(spent)) {
    workers.give(work_, [this] { Batch().swap(spent_); });
    for (std::size_t from = 0; from < batch_.size(); from += kPart) {
      const std::size_t to = std::min(batch_.size(), from + kPart);
      workers.give(work_, [this, keys, from, to] {
        for (std::size_t i = from; i < to; ++i) open(keys, batch_[i]);
      });
    }
  }
  // The workers have its place in memory.
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;
  ~Opening() { workers_.finish(work_); }
  Batch take() {
    workers_.finish(work_);
    return std::move(batch_);
  }

 private:
  Workers& workers_;
  Batch batch_, spent_;
  Workers::Work work_;
};

// Reads ahead: while a batch is judged on this thread, the next ones are opened on others.
class Walk {
 public:
  Walk(const verify::PolicyWalk& walk, policy::Replay& replay)
      : walk_(walk),
        replay_(replay),
        headers_(walk.source.cursor(Database::kHeaders)),
        payloads_(walk.source.cursor(Database::kPayloads)) {}

  // From event `from` on: the replay knows those before it.
  Result<void> run(std::uint64_t from) {
    next_ = from;
    if (auto placed = stand_on(payloads_->seek(verify::number_key(from))); !placed) return placed;
    auto first = headers_->seek(verify::number_key(from));
    if (!first) return tl::unexpected(first.error());
    more_ = *first;
    Workers workers(std::max(2U, walk_.threads) - 1);
    std::deque<Opening> ahead;  // gone before the workers are
    Batch spent;
    do {
      auto batch = read_batch();
      if (!batch) return tl::unexpected(batch.error());
      ahead.emplace_back(workers, std::move(*batch), std::exchange(spent, Batch()), walk_.keys);
      if (ahead.size() <= kBatchesAhead) continue;
      spent = judge(ahead.front().take());
      ahead.pop_front();
    } while (more_ && next_ < walk_.size);
    for (Opening& opening : ahead) judge(opening.take());
    return {};
  }

 private:
  Result<void> stand_on(const Result<bool>& row) {
    if (!row) return tl::unexpected(row.error());
    row_ = *row;
    return {};
  }

  Result<Batch> read_batch() {
    Batch batch;
    batch.reserve(kBatch);
    while (more_ && next_ < walk_.size && batch.size() < kBatch) {
      if (headers_->key().size() == 8) {  // level chain has named others
        if (auto read = read_event(batch); !read) return tl::unexpected(read.error());
        if (next_ % walk_.renew_every == 0)
          if (auto renewed = renew(); !renewed) return tl::unexpected(renewed.error());
      }
      const auto further = headers_->next();
      if (!further) return tl::unexpected(further.error());
      more_ = *further;
    }
    return batch;
  }

  Result<void> read_event(Batch& batch) {
    const std::uint64_t seq = next_++;
    if (chain::get_be64(headers_->key().data()) != seq)
      return fail(ErrorCode::kCorrupt, fmt::format("event {} is not there", seq));
    const auto header = chain::decode_header(headers_->value());
    if (!header) return fail(ErrorCode::kCorrupt, header.error().detail);
    Shown& shown = batch.emplace_back();
    shown.event.header = *header;
    shown.event.header.seq.value = seq;
    std::ranges::copy(headers_->value(), shown.bytes.begin());
    while (row_ && (payloads_->key().size() != 8 || chain::get_be64(payloads_->key().data()) < seq))
      if (auto placed = stand_on(payloads_->next()); !placed) return placed;
    if (row_ && chain::get_be64(payloads_->key().data()) == seq)
      shown.row.assign(payloads_->value().begin(), payloads_->value().end());
    return {};
  }

  Result<void> renew() {
    if (walk_.progress) walk_.progress(next_, walk_.size);
    if (!walk_.renew) return {};
    if (auto renewed = walk_.source.renew(); !renewed) return renewed;
    return stand_on(payloads_->seek(verify::number_key(next_)));
  }

  // Gives the batch back, to be thrown away elsewhere.
  Batch judge(Batch batch) {
    for (const Shown& shown : batch) replay_.take(shown.event, shown.seen, shown.record);
    return batch;
  }

  const verify::PolicyWalk& walk_;
  policy::Replay& replay_;
  std::unique_ptr<verify::Cursor> headers_;
  std::unique_ptr<verify::Cursor> payloads_;
  bool more_ = false;
  bool row_ = false;
  std::uint64_t next_ = 0;
};

std::string note_of(const policy::Replay& replay) {
  std::vector<std::string> reasons;
  for (const auto& [why, count] : replay.undecidable())
    reasons.push_back(fmt::format("{} {}", count, why));
  std::string note;
  if (!reasons.empty()) note = fmt::format("undecidable: {}", fmt::join(reasons, "; "));
  if (!replay.lost()) return note;
  const std::string_view why =
      replay.lost_to_newer()
          ? "Event {} is of a kind that this version does not know: take a newer plateledger-verify"
          : "Event {} was not opened, so the state after it is not known: bring --keys";
  note += ". " + fmt::format(fmt::runtime(why), replay.lost()->value);
  return note;
}

// The header as it lies there.
Result<Digest> leaf_of(verify::Source& source, std::uint64_t seq) {
  const auto header = source.get(Database::kHeaders, verify::number_key(seq));
  if (!header) return tl::unexpected(header.error());
  if (!*header) return fail(ErrorCode::kCorrupt, fmt::format("event {} is not there", seq));
  chain::HeaderBytes bytes{};
  if ((*header)->size() != bytes.size())
    return fail(ErrorCode::kCorrupt, fmt::format("event {} is not there", seq));
  std::ranges::copy(**header, bytes.begin());
  return chain::leaf_hash(bytes);
}

// What the log is now: its first and last event and its tree.
Result<LogPlace> place_of(const verify::PolicyWalk& walk) {
  LogPlace place;
  place.size = walk.size;
  place.root = walk.root;
  const auto first = leaf_of(walk.source, 0);
  if (!first) return tl::unexpected(first.error());
  const auto last = leaf_of(walk.source, walk.size - 1);
  if (!last) return tl::unexpected(last.error());
  place.first = *first;
  place.last = *last;
  return place;
}

// Why the log does not go on from where the state was saved; empty: it does. Each header names the
// leaf hash of the one before it, and level chain has checked that, so the last header of the state
// stands for all before it.
Result<std::string> parted_from(const verify::PolicyWalk& walk, const LogPlace& saved) {
  if (walk.size < saved.size) return fmt::format("it has {} events", walk.size);
  const auto last = leaf_of(walk.source, saved.size - 1);
  if (!last) return tl::unexpected(last.error());
  const bool other = *last != saved.last || (walk.size == saved.size && walk.root != saved.root);
  return std::string(other ? "it has another history up to there" : "");
}

// A replay that begins where the saved state ends, or at the first event, with what was found then.
class Run {
 public:
  Run(const verify::PolicyWalk& walk, const State& state, verify::LevelReport& report)
      : walk_(walk), state_(state), report_(report) {}

  Result<void> go() {
    begin_anew();
    if (state_.saved) {
      auto taken = take_saved();
      if (!taken) return tl::unexpected(taken.error());
      if (!taken->empty()) notes_.push_back("the saved state was not used: " + *taken);
    }
    if (auto done = Walk(walk_, *replay_).run(from_); !done) return done;
    if (state_.keep)
      if (auto kept = keep(); !kept) return kept;
    replay_->finish(walk_.as_of);
    report_.checked = replay_->decided();
    for (const auto& [why, count] : replay_->undecidable()) report_.not_checked += count;
    if (std::string note = note_of(*replay_); !note.empty())
      notes_.insert(notes_.begin(), std::move(note));
    report_.note = fmt::format("{}", fmt::join(notes_, ". "));
    if (replay_->lost() && report_.holds == true) report_.holds.reset();
    return {};
  }

 private:
  void begin_anew() {
    from_ = 0;
    replay_ = std::make_unique<policy::Replay>([this](const policy::ReplayFinding& finding) {
      report_.add(finding.seq.value, fmt::format("{}", fmt::join(finding.rules, ", ")),
                  finding.what);
    });
  }

  // Why it was not used; empty: it was.
  Result<std::string> take_saved() {
    if (!walk_.chain_holds) return "level chain does not hold";
    const auto saved = open_state(state_.program, *state_.saved);
    if (!saved) return saved.error().detail;
    const auto first = leaf_of(walk_.source, 0);
    if (!first) return tl::unexpected(first.error());
    if (*first != saved->place.first) return "it is of another log";
    const auto parted = parted_from(walk_, saved->place);
    if (!parted) return tl::unexpected(parted.error());
    if (!parted->empty()) {
      parted_ = true;
      report_.add(std::nullopt, verify::rule::kCheckpoint,
                  fmt::format("the log does not go on from the saved state of {} events and root "
                              "{}: {}",
                              saved->place.size, chain::hex(saved->place.root), *parted));
      return "the log does not go on from it";
    }
    if (const auto resumed = replay_->resume(saved->replay); !resumed) {
      begin_anew();
      return resumed.error().detail;
    }
    for (const verify::Finding& finding : saved->findings)
      report_.add(finding.seq, finding.rule, finding.what);
    report_.findings_count = saved->findings_count;
    if (report_.findings_count > 0) report_.holds = false;
    from_ = saved->place.size;
    report_.begun_at = from_;
    notes_.push_back(fmt::format("begun at event {}, after the saved state", from_));
    return std::string();
  }

  // What is owed at the log's end is not of the state: the next run's log may have it.
  Result<void> keep() {
    const auto replay = replay_->save();
    if (!replay || !walk_.chain_holds || parted_) {
      notes_.emplace_back(replay ? "no state was saved, for the log does not hold"
                                 : "no state was saved, for the state after the last event is not "
                                   "known");
      return {};
    }
    const auto place = place_of(walk_);
    if (!place) return tl::unexpected(place.error());
    const std::string bytes =
        write_state(state_.program,
                    {*place, report_.findings, report_.findings_count, std::string_view(*replay)});
    if (auto kept = state_.keep(as_bytes(bytes)); !kept) return kept;
    report_.state_sha256 = chain::sha256(as_bytes(bytes));
    notes_.push_back(fmt::format("saved the state after {} events, SHA-256 {}", place->size,
                                 chain::hex(*report_.state_sha256)));
    return {};
  }

  const verify::PolicyWalk& walk_;
  const State& state_;
  verify::LevelReport& report_;
  std::unique_ptr<policy::Replay> replay_;
  std::uint64_t from_ = 0;
  bool parted_ = false;  // the log is not the one that was judged before
  std::vector<std::string> notes_;
};

}  // namespace

Result<void> check_policy(const verify::PolicyWalk& walk, verify::LevelReport& report) {
  return check_policy_from({}, walk, report);
}

Result<void> check_policy_from(const State& state, const verify::PolicyWalk& walk,
                               verify::LevelReport& report) {
  report.holds = true;
  return Run(walk, state, report).go();
}

}  // namespace alpr::policy_level
