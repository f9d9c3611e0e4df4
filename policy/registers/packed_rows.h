// The rows of a hot list in memory, packed: 1.5 million of them are read one at a time, and only
// when a plate matches, so they are kept deflated in blocks (I12-B-3).
//
// Immutable once packed; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"

namespace alpr::policy {

class PackedRows {
 public:
  PackedRows();
  PackedRows(PackedRows&&) noexcept;
  PackedRows& operator=(PackedRows&&) noexcept;
  ~PackedRows();
  // In order; call finish() after the last. ALPR_CHECKs that zlib has memory.
  void add(std::string_view row);
  void finish();

  std::uint32_t size() const { return size_; }
  // Unpacks one block of 128 rows. ALPR_CHECKs number < size().
  std::string row(std::uint32_t number) const;
  // Every row, in order; ends with the first error.
  Result<void> each(
      const std::function<Result<void>(std::uint32_t number, std::string_view row)>& visit) const;

 private:
  struct Deflater;
  void pack_block();
  std::string unpack(std::size_t block) const;

  struct Block {
    std::size_t end = 0;  // of its bytes in packed_
    std::uint32_t plain = 0;
  };
  std::string packed_;
  std::vector<Block> blocks_;
  std::unique_ptr<Deflater> deflater_;  // until finish()
  std::string open_;  // the block that is being filled: be32 length and row, repeated
  std::uint32_t size_ = 0;
};

}  // namespace alpr::policy
