#include "api/attachment_sheet.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/header.h"

namespace alpr::api {
namespace {

constexpr std::size_t kMembersMax = 200;  // columns

using Cells = std::vector<std::pair<std::string, std::string>>;  // column and text

struct Row {
  std::vector<std::string> about;  // seq, time, kind, leaf
  Cells members;
};

// A text without its quotation marks; all else as canonical JSON.
std::string cell_of(const chain::Json& value) {
  return value.string() ? *value.string() : chain::write(value);
}

// An object's members each have a column: a stop's facts are to be sorted by.
Result<void> add_cells(const ReceiptMember& member, Cells& cells) {
  const auto value = chain::parse_canonical(member.value);
  if (!value) return tl::unexpected(value.error());
  if (value->object() == nullptr) {
    cells.emplace_back(member.name, cell_of(*value));
    return {};
  }
  for (const auto& [name, part] : *value->object())
    cells.emplace_back(member.name + "." + name, cell_of(part));
  return {};
}

Result<Row> row_of(const Receipt& receipt) {
  const auto bytes = chain::parse_hex(receipt.header);
  if (!bytes) return fail(ErrorCode::kMalformed, "its header is no hexadecimal text");
  const auto header = chain::decode_header(*bytes);
  if (!header) return tl::unexpected(header.error());
  Row row{{std::to_string(header->seq.value), chain::format_time(header->time), receipt.kind,
           chain::hex(receipt.leaf)},
          {}};
  for (const ReceiptMember& member : receipt.disclosed) {
    if (auto added = add_cells(member, row.members); !added) return tl::unexpected(added.error());
  }
  return row;
}

}  // namespace

Result<forms::Sheet> attachment_sheet(const ReportAttachment& attachment) {
  std::vector<std::string> columns{"seq", "time", "kind", "leaf"};
  const std::size_t about = columns.size();
  std::vector<Row> rows;
  for (std::size_t i = 0; i < attachment.receipts.size(); ++i) {
    auto row = row_of(attachment.receipts[i]);
    if (!row)
      return fail(ErrorCode::kMalformed, fmt::format("receipt {}: {}", i + 1, row.error().detail));
    for (const auto& [column, text] : row->members)
      if (std::find(columns.begin(), columns.end(), column) == columns.end())
        columns.push_back(column);
    if (columns.size() > kMembersMax)
      return fail(ErrorCode::kTooLarge, "more members than a sheet takes");
    rows.push_back(std::move(*row));
  }
  forms::Sheet sheet(std::string(policy::to_text(attachment.attachment)), attachment.until,
                     columns);
  for (const Row& row : rows) {
    std::vector<std::string> cells = row.about;
    for (std::size_t i = about; i < columns.size(); ++i) {
      const auto found = std::find_if(row.members.begin(), row.members.end(),
                                      [&](const auto& cell) { return cell.first == columns[i]; });
      cells.push_back(found == row.members.end() ? "" : found->second);
    }
    if (!sheet.add(cells))
      return fail(ErrorCode::kTooLarge,
                  "more than one spreadsheet takes: ask for a shorter period");
  }
  return sheet;
}

}  // namespace alpr::api
