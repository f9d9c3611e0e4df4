// Every plate that some column of reads has, each once and in order: a pattern is held against two
// million plates of a city rather than against each of its 45 million reads. Not locked: one
// writer, or any number of readers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "policy/registers/plate_question.h"

namespace alpr::policy {

class KnownPlates {
 public:
  using Column = std::vector<std::uint64_t>;  // packed plates (plate_question.h), ascending

  KnownPlates() = default;
  // Of all these columns: a second or two for 45 million reads.
  explicit KnownPlates(const std::vector<const Column*>& columns);

  // Less one of its columns, and with another; nullptr: none. A plate that was in no other column
  // is forgotten. Takes 14 to 100 ms for 1.6 million plates, by what new memory costs. ALPR_CHECKs
  // that `gone` was in it.
  KnownPlates changed(const Column* gone, const Column* come) const;

  // Those that are asked for, ascending; nullopt: more than `limit`.
  std::optional<Column> asked(const PlateQuestion& question, std::size_t limit) const;

  std::size_t size() const { return plates_.size(); }

 private:
  Column plates_;
  std::vector<std::uint32_t> columns_;  // how many of the columns have it
};

}  // namespace alpr::policy
