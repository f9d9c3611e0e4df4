// The reads of one 15-minute bucket, a column for each thing that is searched for: 36 bytes a read.
// While the bucket is open in order of arrival, afterwards sorted by plate. What is only shown (the
// place's name, the picture, the confidence) stays in the sealed event.
//
// Texts are numbers of a table that whoever holds the columns keeps. Not locked: one writer, or any
// number of readers.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::policy {

struct ReadRow {
  Sequence seq;
  TimeUs uploaded;  // header time: what due times count from
  std::string plate;
  std::string device;
  std::string color, make, model;  // empty where nobody named any; no line feed in them
  std::int64_t latitude_e7 = 0;
  std::int64_t longitude_e7 = 0;
  TimeUs captured;
  bool operator==(const ReadRow&) const = default;
};

// What all rows lie within; empty columns have first > last.
struct ReadBounds {
  std::int64_t captured_first = INT64_MAX, captured_last = INT64_MIN;
  std::int32_t south = INT32_MAX, north = INT32_MIN, west = INT32_MAX, east = INT32_MIN;
};

// Colour, make and model of a text of the vehicle column; empty where it has none.
std::array<std::string_view, 3> vehicle_parts(std::string_view text);

class ReadColumns {
 public:
  using Intern = std::function<std::uint32_t(std::string_view)>;
  using Text = std::function<const std::string&(std::uint32_t)>;

  explicit ReadColumns(Bucket bucket) : bucket_(bucket) {}

  // Rows come by growing seq, and are of the bucket. ALPR_CHECKs both, and that the columns are not
  // sorted yet.
  void add(const ReadRow& row, const Intern& intern);
  void sort();  // by plate, then seq; gives unused memory back
  bool sorted() const { return sorted_; }

  Bucket bucket() const { return bucket_; }
  std::size_t size() const { return plate.size(); }
  const ReadBounds& bounds() const { return bounds_; }
  // Of the rows; ALPR_CHECKs that there is one.
  Sequence first_seq() const;
  Sequence last_seq() const { return {first_seq_ + last_offset_}; }

  Sequence seq_at(std::size_t i) const { return {first_seq_ + seq[i]}; }
  TimeUs uploaded_at(std::size_t i) const {
    return {bucket_start(bucket_).value + static_cast<std::int64_t>(uploaded[i])};
  }
  TimeUs captured_at(std::size_t i) const;
  ReadRow row(std::size_t i, const Text& text) const;
  // The first row whose plate is not below this one; ALPR_CHECKs that the columns are sorted.
  std::size_t first_from(std::uint64_t packed) const;
  // Of the read's row; size() where there is none.
  std::size_t find(Sequence read) const;

  // As bytes for a cache that is sealed at rest, and back: what does not read as what write() made
  // is kCorrupt. Only sorted columns; texts are written out.
  std::string write(const Text& text) const;
  static Result<ReadColumns> read(std::string_view bytes, const Intern& intern);

  std::vector<std::uint64_t> plate;  // packed (plate_question.h)
  std::vector<std::int32_t> latitude, longitude;
  std::vector<std::uint32_t> device, vehicle;  // numbers of texts; vehicle: "color\nmake\nmodel"

 private:
  void note_bounds(std::size_t i);
  void make_fence();

  Bucket bucket_;
  bool sorted_ = false;
  std::uint64_t first_seq_ = 0;
  std::uint32_t last_offset_ = 0;
  ReadBounds bounds_;
  // Every 256th plate of the sorted column: together small enough to stay in the processor's caches
  // over all buckets, where the columns are not.
  std::vector<std::uint64_t> fence_;
  std::vector<std::uint32_t> seq;       // from first_seq_
  std::vector<std::uint32_t> uploaded;  // microseconds from the bucket's start
  std::vector<std::uint32_t> waited;    // microseconds from 5 minutes before the capture to receipt
  // Captures too long before their receipt for that: offset of the seq, time.
  std::vector<std::pair<std::uint32_t, std::int64_t>> late_;
};

}  // namespace alpr::policy
