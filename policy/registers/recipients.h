// Who may be given data, by registration and by name. Two spellings of one name are one
// recipient. Folds from permanent events alone.
#pragma once

#include <string>
#include <string_view>

#include "ledger/chain/event.h"
#include "policy/records/recipients.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

struct RecipientRow {
  Sequence recipient;
  std::string name;
  RecipientClass recipient_class{};
  Jurisdiction jurisdiction{};
  std::string contact;
  TimeUs registered_at;
  std::optional<TimeUs> moved_at;  // when its jurisdiction was last corrected
  template <typename M>
  void members(M& m) {
    m("recipient", recipient);
    m("name", name);
    m("class", recipient_class);
    m("jurisdiction", jurisdiction);
    m("contact", contact);
    m("registered_at", registered_at);
    m("moved_at", moved_at);
  }
};

// ASCII letters in capitals and digits, "&" as AND, nothing else: "D.A., Alameda County" and
// "DA Alameda  county" are one name. Empty: nothing of the name is left. Pure.
std::string compared_name(std::string_view name);

// kCorrupt where a row does not read back; any snapshot on any thread.
Result<std::optional<RecipientRow>> find_recipient(const chain::RegisterReader& rows,
                                                   Sequence recipient);
Result<std::optional<Sequence>> find_recipient_named(const chain::RegisterReader& rows,
                                                     std::string_view name);
Result<std::vector<RecipientRow>> list_recipients(const chain::RegisterReader& rows,
                                                  std::size_t limit);  // oldest first
Result<void> fold_recipients(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
