#include "reports/forms/pdf_catalog.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace alpr::forms {
namespace {

constexpr std::string_view kAdded =
    "   /MarkInfo << /Marked true >>\n"
    "   /Lang (en-US)\n"
    "   /ViewerPreferences << /DisplayDocTitle true >>\n";

// The number after the last `name`.
std::optional<std::uint64_t> number_after(std::string_view text, std::string_view name) {
  std::size_t at = text.rfind(name);
  if (at == std::string_view::npos) return std::nullopt;
  at = text.find_first_not_of(" \n", at + name.size());
  if (at == std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

}  // namespace

Result<std::string> with_catalog(std::string pdf) {
  const auto bad = [] {
    return fail(ErrorCode::kCorrupt, "the PDF does not end as cairo 1.16 ends it");
  };
  const auto root = number_after(pdf, "/Root");
  const auto info = number_after(pdf, "/Info");
  const auto size = number_after(pdf, "/Size");
  const auto former = number_after(pdf, "startxref");
  if (!root || !info || !size || !former) return bad();
  const std::string begin = fmt::format("\n{} 0 obj\n<< /Type /Catalog\n", *root);
  const std::size_t object = pdf.rfind(begin);
  if (object == std::string::npos) return bad();
  const std::size_t members = object + begin.size();
  const std::size_t end = pdf.find(">>\nendobj\n", members);
  if (end == std::string::npos) return bad();
  const std::string kept = pdf.substr(members, end - members);
  const std::size_t at = pdf.size();
  pdf += fmt::format("{} 0 obj\n<< /Type /Catalog\n{}{}>>\nendobj\n", *root, kept, kAdded);
  const std::size_t table = pdf.size();
  pdf += fmt::format("xref\n{} 1\n{:010} 00000 n \n", *root, at);
  pdf += fmt::format(
      "trailer\n<< /Size {}\n   /Root {} 0 R\n   /Info {} 0 R\n   /Prev {}\n>>\n"
      "startxref\n{}\n%%EOF\n",
      *size, *root, *info, *former, table);
  return pdf;
}

}  // namespace alpr::forms
