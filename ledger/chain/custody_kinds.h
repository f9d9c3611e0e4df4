// The ledger's kinds about its own keys and copies (numbers 15 to 18 of ledger_kinds(), beside
// key.rotated). Values are canonical JSON:
//
//   master.rotated    open  source:string("file"|"passphrase"|"command")
//   backup.begun      open  recovery:hex (SHA-256 of the public recovery key that opens the copy)
//   recovery.enrolled open  public_key:hex (X25519)
//   archive.disclosed permanent  open: event:int (of the lost log)   sealed: by reason
#pragma once

#include <cstdint>

namespace alpr::chain::kind {

inline constexpr std::uint16_t kMasterRotated = 15;
inline constexpr std::uint16_t kBackupBegun = 16;
inline constexpr std::uint16_t kRecoveryEnrolled = 17;
inline constexpr std::uint16_t kArchiveDisclosed = 18;

}  // namespace alpr::chain::kind
