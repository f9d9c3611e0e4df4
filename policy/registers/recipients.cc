#include "policy/registers/recipients.h"

#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

struct RecipientName {
  Sequence recipient;
  template <typename M>
  void members(M& m) {
    m("recipient", recipient);
  }
};

Result<void> fold_registered(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto registered = from_event<RecipientRegistered>(event);
  if (!registered) return tl::unexpected(registered.error());
  const RecipientName name{event.header.seq};
  const std::string compared = compared_name(registered->name);
  if (auto done = write_row(rows, table::kRecipientNames, text_key(compared), name); !done)
    return done;
  const RecipientRow row{event.header.seq,
                         std::move(registered->name),
                         registered->recipient_class,
                         registered->jurisdiction,
                         std::move(registered->contact),
                         event.header.time,
                         std::nullopt};
  return write_row(rows, table::kRecipients, seq_key(row.recipient), row);
}

Result<void> fold_moved(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto moved = from_event<RecipientMoved>(event);
  if (!moved) return tl::unexpected(moved.error());
  auto row = need_row<RecipientRow>(rows, table::kRecipients, seq_key(moved->recipient),
                                    "recipient.registered");
  if (!row) return tl::unexpected(row.error());
  row->jurisdiction = moved->jurisdiction;
  row->moved_at = event.header.time;
  return write_row(rows, table::kRecipients, seq_key(row->recipient), *row);
}

}  // namespace

std::string compared_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'a' && c <= 'z')
      out += static_cast<char>(c - 'a' + 'A');
    else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
      out += c;
    else if (c == '&')
      out += "AND";
  }
  return out;
}

Result<std::optional<RecipientRow>> find_recipient(const chain::RegisterReader& rows,
                                                   Sequence recipient) {
  return read_row<RecipientRow>(rows, table::kRecipients, seq_key(recipient));
}

Result<std::optional<Sequence>> find_recipient_named(const chain::RegisterReader& rows,
                                                     std::string_view name) {
  const auto row =
      read_row<RecipientName>(rows, table::kRecipientNames, text_key(compared_name(name)));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::optional<Sequence>();
  return std::optional<Sequence>((*row)->recipient);
}

Result<std::vector<RecipientRow>> list_recipients(const chain::RegisterReader& rows,
                                                  std::size_t limit) {
  return list_rows<RecipientRow>(rows, table::kRecipients, chain::RowKey(), limit);
}

Result<void> fold_recipients(const chain::EventView& event, chain::RegisterWriter& rows) {
  switch (event.header.kind) {
    case RecipientRegistered::kKind.number:
      return fold_registered(event, rows);
    case RecipientMoved::kKind.number:
      return fold_moved(event, rows);
    default:
      return {};
  }
}

}  // namespace alpr::policy
