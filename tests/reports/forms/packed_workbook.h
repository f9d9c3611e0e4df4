// A workbook in the manner of a spreadsheet program: deflated, with shared strings, styles, lengths
// behind the data, and numbers as numbers. For what reads workbooks that come back.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reports/forms/stored_zip.h"

namespace alpr::forms::testing {

inline void put(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

inline std::string deflated(std::string_view bytes) {
  z_stream stream{};
  ::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(::deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

// Streamed, as programs write it: a local header without lengths, and a descriptor behind the data.
inline std::string deflated_zip(const std::vector<ZipFile>& files) {
  constexpr std::uint32_t kStreamed = 8;
  std::string zip;
  std::string directory;
  for (const ZipFile& file : files) {
    const std::string packed = deflated(file.bytes);
    const auto crc =
        static_cast<std::uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(file.bytes.data()),
                                           static_cast<uInt>(file.bytes.size())));
    const auto at = static_cast<std::uint32_t>(zip.size());
    const auto lengths = [&](std::string& out) {
      put(out, crc, 4);
      put(out, static_cast<std::uint32_t>(packed.size()), 4);
      put(out, static_cast<std::uint32_t>(file.bytes.size()), 4);
    };
    put(zip, 0x04034B50, 4);
    for (const std::uint32_t value : {20U, kStreamed, 8U, 0U, 33U}) put(zip, value, 2);
    zip.append(12, '\0');
    put(zip, static_cast<std::uint32_t>(file.name.size()), 2);
    put(zip, 0, 2);
    zip += file.name + packed;
    put(zip, 0x08074B50, 4);
    lengths(zip);
    put(directory, 0x02014B50, 4);
    for (const std::uint32_t value : {45U, 20U, kStreamed, 8U, 0U, 33U}) put(directory, value, 2);
    lengths(directory);
    put(directory, static_cast<std::uint32_t>(file.name.size()), 2);
    directory.append(12, '\0');
    put(directory, at, 4);
    directory += file.name;
  }
  const auto begin = static_cast<std::uint32_t>(zip.size());
  zip += directory;
  put(zip, 0x06054B50, 4);
  put(zip, 0, 4);
  put(zip, static_cast<std::uint32_t>(files.size()), 2);
  put(zip, static_cast<std::uint32_t>(files.size()), 2);
  put(zip, static_cast<std::uint32_t>(directory.size()), 4);
  put(zip, begin, 4);
  put(zip, 0, 2);
  return zip;
}

inline std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '\r')
      out += "_x000D_";
    else
      out += c;
  }
  return out;
}

inline constexpr std::string_view kXml =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n";

// The parts of a workbook whose only sheet has this XML.
inline std::vector<ZipFile> workbook_parts(const std::string& sheet_xml,
                                           const std::string& shared_xml,
                                           const std::string& sheet_name = "Audit worksheet") {
  const std::string head(kXml);
  const std::string type = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
  const auto relation = [&](const std::string& id, const std::string& what,
                            const std::string& target) {
    return "<Relationship Id=\"" + id + "\" Type=\"" + type + what + "\" Target=\"" + target +
           "\"/>";
  };
  return {
      {"[Content_Types].xml", head + "<Types/>"},
      {"_rels/.rels", head + "<Relationships>" +
                          relation("rId1", "officeDocument", "xl/workbook.xml") +
                          "</Relationships>"},
      {"xl/workbook.xml", head + "<workbook xmlns:r=\"r\"><workbookPr/><sheets><sheet name=\"" +
                              sheet_name + "\" sheetId=\"7\" r:id=\"rId3\"/></sheets></workbook>"},
      {"xl/_rels/workbook.xml.rels",
       head + "<Relationships>" + relation("rId1", "styles", "styles.xml") +
           relation("rId2", "sharedStrings", "/xl/sharedStrings.xml") +
           relation("rId3", "worksheet", "worksheets/sheet1.xml") + "</Relationships>"},
      {"xl/styles.xml", head + "<styleSheet/>"},
      {"xl/sharedStrings.xml", head + shared_xml},
      {"xl/worksheets/sheet1.xml", head + sheet_xml}};
}

// As a program saves these cells again: each text once, digits alone as a number.
inline std::string resaved(const std::vector<std::vector<std::string>>& rows) {
  std::map<std::string, std::size_t> places;
  std::string shared = "<sst>";
  std::string sheet = "<worksheet><dimension ref=\"A1\"/><sheetData>\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::string number = std::to_string(r + 1);
    sheet += "<row r=\"" + number + "\" spans=\"1:20\">";
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const std::string& text = rows[r][c];
      const std::string name = (c < 26 ? "" : std::string(1, static_cast<char>('A' + c / 26 - 1))) +
                               static_cast<char>('A' + c % 26) + number;
      if (text.empty()) {
        sheet += "<c r=\"" + name + "\" s=\"1\"/>";
        continue;
      }
      if (text.size() < 16 && text.find_first_not_of("0123456789") == std::string::npos) {
        sheet += "<c r=\"" + name + "\"><v>" + text + "</v></c>";
        continue;
      }
      const auto [place, is_new] = places.emplace(text, places.size());
      if (is_new) shared += "<si><t xml:space=\"preserve\">" + xml_text(text) + "</t></si>";
      sheet += "<c r=\"" + name + "\" t=\"s\"><v>" + std::to_string(place->second) + "</v></c>";
    }
    sheet += "</row>\n";
  }
  return deflated_zip(workbook_parts(sheet + "</sheetData></worksheet>", shared + "</sst>"));
}

}  // namespace alpr::forms::testing
