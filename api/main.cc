// plateledger: the server and the coordinator's tools.
#include <CLI/CLI.hpp>
#include <exception>

#include "api/commands/commands.h"
#include "ledger/chain/keys.h"

namespace {

using namespace alpr::api;

struct Options {
  InitCommand init;
  ServeCommand serve;
  CompactCommand compact;
  DemoCommand demo;
  ExportCommand bundle;
};

// Of every command that opens the keys.
void add_key_options(CLI::App& command, KeyOptions& keys) {
  command.add_option("--keyring", keys.keyring, "folder of the keys (default: DIR/keyring)");
  command.add_option("--epoch-secret", keys.epoch_secret,
                     "file of the epoch secret (default: in the keyring's folder)");
  command.add_flag("--passphrase", keys.passphrase,
                   "the master key comes from a passphrase, asked for on the terminal");
  command.add_option("--passphrase-file", keys.passphrase_file,
                     "the passphrase stands in this file, e.g. a service manager's credential");
  command.add_option("--passphrase-fd", keys.passphrase_fd,
                     "the passphrase comes from this open descriptor");
  command.add_option("--master-command", keys.master_command,
                     "a program and its arguments that print the master key, 64 digits of hex");
}

void add_init(CLI::App& app, Options& options) {
  CLI::App* init = app.add_subcommand(
      "init", "make a new log; prints its verifier key and the first holders' codes");
  init->add_option("--store", options.init.store, "folder of the store")->required();
  init->add_option("--origin", options.init.origin, "name of the log, e.g. oakland.example/alpr")
      ->required();
  init->add_option("--department", options.init.department, "whose log it is");
  add_key_options(*init, options.init.keys);
  init->add_option("--holder", options.init.holders,
                   "ROLE=username:Full Name:CLASS for IT_UNIT, CHIEF_DESIGNEE, ADMINISTRATOR and "
                   "TRAINING_SECTION")
      ->required();
  init->add_option("--host", options.init.hosts, "names and addresses for the TLS certificate");
  init->add_flag("--json", options.init.json, "one JSON object");
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
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (serve->parsed()) return run_serve(options.serve);
  if (bundle->parsed()) return run_export(options.bundle);
  if (compact->parsed()) return run_compact(options.compact);
  if (demo->parsed()) return run_demo(options.demo);
  return run_init(options.init);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    alpr::chain::init_crypto();
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "plateledger: %s\n", error.what());
    return 3;
  }
}
