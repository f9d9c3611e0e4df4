// What must follow an event in the log without being of the same decision: the lines of a file, who
// agreed to a change of keys; and who confirmed a step of the clock.
#include <fmt/format.h>

#include <array>
#include <set>

#include "ledger/chain/custody_kinds.h"
#include "policy/records/imports.h"
#include "policy/records/keys.h"
#include "policy/records/people.h"
#include "policy/replay/replay.h"
#include "policy/rules/access.h"

namespace alpr::policy {
namespace {

std::optional<KeyAction> action_of(std::uint16_t kind) {
  switch (kind) {
    case chain::kind::kKeyRotated:
      return KeyAction::kRotateLogKey;
    case chain::kind::kMasterRotated:
      return KeyAction::kRotateMasterKey;
    case chain::kind::kRecoveryEnrolled:
      return KeyAction::kEnrolRecoveryKey;
    default:
      return std::nullopt;
  }
}

// Empty: no text.
std::string text_of(const chain::Json* json) {
  return json != nullptr && json->string() != nullptr ? *json->string() : std::string();
}

}  // namespace

void Replay::follow(const chain::EventView& event) {
  follow_import(event);
  follow_keys(event);
}

// As many lines as the file had, one event each.
void Replay::follow_import(const chain::EventView& event) {
  if (import_) {
    const bool is_line = event.header.kind == import_->kind;
    if (!is_line)
      find(import_->event, {"I12-J-2", "I12-K-1"},
           fmt::format("{} of the file's lines have no event", import_->left));
    if (!is_line || --import_->left == 0) import_.reset();
  }
  if (event.header.kind != ListImported::kKind.number) return;
  const auto imported = from_event<ListImported>(event);
  if (!imported || imported->rows <= 0) return;
  const std::uint16_t kind = imported->list == ImportedList::kPeople ? UserEnrolled::kKind.number
                             : imported->list == ImportedList::kConfirmations
                                 ? UserConfirmed::kKind.number
                                 : TrainingCompleted::kKind.number;
  import_ = Import{event.header.seq, kind, imported->rows};
}

// A change of the ledger's keys is what two people asked for in the same commit.
void Replay::follow_keys(const chain::EventView& event) {
  if (key_change_) {
    const auto handled = from_event<KeysHandled>(event);
    if (!handled || handled->action != key_change_->action)
      find(key_change_->event, {"I12-F-0", "I12-L-1"},
           "a key was changed, and no keys.handled says who agreed");
    key_change_.reset();
  }
  if (const auto action = action_of(event.header.kind))
    key_change_ = KeyChange{event.header.seq, *action};
}

// I12-F-0, L-1: two people who answer for the system, as the endpoint asks it.
void Replay::judge_clock_step(const chain::EventView& event) {
  constexpr std::array kConfirmers{Role::kItUnit, Role::kAdministrator, Role::kChiefDesignee};
  std::set<std::string> people;
  const auto payload = chain::parse_canonical(event.json);
  const chain::Json* names = payload ? payload->member("confirmed_by") : nullptr;
  const Moment moment = moment_of(event);
  if (names != nullptr && names->array() != nullptr) {
    for (const chain::Json& name : *names->array()) {
      if (holds_any_role(state_, text_of(&name), kConfirmers, moment))
        people.insert(text_of(&name));
    }
  }
  if (people.size() == 2 && names->array()->size() == 2)
    ++decided_;
  else
    find(event.header.seq, {"I12-F-0", "I12-L-1"},
         "the clock was not confirmed by two different holders of IT_UNIT, ADMINISTRATOR or "
         "CHIEF_DESIGNEE");
}

}  // namespace alpr::policy
