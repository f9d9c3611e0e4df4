#include "policy/registers/packed_rows.h"

#include <zlib.h>

#include <algorithm>

namespace alpr::policy {
namespace {

constexpr std::uint32_t kBlockRows = 128;
constexpr std::size_t kLengthBytes = 4;

std::uint32_t length_at(std::string_view text, std::size_t at) {
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i)
    length = length << 8 | static_cast<unsigned char>(text[at + i]);
  return length;
}

}  // namespace

void PackedRows::add(std::string_view row) {
  const auto length = static_cast<std::uint32_t>(row.size());
  for (int shift = 24; shift >= 0; shift -= 8) open_ += static_cast<char>(length >> shift & 0xff);
  open_ += row;
  if (++size_ % kBlockRows == 0) pack_block();
}

void PackedRows::finish() {
  if (!open_.empty()) pack_block();
  deflater_.reset();
  open_.shrink_to_fit();
  packed_.shrink_to_fit();
  blocks_.shrink_to_fit();
}

// One state for all blocks: making it anew, a quarter of a megabyte, takes as long as packing one.
struct PackedRows::Deflater {
  z_stream stream{};
  // The fastest level: a list is replaced every day, and few of its rows are ever looked at.
  Deflater() { ALPR_CHECK(::deflateInit(&stream, 1) == Z_OK); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() { ::deflateEnd(&stream); }
};

PackedRows::PackedRows() = default;
PackedRows::PackedRows(PackedRows&&) noexcept = default;
PackedRows& PackedRows::operator=(PackedRows&&) noexcept = default;
PackedRows::~PackedRows() = default;

void PackedRows::pack_block() {
  if (!deflater_) deflater_ = std::make_unique<Deflater>();
  z_stream& stream = deflater_->stream;
  ALPR_CHECK(::deflateReset(&stream) == Z_OK);
  const std::size_t begin = packed_.size();
  packed_.resize(begin + ::deflateBound(&stream, open_.size()));
  stream.next_in = reinterpret_cast<Bytef*>(open_.data());
  stream.avail_in = static_cast<uInt>(open_.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed_.data() + begin);
  stream.avail_out = static_cast<uInt>(packed_.size() - begin);
  ALPR_CHECK(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed_.resize(begin + stream.total_out);
  blocks_.push_back({packed_.size(), static_cast<std::uint32_t>(open_.size())});
  open_.clear();
}

std::string PackedRows::unpack(std::size_t block) const {
  const std::size_t begin = block == 0 ? 0 : blocks_[block - 1].end;
  std::string plain(blocks_[block].plain, '\0');
  uLongf size = plain.size();
  const int done = ::uncompress(reinterpret_cast<Bytef*>(plain.data()), &size,
                                reinterpret_cast<const Bytef*>(packed_.data() + begin),
                                blocks_[block].end - begin);
  ALPR_CHECK(done == Z_OK && size == plain.size());
  return plain;
}

std::string PackedRows::row(std::uint32_t number) const {
  ALPR_CHECK(number < size_);
  const std::string plain = unpack(number / kBlockRows);
  std::size_t at = 0;
  for (std::uint32_t skip = number % kBlockRows; skip > 0; --skip)
    at += kLengthBytes + length_at(plain, at);
  return plain.substr(at + kLengthBytes, length_at(plain, at));
}

Result<void> PackedRows::each(
    const std::function<Result<void>(std::uint32_t, std::string_view)>& visit) const {
  std::uint32_t number = 0;
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    const std::string plain = unpack(block);
    for (std::size_t at = 0; at < plain.size(); ++number) {
      const std::uint32_t length = length_at(plain, at);
      const std::string_view row = std::string_view(plain).substr(at + kLengthBytes, length);
      if (auto visited = visit(number, row); !visited) return visited;
      at += kLengthBytes + length;
    }
  }
  return {};
}

}  // namespace alpr::policy
