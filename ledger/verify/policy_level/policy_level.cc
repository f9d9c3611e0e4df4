#include "ledger/verify/policy_level/policy_level.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "ledger/chain/encoding.h"
#include "ledger/chain/payload.h"
#include "ledger/verify/keys.h"
#include "ledger/verify/payload_check.h"
#include "policy/replay/replay.h"

namespace alpr::policy_level {
namespace {

using policy::Seen;
using verify::Database;

// An event and how much of it there is.
struct Shown {
  chain::EventView event;
  Seen seen = Seen::kErased;
};

// What does not match its header is level erasure's to name; here it is as good as not opened.
void open(const verify::Keys* keys, const chain::HeaderBytes& bytes, BytesView value,
          Shown& shown) {
  shown.seen = Seen::kSealed;
  const chain::Header& header = shown.event.header;
  const auto row = verify::parse_row(value);
  if (!row) return;
  std::optional<Bytes> secret;
  const verify::Key* key = keys == nullptr ? nullptr : keys->find(row->seal, header);
  if (key != nullptr && !row->box.empty()) secret = verify::open_box(*key, row->box, bytes);
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

class Walk {
 public:
  Walk(const verify::PolicyWalk& walk, policy::Replay& replay)
      : walk_(walk), replay_(replay), payloads_(walk.source.cursor(Database::kPayloads)) {}

  Result<void> run() {
    if (auto placed = stand_on(payloads_->first()); !placed) return placed;
    const auto headers = walk_.source.cursor(Database::kHeaders);
    auto row = headers->first();
    std::uint64_t next = 0;
    for (; row && *row && next < walk_.size; row = headers->next()) {
      if (headers->key().size() != 8) continue;  // level chain has named it
      if (chain::get_be64(headers->key().data()) != next)
        return fail(ErrorCode::kCorrupt, fmt::format("event {} is not there", next));
      if (auto taken = take(next, headers->value()); !taken) return taken;
      ++next;
      if (next % walk_.renew_every == 0)
        if (auto renewed = renew(next); !renewed) return renewed;
    }
    return row ? Result<void>() : tl::unexpected(row.error());
  }

 private:
  Result<void> stand_on(const Result<bool>& row) {
    if (!row) return tl::unexpected(row.error());
    row_ = *row;
    return {};
  }

  Result<void> renew(std::uint64_t next) {
    if (walk_.progress) walk_.progress(next, walk_.size);
    if (!walk_.renew) return {};
    if (auto renewed = walk_.source.renew(); !renewed) return renewed;
    return stand_on(payloads_->seek(verify::number_key(next)));
  }

  Result<void> take(std::uint64_t seq, BytesView value) {
    const auto header = chain::decode_header(value);
    if (!header) return fail(ErrorCode::kCorrupt, header.error().detail);
    Shown shown;
    shown.event.header = *header;
    shown.event.header.seq.value = seq;
    while (row_ && (payloads_->key().size() != 8 || chain::get_be64(payloads_->key().data()) < seq))
      if (auto placed = stand_on(payloads_->next()); !placed) return placed;
    if (row_ && chain::get_be64(payloads_->key().data()) == seq) {
      chain::HeaderBytes bytes{};
      std::ranges::copy(value, bytes.begin());
      open(walk_.keys, bytes, payloads_->value(), shown);
    } else if (header->retention != chain::Retention::kThirtyDay) {
      shown.seen = Seen::kSealed;  // level erasure names what is missing and must not be
    }
    replay_.take(shown.event, shown.seen);
    return {};
  }

  const verify::PolicyWalk& walk_;
  policy::Replay& replay_;
  std::unique_ptr<verify::Cursor> payloads_;
  bool row_ = false;
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
