// The witness over HTTP: POST /add-checkpoint, GET /<hex(SHA-256(origin))>/checkpoint.
#include <fmt/format.h>
#include <signal.h>

#include <exception>

#include "api/http_server/http_server.h"
#include "ledger/verify/witness/commands/commands.h"
#include "ledger/verify/witness/witness.h"

namespace alpr::witness {

namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kCheckpoint = "/checkpoint";

api::Response text(int status, std::string_view what) {
  return {status, std::string(kText), std::string(what) + "\n", {}};
}

// The <name> of /<name>/checkpoint, or nothing.
std::optional<std::string> asked_name(std::string_view path) {
  if (!path.starts_with('/') || !path.ends_with(kCheckpoint)) return std::nullopt;
  path.remove_prefix(1);
  if (path.size() != 64 + kCheckpoint.size()) return std::nullopt;
  return std::string(path.substr(0, 64));
}

std::variant<std::size_t, api::Response> admit(const api::Request& head) {
  const bool submits = head.path == "/add-checkpoint";
  if (!submits && !asked_name(head.path)) return text(404, "no such path");
  const std::string_view verb = submits ? "POST" : "GET";
  if (head.method == verb) return submits ? chain::kAddCheckpointSizeMax : 0;
  api::Response refused = text(405, "another method");
  refused.headers.emplace_back("Allow", std::string(verb));
  return refused;
}

api::Response handle(Witness& witness, const api::Request& request) {
  if (const auto name = asked_name(request.path)) {
    auto note = witness.latest(*name);
    if (!note) return text(404, "nothing was cosigned of this log");
    return {200, std::string(kText), std::move(*note), {{"Cache-Control", "max-age=2"}}};
  }
  Answer answer = witness.add_checkpoint(request.body);
  return {answer.status, std::move(answer.content_type), std::move(answer.body), {}};
}

api::HttpSettings settings_of(const ServeCommand& command) {
  api::HttpSettings settings;
  settings.address = command.address;
  settings.port = command.port;
  settings.certificate = command.certificate;
  settings.private_key = command.private_key;
  settings.workers = 2;
  settings.connections_max = 128;
  if (command.certificate.empty())
    settings.transport =
        command.plain_anywhere ? api::Transport::kPlain : api::Transport::kPlainOnLoopback;
  return settings;
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

int run_serve(const ServeCommand& command) {
  const sigset_t stop = stop_signals();
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);  // before any thread, so that all inherit it
  auto witness = Witness::open(command.state, wall_clock_s, say);
  if (!witness) return complain(witness.error());
  api::HttpServer server(
      settings_of(command), admit,
      [&](const api::Request& request) { return handle(**witness, request); }, text);
  if (const std::size_t proofs = (*witness)->proofs(); proofs > 0)
    say(fmt::format("PROOF of two histories lies in {} ({} files)",
                    (command.state / "evidence").string(), proofs));
  say(fmt::format("{} on {}://{}:{}", chain::format_vkey((*witness)->vkey()),
                  command.certificate.empty() ? "http" : "https", command.address, server.port()));
  int signal = 0;
  sigwait(&stop, &signal);
  server.stop();
  return (*witness)->proofs() > 0 ? 1 : 0;
}

}  // namespace alpr::witness
