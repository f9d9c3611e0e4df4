#include "reports/forms/stored_zip.h"

#include <zlib.h>

#include <cstdint>
#include <limits>

#include "ledger/chain/error.h"

namespace alpr::forms {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034B50;
constexpr std::uint32_t kDirectoryHeader = 0x02014B50;
constexpr std::uint32_t kDirectoryEnd = 0x06054B50;
constexpr std::uint16_t kVersion = 20;              // 2.0: folders
constexpr std::uint16_t kFirstDate = (1 << 5) | 1;  // 1980-01-01

void put16(std::string& out, std::size_t value) {
  ALPR_CHECK(value <= std::numeric_limits<std::uint16_t>::max());
  out += static_cast<char>(value & 0xFF);
  out += static_cast<char>(value >> 8);
}

void put32(std::string& out, std::size_t value) {
  ALPR_CHECK(value <= std::numeric_limits<std::uint32_t>::max());
  put16(out, value & 0xFFFF);
  put16(out, value >> 16);
}

constexpr std::size_t kFactsAt = 4;  // in a local header

// What a local header and an entry of the directory have in common.
void put_facts(std::string& out, std::string_view name, std::uint64_t bytes, std::uint32_t crc) {
  put16(out, kVersion);
  put16(out, 0);  // flags
  put16(out, 0);  // stored
  put16(out, 0);  // time
  put16(out, kFirstDate);
  put32(out, crc);
  put32(out, bytes);
  put32(out, bytes);
  put16(out, name.size());
  put16(out, 0);  // extra field
}

}  // namespace

ZipOutput to_string(std::string& zip) {
  return {[&zip](std::string_view bytes) -> Result<void> {
            zip += bytes;
            return {};
          },
          [&zip](std::uint64_t at, std::string_view bytes) -> Result<void> {
            zip.replace(at, bytes.size(), bytes);
            return {};
          }};
}

Result<void> ZipWriter::append(std::string_view bytes) {
  size_ += bytes.size();
  if (size_ > std::numeric_limits<std::uint32_t>::max())
    return fail(ErrorCode::kTooLarge, "a zip of ours has less than 4 GiB: ask for less at a time");
  return out_.append(bytes);
}

Result<void> ZipWriter::begin(std::string name) {
  if (entries_.size() >= std::numeric_limits<std::uint16_t>::max())
    return fail(ErrorCode::kTooLarge, "a zip of ours has less than 65,535 files");
  std::string head;
  put32(head, kLocalHeader);
  put_facts(head, name, 0, 0);
  head += name;
  entries_.push_back(
      {std::move(name), size_, 0, static_cast<std::uint32_t>(::crc32_z(0, nullptr, 0))});
  return append(head);
}

Result<void> ZipWriter::write(std::string_view bytes) {
  Entry& entry = entries_.back();
  entry.bytes += bytes.size();
  entry.crc = static_cast<std::uint32_t>(
      ::crc32_z(entry.crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  return append(bytes);
}

Result<void> ZipWriter::end() {
  const Entry& entry = entries_.back();
  std::string facts;
  put_facts(facts, entry.name, entry.bytes, entry.crc);
  return out_.patch(entry.at + kFactsAt, facts);
}

Result<void> ZipWriter::finish() {
  std::string directory;
  for (const Entry& entry : entries_) {
    put32(directory, kDirectoryHeader);
    put16(directory, kVersion);
    put_facts(directory, entry.name, entry.bytes, entry.crc);
    put16(directory, 0);  // comment
    put16(directory, 0);  // disk
    put16(directory, 0);  // internal attributes
    put32(directory, 0);  // external attributes
    put32(directory, entry.at);
    directory += entry.name;
  }
  std::string end;
  put32(end, kDirectoryEnd);
  put16(end, 0);  // this disk
  put16(end, 0);  // the directory's
  put16(end, entries_.size());
  put16(end, entries_.size());
  put32(end, directory.size());
  put32(end, size_);
  put16(end, 0);  // comment
  if (auto done = append(directory); !done) return done;
  return append(end);
}

std::string stored_zip(const std::vector<ZipFile>& files) {
  std::string zip;
  ZipWriter writer(to_string(zip));
  for (const ZipFile& file : files) {
    ALPR_CHECK(writer.begin(file.name));
    ALPR_CHECK(writer.write(file.bytes));
    ALPR_CHECK(writer.end());
  }
  ALPR_CHECK(writer.finish());
  return zip;
}

}  // namespace alpr::forms
