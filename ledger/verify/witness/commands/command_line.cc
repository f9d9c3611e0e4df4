#include "ledger/verify/witness/commands/command_line.h"

#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "ledger/verify/witness/commands/commands.h"
#include "ledger/verify/witness/state_folder.h"

namespace alpr::witness {

int complain(const Error& error) {
  say(error.detail);
  switch (error.code) {
    case ErrorCode::kMalformed:
    case ErrorCode::kNotFound:
    case ErrorCode::kConflict:
    case ErrorCode::kRefused:
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kTooLarge:
      return 2;
    default:
      return 3;
  }
}

void say(std::string_view line) {
  fmt::print(stderr, "plateledger-verify witness: {}\n", line);
  std::fflush(stderr);
}

std::uint64_t wall_clock_s() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec);
}

int run_init(const InitCommand& command) {
  const auto made = StateFolder::create(command.state, command.name, command.logs);
  if (!made) return complain(made.error());
  // For the department's witness policy and for auditors.
  fmt::print("{}\n", chain::format_vkey(*made));
  return 0;
}

namespace {

struct Parsed {
  InitCommand init;
  ServeCommand serve;
  PullCommand pull;
};

void add_commands(CLI::App& app, Parsed& parsed) {
  app.require_subcommand(1);
  CLI::App* init = app.add_subcommand("init", "make a witness; prints its verifier key");
  init->add_option("--state", parsed.init.state, "its folder; never restored from a backup")
      ->required();
  init->add_option("--name", parsed.init.name, "e.g. pac.example/witness")->required();
  init->add_option("--log", parsed.init.logs, "verifier key of a log to watch")->required();

  CLI::App* serve = app.add_subcommand("serve", "answer the log's submissions");
  serve->add_option("--state", parsed.serve.state, "its folder")->required();
  serve->add_option("--address", parsed.serve.address, "default 127.0.0.1");
  serve->add_option("--port", parsed.serve.port, "default 8444; 0: any free one, which is printed");
  CLI::Option* certificate =
      serve->add_option("--certificate", parsed.serve.certificate, "PEM; without it plain HTTP");
  CLI::Option* key = serve->add_option("--private-key", parsed.serve.private_key, "PEM");
  certificate->needs(key);
  key->needs(certificate);
  serve->add_flag("--plain-anywhere", parsed.serve.plain_anywhere,
                  "plain HTTP on an address that is not loopback");

  CLI::App* pull = app.add_subcommand("pull", "ask the log, cosign, give it the cosignature");
  pull->add_option("--state", parsed.pull.state, "its folder")->required();
  pull->add_option("--url", parsed.pull.url, "the log's server, https://HOST[:PORT]")->required();
  pull->add_option("--credentials", parsed.pull.credentials,
                   "file with a PAC_AUDITOR's log-in, {\"username\":\"...\",\"password\":\"...\"}; "
                   "mode 0600")
      ->required();
  pull->add_option("--certificate", parsed.pull.certificate,
                   "PEM that the server's certificate leads to");
  pull->add_option("--origin", parsed.pull.origin, "which log, where several are watched");
}

}  // namespace

int run_witness(int argc, char** argv) {
  CLI::App app("A witness: cosigns a log's checkpoints as long as it shows one history.",
               "plateledger-verify witness");
  Parsed parsed;
  add_commands(app, parsed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (app.got_subcommand("init")) return run_init(parsed.init);
  if (app.got_subcommand("serve")) return run_serve(parsed.serve);
  return run_pull(parsed.pull);
}

}  // namespace alpr::witness
