// plateledger: the server and the coordinator's tools.
#include <CLI/CLI.hpp>
#include <exception>

#include "api/commands/audit_remote.h"
#include "api/commands/commands.h"
#include "api/commands/key.h"
#include "api/commands/process_guard.h"
#include "api/commands/process_memory.h"
#include "api/commands/report.h"
#include "api/commands/report_remote.h"
#include "ledger/chain/keys.h"

namespace {

using namespace alpr::api;

// `audit plan` computes by itself, or makes the plan on a server.
struct AuditPlanInput {
  AuditMakePlanCommand make;
  std::vector<std::int64_t> populations;
  bool each = false;
};

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
  AuditPlanInput audit_plan;
  AuditBoundCommand audit_bound;
  AuditReconcileCommand audit_reconcile;
  AuditDrawCommand audit_draw;
  AuditWorksheetCommand audit_worksheet;
  AuditRecordCommand audit_record;
  AuditEvaluateCommand audit_evaluate;
  SelfCheckCommand audit_selfcheck;
  AnnualReportCommand report_annual;
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

struct RemoteFlags {
  CLI::Option* server;
  CLI::Option* credentials;
};
RemoteFlags add_remote_options(CLI::App& command, RemoteOptions& remote) {
  CLI::Option* server =
      command.add_option("--server", remote.server, "the running server, https://HOST[:PORT]");
  CLI::Option* credentials = command.add_option(
      "--credentials", remote.credentials,
      "your log-in: a file {\"username\":\"...\",\"password\":\"...\"}, yours alone");
  command.add_option("--cacert", remote.certificate,
                     "PEM that the server's certificate must lead to (default: what is trusted)");
  command.add_option("--code", remote.code, "a code of your second factor");
  return {server, credentials};
}
// Of every command that asks a running server.
void add_remote(CLI::App& command, RemoteOptions& remote) {
  const RemoteFlags flags = add_remote_options(command, remote);
  flags.server->required();
  flags.credentials->required();
}

void add_audit_plan(CLI::App& audit, AuditPlanInput& input) {
  AuditMakePlanCommand& make = input.make;
  CLI::App* plan = audit.add_subcommand(
      "plan", "why a sample has its size, in a paragraph; with --server: makes the plan");
  plan->add_option("--risk-bp", make.risk_bp, "risk of a wrong acceptance (default 500)");
  plan->add_option("--tolerable-bp", make.tolerable_bp, "the rate not to accept (default 500)");
  plan->add_option("--expected-bp", make.expected_bp, "the rate to leave room for (default 100)");
  CLI::Option* population =
      plan->add_option("--population", input.populations, "items there are; once for each stratum");
  plan->add_option("--n,-n", make.n, "items to look at, where it is another number");
  plan->add_flag("--each", input.each, "each stratum is judged by itself");
  plan->add_flag("--json", make.json, "one JSON object");
  const RemoteFlags flags = add_remote_options(*plan, make.remote);
  flags.server->excludes(population)->needs(flags.credentials);
  const auto with_server = [&](CLI::Option* option) {
    option->needs(flags.server);
    return option;
  };
  for (CLI::Option* needed :
       {plan->add_option("--of", make.population, "QUERIES, HOT_LISTS, STOPS, TRAININGS, ..."),
        plan->add_option("--from", make.from, "the records of this time (RFC 3339) ..."),
        plan->add_option("--to", make.to, "... and before this one"),
        plan->add_option("--beacon", make.beacon, "DRAND, NIST or LOTTERY"),
        plan->add_option("--round", make.round, "which value of it"),
        plan->add_option("--beacon-at", make.beacon_at, "not published before (RFC 3339)"),
        plan->add_option("--reason", make.reason, "why; it goes on the record")})
    flags.server->needs(with_server(needed));
  with_server(plan->add_option("--method", make.method, "ATTRIBUTE, DISCOVERY or CENSUS"));
  with_server(plan->add_option("--stratum", make.strata,
                               "a JSON object as of POST /v1/audits; once for each stratum"));
  with_server(plan->add_option("--certain", make.certain, "an event to look at in any case"));
}

void add_audit_options(CLI::App& command, AuditCommand& on) {
  command.add_option("audit", on.audit, "the audit: its plan's event")
      ->required()
      ->check(CLI::NonNegativeNumber);
  add_remote(command, on.remote);
  command.add_flag("--json", on.json, "one JSON object");
}

// What is done with a plan, and the audit of the system itself.
void add_audit_work(CLI::App& audit, Options& options) {
  CLI::App* draw = audit.add_subcommand(
      "draw", "enter the beacon's value; the second who enters the same draws");
  add_audit_options(*draw, options.audit_draw.on);
  draw->add_option("--value", options.audit_draw.value, "as its source published it")->required();
  draw->add_option("--published-at", options.audit_draw.published_at,
                   "when, as the source says (RFC 3339)")
      ->required();
  CLI::App* worksheet = audit.add_subcommand("worksheet", "what was drawn, to fill in");
  add_audit_options(*worksheet, options.audit_worksheet.on);
  worksheet->add_option("--out", options.audit_worksheet.out, "a new file: .xlsx, .csv or .json")
      ->required();
  CLI::App* record = audit.add_subcommand("record", "give a filled-in worksheet back");
  add_audit_options(*record, options.audit_record.on);
  record->add_option("file", options.audit_record.file, "the worksheet, as workbook or CSV")
      ->required();
  CLI::App* evaluate = audit.add_subcommand("evaluate", "what an audit has shown");
  add_audit_options(*evaluate, options.audit_evaluate.on);
  evaluate->add_option("--finding", options.audit_evaluate.finding,
                       "concludes the audit first, with these words for the report");
  CLI::App* check = audit.add_subcommand("selfcheck", "audit the system's function now");
  add_remote(*check, options.audit_selfcheck.remote);
  check->add_flag("--json", options.audit_selfcheck.json, "one JSON object");
}

void add_audit_reconcile(CLI::App& audit, AuditReconcileCommand& command) {
  CLI::App* reconcile = audit.add_subcommand(
      "reconcile", "a vendor's list of searches against the queries on the record");
  reconcile->add_option("file", command.file, "the vendor's export as CSV, or -")->required();
  add_remote(*reconcile, command.remote);
  reconcile->add_option("--from", command.from, "searches of this time (RFC 3339) ...")->required();
  reconcile->add_option("--until", command.until, "... and before this one")->required();
  reconcile->add_option("--profile", command.profile,
                        "TOML: how the file is read (default: Flock's columns)");
  reconcile->add_option("--tolerance-seconds", command.tolerance_seconds,
                        "how far apart two times of one search are (default 120)");
  reconcile->add_option("--gap-seconds", command.gap_seconds,
                        "a time of this length without a row is told (default: three days)");
  reconcile->add_flag("--json", command.json, "one JSON object");
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
  add_audit_reconcile(*audit, options.audit_reconcile);
  add_audit_work(*audit, options);
  return audit;
}

int run_plan(const AuditPlanInput& input) {
  AuditMakePlanCommand make = input.make;
  if (!make.remote.server.empty()) {
    if (input.each) make.spread = "EACH";
    return run_audit_make_plan(make);
  }
  if (input.populations.empty())
    return complain({alpr::ErrorCode::kMalformed,
                     "audit plan: --population to compute a size, or --server to make a plan"});
  const AuditPlanCommand otherwise;
  return run_audit_plan({make.risk_bp.value_or(otherwise.risk_bp),
                         make.tolerable_bp.value_or(otherwise.tolerable_bp),
                         make.expected_bp.value_or(otherwise.expected_bp), input.populations,
                         make.n, input.each, make.json});
}

int run_audit(const CLI::App& audit, const Options& options) {
  if (audit.got_subcommand("plan")) return run_plan(options.audit_plan);
  if (audit.got_subcommand("size")) return run_audit_size(options.audit_size);
  if (audit.got_subcommand("bound")) return run_audit_bound(options.audit_bound);
  if (audit.got_subcommand("draw")) return run_audit_draw(options.audit_draw);
  if (audit.got_subcommand("worksheet")) return run_audit_worksheet(options.audit_worksheet);
  if (audit.got_subcommand("record")) return run_audit_record(options.audit_record);
  if (audit.got_subcommand("evaluate")) return run_audit_evaluate(options.audit_evaluate);
  if (audit.got_subcommand("selfcheck")) return run_audit_selfcheck(options.audit_selfcheck);
  return run_audit_reconcile(options.audit_reconcile);
}

void add_report_annual(CLI::App& report, Options& options) {
  ReportFormsCommand& forms = options.report_forms;
  AnnualReportCommand& ask = options.report_annual;
  CLI::App* annual = report.add_subcommand(
      "annual", "the figures of a period from a running server, and a report's other forms");
  CLI::Option* given =
      annual->add_option("--report", forms.report, "a report as JSON that is there already");
  const RemoteFlags flags = add_remote_options(*annual, ask.remote);
  flags.server->excludes(given);
  annual->add_option("--from", ask.from, "with --server: the period's beginning (RFC 3339)");
  annual->add_option("--until", ask.until, "and its end");
  annual->add_option("--size", ask.size, "of the log (default: as it is now)");
  annual->add_option("--years", ask.years, "earlier years beside it, 0 to 4");
  annual->add_option("--out", ask.out, "a new file for the report as it comes (JSON)");
  annual->add_option("--html", forms.html, "a new file for the page");
  annual->add_option("--pdf", forms.pdf, "a new file for the PDF");
  annual->add_option("--csv", forms.csv, "a new file for the table");
  annual->add_option("--xlsx", forms.xlsx, "a new file for the workbook");
  annual->add_option("--verified", forms.verified,
                     "what plateledger-verify printed: its findings go on page one");
  annual->add_flag("--json", forms.json, "one JSON object");
}

// One access on the record, whatever forms are made of it.
int run_annual(const Options& options) {
  ReportFormsCommand forms = options.report_forms;
  const AnnualReportCommand& ask = options.report_annual;
  if (!ask.remote.server.empty()) {
    if (const int asked = run_report_annual(ask); asked != 0) return asked;
    if (!forms.html && !forms.pdf && !forms.csv && !forms.xlsx) return 0;
    forms.report = ask.out;
  }
  if (!forms.report.empty()) return run_report_forms(forms);
  return complain(
      {alpr::ErrorCode::kMalformed,
       "report annual: --server to ask for a report, or --report for one that is there"});
}

int run_report(const CLI::App& report, const Options& options) {
  if (report.got_subcommand("annual")) return run_annual(options);
  if (report.got_subcommand("attachment")) return run_attachment_forms(options.attachment_forms);
  return run_public_site(options.public_site);
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
  add_report_annual(*report, options);
  AttachmentFormsCommand& table = options.attachment_forms;
  CLI::App* attachment =
      report->add_subcommand("attachment", "attachments as one table; needs no store");
  attachment
      ->add_option("--attachment", table.attachments,
                   "JSON (GET /v1/reports/annual/attachments/...); again for each period")
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
  if (audit->parsed()) return run_audit(*audit, options);
  if (report->parsed()) return run_report(*report, options);
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
    return_large_blocks();
    alpr::chain::init_crypto();
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "plateledger: %s\n", error.what());
    return 3;
  }
}
