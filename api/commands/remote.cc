#include "api/commands/remote.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "api/http_client/account_file.h"
#include "api/http_client/http_client.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"

namespace alpr::api {
namespace {

using chain::Json;

constexpr std::string_view kScheme = "https://";
constexpr std::size_t kAnswerMax = std::size_t{128} << 20;
constexpr long kConnectSeconds = 10;
constexpr long kTotalSeconds = 3600;
constexpr long kStalledSeconds = 120;  // a large comparison or a report takes its time

void wipe(std::string& text) {
  chain::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

bool plain_https_address(std::string_view url) {
  if (!url.starts_with(kScheme) || url.size() == kScheme.size()) return false;
  return url.substr(kScheme.size()).find_first_of("/?#@ \t\r\n\\") == std::string_view::npos;
}

ErrorCode code_of(long status) {
  switch (status) {
    case 400:
    case 413:
    case 415:
      return ErrorCode::kMalformed;
    case 401:
      return ErrorCode::kUnauthenticated;
    case 403:
      return ErrorCode::kRefused;
    case 404:
    case 410:
      return ErrorCode::kNotFound;
    case 409:
      return ErrorCode::kConflict;
    case 429:
    case 503:
      return ErrorCode::kBusy;
    default:
      return ErrorCode::kIo;
  }
}

// What a problem document says, with the rules that refused.
std::string said(const HttpAnswer& answer) {
  const auto json = chain::parse_canonical(answer.body);
  const std::string detail = json ? text_of(*json, "detail") : "";
  std::string rules;
  const Json* named = json ? json->member("rules") : nullptr;
  if (named != nullptr && named->array() != nullptr) {
    for (const Json& rule : *named->array())
      if (rule.string() != nullptr) rules += (rules.empty() ? "" : " ") + *rule.string();
  }
  std::string text = detail.empty() ? fmt::format("the server answers {}", answer.status) : detail;
  if (!rules.empty()) text += " (" + rules + ")";
  return printable(text);
}

}  // namespace

struct Remote::Session {
  explicit Session(const RemoteOptions& options)
      : client({.certificate = options.certificate,
                .connect_seconds = kConnectSeconds,
                .total_seconds = kTotalSeconds,
                .stalled_seconds = kStalledSeconds,
                .answer_max = kAnswerMax}),
        url(options.server) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { wipe(token); }

  Result<std::string> send(const std::string& method, const std::string& path,
                           const std::string& type, std::string_view body) {
    std::vector<std::string> headers;
    if (!token.empty()) headers.push_back("Authorization: Bearer " + token);
    if (!type.empty()) headers.push_back("Content-Type: " + type);
    auto answer = client.send(method, url + path, std::move(headers), body);
    if (!answer) return fail(answer.error().code, printable(answer.error().detail));
    if (answer->status / 100 != 2) return fail(code_of(answer->status), said(*answer));
    return std::move(answer->body);
  }

  HttpClient client;
  std::string url;
  std::string token;
};

Remote::Remote(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Remote::Remote(Remote&& other) noexcept = default;

Remote::~Remote() {
  if (session_ && !session_->token.empty())
    (void)session_->send("DELETE", "/v1/sessions/current", "", "");
}

Result<Remote> Remote::log_in(const RemoteOptions& options) {
  auto session = std::make_unique<Session>(options);
  if (session->url.ends_with('/')) session->url.pop_back();
  if (!plain_https_address(session->url))
    return fail(ErrorCode::kMalformed, "--server: the address must be https://HOST[:PORT]");
  auto account = read_account_file(options.credentials);
  if (!account) return tl::unexpected(account.error());
  if (options.code) {
    account->pop_back();
    *account += ",\"code\":";
    chain::write_string(*account, chain::valid_utf8(*options.code) ? *options.code : "");
    *account += "}";
  }
  const auto answer = session->send("POST", "/v1/sessions", "application/json", *account);
  wipe(*account);
  if (!answer) return tl::unexpected(answer.error());
  const auto json = read_answer(*answer);
  if (!json) return tl::unexpected(json.error());
  session->token = text_of(*json, "token");
  if (session->token.empty())
    return fail(ErrorCode::kIo, session->url + " does not answer a log-in as a Plateledger does");
  return Remote(std::move(session));
}

Result<std::string> Remote::get(const std::string& path) {
  return session_->send("GET", path, "", "");
}

Result<std::string> Remote::post(const std::string& path, const std::string& type,
                                 std::string_view body) {
  return session_->send("POST", path, type, body);
}

Result<Json> Remote::get_json(const std::string& path) {
  const auto body = get(path);
  return body ? read_answer(*body) : tl::unexpected(body.error());
}

Result<Json> Remote::post_json(const std::string& path, const Json& body) {
  const auto answer = post(path, "application/json", chain::write(body));
  return answer ? read_answer(*answer) : tl::unexpected(answer.error());
}

Result<Json> read_answer(const std::string& body) {
  auto json = chain::parse_canonical(body);
  if (!json || json->object() == nullptr)
    return fail(ErrorCode::kIo, "the server's answer is not what a Plateledger writes");
  return json;
}

std::string text_of(const Json& object, std::string_view member) {
  const Json* found = object.member(member);
  return found != nullptr && found->string() != nullptr ? *found->string() : std::string();
}

std::int64_t number_of(const Json& object, std::string_view member) {
  const Json* found = object.member(member);
  return found != nullptr && found->integer() != nullptr ? *found->integer() : 0;
}

bool flag_of(const Json& object, std::string_view member) {
  const Json* found = object.member(member);
  return found != nullptr && found->boolean() != nullptr && *found->boolean();
}

std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return out;
}

Result<std::string> read_whole(const std::string& file, std::size_t bytes_max) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) return fail(ErrorCode::kNotFound, "cannot open " + file);
  }
  std::istream& from = file == "-" ? std::cin : opened;
  std::string bytes(bytes_max + 1, '\0');
  from.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(from.gcount()));
  if (from.bad()) return fail(ErrorCode::kIo, "cannot read " + file);
  if (bytes.size() > bytes_max)
    return fail(ErrorCode::kMalformed, fmt::format("{} has more than {} bytes", file, bytes_max));
  return bytes;
}

Result<void> write_new(const std::string& file, std::string_view bytes) {
  const bool output = file == "-";
  const int fd =
      output ? STDOUT_FILENO : ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST)
    return fail(ErrorCode::kConflict, file + " is there already; name a new file");
  bool whole = fd >= 0;
  while (whole && !bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    whole = n >= 0;
    if (whole) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  whole = whole && (output || ::fsync(fd) == 0);
  const int error = errno;
  if (fd >= 0 && !output) ::close(fd);
  if (whole) return {};
  if (fd >= 0 && !output) ::unlink(file.c_str());
  return fail(error == ENOSPC ? ErrorCode::kNoSpace : ErrorCode::kIo,
              file + ": " + std::strerror(error));
}

Result<TimeUs> time_option(std::string_view option, const std::string& text) {
  auto time = chain::parse_time(text);
  if (!time)
    return fail(ErrorCode::kMalformed, fmt::format("{}: {}; a time is e.g. 2026-11-01T00:00:00Z",
                                                   option, time.error().detail));
  return time;
}

}  // namespace alpr::api
