#include "policy/registers/reviews.h"

#include <algorithm>

#include "policy/registers/kept_rows.h"
#include "policy/registers/people_fold.h"
#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

chain::RowKey lookup_key(std::string_view username, std::string_view plate) {
  return chain::RowKey().text(username).text(plate);
}

Result<void> note_time(chain::RegisterWriter& rows, chain::Table table, const chain::RowKey& key,
                       TimeUs at, std::size_t kept) {
  const auto add = [&](LookupRow& times) {
    times.times.push_back(at);
    if (times.times.size() > kept) times.times.erase(times.times.begin());
  };
  if (change_kept_row<LookupRow>(rows, table, key, add)) return {};
  auto row = read_kept_row<LookupRow>(rows, table, key);
  if (!row) return tl::unexpected(row.error());
  LookupRow times = *row ? std::move(**row) : LookupRow{};
  add(times);
  return write_kept_row(rows, table, key, std::move(times));
}

Result<void> on(const QueryPerformed& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  const TimeUs at = event.header.time;
  auto noted = note_time(rows, table::kQueryTimes, text_key(e.by.username), at, kQueriesKept);
  if (!noted || !e.elements.plate) return noted;
  return note_time(rows, table::kLookups, lookup_key(e.by.username, *e.elements.plate), at,
                   kLookupsKept);
}

Result<void> on(const ReviewRaised& e, const chain::EventView& event, chain::RegisterWriter& rows) {
  return write_row(rows, table::kReviews, seq_key(event.header.seq),
                   ReviewRow{event.header.seq, e.query, e.flags, e.username, event.header.time});
}

Result<void> on(const ReviewDecided& e, const chain::EventView&, chain::RegisterWriter& rows) {
  return rows.erase(table::kReviews, seq_key(e.review));
}

Result<void> on(const PlaceFlagged& e, const chain::EventView& event, chain::RegisterWriter& rows) {
  return write_row(rows, table::kFlaggedPlaces, seq_key(event.header.seq),
                   PlaceRow{event.header.seq, e.name, e.circle, e.from, e.until});
}

Result<void> on(const MemberPlateNamed& e, const chain::EventView&, chain::RegisterWriter& rows) {
  const chain::RowKey key = text_key(e.plate);
  auto row = read_row<MemberPlateRow>(rows, table::kMemberPlates, key);
  if (!row) return tl::unexpected(row.error());
  MemberPlateRow named = row->value_or(MemberPlateRow{e.plate, {}});
  auto& names = named.usernames;
  if (std::find(names.begin(), names.end(), e.username) == names.end()) names.push_back(e.username);
  return write_row(rows, table::kMemberPlates, key, named);
}

Result<LookupRow> times_at(const chain::RegisterReader& rows, chain::Table table,
                           const chain::RowKey& key) {
  auto row = read_kept_row<LookupRow>(rows, table, key);
  if (!row) return tl::unexpected(row.error());
  return *row ? std::move(**row) : LookupRow{};
}

}  // namespace

Result<LookupRow> lookups_of(const chain::RegisterReader& rows, std::string_view username,
                             std::string_view plate) {
  return times_at(rows, table::kLookups, lookup_key(username, plate));
}

Result<LookupRow> queries_of(const chain::RegisterReader& rows, std::string_view username) {
  return times_at(rows, table::kQueryTimes, text_key(username));
}

Result<std::optional<ReviewRow>> find_review(const chain::RegisterReader& rows, Sequence review) {
  return read_row<ReviewRow>(rows, table::kReviews, seq_key(review));
}

Result<std::vector<ReviewRow>> list_reviews(const chain::RegisterReader& rows, std::size_t limit) {
  return list_rows<ReviewRow>(rows, table::kReviews, {}, limit);
}

Result<std::vector<PlaceRow>> list_places(const chain::RegisterReader& rows, std::size_t limit) {
  return list_rows<PlaceRow>(rows, table::kFlaggedPlaces, {}, limit);
}

Result<std::optional<MemberPlateRow>> find_member_plate(const chain::RegisterReader& rows,
                                                        std::string_view plate) {
  return read_row<MemberPlateRow>(rows, table::kMemberPlates, text_key(plate));
}

Result<std::vector<MemberPlateRow>> list_member_plates(const chain::RegisterReader& rows,
                                                       std::size_t limit) {
  return list_rows<MemberPlateRow>(rows, table::kMemberPlates, {}, limit);
}

Result<void> fold_reviews(const chain::EventView& event, chain::RegisterWriter& rows) {
  return fold_any<QueryPerformed, ReviewRaised, ReviewDecided, PlaceFlagged, MemberPlateNamed>(
      event, [&](const auto& record) { return on(record, event, rows); });
}

}  // namespace alpr::policy
