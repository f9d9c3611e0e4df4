#include "api/attachment_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ledger/chain/encoding.h"
#include "ledger/chain/header.h"

namespace alpr::api {
namespace {

constexpr std::size_t kMembersMax = 200;  // columns

struct Row {
  std::vector<std::string> about;  // seq, time, kind, leaf
  std::map<std::string, std::string> members;
};

// A text without its quotation marks; numbers, lists and objects as canonical JSON.
Result<std::string> cell_of(const std::string& json) {
  const auto value = chain::parse_canonical(json);
  if (!value) return tl::unexpected(value.error());
  return value->string() ? *value->string() : json;
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
    auto cell = cell_of(member.value);
    if (!cell) return tl::unexpected(cell.error());
    row.members[member.name] = std::move(*cell);
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
    for (const ReceiptMember& member : attachment.receipts[i].disclosed)
      if (std::find(columns.begin(), columns.end(), member.name) == columns.end())
        columns.push_back(member.name);
    if (columns.size() > kMembersMax)
      return fail(ErrorCode::kTooLarge, "more members than a sheet takes");
    rows.push_back(std::move(*row));
  }
  forms::Sheet sheet(std::string(policy::to_text(attachment.attachment)), attachment.until,
                     columns);
  for (const Row& row : rows) {
    std::vector<std::string> cells = row.about;
    for (std::size_t i = about; i < columns.size(); ++i) {
      const auto found = row.members.find(columns[i]);
      cells.push_back(found == row.members.end() ? "" : found->second);
    }
    if (!sheet.add(cells))
      return fail(ErrorCode::kTooLarge,
                  "more than one spreadsheet takes: ask for a shorter period");
  }
  return sheet;
}

}  // namespace alpr::api
