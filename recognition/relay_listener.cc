#include "recognition/relay_listener.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "api/http_server/http_server.h"
#include "ledger/chain/keys.h"
#include "recognition/files.h"
#include "recognition/relay/message.h"

namespace alpr::recognition {
namespace {

constexpr std::size_t kSecretMin = 16;
constexpr std::size_t kSecretMax = 200;
constexpr unsigned kWorkers = 2;
constexpr std::size_t kConnectionsMax = 64;

api::Response text(int status, std::string_view what) {
  return {status, "text/plain; charset=utf-8", std::string(what) + "\n", {}};
}

bool is_word(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

Result<std::string> read_secret(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077U) != 0)
    return fail(ErrorCode::kMalformed, path.string() + " may be read by others: chmod 600");
  const Result<Bytes> bytes = read_file(path, kSecretMax + 2);
  if (!bytes) return tl::unexpected(bytes.error());
  std::string secret(as_text(*bytes));
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  const bool good = secret.size() >= kSecretMin && secret.size() <= kSecretMax &&
                    std::all_of(secret.begin(), secret.end(), is_word);
  if (good) return secret;
  return fail(ErrorCode::kMalformed,
              path.string() + " holds no secret of 16 to 200 letters, digits, - and _");
}

// Every path without a secret; with one, that alone. Any other answers as if nothing were here.
std::variant<std::size_t, api::Response> admit(const std::optional<std::string>& secret,
                                               const api::Request& head) {
  if (secret) {
    const std::string expected = "/" + *secret;
    if (!chain::equal_constant_time(as_bytes(head.path), as_bytes(expected)))
      return text(404, "no such path");
  }
  if (head.method == "POST") return kMessageBytesMax;
  api::Response refused = text(405, "messages are posted");
  refused.headers.emplace_back("Allow", "POST");
  return refused;
}

}  // namespace

struct RelayListener::Server {
  std::optional<std::string> secret;
  std::unique_ptr<api::HttpServer> http;
};

RelayListener::RelayListener(std::unique_ptr<Server> server) : server_(std::move(server)) {}
RelayListener::RelayListener(RelayListener&&) noexcept = default;
RelayListener& RelayListener::operator=(RelayListener&&) noexcept = default;
RelayListener::~RelayListener() = default;

std::uint16_t RelayListener::port() const { return server_->http->port(); }

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  ListenAddress where;
  if (colon != std::string_view::npos) {
    std::string_view address = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), where.port);
    const bool bracketed = address.starts_with('[') && address.ends_with(']');
    if (bracketed) address = address.substr(1, address.size() - 2);
    where.address = std::string(address);
    const bool one_colon = bracketed || address.find(':') == std::string_view::npos;
    if (!address.empty() && one_colon && !digits.empty() && parsed.ec == std::errc() &&
        parsed.ptr == digits.data() + digits.size())
      return where;
  }
  return fail(ErrorCode::kMalformed, fmt::format("--listen takes ADDRESS:PORT, not \"{}\"", text));
}

Result<RelayListener> RelayListener::open(const ListenAddress& where,
                                          std::function<Taken(const std::string& message)> take) {
  const bool tls = !where.certificate.empty();
  if (tls == where.private_key.empty() || tls == where.secret.empty())
    return fail(ErrorCode::kMalformed,
                "--certificate, --private-key and --path-secret go together: all of them, or none "
                "for an agent on this machine");
  auto server = std::make_unique<Server>();
  if (tls) {
    Result<std::string> secret = read_secret(where.secret);
    if (!secret) return tl::unexpected(secret.error());
    server->secret = std::move(*secret);
  }
  api::HttpSettings settings;
  settings.transport = tls ? api::Transport::kTls : api::Transport::kPlainOnLoopback;
  settings.address = where.address;
  settings.port = where.port;
  settings.certificate = where.certificate;
  settings.private_key = where.private_key;
  settings.workers = kWorkers;
  settings.connections_max = kConnectionsMax;
  try {
    server->http = std::make_unique<api::HttpServer>(
        settings,
        [secret = server->secret](const api::Request& head) { return admit(secret, head); },
        [take = std::move(take)](const api::Request& request) {
          const Taken taken = take(request.body);
          api::Response answer = text(taken.status, taken.why);
          if (taken.status == 503) answer.headers.emplace_back("Retry-After", "10");
          return answer;
        },
        text);
  } catch (const std::runtime_error& error) {
    return fail(ErrorCode::kIo,
                fmt::format("can't listen on {}:{}: {}", where.address, where.port, error.what()));
  }
  return RelayListener(std::move(server));
}

}  // namespace alpr::recognition
