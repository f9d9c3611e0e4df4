#include "policy/rules/a3_local_hits.h"

#include <algorithm>

#include "policy/registers/hotlists.h"
#include "policy/registers/plate_text.h"
#include "policy/registers/shift_lists.h"

namespace alpr::policy {
namespace {

using recognition::LocalHit;

Result<NamedEntry> look_up(const State& state, const recognition::ReadFacts& facts,
                           const LocalHit& hit) {
  const auto version = find_list(state.rows, hit.list);
  if (!version) return tl::unexpected(version.error());
  if (!*version) return NamedEntry{};  // a custom entry, or nothing: judged from the registers
  auto found = state.plates.matches_in(**version, facts.plate, hit.matched_at);
  if (!found) {
    const ErrorCode code = found.error().code;
    if (code == ErrorCode::kGone || code == ErrorCode::kNotFound) return NamedEntry{{}, true};
    return tl::unexpected(found.error());
  }
  for (PlateMatch& match : *found) {
    if (match.entry.row == static_cast<std::int64_t>(hit.entry))
      return NamedEntry{std::move(match.entry), false};
  }
  return NamedEntry{};
}

// Of a custom entry that was active when the copy was made.
Result<std::optional<MatchedEntry>> custom_entry(const State& state, const CopyRow& copy,
                                                 const recognition::ReadFacts& facts,
                                                 const LocalHit& hit) {
  const auto row = find_entry(state.rows, Sequence{hit.entry});
  if (!row) return tl::unexpected(row.error());
  const bool in_copy = *row && (*row)->approved == hit.list && hit.list < copy.taken &&
                       (!(*row)->ended || *(*row)->ended > copy.taken) && (*row)->asked.plate &&
                       hit.matched_at < (*row)->asked.expires_at;
  if (!in_copy || fold_plate(*(*row)->asked.plate) != fold_plate(facts.plate))
    return std::optional<MatchedEntry>();
  MatchedEntry entry;
  entry.source = HotlistSource::kCustomBolo;
  entry.list = hit.list;
  entry.request = (*row)->request;
  entry.list_time = (*row)->approved_at.value_or(TimeUs{});
  entry.plate = *(*row)->asked.plate;
  return std::optional(std::move(entry));
}

bool in_its_time(const CopyRow& copy, const recognition::ReadFacts& facts, const LocalHit& hit,
                 TimeUs now) {
  constexpr std::int64_t kSkew = recognition::kClockSkewMaxUs;
  const std::int64_t at = hit.matched_at.value;
  return at >= copy.made_at.value - kSkew && at < copy.valid_until.value &&
         at >= facts.captured_at.value - kSkew && at <= now.value + kSkew;
}

OfflineMatch offline_of(const LocalHit& hit, const MatchedEntry& entry, TimeUs now) {
  OfflineMatch offline;
  offline.taken = hit.taken;
  offline.list = hit.list;
  offline.matched_at = hit.matched_at;
  offline.list_age_s =
      std::max<std::int64_t>(0, (hit.matched_at.value - entry.list_time.value) / kSecondUs);
  offline.late_s = std::max<std::int64_t>(0, (now.value - hit.matched_at.value) / kSecondUs);
  offline.late = offline.late_s > kLateAfterS;
  return offline;
}

}  // namespace

bool has_local_hits(const recognition::UploadBatch& batch) {
  return std::any_of(batch.reads.begin(), batch.reads.end(),
                     [](const auto& read) { return !read.facts.local_hits.empty(); });
}

Result<NamedEntries> look_up_local_hits(const State& state, const recognition::UploadBatch& batch) {
  NamedEntries all;
  for (const recognition::SignedRead& read : batch.reads) {
    std::vector<NamedEntry>& named = all.emplace_back();
    for (const LocalHit& hit : read.facts.local_hits) {
      auto one = look_up(state, read.facts, hit);
      if (!one) return tl::unexpected(one.error());
      named.push_back(std::move(*one));
    }
  }
  return all;
}

Result<std::variant<HeldLocalHit, SetAside>> judge_local_hit(const State& state,
                                                             const recognition::UploadBatch& batch,
                                                             std::size_t read, std::size_t hit,
                                                             const NamedEntry& named,
                                                             const Moment& moment) {
  using Judged = std::variant<HeldLocalHit, SetAside>;
  const recognition::ReadFacts& facts = batch.reads[read].facts;
  const LocalHit& said = facts.local_hits[hit];
  const auto copy = find_copy(state.rows, said.taken);
  if (!copy) return tl::unexpected(copy.error());
  if (!*copy || (*copy)->device != batch.device) return Judged(SetAside::kCopyNotGiven);
  if (!in_its_time(**copy, facts, said, moment.now)) return Judged(SetAside::kOutsideItsTime);
  const auto general = find_list(state.rows, said.list);
  if (!general) return tl::unexpected(general.error());
  std::optional<MatchedEntry> entry = named.entry;
  if (*general) {
    const auto& lists = (*copy)->lists;
    if (std::find(lists.begin(), lists.end(), said.list) == lists.end())
      return Judged(SetAside::kCopyNotGiven);
    if (named.gone) return Judged(SetAside::kListGone);
  } else {
    auto custom = custom_entry(state, **copy, facts, said);
    if (!custom) return tl::unexpected(custom.error());
    entry = std::move(*custom);
  }
  if (!entry) return Judged(SetAside::kNotInTheList);
  OfflineMatch offline = offline_of(said, *entry, moment.now);
  return Judged(HeldLocalHit{offline, std::move(*entry)});
}

std::optional<SetAside> attach(const HeldLocalHit& held, std::vector<HitRaised>& hits) {
  const auto same = std::find_if(hits.begin(), hits.end(), [&](const HitRaised& hit) {
    return !hit.offline && hit.entry.source == held.entry.source &&
           hit.entry.plate == held.entry.plate;
  });
  if (same == hits.end()) return SetAside::kNoLongerListed;
  same->offline = held.offline;
  return std::nullopt;
}

}  // namespace alpr::policy
