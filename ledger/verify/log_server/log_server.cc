#include "ledger/verify/log_server/log_server.h"

#include <fmt/format.h>

#include "api/http_client/account_file.h"
#include "api/http_client/http_client.h"
#include "ledger/chain/canonical_json.h"
#include "ledger/chain/keys.h"
#include "ledger/verify/report.h"

namespace alpr::log_server {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::size_t kTextMax = std::size_t{64} << 10;
constexpr std::uint64_t kBundleBytesMax = std::uint64_t{1} << 40;
constexpr long kConnectSeconds = 10;
constexpr long kTotalSeconds = 3600;
constexpr long kStalledSeconds = 60;  // under 1 byte/s for so long

// What a problem document says, made printable; it comes from somebody who is not trusted.
std::string problem_detail(const std::string& body) {
  const auto json = chain::parse_canonical(body);
  const chain::Json* detail = json ? json->member("detail") : nullptr;
  if (detail == nullptr || detail->string() == nullptr) return "";
  return ": " + verify::printable(detail->string()->substr(0, 300));
}

bool plain_https_address(std::string_view url) {
  if (!url.starts_with(kScheme) || url.size() == kScheme.size()) return false;
  return url.substr(kScheme.size()).find_first_of("/?#@ \t\r\n\\") == std::string_view::npos;
}

}  // namespace

struct LogServer::Session {
  explicit Session(const LogServerAddress& address)
      : client({.certificate = address.certificate,
                .connect_seconds = kConnectSeconds,
                .total_seconds = kTotalSeconds,
                .stalled_seconds = kStalledSeconds,
                .answer_max = kTextMax}),
        url(address.url) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { chain::wipe({reinterpret_cast<std::uint8_t*>(token.data()), token.size()}); }

  std::vector<std::string> headers() const;
  // The body of a 2xx, or an error that says what the server said.
  Result<std::string> text(const std::string& method, const std::string& path,
                           std::string_view body = "");
  Result<std::string> accepted(const Result<api::HttpAnswer>& answer, const std::string& path);

  api::HttpClient client;
  std::string url;
  std::string token;
};

std::vector<std::string> LogServer::Session::headers() const {
  if (token.empty()) return {"Content-Type: application/json"};
  return {"Authorization: Bearer " + token};
}

Result<std::string> LogServer::Session::accepted(const Result<api::HttpAnswer>& answer,
                                                 const std::string& path) {
  if (!answer) return fail(answer.error().code, verify::printable(answer.error().detail));
  const long status = answer->status;
  if (status / 100 == 2) return answer->body;
  const ErrorCode code = status == 401 || status == 403 ? ErrorCode::kUnauthenticated
                         : status == 413                ? ErrorCode::kTooLarge
                                                        : ErrorCode::kIo;
  return fail(code,
              fmt::format("{}{} answers {}{}", url, path, status, problem_detail(answer->body)));
}

Result<std::string> LogServer::Session::text(const std::string& method, const std::string& path,
                                             std::string_view body) {
  return accepted(client.send(method, url + path, headers(), body), path);
}

LogServer::LogServer(std::unique_ptr<Session> session) : session_(std::move(session)) {}
LogServer::LogServer(LogServer&& other) noexcept = default;

LogServer::~LogServer() {
  if (session_ && !session_->token.empty()) (void)session_->text("DELETE", "/v1/sessions/current");
}

Result<LogServer> LogServer::log_in(const LogServerAddress& address) {
  auto session = std::make_unique<Session>(address);
  if (session->url.ends_with('/')) session->url.pop_back();
  if (!plain_https_address(session->url))
    return fail(ErrorCode::kMalformed, "the server's address must be https://HOST[:PORT]");
  auto credentials = api::read_account_file(address.credentials);
  if (!credentials) return tl::unexpected(credentials.error());
  auto answer = session->text("POST", "/v1/sessions", *credentials);
  chain::wipe({reinterpret_cast<std::uint8_t*>(credentials->data()), credentials->size()});
  if (!answer) return tl::unexpected(answer.error());
  const auto json = chain::parse_canonical(*answer);
  const chain::Json* token = json ? json->member("token") : nullptr;
  if (token == nullptr || token->string() == nullptr)
    return fail(ErrorCode::kIo, session->url + " does not answer a log-in as a Plateledger does");
  session->token = *token->string();
  return LogServer(std::move(session));
}

Result<std::string> LogServer::checkpoint() { return session_->text("GET", "/log/checkpoint"); }

Result<verify::MappedFile> LogServer::bundle(std::uint64_t from) {
  const std::string path = fmt::format("/v1/log/bundle?from={}", from);
  return verify::MappedFile::filled([&](const verify::MappedFile::Sink& sink) -> Result<void> {
    std::uint64_t bytes = 0;
    const auto answer = session_->client.get(
        session_->url + path, session_->headers(), [&](BytesView piece) -> Result<void> {
          bytes += piece.size();
          if (bytes > kBundleBytesMax)
            return fail(ErrorCode::kTooLarge, "the server's bundle does not end");
          return sink(piece);
        });
    const auto said = session_->accepted(answer, path);
    return said ? Result<void>() : tl::unexpected(said.error());
  });
}

}  // namespace alpr::log_server
