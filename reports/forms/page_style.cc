#include "reports/forms/page_style.h"

#include <fmt/format.h>

#include "reports/forms/html_text.h"

namespace alpr::forms {
namespace {

// Colours are of WCAG 2.1 AA and more: text on white 16:1, on a table's head 14:1, on the darkest
// shade of a map 8:1, bars and a map's lines 8:1.
constexpr std::string_view kStyle = R"(
body{margin:0 auto;padding:1rem;max-width:60rem;font:1rem/1.5 sans-serif}
body{color:#1a1a1a;background:#fff}
h1{font-size:1.6rem;line-height:1.2}
h2{font-size:1.3rem;margin-top:2.5rem;border-bottom:2px solid #1f4e79}
h3{font-size:1.1rem;margin-bottom:.25rem}
a{color:#1f4e79}
dd,td,tbody th,p,h1{overflow-wrap:anywhere}
tbody th{min-width:7rem}
td.text{min-width:14rem}
.wide thead th{min-width:5.5rem}
dt{font-weight:bold}
dd{margin:0 0 .5rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
caption{text-align:left;font-weight:bold;padding:.25rem 0}
th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top}
thead th{background:#e8eef4}
tbody th{font-weight:normal}
td.number{text-align:right;overflow-wrap:normal}
.how{font-size:.9rem;margin:0 0 1rem}
.warning{border:3px solid #8a1c1c;padding:.5rem 1rem;font-weight:bold}
pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #767676;padding:.5rem}
.wide{overflow-x:auto}
figure{margin:1rem 0}
figcaption{font-weight:bold}
svg{display:block;width:100%;max-width:40rem;height:auto;font:11px sans-serif}
svg text{fill:#1a1a1a}
svg rect{fill:#1f4e79}
svg polygon{stroke:#1f4e79;stroke-linejoin:round}
.shade0{fill:#fff}
.shade1{fill:#e3edf6}
.shade2{fill:#c6dbee}
.shade3{fill:#a9cae6}
.shade4{fill:#8fb8de}
@media (max-width:30rem){
tbody th{min-width:5rem}
th,td{padding:.25rem}
}
@media print{
@page{margin:2cm}
body{max-width:none;padding:0;font-size:10pt}
nav{display:none}
thead{display:table-header-group}
tr,figure,caption{break-inside:avoid}
h2,h3,caption,thead{break-after:avoid}
svg rect,svg polygon{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
)";

}  // namespace

std::string page_begin(std::string_view title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
      escaped(title), kStyle);
}

}  // namespace alpr::forms
