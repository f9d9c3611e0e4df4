#include "reports/forms/xlsx_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <pugixml.hpp>

#include "ledger/chain/canonical_json.h"
#include "reports/forms/zip_reader.h"

namespace alpr::forms {
namespace {

constexpr std::size_t kMarksMax = 4'000'000;  // '<' and '=' of a part: what bounds its nodes
constexpr int kDepthMax = 32;
constexpr std::size_t kSharedMax = 1'000'000;
constexpr std::size_t kTextMax = std::size_t{48} << 20;  // of all cells; shared strings repeat
constexpr std::size_t kSheetsMax = 64;

tl::unexpected<Error> bad(std::string_view what) {
  return fail(ErrorCode::kMalformed, fmt::format("the workbook {}", what));
}

// Without the prefix of a namespace.
std::string_view local(const char* name) {
  const std::string_view text(name);
  const auto colon = text.rfind(':');
  return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

template <typename Visit>
void each_child(const pugi::xml_node& node, std::string_view name, const Visit& visit) {
  for (const pugi::xml_node& child : node.children())
    if (child.type() == pugi::node_element && local(child.name()) == name) visit(child);
}

pugi::xml_node child_of(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& child : node.children())
    if (child.type() == pugi::node_element && local(child.name()) == name) return child;
  return {};
}

std::string_view attribute(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_attribute& one : node.attributes())
    if (local(one.name()) == name) return one.value();
  return {};
}

struct DepthWalker : pugi::xml_tree_walker {
  bool for_each(pugi::xml_node&) override { return depth() < kDepthMax; }
};

// A part of the workbook. Whitespace is kept, for a cell's text may be nothing else.
Result<void> parse_part(ZipReader& zip, const std::string& name, pugi::xml_document& document) {
  const auto xml = zip.read(name);
  if (!xml) return tl::unexpected(xml.error());
  const auto damaged = [&](std::string_view what) {
    return bad(fmt::format("has {} {}", name, what));
  };
  if (!chain::valid_utf8(*xml) || xml->find('\0') != std::string::npos)
    return damaged("that is not UTF-8");
  if (xml->find("<!DOCTYPE") != std::string::npos || xml->find("<!ENTITY") != std::string::npos)
    return damaged("with a DTD");
  const auto marks = std::ranges::count_if(*xml, [](char c) { return c == '<' || c == '='; });
  if (static_cast<std::size_t>(marks) > kMarksMax)
    return fail(ErrorCode::kTooLarge, fmt::format("the workbook's {} has too many elements", name));
  const auto parsed = document.load_buffer(
      xml->data(), xml->size(), pugi::parse_default | pugi::parse_ws_pcdata, pugi::encoding_utf8);
  if (!parsed) return damaged("that is no XML");
  DepthWalker walker;
  if (!document.traverse(walker)) return damaged("that is nested too deep");
  return {};
}

// Where a relationship leads, seen from its part's folder; "" outside the archive.
std::string resolved(std::string_view folder, std::string_view target) {
  if (target.find("..") != std::string_view::npos || target.find(':') != std::string_view::npos)
    return {};
  if (target.starts_with('/')) return std::string(target.substr(1));
  return std::string(folder) + std::string(target);
}

struct Relation {
  std::string id, type, target;
};

// Of a part "xl/workbook.xml", in "xl/_rels/workbook.xml.rels".
Result<std::vector<Relation>> relations_of(ZipReader& zip, const std::string& part) {
  const auto slash = part.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : part.substr(0, slash + 1);
  const std::string file = part.substr(folder.size());
  pugi::xml_document document;
  if (auto read = parse_part(zip, folder + "_rels/" + file + ".rels", document); !read)
    return tl::unexpected(read.error());
  std::vector<Relation> relations;
  each_child(document.document_element(), "Relationship", [&](const pugi::xml_node& one) {
    const std::string_view type = attribute(one, "Type");
    relations.push_back({std::string(attribute(one, "Id")),
                         std::string(type.substr(std::min(type.rfind('/') + 1, type.size()))),
                         resolved(folder, attribute(one, "Target"))});
  });
  return relations;
}

// "_x000A_" at `at` is one character; nullopt: it is a text like any other.
std::optional<unsigned> escaped(std::string_view text, std::size_t at) {
  const std::string_view seven = text.substr(at, 7);
  if (seven.size() != 7 || !seven.starts_with("_x") || seven.back() != '_') return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(seven.data() + 2, seven.data() + 6, value, 16);
  if (error != std::errc() || end != seven.data() + 6) return std::nullopt;
  return value;
}

void append_utf8(std::string& out, unsigned c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = text[at] == '_' ? escaped(text, at) : std::nullopt;
    const bool surrogate = c && *c >= 0xD800 && *c < 0xE000;
    if (!c || surrogate) {
      out += text[at++];
      continue;
    }
    append_utf8(out, *c);
    at += 7;
  }
  return out;
}

std::string text_in(const pugi::xml_node& node) {
  std::string text;
  for (const pugi::xml_node& piece : node.children())
    if (piece.type() == pugi::node_pcdata || piece.type() == pugi::node_cdata)
      text += piece.value();
  return text;
}

// Of <si> or <is>: its text, or that of its runs; what is said how to pronounce is left out.
std::string string_of(const pugi::xml_node& item) {
  std::string text;
  for (const pugi::xml_node& child : item.children()) {
    const std::string_view name = local(child.name());
    if (name == "t") text += text_in(child);
    if (name == "r") text += text_in(child_of(child, "t"));
  }
  return unescaped(text);
}

// A number as a person would type it: 4711 for 4711.0 and 4.711E3.
std::optional<std::string> number_text(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  constexpr double kWhole = 9'007'199'254'740'992.0;  // 2^53
  if (std::abs(value) < kWhole && std::trunc(value) == value)
    return fmt::format("{}", static_cast<std::int64_t>(value));
  return fmt::format("{}", value);
}

// "AB12" is column 27, row 12; nullopt: it is no address.
struct Address {
  std::size_t column = 0;  // from 0
  std::size_t row = 0;     // from 1
};
std::optional<Address> address_of(std::string_view text) {
  std::size_t column = 0;
  std::size_t at = 0;
  for (; at < text.size() && text[at] >= 'A' && text[at] <= 'Z'; ++at) {
    column = 26 * column + static_cast<std::size_t>(text[at] - 'A') + 1;
    if (column > kWorkbookColumnsMax) return std::nullopt;
  }
  std::size_t row = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), row);
  if (column == 0 || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Address{column - 1, row};
}

std::string shown(std::size_t column, std::size_t row) {
  std::string letters;
  for (std::size_t rest = column + 1; rest > 0; rest = (rest - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  return letters + std::to_string(row);
}

class SheetReading {
 public:
  explicit SheetReading(std::vector<std::string> shared) : shared_(std::move(shared)) {}

  Result<std::vector<WorkbookRow>> read(const pugi::xml_node& worksheet) {
    for (const pugi::xml_node& node : child_of(worksheet, "sheetData").children()) {
      if (node.type() != pugi::node_element || local(node.name()) != "row") continue;
      if (auto taken = row(node); !taken) return tl::unexpected(taken.error());
    }
    return std::move(rows_);
  }

 private:
  Result<void> row(const pugi::xml_node& node) {
    std::size_t number = last_row_ + 1;
    const std::string_view given = attribute(node, "r");
    if (!given.empty()) {
      const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), number);
      if (error != std::errc() || end != given.data() + given.size() || number <= last_row_)
        return bad(fmt::format("has a row out of order after row {}", last_row_));
    }
    if (number > kWorkbookRowsMax)
      return fail(ErrorCode::kTooLarge,
                  fmt::format("the workbook has more than {} rows", kWorkbookRowsMax));
    last_row_ = number;
    WorkbookRow row{number, {}};
    std::size_t next = 0;
    for (const pugi::xml_node& child : node.children()) {
      if (child.type() != pugi::node_element || local(child.name()) != "c") continue;
      const std::string_view where = attribute(child, "r");
      const auto address = where.empty() ? Address{next, number} : address_of(where);
      if (!address || address->row != number || address->column < next ||
          address->column >= kWorkbookColumnsMax)
        return bad(fmt::format("has a cell out of order in row {}", number));
      auto text = cell(child, shown(address->column, number));
      if (!text) return tl::unexpected(text.error());
      next = address->column + 1;
      if (text->empty()) continue;
      text_bytes_ += text->size();
      if (text_bytes_ > kTextMax)
        return fail(ErrorCode::kTooLarge, "the workbook has more text than is taken");
      row.cells.resize(next);
      row.cells.back() = std::move(*text);
    }
    if (!row.cells.empty()) rows_.push_back(std::move(row));
    return {};
  }

  Result<std::string> cell(const pugi::xml_node& node, const std::string& where) const {
    const std::string_view type = attribute(node, "t");
    if (child_of(node, "f"))
      return bad(fmt::format("has a formula in {}: type its result there instead", where));
    if (type == "inlineStr") return string_of(child_of(node, "is"));
    const std::string value = text_in(child_of(node, "v"));
    if (type == "str") return unescaped(value);
    if (value.empty()) return std::string();
    if (type == "s") {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), index);
      if (error != std::errc() || end != value.data() + value.size() || index >= shared_.size())
        return bad(fmt::format("has no text for {}", where));
      return shared_[index];
    }
    if (type == "b") return std::string(value == "1" ? "TRUE" : "FALSE");
    if (type.empty() || type == "n") {
      if (auto number = number_text(value)) return std::move(*number);
      return bad(fmt::format("has no number in {}", where));
    }
    return bad(fmt::format("has an error or a date in {}: write it as text", where));
  }

  std::vector<std::string> shared_;
  std::vector<WorkbookRow> rows_;
  std::size_t last_row_ = 0;
  std::size_t text_bytes_ = 0;
};

Result<std::vector<std::string>> shared_strings(ZipReader& zip, const std::string& part) {
  std::vector<std::string> all;
  pugi::xml_document document;
  if (auto read = parse_part(zip, part, document); !read) return tl::unexpected(read.error());
  each_child(document.document_element(), "si",
             [&](const pugi::xml_node& item) { all.push_back(string_of(item)); });
  if (all.size() > kSharedMax) return fail(ErrorCode::kTooLarge, "the workbook has too many texts");
  return all;
}

// Its part's relation: of this name, or the only one.
Result<std::string> sheet_relation(const pugi::xml_node& workbook, std::string_view name) {
  std::vector<std::string> ids;
  std::optional<std::string> named;
  each_child(child_of(workbook, "sheets"), "sheet", [&](const pugi::xml_node& sheet) {
    std::string_view id;
    // "r:id", not the sheet's own "sheetId".
    for (const pugi::xml_attribute& one : sheet.attributes())
      if (std::string_view(one.name()).ends_with(":id")) id = one.value();
    ids.emplace_back(id);
    if (unescaped(attribute(sheet, "name")) == name) named = std::string(id);
  });
  if (ids.size() > kSheetsMax)
    return fail(ErrorCode::kTooLarge, "the workbook has too many sheets");
  if (named) return *named;
  if (ids.size() == 1) return ids.front();
  return bad(fmt::format("has {} sheets, and none is called \"{}\"", ids.size(), name));
}

const Relation* find_type(const std::vector<Relation>& relations, std::string_view type) {
  const auto found = std::ranges::find(relations, type, &Relation::type);
  return found == relations.end() ? nullptr : &*found;
}

}  // namespace

Result<std::vector<WorkbookRow>> read_xlsx(BytesView workbook, std::string_view sheet) {
  auto zip = ZipReader::open(workbook);
  if (!zip) return tl::unexpected(zip.error());
  const auto roots = relations_of(*zip, "");
  if (!roots) return tl::unexpected(roots.error());
  const Relation* book = find_type(*roots, "officeDocument");
  if (book == nullptr) return bad("does not say where its sheets are: is it an .xlsx file?");
  pugi::xml_document document;
  if (auto read = parse_part(*zip, book->target, document); !read)
    return tl::unexpected(read.error());
  const auto id = sheet_relation(document.document_element(), sheet);
  if (!id) return tl::unexpected(id.error());
  const auto relations = relations_of(*zip, book->target);
  if (!relations) return tl::unexpected(relations.error());
  const auto part = std::ranges::find(*relations, *id, &Relation::id);
  if (part == relations->end() || part->type != "worksheet") return bad("has no such sheet");
  std::vector<std::string> shared;
  if (const Relation* strings = find_type(*relations, "sharedStrings")) {
    auto all = shared_strings(*zip, strings->target);
    if (!all) return tl::unexpected(all.error());
    shared = std::move(*all);
  }
  pugi::xml_document worksheet;
  if (auto read = parse_part(*zip, part->target, worksheet); !read)
    return tl::unexpected(read.error());
  return SheetReading(std::move(shared)).read(worksheet.document_element());
}

}  // namespace alpr::forms
