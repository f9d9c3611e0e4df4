// `plateledger key ...`, `plateledger backup` and `plateledger restore`: what is done with the
// ledger's keys and copies on a store that no server has open. Each returns the exit code.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "api/commands/commands.h"
#include "api/commands/local_ledger.h"

namespace alpr::api {

struct CustodyCommand {
  LedgerOptions ledger;
  PersonOptions by;        // holds IT_UNIT
  PersonOptions approver;  // a second person; not asked for a backup
  std::string reason;
  bool json = false;
};

struct RotateLogCommand {
  CustodyCommand custody;
  std::int64_t overlap_days = 30;
};
int run_rotate_log(const RotateLogCommand& command);

struct RotateMasterCommand {
  CustodyCommand custody;
  KeyOptions next;  // its passphrase or command; none of them: a file
};
int run_rotate_master(const RotateMasterCommand& command);

struct MoveEpochCommand {
  CustodyCommand custody;
  EpochTokenChoice next;                      // to this token; not named: to a file
  std::optional<std::filesystem::path> file;  // none: epoch.secret in the keyring's folder
};
int run_move_epoch(const MoveEpochCommand& command);

struct ExportKeysCommand {
  CustodyCommand custody;
  std::filesystem::path out;  // a new file
};
int run_export_keys(const ExportKeysCommand& command);

struct RecoveryCommand {
  CustodyCommand custody;  // without a store the pair is only printed, to be enrolled over the API
};
// Prints the recovery secret, once.
int run_recovery_init(const RecoveryCommand& command);

struct BackupCommand {
  CustodyCommand custody;
  std::filesystem::path to;
};
int run_backup(const BackupCommand& command);

struct RestoreCommand {
  std::filesystem::path from;
  std::filesystem::path recovery_key;               // a file with the recovery secret
  std::optional<std::string> key;                   // the lost log's verifier key, from elsewhere
  std::optional<std::filesystem::path> checkpoint;  // the newest of the lost log that anybody kept
  InitCommand log;                                  // the new log, which goes on
};
int run_restore(const RestoreCommand& command);

}  // namespace alpr::api
