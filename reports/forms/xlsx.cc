#include "reports/forms/xlsx.h"

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "reports/forms/stored_zip.h"

namespace alpr::forms {
namespace {

constexpr std::string_view kHead = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)"
                                   "\n";

constexpr std::string_view kTypes =
    R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">)"
    R"(<Default Extension="rels" )"
    R"(ContentType="application/vnd.openxmlformats-package.relationships+xml"/>)"
    R"(<Default Extension="xml" ContentType="application/xml"/>)"
    R"(<Override PartName="/docProps/core.xml" )"
    R"(ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>)"
    R"(<Override PartName="/xl/workbook.xml" ContentType=)"
    R"("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>)"
    R"(<Override PartName="/xl/worksheets/sheet1.xml" ContentType=)"
    R"("application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>)"
    R"(</Types>)";

constexpr std::string_view kRelations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
    R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/)"
    R"(relationships/officeDocument" Target="xl/workbook.xml"/>)"
    R"(<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/)"
    R"(relationships/metadata/core-properties" Target="docProps/core.xml"/>)"
    R"(</Relationships>)";

constexpr std::string_view kBookRelations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
    R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/)"
    R"(relationships/worksheet" Target="worksheets/sheet1.xml"/>)"
    R"(</Relationships>)";

constexpr std::string_view kSheetBegin =
    R"(<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">)"
    R"(<sheetViews><sheetView workbookViewId="0">)"
    R"(<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>)"
    R"(</sheetView></sheetViews><sheetData>)";

std::string part(std::string_view body) { return std::string(kHead) + std::string(body); }

// "_xHHHH_" at `at`: a reader would take it for a character.
bool looks_escaped(std::string_view text, std::size_t at) {
  const std::string_view seven = text.substr(at, 7);
  return seven.size() == 7 && seven.starts_with("_x") && seven.back() == '_' &&
         seven.substr(2, 4).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// U+FFFE and U+FFFF, the only characters above the controls that XML 1.0 lacks.
bool is_noncharacter(std::string_view text, std::size_t at) {
  const std::string_view three = text.substr(at, 3);
  return three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF";
}

void append_escaped(std::string& xml, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '&') {
      xml += "&amp;";
    } else if (c == '<') {
      xml += "&lt;";
    } else if (c == '>') {
      xml += "&gt;";
    } else if (c == '"') {
      xml += "&quot;";
    } else if (c < 0x20 && c != '\t' && c != '\n') {
      xml += {'_', 'x', '0', '0', kHex[c >> 4], kHex[c & 15], '_'};
    } else if (c == '_' && looks_escaped(text, i)) {
      xml += "_x005F_";
    } else if (c == 0xEF && is_noncharacter(text, i)) {
      xml += text[i + 2] == '\xBE' ? "_xFFFE_" : "_xFFFF_";
      i += 2;
    } else {
      xml += text[i];
    }
  }
}

// 0 is A, 25 is Z, 26 is AA.
std::string column_name(std::size_t column) {
  std::string name;
  for (std::size_t rest = column + 1; rest > 0; rest = (rest - 1) / 26)
    name += static_cast<char>('A' + (rest - 1) % 26);
  std::reverse(name.begin(), name.end());
  return name;
}

std::string core_properties(const std::string& title, TimeUs made_at) {
  // Whole seconds, as the format has them.
  const std::string at = chain::format_time({made_at.value / kSecondUs * kSecondUs});
  std::string xml(R"(<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/)"
                  R"(metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" )"
                  R"(xmlns:dcterms="http://purl.org/dc/terms/" )"
                  R"(xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>)");
  append_escaped(xml, title);
  xml += R"(</dc:title><dcterms:created xsi:type="dcterms:W3CDTF">)" + at.substr(0, 19) + "Z";
  xml += "</dcterms:created></cp:coreProperties>";
  return part(xml);
}

std::string workbook(const std::string& title) {
  std::string xml(
      R"(<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" )"
      R"(xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">)"
      R"(<sheets><sheet name=")");
  append_escaped(xml, title);
  xml += R"(" sheetId="1" r:id="rId1"/></sheets></workbook>)";
  return part(xml);
}

std::string row_xml(std::size_t row, const std::vector<std::string>& cells) {
  const std::string number = std::to_string(row);
  std::string xml = "<row r=\"" + number + "\">";
  for (std::size_t column = 0; column < cells.size(); ++column) {
    if (cells[column].empty()) continue;
    xml += "<c r=\"" + column_name(column) + number +
           R"(" t="inlineStr"><is><t xml:space="preserve">)";
    append_escaped(xml, cells[column]);
    xml += "</t></is></c>";
  }
  return xml + "</row>";
}

}  // namespace

WorkbookWriter::WorkbookWriter(ZipOutput out, std::string title, TimeUs made_at)
    : zip_(std::move(out)), title_(std::move(title)), made_at_(made_at) {}

Result<void> WorkbookWriter::begin() {
  const std::vector<ZipFile> parts{{"[Content_Types].xml", part(kTypes)},
                                   {"_rels/.rels", part(kRelations)},
                                   {"docProps/core.xml", core_properties(title_, made_at_)},
                                   {"xl/workbook.xml", workbook(title_)},
                                   {"xl/_rels/workbook.xml.rels", part(kBookRelations)}};
  for (const ZipFile& file : parts) {
    if (auto done = zip_.begin(file.name); !done) return done;
    if (auto done = zip_.write(file.bytes); !done) return done;
    if (auto done = zip_.end(); !done) return done;
  }
  if (auto done = zip_.begin("xl/worksheets/sheet1.xml"); !done) return done;
  return zip_.write(part(kSheetBegin));
}

Result<void> WorkbookWriter::add(const std::vector<std::string>& cells) {
  if (rows_ == 0)
    if (auto begun = begin(); !begun) return begun;
  if (rows_ >= kBookRowsMax)
    return fail(ErrorCode::kTooLarge, "more than the 1,048,576 rows of one workbook");
  return zip_.write(row_xml(++rows_, cells));
}

Result<void> WorkbookWriter::finish() {
  ALPR_CHECK(rows_ > 0);
  if (auto done = zip_.write("</sheetData></worksheet>"); !done) return done;
  if (auto done = zip_.end(); !done) return done;
  return zip_.finish();
}

std::string to_xlsx(const Sheet& sheet) {
  std::string zip;
  WorkbookWriter writer(to_string(zip), sheet.title(), sheet.made_at());
  // Below a sheet's bounds a workbook has room.
  for (const std::vector<std::string>& row : sheet.rows()) ALPR_CHECK(writer.add(row));
  ALPR_CHECK(writer.finish());
  return zip;
}

}  // namespace alpr::forms
