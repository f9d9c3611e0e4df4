// A document as a PDF 1.5 in US letter, by pango and cairo: tables whose heads stand on each of
// their pages, page numbers, bookmarks, links, and tagged text. The same document gives the same
// bytes with the same libraries and fonts; nothing depends on the clock or the locale. One document
// a thread at a time; several threads may make their own.
#pragma once

#include <string>

#include "ledger/chain/error.h"
#include "reports/forms/document.h"

namespace alpr::forms {

inline constexpr std::size_t kPdfRowsMax = 50'000;  // of all tables
inline constexpr std::size_t kPdfCellMax = 1'200;   // characters; a longer text ends in "[cut]"
inline constexpr std::string_view kPdfFont = "DejaVu Sans";

// kTooLarge: more than kPdfRowsMax rows. kIo: kPdfFont is not installed, or cairo gave up.
Result<std::string> to_pdf(const Document& document);

}  // namespace alpr::forms
