#include "reports/forms/stored_zip.h"

#include <array>
#include <limits>

#include "ledger/chain/error.h"

namespace alpr::forms {
namespace {

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0xEDB88320U : 0U);
    table[i] = value;
  }
  return table;
}();

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

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes)
    crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return ~crc;
}

std::string stored_zip(const std::vector<ZipFile>& files) {
  std::string zip;
  std::string directory;
  for (const ZipFile& file : files) {
    const std::uint32_t crc = crc32(file.bytes);
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
