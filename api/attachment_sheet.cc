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
  std::uint64_t seq = 0;
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
  Row row{header->seq.value,
          {std::to_string(header->seq.value), chain::format_time(header->time), receipt.kind,
           chain::hex(receipt.leaf)},
          {}};
  for (const ReceiptMember& member : receipt.disclosed) {
    if (auto added = add_cells(member, row.members); !added) return tl::unexpected(added.error());
  }
  return row;
}

tl::unexpected<Error> malformed(std::size_t receipt, const std::string& what) {
  return fail(ErrorCode::kMalformed, fmt::format("receipt {}: {}", receipt + 1, what));
}

}  // namespace

Result<void> AttachmentTable::see(const ReportAttachment& attachment) {
  if (attachment_ && (attachment.attachment != *attachment_ || attachment.edition != edition_ ||
                      attachment.origin != origin_))
    return fail(ErrorCode::kMalformed,
                "it is of another kind, edition or log than the attachment before it");
  for (std::size_t i = 0; i < attachment.receipts.size(); ++i) {
    const auto row = row_of(attachment.receipts[i]);
    if (!row) return malformed(i, row.error().detail);
    if (row->seq < next_)
      return malformed(i,
                       "its event is not later than those before: name the attachments in the "
                       "order of their periods, each once");
    next_ = row->seq + 1;
    for (const auto& [column, text] : row->members)
      if (std::find(columns_.begin(), columns_.end(), column) == columns_.end())
        columns_.push_back(column);
    if (columns_.size() > kMembersMax)
      return fail(ErrorCode::kTooLarge, "more members than a sheet takes");
  }
  attachment_ = attachment.attachment;
  edition_ = attachment.edition;
  origin_ = attachment.origin;
  until_ = attachment.until;
  return {};
}

std::string AttachmentTable::title() const {
  ALPR_CHECK(attachment_);
  return std::string(policy::to_text(*attachment_));
}

Result<void> AttachmentTable::rows(
    const ReportAttachment& attachment,
    const std::function<Result<void>(const std::vector<std::string>&)>& add) const {
  for (std::size_t i = 0; i < attachment.receipts.size(); ++i) {
    const auto row = row_of(attachment.receipts[i]);
    if (!row) return malformed(i, row.error().detail);
    std::vector<std::string> texts = row->about;
    texts.resize(columns_.size());
    for (const auto& [column, text] : row->members) {
      const auto found = std::find(columns_.begin(), columns_.end(), column);
      if (found == columns_.end()) return malformed(i, "it was not seen before");
      texts[static_cast<std::size_t>(found - columns_.begin())] = text;
    }
    if (auto added = add(texts); !added) return added;
  }
  return {};
}

Result<forms::Sheet> attachment_sheet(const ReportAttachment& attachment) {
  AttachmentTable table;
  if (auto seen = table.see(attachment); !seen) return tl::unexpected(seen.error());
  forms::Sheet sheet(table.title(), table.made_at(), table.columns());
  auto added = table.rows(attachment, [&](const std::vector<std::string>& texts) -> Result<void> {
    if (sheet.add(texts)) return {};
    return fail(ErrorCode::kTooLarge, "more than one spreadsheet takes: ask for a shorter period");
  });
  if (!added) return tl::unexpected(added.error());
  return sheet;
}

}  // namespace alpr::api
