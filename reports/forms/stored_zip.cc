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

std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32_z(
      ::crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

// What a local header and an entry of the directory have in common.
void put_facts(std::string& out, const ZipFile& file, std::uint32_t crc) {
  put16(out, kVersion);
  put16(out, 0);  // flags
  put16(out, 0);  // stored
  put16(out, 0);  // time
  put16(out, kFirstDate);
  put32(out, crc);
  put32(out, file.bytes.size());
  put32(out, file.bytes.size());
  put16(out, file.name.size());
  put16(out, 0);  // extra field
}

}  // namespace

std::string stored_zip(const std::vector<ZipFile>& files) {
  std::string zip;
  std::string directory;
  for (const ZipFile& file : files) {
    const std::uint32_t crc = crc_of(file.bytes);
    put32(directory, kDirectoryHeader);
    put16(directory, kVersion);
    put_facts(directory, file, crc);
    put16(directory, 0);  // comment
    put16(directory, 0);  // disk
    put16(directory, 0);  // internal attributes
    put32(directory, 0);  // external attributes
    put32(directory, zip.size());
    directory += file.name;
    put32(zip, kLocalHeader);
    put_facts(zip, file, crc);
    zip += file.name;
    zip += file.bytes;
  }
  const std::size_t directory_at = zip.size();
  zip += directory;
  put32(zip, kDirectoryEnd);
  put16(zip, 0);  // this disk
  put16(zip, 0);  // the directory's
  put16(zip, files.size());
  put16(zip, files.size());
  put32(zip, directory.size());
  put32(zip, directory_at);
  put16(zip, 0);  // comment
  return zip;
}

}  // namespace alpr::forms
