// plateledger: the server and the coordinator's tools.
#include <CLI/CLI.hpp>
#include <exception>

#include "api/commands/commands.h"
#include "api/commands/key.h"
#include "api/commands/process_guard.h"
#include "api/commands/report.h"
#include "ledger/chain/keys.h"

namespace {

using namespace alpr::api;

struct Options {
  InitCommand init;
  ServeCommand serve;
  CompactCommand compact;
  DemoCommand demo;
  ExportCommand bundle;
  RotateLogCommand rotate_log;
  RotateMasterCommand rotate_master;
  MoveEpochCommand move_epoch;
  ExportKeysCommand export_keys;
  RecoveryCommand recovery;
  BackupCommand backup;
  RestoreCommand restore;
  AuditSizeCommand audit_size;
  AuditPlanCommand audit_plan;
  AuditBoundCommand audit_bound;
  PublicSiteCommand public_site;
  ReportFormsCommand report_forms;
  AttachmentFormsCommand attachment_forms;
};

// The epoch secret on a PKCS#11 token instead of a file.
void add_token_options(CLI::App& command, const std::string& name, EpochTokenChoice& token) {
  command.add_option(name, token.label, "label of the PKCS#11 token that has the epoch secret");
  command.add_option(name + "-module", token.module, "the token's PKCS#11 library");
  command.add_option(name + "-pin-file", token.pin_file, "its PIN stands in this file");
  command.add_option(name + "-pin-command", token.pin_command,
                     "a program and its arguments that print its PIN");
}

// Of every command that opens the keys.
void add_key_options(CLI::App& command, KeyOptions& keys) {
  command.add_option("--keyring", keys.keyring, "folder of the keys (default: DIR/keyring)");
  command.add_option("--epoch-secret", keys.epoch_secret,
                     "file of the epoch secret (default: in the keyring's folder)");
  add_token_options(command, "--epoch-token", keys.epoch_token);
  command.add_flag("--passphrase", keys.passphrase,
                   "the master key comes from a passphrase, asked for on the terminal");
  command.add_option("--passphrase-file", keys.passphrase_file,
                     "the passphrase stands in this file, e.g. a service manager's credential");
  command.add_option("--passphrase-fd", keys.passphrase_fd,
                     "the passphrase comes from this open descriptor");
  command.add_option("--master-command", keys.master_command,
                     "a program and its arguments that print the master key, 64 digits of hex");
}

// Of init and restore: the log that is made.
void add_log_options(CLI::App& command, InitCommand& init) {
  command.add_option("--store", init.store, "folder of the store")->required();
  command.add_option("--origin", init.origin, "name of the log, e.g. oakland.example/alpr")
      ->required();
  command.add_option("--department", init.department, "whose log it is");
  add_key_options(command, init.keys);
  command
      .add_option("--holder", init.holders,
                  "ROLE=username:Full Name:CLASS for IT_UNIT, CHIEF_DESIGNEE, ADMINISTRATOR and "
                  "TRAINING_SECTION")
      ->required();
  command.add_option("--host", init.hosts, "names and addresses for the TLS certificate");
  command.add_flag("--json", init.json, "one JSON object");
}

void add_init(CLI::App& app, Options& options) {
  CLI::App* init = app.add_subcommand(
      "init", "make a new log; prints its verifier key and the first holders' codes");
  add_log_options(*init, options.init);
}

enum class People { kOne, kTwo };

// Of every command that acts on a store without a server: which store, and who does it.
void add_custody_options(CLI::App& command, CustodyCommand& custody, People people) {
  CLI::Option* store = command.add_option("--store", custody.ledger.store, "folder of the store");
  command.add_option("--config", custody.ledger.config, "TOML file (docs/operations)");
  add_key_options(command, custody.ledger.keys);
  command.add_option("--as", custody.by.username, "who does it: a holder of IT_UNIT")->needs(store);
  command.add_option("--password-file", custody.by.password_file,
                     "that person's password (default: asked for)");
  command.add_option("--code", custody.by.code,
                     "a code of that person's second factor (default: asked for)");
  command.add_option("--reason", custody.reason, "why; it goes on the record");
  command.add_flag("--json", custody.json, "one JSON object");
  if (people == People::kOne) return;
  command.add_option("--approver", custody.approver.username,
                     "a second holder of IT_UNIT, ADMINISTRATOR or CHIEF_DESIGNEE");
  command.add_option("--approver-password-file", custody.approver.password_file,
                     "that person's password (default: asked for)");
  command.add_option("--approver-code", custody.approver.code,
                     "a code of that person's second factor (default: asked for)");
}

void require(CLI::App& command, std::initializer_list<const char*> names) {
  for (const char* name : names) command.get_option(name)->required();
}

CLI::App* add_key(CLI::App& app, Options& options) {
  CLI::App* key = app.add_subcommand("key", "the ledger's own keys, on a store that none serves");
  key->require_subcommand(1);
  CLI::App* log = key->add_subcommand("rotate-log", "a new signing key of the log");
  add_custody_options(*log, options.rotate_log.custody, People::kTwo);
  log->add_option("--overlap-days", options.rotate_log.overlap_days,
                  "how long the old key signs beside the new one (default: 30)")
      ->check(CLI::Range(0, 400));
  require(*log, {"--store", "--as", "--approver", "--reason"});
  CLI::App* master = key->add_subcommand("rotate-master", "seal all keys anew");
  add_custody_options(*master, options.rotate_master.custody, People::kTwo);
  KeyOptions& next = options.rotate_master.next;
  master->add_flag("--new-passphrase", next.passphrase, "asked for on the terminal, twice");
  master->add_option("--new-passphrase-file", next.passphrase_file, "the passphrase from now on");
  master->add_option("--new-passphrase-fd", next.passphrase_fd, "the same, from a descriptor");
  master->add_option("--new-master-command", next.master_command,
                     "a program that prints the key from now on (none of these: a file)");
  require(*master, {"--store", "--as", "--approver", "--reason"});
  CLI::App* move = key->add_subcommand(
      "move-epoch", "the epoch secret to a PKCS#11 token, or from it to a file; a new one");
  add_custody_options(*move, options.move_epoch.custody, People::kTwo);
  add_token_options(*move, "--new-epoch-token", options.move_epoch.next);
  move->add_option("--new-epoch-secret", options.move_epoch.file,
                   "file of the epoch secret from now on (neither: in the keyring's folder)");
  require(*move, {"--store", "--as", "--approver", "--reason"});
  CLI::App* given = key->add_subcommand(
      "export",
      "the keys of permanent events, for an auditor's --keys FILE; none that a purge destroys");
  add_custody_options(*given, options.export_keys.custody, People::kTwo);
  given->add_option("--out", options.export_keys.out, "a new file")->required();
  require(*given, {"--store", "--as", "--approver", "--reason"});
  CLI::App* recovery = key->add_subcommand(
      "recovery-init",
      "a key that backups are wrapped to; prints its secret once. Without --store: "
      "only prints, to be enrolled over the API");
  add_custody_options(*recovery, options.recovery.custody, People::kTwo);
  return key;
}

CLI::App* add_backup(CLI::App& app, Options& options) {
  CLI::App* backup = app.add_subcommand("backup", "copy all that is permanent");
  add_custody_options(*backup, options.backup.custody, People::kOne);
  backup->add_option("--to", options.backup.to, "folder to make")->required();
  require(*backup, {"--store", "--as", "--reason"});
  return backup;
}

CLI::App* add_restore(CLI::App& app, Options& options) {
  CLI::App* restore = app.add_subcommand(
      "restore", "make a backup readable as an archive, and a new log that goes on from it");
  restore->add_option("--from", options.restore.from, "folder of the backup")->required();
  restore
      ->add_option("--recovery-key", options.restore.recovery_key, "file with the recovery secret")
      ->required();
  restore->add_option("--key", options.restore.key,
                      "the lost log's verifier key, from elsewhere than the backup");
  restore->add_option("--checkpoint", options.restore.checkpoint,
                      "file with the newest checkpoint of the lost log that anybody kept");
  add_log_options(*restore, options.restore.log);
  return restore;
}

CLI::App* add_export(CLI::App& app, Options& options) {
  CLI::App* bundle =
      app.add_subcommand("export", "the log in one file for auditors; a server may be running");
  bundle->add_option("--store", options.bundle.store, "folder of the store")->required();
  bundle->add_option("--out", options.bundle.out, "a new file, or - for standard output")
      ->required();
  bundle->add_option("--from", options.bundle.from, "the first event (default 0: all of them)");
  bundle->add_flag("--with-sealed", options.bundle.with_sealed,
                   "sealed payloads too, for those who are given keys to them");
  bundle->add_flag("--json", options.bundle.json, "one JSON object");
  return bundle;
}

void add_audit_plan(CLI::App& audit, AuditPlanCommand& command) {
  CLI::App* plan =
      audit.add_subcommand("plan", "why a sample has its size, in a paragraph; needs no store");
  plan->add_option("--risk-bp", command.risk_bp, "risk of a wrong acceptance (default 500)");
  plan->add_option("--tolerable-bp", command.tolerable_bp, "the rate not to accept (default 500)");
  plan->add_option("--expected-bp", command.expected_bp,
                   "the rate to leave room for (default 100)");
  plan->add_option("--population", command.populations, "items there are; once for each stratum")
      ->required();
  plan->add_option("--n,-n", command.n, "items to look at, where it is another number");
  plan->add_flag("--each", command.each, "each stratum is judged by itself");
  plan->add_flag("--json", command.json, "one JSON object");
}

CLI::App* add_audit(CLI::App& app, Options& options) {
  CLI::App* audit = app.add_subcommand("audit", "sample audits");
  audit->require_subcommand(1);
  AuditSizeCommand& size = options.audit_size;
  CLI::App* plan = audit->add_subcommand("size", "how many items to look at; needs no store");
  plan->add_option("--risk-bp", size.risk_bp, "risk of a wrong acceptance, 1/10000 (default 500)");
  plan->add_option("--tolerable-bp", size.tolerable_bp, "the rate not to accept (default 500)");
  plan->add_option("--expected-bp", size.expected_bp, "the rate to leave room for (default 100)");
  plan->add_option("--population", size.population, "items there are (default: without end)");
  plan->add_flag("--csv", size.csv,
                 "a table on standard input: risk_bp,population,tolerable_bp,expected_bp");
  plan->add_flag("--json", size.json, "{\"n\",\"k\"}, one a line");
  add_audit_plan(*audit, options.audit_plan);
  AuditBoundCommand& bound = options.audit_bound;
  CLI::App* shown = audit->add_subcommand("bound", "what a sample has shown; needs no store");
  shown->add_option("--risk-bp", bound.risk_bp, "risk of being wrong, 1/10000 (default 500)");
  shown->add_option("--population", bound.population, "items there are (default: without end)");
  shown->add_option("--n,-n", bound.n, "items looked at");
  shown->add_option("--k,-k", bound.k, "deviations among them");
  shown->add_flag("--csv", bound.csv, "a table on standard input: risk_bp,population,n,k");
  shown->add_flag("--json", bound.json,
                  "{\"upper\"}: a count, or tenths of a percent where there is no population");
  return audit;
}

CLI::App* add_report(CLI::App& app, Options& options) {
  CLI::App* report = app.add_subcommand("report", "what is made of the annual report's figures");
  report->require_subcommand(1);
  PublicSiteCommand& command = options.public_site;
  CLI::App* site = report->add_subcommand(
      "public", "a static site for everybody, of numbers alone; needs no store");
  site->add_option("--report", command.reports,
                   "a report as JSON (GET /v1/reports/annual); once for each period")
      ->required();
  site->add_option("--out", command.out, "a new folder")->required();
  site->add_option("--checkpoint", command.checkpoint,
                   "file with the log's newest checkpoint (GET /log/checkpoint)");
  site->add_option("--key", command.key, "the log's verifier key, with --checkpoint");
  site->add_flag("--json", command.json, "one JSON object");
  ReportFormsCommand& forms = options.report_forms;
  CLI::App* annual = report->add_subcommand("annual", "a report in other forms; needs no store");
  annual->add_option("--report", forms.report, "a report as JSON (GET /v1/reports/annual)")
      ->required();
  annual->add_option("--html", forms.html, "a new file for the page");
  annual->add_option("--pdf", forms.pdf, "a new file for the PDF");
  annual->add_option("--csv", forms.csv, "a new file for the table");
  annual->add_option("--xlsx", forms.xlsx, "a new file for the workbook");
  annual->add_option("--verified", forms.verified,
                     "what plateledger-verify printed: its findings go on page one");
  annual->add_flag("--json", forms.json, "one JSON object");
  AttachmentFormsCommand& table = options.attachment_forms;
  CLI::App* attachment = report->add_subcommand(
      "attachment", "an attachment of the public's edition as a table; needs no store");
  attachment
      ->add_option("--attachment", table.attachment,
                   "JSON (GET /v1/reports/annual/attachments/...)")
      ->required();
  attachment->add_option("--csv", table.csv, "a new file for the table");
  attachment->add_option("--xlsx", table.xlsx, "a new file for the workbook");
  attachment->add_flag("--json", table.json, "one JSON object");
  return report;
}

int run(int argc, char** argv) {
  CLI::App app(
      "Plateledger: the system of record for licence-plate readers under General Order I-12.");
  app.require_subcommand(1);
  Options options;
  add_init(app, options);
  CLI::App* serve = app.add_subcommand(
      "serve", "the API over HTTPS; runs retention and list freshness by itself");
  serve->add_option("--store", options.serve.store, "folder of the store")->required();
  serve->add_option("--config", options.serve.config, "TOML file (docs/operations)");
  add_key_options(*serve, options.serve.keys);
  CLI::App* compact = app.add_subcommand(
      "compact", "of a stopped store: takes the bytes of what was purged out of its file");
  compact->add_option("--store", options.compact.store, "folder of the store")->required();
  compact->add_flag("--json", options.compact.json, "one JSON object");
  CLI::App* demo = app.add_subcommand("demo", "a month in a minute, on a simulated clock");
  demo->add_option("--keep", options.demo.keep, "keep the store in this new folder");
  demo->add_flag("--serve", options.demo.serve, "leave the server up afterwards");
  const CLI::App* bundle = add_export(app, options);
  const CLI::App* key = add_key(app, options);
  const CLI::App* backup = add_backup(app, options);
  const CLI::App* restore = add_restore(app, options);
  const CLI::App* audit = add_audit(app, options);
  const CLI::App* report = add_report(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (serve->parsed()) return run_serve(options.serve);
  if (bundle->parsed()) return run_export(options.bundle);
  if (compact->parsed()) return run_compact(options.compact);
  if (demo->parsed()) return run_demo(options.demo);
  if (backup->parsed()) return run_backup(options.backup);
  if (restore->parsed()) return run_restore(options.restore);
  if (report->parsed()) {
    if (report->got_subcommand("annual")) return run_report_forms(options.report_forms);
    return report->got_subcommand("attachment") ? run_attachment_forms(options.attachment_forms)
                                                : run_public_site(options.public_site);
  }
  if (audit->parsed()) {
    if (audit->got_subcommand("plan")) return run_audit_plan(options.audit_plan);
    return audit->got_subcommand("size") ? run_audit_size(options.audit_size)
                                         : run_audit_bound(options.audit_bound);
  }
  if (key->parsed()) {
    if (key->got_subcommand("rotate-log")) return run_rotate_log(options.rotate_log);
    if (key->got_subcommand("rotate-master")) return run_rotate_master(options.rotate_master);
    if (key->got_subcommand("move-epoch")) return run_move_epoch(options.move_epoch);
    if (key->got_subcommand("export")) return run_export_keys(options.export_keys);
    return run_recovery_init(options.recovery);
  }
  return run_init(options.init);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    guard_process();
    alpr::chain::init_crypto();
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "plateledger: %s\n", error.what());
    return 3;
  }
}
