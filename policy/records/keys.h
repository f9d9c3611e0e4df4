// Who did what with the ledger's own keys. The ledger's events beside it (key.rotated,
// master.rotated, recovery.enrolled, backup.begun, archive.disclosed) are open and name nobody.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

enum class KeyAction {
  kRotateLogKey,
  kRotateMasterKey,
  kEnrolRecoveryKey,
  kBackUp,
  kEpochSecretToToken,
  kEpochSecretToFile,
  kExportKeys  // those of permanent events, for an auditor
};

template <>
struct EnumTexts<KeyAction> {
  static constexpr std::array texts{
      std::pair{KeyAction::kRotateLogKey, "ROTATE_LOG_KEY"},
      std::pair{KeyAction::kRotateMasterKey, "ROTATE_MASTER_KEY"},
      std::pair{KeyAction::kEnrolRecoveryKey, "ENROL_RECOVERY_KEY"},
      std::pair{KeyAction::kBackUp, "BACK_UP"},
      std::pair{KeyAction::kEpochSecretToToken, "EPOCH_SECRET_TO_TOKEN"},
      std::pair{KeyAction::kEpochSecretToFile, "EPOCH_SECRET_TO_FILE"},
      std::pair{KeyAction::kExportKeys, "EXPORT_KEYS"}};
};

struct KeysHandled {
  static constexpr KindSpec kKind{53, "keys.handled", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "what was done with the ledger's keys, by whom, and who agreed"};
  std::int64_t policy = 0;
  KeyAction action{};
  std::string reason;
  Actor by;
  std::optional<Actor> approver;  // absent for a backup, which changes no key
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("action", action);
    m("reason", reason);
    m("by", by);
    m("approver", approver);
  }
};

}  // namespace alpr::policy
