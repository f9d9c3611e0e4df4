// What a query is held against to see whether it stands out, and the reviews that wait. Permanent
// rows, written by fold_reviews alone; find and list read any snapshot on any thread and fail with
// kCorrupt when a row does not read back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/event.h"
#include "policy/records/reviews.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

// The newest times of a person's lookups of one plate, or of all their queries; oldest first.
struct LookupRow {
  std::vector<TimeUs> times;
  template <typename M>
  void members(M& m) {
    m("times", times);
  }
};
inline constexpr std::size_t kLookupsKept = 32;   // of one plate by one person
inline constexpr std::size_t kQueriesKept = 500;  // of one person

// Stands until it is decided.
struct ReviewRow {
  Sequence review;
  Sequence query;
  std::vector<ReviewFlag> flags;
  std::string username;
  TimeUs raised_at;
  template <typename M>
  void members(M& m) {
    m("review", review);
    m("query", query);
    m("flags", flags);
    m("username", username);
    m("raised_at", raised_at);
  }
};

struct PlaceRow {
  Sequence place;
  std::string name;
  Circle circle;
  TimeUs from;
  TimeUs until;
  template <typename M>
  void members(M& m) {
    m("place", place);
    m("name", name);
    m("circle", circle);
    m("from", from);
    m("until", until);
  }
};

struct MemberPlateRow {
  std::string plate;
  std::vector<std::string> usernames;
  template <typename M>
  void members(M& m) {
    m("plate", plate);
    m("usernames", usernames);
  }
};

Result<LookupRow> lookups_of(const chain::RegisterReader& rows, std::string_view username,
                             std::string_view plate);
Result<LookupRow> queries_of(const chain::RegisterReader& rows, std::string_view username);
Result<std::optional<ReviewRow>> find_review(const chain::RegisterReader& rows, Sequence review);
Result<std::vector<ReviewRow>> list_reviews(const chain::RegisterReader& rows, std::size_t limit);
Result<std::vector<PlaceRow>> list_places(const chain::RegisterReader& rows, std::size_t limit);
Result<std::optional<MemberPlateRow>> find_member_plate(const chain::RegisterReader& rows,
                                                        std::string_view plate);
Result<std::vector<MemberPlateRow>> list_member_plates(const chain::RegisterReader& rows,
                                                       std::size_t limit);

// Folds kinds 85, 86, 87, 94 and 96.
Result<void> fold_reviews(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
