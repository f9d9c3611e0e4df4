#include "ledger/verify/headers_ahead.h"

#include <algorithm>
#include <system_error>

#include "ledger/chain/encoding.h"

namespace alpr::verify {
namespace {

constexpr std::size_t kBlocksAhead = 8;
constexpr std::size_t kBlocksKept = kBlocksAhead + 4;  // and those being served and judged

bool is_plain(BytesView key, BytesView value) {
  return key.size() == 8 && value.size() == chain::kHeaderSize;
}

}  // namespace

HeadersAhead::HeadersAhead(std::unique_ptr<Cursor> cursor, unsigned threads)
    : cursor_(std::move(cursor)) {
  try {
    for (unsigned i = 1; i < threads; ++i) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    // No more threads to be had: those that there are do it, the walk's own at least.
  }
}

HeadersAhead::~HeadersAhead() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

// False where another thread has it.
bool HeadersAhead::hash_if_new(Block& block) {
  State expected = State::kNew;
  if (!block.state.compare_exchange_strong(expected, State::kTaken)) return false;
  std::array<Digest, chain::kTileWidth> leaves;
  for (std::size_t i = 0; i < block.headers.size(); ++i)
    leaves[i] = chain::leaf_hash(block.headers[i]);
  block.nodes.emplace(std::span<const Digest>(leaves).first(block.headers.size()));
  block.state.store(State::kHashed, std::memory_order_release);
  block.state.notify_all();
  return true;
}

void HeadersAhead::work() {
  while (true) {
    std::shared_ptr<Block> block;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !to_hash_.empty(); });
      if (stopping_) return;
      block = std::move(to_hash_.front());
      to_hash_.pop_front();
    }
    hash_if_new(*block);
  }
}

// Memory that was given back and taken anew would cost a page fault for every 40 headers.
std::shared_ptr<HeadersAhead::Block> HeadersAhead::empty_block() {
  for (const std::shared_ptr<Block>& block : all_) {
    if (block.use_count() != 1) continue;
    // What the last of the others did with it is done.
    std::atomic_thread_fence(std::memory_order_acquire);
    block->headers.clear();
    block->state.store(State::kNew, std::memory_order_relaxed);
    return block;
  }
  auto block = std::make_shared<Block>();
  block->headers.reserve(chain::kTileWidth);
  if (all_.size() < kBlocksKept) all_.push_back(block);
  return block;
}

std::shared_ptr<HeadersAhead::Block> HeadersAhead::read_block() {
  auto block = empty_block();
  while (row_ && *row_) {
    if (!is_plain(cursor_->key(), cursor_->value())) {
      odd_.assign(cursor_->key().begin(), cursor_->key().end());
      break;
    }
    const std::uint64_t seq = chain::get_be64(cursor_->key().data());
    if (block->headers.empty()) block->first = seq;
    if (seq != block->first + block->headers.size()) break;
    std::ranges::copy(cursor_->value(), block->headers.emplace_back().begin());
    row_ = cursor_->next();
    if ((seq + 1) % chain::kTileWidth == 0) break;
  }
  return block;
}

// An error is kept until everything before it was served.
void HeadersAhead::read_ahead() {
  while (blocks_.size() < kBlocksAhead && odd_.empty() && row_ && *row_) {
    auto block = read_block();
    if (block->headers.empty()) return;
    blocks_.push_back(block);
    if (threads_.empty() || !block->begins_tile()) continue;
    {
      const std::lock_guard lock(mutex_);
      to_hash_.push_back(std::move(block));
    }
    wake_.notify_one();
  }
}

void HeadersAhead::serve(const std::shared_ptr<Block>& block) {
  serving_ = block;
  at_ = 0;
  nodes_.reset();
  if (!block->begins_tile()) return;
  if (!hash_if_new(*block)) {
    for (State now = block->state.load(std::memory_order_acquire); now != State::kHashed;
         now = block->state.load(std::memory_order_acquire)) {
      block->state.wait(now);
    }
  }
  nodes_ = std::shared_ptr<const chain::TileNodes>(block, &*block->nodes);
}

std::span<const chain::HeaderBytes> HeadersAhead::whole_tile() const {
  if (!serving_ || at_ != 1 || !nodes_ || serving_->headers.size() != chain::kTileWidth) return {};
  return serving_->headers;
}

void HeadersAhead::skip_tile() {
  at_ = serving_->headers.size() - 1;
  serve_header();
}

void HeadersAhead::serve_header() {
  std::uint64_t seq = serving_->first + at_;
  for (int i = 7; i >= 0; --i, seq >>= 8) {
    key_bytes_[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(seq);
  }
  key_ = key_bytes_;
  value_ = serving_->headers[at_++];
}

// The source may have been renewed since the row was seen: it is looked up again.
bool HeadersAhead::serve_odd_row() {
  const Bytes key = std::move(odd_);
  odd_.clear();
  row_ = cursor_->seek(key);
  if (!row_ || !*row_ || !std::ranges::equal(cursor_->key(), key)) return false;
  passed_ = true;
  nodes_.reset();
  key_ = cursor_->key();
  value_ = cursor_->value();
  return true;
}

Result<bool> HeadersAhead::next() {
  if (!begun_) row_ = cursor_->first();
  if (passed_) row_ = cursor_->next();
  begun_ = true;
  passed_ = false;
  while (true) {
    if (serving_ && at_ < serving_->headers.size()) {
      serve_header();
      return true;
    }
    serving_.reset();
    read_ahead();
    if (!blocks_.empty()) {
      serve(blocks_.front());
      blocks_.pop_front();
    } else if (!odd_.empty()) {
      if (serve_odd_row()) return true;
    } else {
      return row_ ? Result<bool>(false) : row_;
    }
  }
}

}  // namespace alpr::verify
