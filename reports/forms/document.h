// A document as blocks, before it is a PDF. Pure data; any thread.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "ledger/chain/types.h"
#include "reports/forms/drawing.h"

namespace alpr::forms {

// Stands among the bookmarks; `anchor` is what a Contents line leads to, ASCII without quotes.
struct Heading {
  int level = 1;  // 1 to 3
  std::string text;
  std::string anchor;
};
struct Paragraph {
  enum class Kind { kNormal, kSmall, kWarning };
  Kind kind = Kind::kNormal;
  std::string text;
};
// A line that leads to a heading.
struct ContentsLine {
  std::string text;
  std::string anchor;
};
struct TableColumn {
  std::string head;
  int weight = 1;  // of the page's width
  bool of_numbers = false;
};
struct DocumentTable {
  std::string caption;
  std::vector<TableColumn> columns;
  std::vector<std::vector<std::string>> rows;  // a text per column
};

using Block = std::variant<Heading, Paragraph, ContentsLine, DocumentTable, Drawing>;

struct Document {
  std::string title;
  std::string subject;
  std::string footer;
  TimeUs made_at;  // from the ledger, so that the same ledger gives the same bytes
  std::vector<Block> blocks;
};

}  // namespace alpr::forms
