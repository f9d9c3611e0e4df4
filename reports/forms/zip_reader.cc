#include "reports/forms/zip_reader.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace alpr::forms {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034B50;
constexpr std::uint32_t kDirectoryHeader = 0x02014B50;
constexpr std::uint32_t kDirectoryEnd = 0x06054B50;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kDirectoryBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kCommentMax = 65'535;
constexpr std::size_t kNameMax = 255;
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint32_t kZip64 = 0xFFFFFFFF;
constexpr std::size_t kSmall = std::size_t{1} << 20;

tl::unexpected<Error> bad(std::string_view what) {
  return fail(ErrorCode::kMalformed, fmt::format("the zip archive {}", what));
}

std::uint16_t get16(BytesView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] | (bytes[at + 1] << 8));
}
std::uint32_t get32(BytesView bytes, std::size_t at) {
  return get16(bytes, at) | (static_cast<std::uint32_t>(get16(bytes, at + 2)) << 16);
}

bool room(BytesView bytes, std::size_t at, std::size_t length) {
  return at <= bytes.size() && length <= bytes.size() - at;
}

// Exactly `length` bytes, or nothing.
Result<std::string> inflate_raw(BytesView packed, std::size_t length) {
  z_stream stream{};
  if (::inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return fail(ErrorCode::kIo, "zlib has no memory");
  const std::unique_ptr<z_stream, int (*)(z_streamp)> ended(&stream, ::inflateEnd);
  // One byte more, so that a file that goes on is seen.
  std::string out(length + 1, '\0');
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int became = ::inflate(&stream, Z_FINISH);
  if (became != Z_STREAM_END || stream.total_out != length || stream.avail_in != 0)
    return bad("has a file that does not unpack to the length it says");
  out.resize(length);
  return out;
}

std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32_z(
      ::crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

// The end record stands where its comment reaches the archive's last byte.
std::optional<std::size_t> end_record(BytesView bytes) {
  if (bytes.size() < kEndBytes) return std::nullopt;
  const std::size_t last = bytes.size() - kEndBytes;
  const std::size_t first = last > kCommentMax ? last - kCommentMax : 0;
  for (std::size_t at = last + 1; at-- > first;) {
    if (get32(bytes, at) == kDirectoryEnd && at + kEndBytes + get16(bytes, at + 20) == bytes.size())
      return at;
  }
  return std::nullopt;
}

}  // namespace

Result<ZipReader> ZipReader::open(BytesView bytes, const ZipLimits& limits) {
  ZipReader reader(bytes, limits);
  if (auto read = reader.read_directory(); !read) return tl::unexpected(read.error());
  return reader;
}

Result<void> ZipReader::read_directory() {
  const auto end = end_record(bytes_);
  if (!end) return bad("has no directory: it is none, or was cut off");
  const std::size_t disks = get16(bytes_, *end + 4) + get16(bytes_, *end + 6);
  const std::size_t here = get16(bytes_, *end + 8);
  const std::size_t count = get16(bytes_, *end + 10);
  const std::uint32_t length = get32(bytes_, *end + 12);
  const std::uint32_t begin = get32(bytes_, *end + 16);
  if (disks != 0 || here != count) return bad("is on more than one disk");
  if (count == 0xFFFF || length == kZip64 || begin == kZip64) return bad("is a zip64");
  if (count > limits_.files_max)
    return fail(ErrorCode::kTooLarge, fmt::format("the zip archive has {} files", count));
  if (!room(bytes_.first(*end), begin, length)) return bad("has a directory outside itself");
  std::size_t at = begin;
  for (std::size_t i = 0; i < count; ++i) {
    auto entry = entry_at(at);
    if (!entry) return tl::unexpected(entry.error());
    if (at > std::size_t{begin} + length) return bad("has a directory longer than it says");
    if (find(entry->name) != nullptr) return bad("has two files of one name");
    entries_.push_back(std::move(*entry));
  }
  return {};
}

Result<ZipReader::Entry> ZipReader::entry_at(std::size_t& at) const {
  if (!room(bytes_, at, kDirectoryBytes) || get32(bytes_, at) != kDirectoryHeader)
    return bad("has a damaged directory");
  const std::size_t name = get16(bytes_, at + 28);
  const std::size_t rest = name + get16(bytes_, at + 30) + get16(bytes_, at + 32);
  if (!room(bytes_, at + kDirectoryBytes, rest)) return bad("has a damaged directory");
  if (name == 0 || name > kNameMax)
    return bad("has a file without a name, or a longer one than 255");
  if ((get16(bytes_, at + 8) & kEncrypted) != 0) return bad("is encrypted");
  Entry entry;
  entry.method = get16(bytes_, at + 10);
  entry.crc = get32(bytes_, at + 16);
  entry.packed = get32(bytes_, at + 20);
  entry.bytes = get32(bytes_, at + 24);
  entry.at = get32(bytes_, at + 42);
  entry.name = as_text(bytes_.subspan(at + kDirectoryBytes, name));
  if (entry.packed == kZip64 || entry.bytes == kZip64 || entry.at == kZip64)
    return bad("is a zip64");
  if (entry.method != kStored && entry.method != kDeflated)
    return bad("has a file that is packed in another way than deflate");
  at += kDirectoryBytes + rest;
  return entry;
}

const ZipReader::Entry* ZipReader::find(std::string_view name) const {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  return found == entries_.end() ? nullptr : &*found;
}

Result<BytesView> ZipReader::packed_bytes(const Entry& entry) const {
  if (!room(bytes_, entry.at, kLocalBytes) || get32(bytes_, entry.at) != kLocalHeader)
    return bad("has a file that is not where its directory says");
  const std::size_t name = get16(bytes_, entry.at + 26);
  const std::size_t begin = entry.at + kLocalBytes + name + get16(bytes_, entry.at + 28);
  if (!room(bytes_, begin, entry.packed)) return bad("has a file that was cut off");
  // Whoever shows the archive to another program must see the same file.
  if (as_text(bytes_.subspan(entry.at + kLocalBytes, name)) != entry.name)
    return bad("has a file of two names");
  return bytes_.subspan(begin, entry.packed);
}

Result<std::string> ZipReader::read(std::string_view name) {
  const Entry* entry = find(name);
  if (entry == nullptr)
    return fail(ErrorCode::kNotFound, fmt::format("the zip archive has no {}", name));
  const bool bomb = entry->bytes > kSmall && entry->bytes / limits_.ratio_max > entry->packed;
  if (entry->bytes > limits_.file_bytes_max || bomb ||
      entry->bytes > limits_.total_bytes_max - read_bytes_)
    return fail(ErrorCode::kTooLarge,
                fmt::format("{} in the zip archive would unpack to {} bytes from {}: more than is "
                            "taken",
                            name, entry->bytes, entry->packed));
  read_bytes_ += entry->bytes;
  const auto packed = packed_bytes(*entry);
  if (!packed) return tl::unexpected(packed.error());
  std::string out;
  if (entry->method == kDeflated) {
    auto unpacked = inflate_raw(*packed, entry->bytes);
    if (!unpacked) return tl::unexpected(unpacked.error());
    out = std::move(*unpacked);
  } else if (entry->packed == entry->bytes) {
    out = as_text(*packed);
  } else {
    return bad("has a stored file of two lengths");
  }
  if (crc_of(out) != entry->crc) return bad("has a damaged file: its checksum is another");
  return out;
}

}  // namespace alpr::forms
