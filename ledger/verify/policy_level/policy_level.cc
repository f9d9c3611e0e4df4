#include "ledger/verify/policy_level/policy_level.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/chain/encoding.h"
#include "ledger/chain/payload.h"
#include "ledger/verify/keys.h"
#include "ledger/verify/payload_check.h"
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
}

// Enough that starting threads costs nothing, few enough to lie in the caches.
constexpr std::size_t kBatch = 2'048;
using Batch = std::vector<Shown>;

// Some of a batch's events each, on a thread of their own, until it is asked for.
class Opening {
 public:
  Opening(Batch batch, const verify::Keys* keys, unsigned threads) : batch_(std::move(batch)) {
    const std::size_t each = batch_.size() / threads + 1;
    for (std::size_t from = 0; from < batch_.size(); from += each) {
      const std::size_t to = std::min(batch_.size(), from + each);
      parts_.push_back(std::async(std::launch::async, [this, keys, from, to] {
        for (std::size_t i = from; i < to; ++i) open(keys, batch_[i]);
      }));
    }
  }
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;
  Batch take() {
    for (std::future<void>& part : parts_) part.get();
    return std::move(batch_);
  }

 private:
  Batch batch_;
  std::vector<std::future<void>> parts_;
};

// Reads ahead: while a batch is judged on this thread, the next one is opened on others.
class Walk {
 public:
  Walk(const verify::PolicyWalk& walk, policy::Replay& replay)
      : walk_(walk),
        replay_(replay),
        headers_(walk.source.cursor(Database::kHeaders)),
        payloads_(walk.source.cursor(Database::kPayloads)) {}

  Result<void> run() {
    if (auto placed = stand_on(payloads_->first()); !placed) return placed;
    auto first = headers_->first();
    if (!first) return tl::unexpected(first.error());
    more_ = *first;
    const unsigned openers = std::max(2U, walk_.threads) - 1;
    std::unique_ptr<Opening> ahead;
    do {
      auto batch = read_batch();
      if (!batch) return tl::unexpected(batch.error());
      auto opening = std::make_unique<Opening>(std::move(*batch), walk_.keys, openers);
      if (ahead) judge(ahead->take());
      ahead = std::move(opening);
    } while (more_ && next_ < walk_.size);
    judge(ahead->take());
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

  void judge(const Batch& batch) {
    for (const Shown& shown : batch) replay_.take(shown.event, shown.seen);
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
  if (replay.lost())
    note +=
        fmt::format(". Event {} was not opened, so the state after it is not known: bring --keys",
                    replay.lost()->value);
  return note;
}

}  // namespace

Result<void> check_policy(const verify::PolicyWalk& walk, verify::LevelReport& report) {
  report.holds = true;
  policy::Replay replay([&](const policy::ReplayFinding& finding) {
    report.add(finding.seq.value, fmt::format("{}", fmt::join(finding.rules, ", ")), finding.what);
  });
  if (auto done = Walk(walk, replay).run(); !done) return done;
  replay.finish(walk.as_of);
  report.checked = replay.decided();
  for (const auto& [why, count] : replay.undecidable()) report.not_checked += count;
  report.note = note_of(replay);
  if (replay.lost() && report.holds == true) report.holds.reset();
  return {};
}

}  // namespace alpr::policy_level
