// The reads register: what the readers saw in the last 30 days, in memory only, so that no plate is
// ever on disk in clear. Rebuilt at start from the sealed payloads; kept up to date after every
// commit.
//
// Columns per 15-minute upload bucket; a purge drops a bucket's columns but for what is held. One
// writer (the sequencer's thread), any number of readers; locked inside.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/event.h"
#include "policy/records/queries.h"

namespace alpr::policy {

struct ReadRow {
  Sequence seq;
  TimeUs uploaded;  // header time: what due times count from
  std::string plate;
  std::string device;
  std::string place;
  std::int64_t latitude_e7 = 0;
  std::int64_t longitude_e7 = 0;
  std::int64_t confidence_ppm = 0;
  TimeUs captured;
  // The picture, as read.recorded commits to it.
  std::int64_t image_offset = 0;
  std::int64_t image_length = 0;
  Digest image_sha256{};
  std::string image_type;
  bool operator==(const ReadRow&) const = default;
};

struct ReadMatch {
  ReadRow row;
  MatchKind match = MatchKind::kExact;
};

struct SearchResult {
  std::vector<ReadMatch> matches;  // newest upload first
  bool more = false;               // there are further matches beyond `limit`
};

// Whether what was asked can be searched for at all, and is narrow enough to be an investigative
// query and not a trawl. kMalformed with the member and what is wrong; the text of the second kind
// is for a refusal.
Result<void> check_elements(const QueryElements& elements);
std::optional<std::string> too_broad(const QueryElements& elements);

class ReadsIndex {
 public:
  // Takes read.recorded, reads.purged, hold.placed, hold.released; ignores the rest and events
  // without payload.
  void committed(std::span<const chain::EventView> events);

  // Never returns a read past due (I12-G-1, to the microsecond), unless it is on a hold whose case
  // number is `case_number`. `elements` must have passed check_elements.
  SearchResult search(const QueryElements& elements, std::string_view case_number, TimeUs now,
                      std::size_t limit) const;

  // nullopt: unknown or purged. Says nothing of due times: may_show() does.
  std::optional<ReadRow> find(Sequence read) const;
  // Not past due, or on a hold of this case.
  bool may_show(const ReadRow& row, std::string_view case_number, TimeUs now) const;

  std::size_t size() const;
  std::string dump() const;  // canonical text, for comparing a rebuilt index with a live one

 private:
  struct Columns {
    std::vector<std::uint64_t> seq, plate;
    std::vector<std::int64_t> uploaded, captured, image_offset, image_length;
    std::vector<std::int32_t> latitude, longitude, confidence;
    std::vector<std::uint32_t> device, place, image_type;  // interned
    std::vector<Digest> image;
    void add(const ReadRow& row, std::uint64_t packed, std::uint32_t device_id,
             std::uint32_t place_id, std::uint32_t type_id);
  };
  struct HoldOn {
    std::string case_number;
    std::vector<Sequence> events;
  };

  void add(const chain::EventView& event);
  void purge(const chain::EventView& tombstone);
  std::uint32_t intern(std::string_view text);
  ReadRow row_at(const Columns& columns, std::size_t i) const;
  bool shown_to(std::uint64_t seq, std::int64_t uploaded, std::string_view case_number,
                TimeUs now) const;

  mutable std::shared_mutex mutex_;
  std::map<std::uint64_t, Columns> buckets_;
  std::map<std::uint64_t, HoldOn> holds_;  // by hold.placed
  std::map<std::uint64_t, std::multiset<std::string>>
      held_cases_;  // read -> case numbers of its holds
  std::vector<std::string> texts_;
  std::map<std::string, std::uint32_t, std::less<>> text_ids_;
};

}  // namespace alpr::policy
