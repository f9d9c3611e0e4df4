// The headers of a log in their order, hashed ahead of the walk over them: while the walk judges
// one tile's events, another thread hashes those of the next tiles, leaves and nodes alike. These
// hashes are much of what level chain costs.
//
// Headers that follow each other from a tile's beginning on are read at once and hashed by
// whichever thread is free, the walk's own included. Rows of any other sort are served as they
// stand, without nodes. The source is read on the walk's thread alone; the other threads see copies
// of headers and nothing else. The object is used by one thread.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "ledger/chain/header.h"
#include "ledger/chain/tiles.h"
#include "ledger/verify/source.h"

namespace alpr::verify {

class HeadersAhead {
 public:
  // `threads` counts the walk's own; with 1 all is hashed there.
  HeadersAhead(std::unique_ptr<Cursor> cursor, unsigned threads);
  ~HeadersAhead();
  HeadersAhead(const HeadersAhead&) = delete;
  HeadersAhead& operator=(const HeadersAhead&) = delete;

  Result<bool> next();  // false: there are no more
  // Of the row that next() stands on; valid until it is called again or the source is renewed.
  BytesView key() const { return key_; }
  BytesView value() const { return value_; }
  // What the tile of this header hashes to by the headers that stand there; null where they do not
  // follow each other from the tile's beginning.
  const std::shared_ptr<const chain::TileNodes>& nodes() const { return nodes_; }
  // All headers of the tile, where the row is the first of them and they follow each other; else
  // none. skip_tile() goes on to the last of them.
  std::span<const chain::HeaderBytes> whole_tile() const;
  void skip_tile();

 private:
  enum class State { kNew, kTaken, kHashed };
  struct Block {
    std::uint64_t first = 0;
    std::vector<chain::HeaderBytes> headers;
    std::atomic<State> state = State::kNew;
    std::optional<chain::TileNodes> nodes;
    bool begins_tile() const { return first % chain::kTileWidth == 0; }
  };
  static bool hash_if_new(Block& block);
  void work();
  void read_ahead();
  std::shared_ptr<Block> empty_block();
  std::shared_ptr<Block> read_block();
  void serve(const std::shared_ptr<Block>& block);
  void serve_header();
  bool serve_odd_row();

  std::unique_ptr<Cursor> cursor_;
  Result<bool> row_ = false;  // whether the cursor stands on a row that was not read yet
  bool begun_ = false;
  bool passed_ = false;  // that row was served where it stands: the cursor is to go on first
  Bytes odd_;            // the key of the next row, where no block can take it
  std::vector<std::shared_ptr<Block>> all_;  // to be used again when nobody else has them
  std::deque<std::shared_ptr<Block>> blocks_;
  std::shared_ptr<Block> serving_;
  std::size_t at_ = 0;  // the next header of `serving_`
  std::array<std::uint8_t, 8> key_bytes_{};
  BytesView key_;
  BytesView value_;
  std::shared_ptr<const chain::TileNodes> nodes_;

  std::mutex mutex_;  // over the three below
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Block>> to_hash_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace alpr::verify
