// plateledger-verify: what an auditor runs on a store folder, and anybody on a receipt. Exit codes:
// 0 it holds; 1 a check found something, or a level that was asked for is not checked by this
// version; 2 bad usage or input; 3 the environment failed.
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"
#include "ledger/verify/attachment_key.h"
#include "ledger/verify/audit/redraw.h"
#include "ledger/verify/bundle_source.h"
#include "ledger/verify/log_server/log_server.h"
#include "ledger/verify/package.h"
#include "ledger/verify/policy_level/kept_state.h"
#include "ledger/verify/policy_level/policy_level.h"
#include "ledger/verify/progress.h"
#include "ledger/verify/reader.h"
#include "ledger/verify/receipt.h"
#include "ledger/verify/report_check/attachment_check.h"
#include "ledger/verify/report_check/report_check.h"
#include "ledger/verify/verify.h"
#include "ledger/verify/witness/commands/command_line.h"
#include "policy/records/kinds.h"

namespace {

using namespace alpr;

constexpr int kHolds = 0;
constexpr int kFound = 1;
constexpr int kBadInput = 2;
constexpr int kEnvironment = 3;
constexpr std::size_t kFileMax = std::size_t{64} << 20;

struct Arguments {
  std::string store, url, bundle, key, keys, level = "erasure", since, now, receipt, package,
                                             report, attachment, open, key_file, witness_policy,
                                             credentials, cacert, state, state_sha256;
  bool json = false;
  unsigned threads = 0;     // 0: as many as the machine has
  std::uint64_t audit = 0;  // seq of the plan
};

Result<Bytes> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kNotFound, path + " does not open");
  Bytes text;
  std::array<char, 1 << 16> buffer{};
  while (file && text.size() <= kFileMax) {
    file.read(buffer.data(), buffer.size());
    text.insert(text.end(), buffer.begin(), buffer.begin() + file.gcount());
  }
  if (file.bad()) return fail(ErrorCode::kIo, path + " does not read");
  if (text.size() > kFileMax) return fail(ErrorCode::kTooLarge, path + " is too large");
  return text;
}

// The text is wiped: it is all keys.
Result<verify::Keys> read_keys(const std::string& path) {
  auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  while (!text->empty() && text->back() == '\n') text->pop_back();
  auto keys = verify::Keys::parse(as_text(*text));
  chain::wipe(*text);
  return keys;
}

void show(const std::string& progress) {
  fmt::print(stderr, "{}", progress);
  std::fflush(stderr);
}

TimeUs wall_clock() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return {now.tv_sec * kSecondUs + now.tv_nsec / 1000};
}

Result<std::optional<chain::VerifierKey>> key_of(const Arguments& arguments) {
  if (arguments.key.empty()) return std::optional<chain::VerifierKey>();
  const auto key = chain::parse_vkey(arguments.key);
  if (!key) return fail(ErrorCode::kMalformed, "--key: " + key.error().detail);
  if (key->type != chain::KeyType::kEd25519)
    return fail(ErrorCode::kMalformed, "--key: not a log's key");
  return std::optional(*key);
}

Result<std::optional<chain::WitnessPolicy>> policy_of(const Arguments& arguments) {
  if (arguments.witness_policy.empty()) return std::optional<chain::WitnessPolicy>();
  const auto text = read_file(arguments.witness_policy);
  if (!text) return tl::unexpected(text.error());
  auto policy = chain::WitnessPolicy::parse(as_text(*text));
  if (!policy) return fail(ErrorCode::kMalformed, "--witness-policy: " + policy.error().detail);
  return std::optional(std::move(*policy));
}

Result<verify::Options> options_of(const Arguments& arguments) {
  verify::Options options;
  const auto level = verify::parse_level(arguments.level);
  if (!level) return tl::unexpected(level.error());
  options.level = *level;
  const auto key = key_of(arguments);
  if (!key) return tl::unexpected(key.error());
  options.key = *key;
  if (!arguments.keys.empty()) {
    auto keys = read_keys(arguments.keys);
    if (!keys) return tl::unexpected(keys.error());
    options.keys = std::move(*keys);
  }
  if (!arguments.since.empty()) {
    auto text = read_file(arguments.since);
    if (!text) return tl::unexpected(text.error());
    options.since = std::string(as_text(*text));
  }
  auto policy = policy_of(arguments);
  if (!policy) return tl::unexpected(policy.error());
  options.witness_policy = std::move(*policy);
  if (!arguments.now.empty()) {
    const auto now = chain::parse_time(arguments.now);
    if (!now) return fail(ErrorCode::kMalformed, "--now: " + now.error().detail);
    options.now = *now;
  }
  options.threads = arguments.threads != 0
                        ? arguments.threads
                        : std::clamp(std::thread::hardware_concurrency(), 1U, verify::kThreadsMax);
  options.wall_clock = wall_clock();
  options.policy = policy_level::check_policy;
  if (isatty(STDERR_FILENO) != 0)
    options.progress = [bar = verify::Progress()](std::uint64_t done, std::uint64_t total) mutable {
      show(bar.bar(done, total));
    };
  return options;
}

int refuse(const Error& error) {
  fmt::print(stderr, "plateledger-verify: {}\n", error.detail);
  return error.code == ErrorCode::kIo || error.code == ErrorCode::kNoSpace ? kEnvironment
                                                                           : kBadInput;
}

// On stdout, as asked; and the exit code that goes with it.
int tell(const std::string& text, bool holds) {
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written) return kEnvironment;
  return holds ? kHolds : kFound;
}
template <typename Told>
int tell(const Arguments& arguments, const Told& report) {
  return tell(arguments.json ? verify::to_json(report) + "\n" : verify::to_text(report),
              report.holds());
}

Result<verify::MappedFile> open_bundle(const std::string& file) {
  return file == "-" ? verify::MappedFile::spool(STDIN_FILENO) : verify::MappedFile::open(file);
}

Result<verify::Report> verify_bundle(const std::string& file, const verify::Options& options) {
  const auto bundle = open_bundle(file);
  if (!bundle) return tl::unexpected(bundle.error());
  return verify::verify_bundle(*bundle, policy::kinds(), options);
}

// For level chain only what came since the kept checkpoint is asked for.
std::uint64_t first_asked(const verify::Options& options) {
  if (!options.since || options.level != verify::Level::kChain) return 0;
  const auto note = chain::parse_note(*options.since);
  const auto checkpoint = note ? chain::parse_checkpoint_text(note->text)
                               : Result<chain::Checkpoint>(tl::unexpected(note.error()));
  return checkpoint ? checkpoint->size : 0;  // the verifier says what is wrong with it
}

Result<log_server::LogServer> log_in(const Arguments& arguments) {
  log_server::LogServerAddress address{arguments.url, std::nullopt, arguments.credentials};
  if (!arguments.cacert.empty()) address.certificate = arguments.cacert;
  return log_server::LogServer::log_in(address);
}

Result<verify::Report> verify_url(const Arguments& arguments, verify::Options& options) {
  auto server = log_in(arguments);
  if (!server) return tl::unexpected(server.error());
  auto checkpoint = server->checkpoint();
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  options.served = std::move(*checkpoint);
  const auto bundle = server->bundle(first_asked(options));
  if (!bundle) return tl::unexpected(bundle.error());
  return verify::verify_bundle(*bundle, policy::kinds(), options);
}

Result<void> one_source(const Arguments& arguments) {
  const auto given = [](const std::string& argument) { return argument.empty() ? 0 : 1; };
  if (given(arguments.store) + given(arguments.bundle) + given(arguments.url) == 1) return {};
  return fail(ErrorCode::kMalformed,
              "say what to verify: one of --store DIR, --bundle FILE, --url URL");
}

int run(const Arguments& arguments) {
  if (const auto one = one_source(arguments); !one) return refuse(one.error());
  auto options = options_of(arguments);
  if (!options) return refuse(options.error());
  if (!arguments.state.empty() && options->level != verify::Level::kPolicy)
    return refuse({ErrorCode::kMalformed, "--state is of --level policy"});
  const auto kept = policy_level::KeptState::open(arguments.state, arguments.state_sha256);
  if (!kept) return refuse(kept.error());
  options->policy = kept->check();
  const auto report = !arguments.store.empty()
                          ? verify::verify_store(arguments.store, policy::kinds(), *options)
                      : !arguments.bundle.empty() ? verify_bundle(arguments.bundle, *options)
                                                  : verify_url(arguments, *options);
  if (options->progress) show(verify::Progress::nothing());
  if (!report) return refuse(report.error());
  return tell(arguments, *report);
}

Result<audit::Answer> redraw(const Arguments& arguments, const verify::Options& options) {
  if (!arguments.store.empty())
    return audit::redraw_store(arguments.store, options, arguments.audit);
  if (!arguments.bundle.empty()) {
    const auto bundle = open_bundle(arguments.bundle);
    if (!bundle) return tl::unexpected(bundle.error());
    return audit::redraw_bundle(*bundle, options, arguments.audit);
  }
  auto server = log_in(arguments);
  if (!server) return tl::unexpected(server.error());
  const auto bundle = server->bundle(0);
  if (!bundle) return tl::unexpected(bundle.error());
  return audit::redraw_bundle(*bundle, options, arguments.audit);
}

int run_audit(const Arguments& arguments) {
  if (const auto one = one_source(arguments); !one) return refuse(one.error());
  const auto options = options_of(arguments);
  if (!options) return refuse(options.error());
  const auto answer = redraw(arguments, *options);
  if (options->progress) show(verify::Progress::nothing());
  if (!answer) {
    const int code = refuse(answer.error());
    return answer.error().code == ErrorCode::kCorrupt ? kFound : code;
  }
  return tell(arguments.json ? answer->json + "\n" : answer->text, answer->holds);
}

int run_receipt(const Arguments& arguments) {
  const auto key = key_of(arguments);
  if (!key) return refuse(key.error());
  const auto text = read_file(arguments.receipt);
  if (!text) return refuse(text.error());
  const auto policy = policy_of(arguments);
  if (!policy) return refuse(policy.error());
  const auto report = verify::check_receipt(as_text(*text), policy::kinds(), *key, *policy);
  if (!report) return refuse(report.error());
  return tell(arguments, *report);
}

int run_package(const Arguments& arguments) {
  const auto key = key_of(arguments);
  if (!key) return refuse(key.error());
  const auto text = read_file(arguments.package);
  if (!text) return refuse(text.error());
  const auto policy = policy_of(arguments);
  if (!policy) return refuse(policy.error());
  const auto report = verify::check_package(as_text(*text), policy::kinds(), *key, *policy);
  if (!report) return refuse(report.error());
  return tell(arguments, *report);
}

// What `use` makes of the log that --store or --bundle names.
template <typename Use>
auto with_source(const Arguments& arguments, Use use)
    -> decltype(use(std::declval<verify::Source&>())) {
  if (!arguments.store.empty()) {
    const auto store = verify::Reader::open(arguments.store);
    if (!store) return tl::unexpected(store.error());
    return use(**store);
  }
  const auto file = verify::MappedFile::open(arguments.bundle);
  if (!file) return tl::unexpected(file.error());
  const auto bundle = verify::BundleSource::open(*file);
  if (!bundle) return tl::unexpected(bundle.error());
  return use(**bundle);
}

Result<report_check::CheckedReport> count_again(const Arguments& arguments,
                                                const verify::Options& options) {
  const auto text = read_file(arguments.report);
  if (!text) return tl::unexpected(text.error());
  const verify::Keys* keys = options.keys ? &*options.keys : nullptr;
  return with_source(arguments, [&](verify::Source& source) {
    return report_check::check_report(as_text(*text), source, keys);
  });
}

Result<verify::Report> verify_here(const Arguments& arguments, const verify::Options& options) {
  auto report = !arguments.store.empty()
                    ? verify::verify_store(arguments.store, policy::kinds(), options)
                    : verify_bundle(arguments.bundle, options);
  if (options.progress) show(verify::Progress::nothing());
  return report;
}

// The log is verified first: a count of what is not of the log says nothing.
int run_report(const Arguments& arguments) {
  if (arguments.store.empty() == arguments.bundle.empty() || !arguments.url.empty() ||
      arguments.bundle == "-") {
    return refuse(
        {ErrorCode::kMalformed, "say what to count again: one of --store DIR, --bundle FILE"});
  }
  const auto options = options_of(arguments);
  if (!options) return refuse(options.error());
  const auto log = verify_here(arguments, *options);
  if (!log) return refuse(log.error());
  if (!log->holds()) return tell(arguments, *log);
  auto checked = count_again(arguments, *options);
  if (!checked) return refuse(checked.error());
  checked->anchored = log->anchored;
  const std::string text =
      arguments.json ? report_check::to_json(*checked) + "\n" : report_check::to_text(*checked);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    return kEnvironment;
  return checked->holds() ? kHolds : kFound;
}

// Opens the sealed edition with the key of --open; the public one is as it is.
Result<Bytes> attachment_of(const Arguments& arguments) {
  auto file = read_file(arguments.attachment);
  if (!file || arguments.open.empty()) return file;
  auto text = read_file(arguments.open);
  if (!text) return tl::unexpected(text.error());
  const auto key = verify::read_attachment_key(*text);
  chain::wipe(*text);
  if (!key) return fail(ErrorCode::kMalformed, arguments.open + ": " + key.error().detail);
  auto opened = key->open(*file);
  if (!opened)
    return fail(ErrorCode::kMalformed,
                arguments.attachment + " is not sealed to this key, or changed");
  return opened;
}

int run_attachment(const Arguments& arguments) {
  const auto options = options_of(arguments);
  if (!options) return refuse(options.error());
  const auto text = attachment_of(arguments);
  if (!text) return refuse(text.error());
  auto checked =
      report_check::check_attachment(as_text(*text), options->key, options->witness_policy);
  if (!checked) return refuse(checked.error());
  if (!arguments.store.empty() || !arguments.bundle.empty()) {
    const auto log = verify_here(arguments, *options);
    if (!log) return refuse(log.error());
    if (!log->holds()) return tell(arguments, *log);
    const auto held = with_source(arguments, [&](verify::Source& source) {
      return report_check::hold_against(*checked, source);
    });
    if (!held) return refuse(held.error());
  }
  const std::string told =
      arguments.json ? report_check::to_json(*checked) + "\n" : report_check::to_text(*checked);
  return tell(told, checked->holds());
}

// The Commission's own, for sealed attachments: the secret into a file, the public key on stdout.
int run_attachment_key(const Arguments& arguments) {
  const auto key = verify::make_attachment_key(arguments.key_file);
  if (!key) return refuse(key.error());
  return tell(chain::hex(*key) + "\n", true);
}

// A program of its own within this one: it shares nothing with the reading of stores.
int run_witness(int argc, char** argv) {
  try {
    chain::init_crypto();
    return witness::run_witness(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "plateledger-verify witness: {}\n", error.what());
    return kEnvironment;
  }
}

// Where the log comes from, and whose it must be.
void add_source(CLI::App& app, Arguments& arguments) {
  app.add_option("--store", arguments.store, "the store's folder");
  app.add_option("--url", arguments.url, "a running server, https://HOST[:PORT]");
  app.add_option("--credentials", arguments.credentials,
                 "for --url: a file with your log-in, {\"username\":\"...\",\"password\":\"...\"}");
  app.add_option("--cacert", arguments.cacert,
                 "for --url: what the server's certificate must lead to (PEM)");
  app.add_option("--bundle", arguments.bundle, "an exported bundle; - for standard input");
  app.add_option("--key", arguments.key, "the log's verifier key, from elsewhere than the store");
}

void add_state(CLI::App& app, Arguments& arguments) {
  CLI::Option* state = app.add_option(
      "--state", arguments.state,
      "level policy goes on from the state in this file and saves the new one there");
  app.add_option("--state-sha256", arguments.state_sha256, "of that state, as you noted it")
      ->needs(state);
}

const CLI::App* add_attachment(CLI::App& app, Arguments& arguments) {
  CLI::App* attachment = app.add_subcommand(
      "attachment",
      "checks an attachment of the annual report; with --store or --bundle also that "
      "no record is left out");
  attachment->add_option("file", arguments.attachment, "as it was handed out")->required();
  attachment->add_option("--open", arguments.open,
                         "the key file that the sealed edition opens with");
  attachment->fallthrough();  // the options above say of which log
  return attachment;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "witness") return run_witness(argc - 1, argv + 1);
  Arguments arguments;
  CLI::App app("Verifies a Plateledger log: its chain, and that what had to be erased was.");
  app.footer("plateledger-verify witness init|serve|pull: cosigns checkpoints; see its own --help");
  add_source(app, arguments);
  app.add_option("--keys", arguments.keys, "a file of exported keys, to open sealed payloads");
  app.add_option("--level", arguments.level,
                 "chain, erasure (default) or policy: every recorded decision decided again, "
                 "which needs --keys");
  add_state(app, arguments);
  app.add_option("--since", arguments.since, "a signed checkpoint you kept");
  app.add_option("--witness-policy", arguments.witness_policy,
                 "a C2SP tlog-policy file: whose cosignatures must be there");
  app.add_option("--now", arguments.now, "judge due dates as of this time (RFC 3339)");
  app.add_option(
         "--threads", arguments.threads,
         fmt::format("that hash at level chain, 1 to {}; without it one for each processor; "
                     "the answer is the same",
                     verify::kThreadsMax))
      ->check(CLI::Range(1U, verify::kThreadsMax));
  app.add_flag("--json", arguments.json, "one JSON object on stdout");
  CLI::App* receipt = app.add_subcommand("receipt", "checks the receipt of one event, offline");
  receipt->add_option("file", arguments.receipt, "the receipt, as the server handed it out")
      ->required();
  receipt->add_option("--key", arguments.key, "the log's verifier key, from elsewhere");
  receipt->add_option("--witness-policy", arguments.witness_policy,
                      "a C2SP tlog-policy file: whose cosignatures its checkpoint must bear");
  receipt->add_flag("--json", arguments.json, "one JSON object on stdout");
  CLI::App* package =
      app.add_subcommand("package", "checks a file of released events, each of them, offline");
  package->add_option("file", arguments.package, "the package, as it was handed out")->required();
  package->add_option("--key", arguments.key, "the log's verifier key, from elsewhere");
  package->add_option("--witness-policy", arguments.witness_policy,
                      "a C2SP tlog-policy file: whose cosignatures its checkpoints must bear");
  package->add_flag("--json", arguments.json, "one JSON object on stdout");
  CLI::App* audit = app.add_subcommand("audit", "repeats a sample audit from the log alone");
  audit->add_option("number", arguments.audit, "the event number of its plan")->required();
  add_source(*audit, arguments);
  audit->add_option("--since", arguments.since, "a signed checkpoint you kept");
  audit->add_flag("--json", arguments.json, "one JSON object on stdout");
  CLI::App* annual = app.add_subcommand(
      "report", "counts every figure of an annual report again, from --store or --bundle");
  annual->add_option("file", arguments.report, "the report's figures, as JSON")->required();
  annual->fallthrough();  // the options above say of which log
  const CLI::App* attachment = add_attachment(app, arguments);
  CLI::App* attachment_key = app.add_subcommand(
      "attachment-key", "makes a key for sealed attachments, and prints what they are sealed to");
  attachment_key->add_option("file", arguments.key_file, "where the secret goes")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return kBadInput;
  }
  try {
    chain::init_crypto();
    if (annual->parsed()) return run_report(arguments);
    if (package->parsed()) return run_package(arguments);
    if (attachment->parsed()) return run_attachment(arguments);
    if (attachment_key->parsed()) return run_attachment_key(arguments);
    if (audit->parsed()) return run_audit(arguments);
    return receipt->parsed() ? run_receipt(arguments) : run(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "plateledger-verify: {}\n", error.what());
    return kEnvironment;
  }
}
