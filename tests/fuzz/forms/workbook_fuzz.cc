// Proves that no workbook that somebody gives back makes its readers read out of bounds or abort,
// and that what they accept is within their bounds. The first byte chooses: the archive as it is,
// or one whose sheet and texts are the rest, which gets past the checksums.
#include <cstdint>
#include <cstdlib>

#include "ledger/chain/canonical_json.h"
#include "reports/forms/stored_zip.h"
#include "reports/forms/xlsx_reader.h"

namespace {

std::string relations(const std::string& pairs) {
  return "<Relationships>" + pairs + "</Relationships>";
}

std::string around(const std::string& sheet, const std::string& texts) {
  return alpr::forms::stored_zip(
      {{"_rels/.rels",
        relations("<Relationship Id=\"a\" Type=\"x/officeDocument\" Target=\"w.xml\"/>")},
       {"w.xml", "<workbook><sheets><sheet name=\"s\" r:id=\"b\"/></sheets></workbook>"},
       {"_rels/w.xml.rels",
        relations("<Relationship Id=\"b\" Type=\"x/worksheet\" Target=\"s.xml\"/>"
                  "<Relationship Id=\"c\" Type=\"x/sharedStrings\" Target=\"t.xml\"/>")},
       {"s.xml", "<worksheet><sheetData>" + sheet + "</sheetData></worksheet>"},
       {"t.xml", "<sst>" + texts + "</sst>"}});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  if (size == 0) return 0;
  std::string bytes(as_text(BytesView(data + 1, size - 1)));
  if ((data[0] & 1U) != 0) {
    const std::size_t half = bytes.find('|');
    bytes = around(bytes.substr(0, half), half == std::string::npos ? "" : bytes.substr(half + 1));
  }
  const auto rows = forms::read_xlsx(as_bytes(bytes), "s");
  if (!rows) return 0;
  std::size_t last = 0;
  for (const forms::WorkbookRow& row : *rows) {
    if (row.number <= last || row.number > forms::kWorkbookRowsMax) std::abort();
    last = row.number;
    if (row.cells.empty() || row.cells.size() > forms::kWorkbookColumnsMax) std::abort();
    if (row.cells.back().empty()) std::abort();
    for (const std::string& cell : row.cells)
      if (!chain::valid_utf8(cell)) std::abort();
  }
  return 0;
}
