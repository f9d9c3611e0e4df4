#include "ledger/verify/log_server.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <fstream>
#include <functional>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/keys.h"
#include "ledger/verify/report.h"

namespace alpr::verify {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScheme = "https://";
constexpr std::size_t kTextMax = std::size_t{64} << 10;
constexpr std::uint64_t kBundleBytesMax = std::uint64_t{1} << 40;
constexpr std::size_t kCredentialsMax = 4096;
constexpr long kConnectSeconds = 10;
constexpr long kTotalSeconds = 3600;
constexpr long kStalledSeconds = 60;  // under 1 byte/s for so long

using Take = std::function<bool(BytesView)>;

std::size_t take_piece(char* data, std::size_t size, std::size_t count, void* take) {
  const BytesView bytes(reinterpret_cast<const std::uint8_t*>(data), size * count);
  return (*static_cast<Take*>(take))(bytes) ? bytes.size() : 0;  // 0: curl gives up
}

Result<std::string> read_credentials(const fs::path& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return fail(ErrorCode::kNotFound, "there is no credentials file " + path.string());
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(ErrorCode::kRefused, path.string() + " is open to group or others (chmod 600)");
  std::ifstream file(path, std::ios::binary);
  std::string text(kCredentialsMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  while (text.ends_with('\n')) text.pop_back();
  const auto json = chain::parse_canonical(text);
  const bool good = json && json->object() != nullptr && json->object()->size() == 2 &&
                    json->member("username") != nullptr && json->member("password") != nullptr;
  if (!good) {
    chain::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return fail(ErrorCode::kMalformed,
                path.string() + R"( is not {"username":"...","password":"..."} without spaces)");
  }
  return text;
}

// What a problem document says, made printable; it comes from somebody who is not trusted.
std::string problem_detail(const std::string& body) {
  const auto json = chain::parse_canonical(body);
  const chain::Json* detail = json ? json->member("detail") : nullptr;
  if (detail == nullptr || detail->string() == nullptr) return "";
  return ": " + printable(detail->string()->substr(0, 300));
}

bool plain_https_address(std::string_view url) {
  if (!url.starts_with(kScheme) || url.size() == kScheme.size()) return false;
  return url.substr(kScheme.size()).find_first_of("/?#@ \t\r\n\\") == std::string_view::npos;
}

}  // namespace

struct LogServer::Curl {
  CURL* easy = curl_easy_init();
  std::string url;
  std::string certificate;
  std::string token;

  Curl() = default;
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;
  ~Curl() {
    chain::wipe({reinterpret_cast<std::uint8_t*>(token.data()), token.size()});
    curl_easy_cleanup(easy);
  }

  struct Call {
    const char* method = "GET";
    std::string path;
    const std::string* body = nullptr;
  };
  void set_up(const Call& call);
  // The answer's status. What it says besides 2xx is kept as text, for the error.
  Result<long> send(const Call& call, Take take);
  // 2xx, or an error that says what the server said.
  Result<void> fetch(const Call& call, const Take& take);
  Result<std::string> text(const Call& call);
};

void LogServer::Curl::set_up(const Call& call) {
  curl_easy_reset(easy);
  curl_easy_setopt(easy, CURLOPT_URL, (url + call.path).c_str());
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.method);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!certificate.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, certificate.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, kTotalSeconds);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, kStalledSeconds);
  if (call.body == nullptr) return;
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call.body->data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body->size()));
}

Result<long> LogServer::Curl::send(const Call& call, Take take) {
  set_up(call);
  curl_slist* lines = curl_slist_append(nullptr, "Expect:");
  if (call.body != nullptr) lines = curl_slist_append(lines, "Content-Type: application/json");
  if (!token.empty()) lines = curl_slist_append(lines, ("Authorization: Bearer " + token).c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owner(lines,
                                                                          &curl_slist_free_all);
  std::array<char, CURL_ERROR_SIZE> reason{};
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lines);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_piece);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &take);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason.data());
  const CURLcode code = curl_easy_perform(easy);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);
  if (code != CURLE_OK) {
    return fail(
        ErrorCode::kIo,
        url + ": " + (reason[0] != 0 ? printable(reason.data()) : curl_easy_strerror(code)));
  }
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

Result<void> LogServer::Curl::fetch(const Call& call, const Take& take) {
  std::string said;
  const auto status = send(call, [&](BytesView bytes) {
    long so_far = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &so_far);
    if (so_far / 100 == 2) return take(bytes);
    if (said.size() + bytes.size() > kTextMax) return false;
    said += as_text(bytes);
    return true;
  });
  if (!status) return tl::unexpected(status.error());
  if (*status / 100 == 2) return {};
  const ErrorCode code = *status == 401 || *status == 403 ? ErrorCode::kUnauthenticated
                         : *status == 413                 ? ErrorCode::kTooLarge
                                                          : ErrorCode::kIo;
  return fail(code,
              fmt::format("{}{} answers {}{}", url, call.path, *status, problem_detail(said)));
}

Result<std::string> LogServer::Curl::text(const Call& call) {
  std::string answer;
  const auto fetched = fetch(call, [&](BytesView bytes) {
    if (answer.size() + bytes.size() > kTextMax) return false;
    answer += as_text(bytes);
    return true;
  });
  if (!fetched) return tl::unexpected(fetched.error());
  return answer;
}

LogServer::LogServer(std::unique_ptr<Curl> curl) : curl_(std::move(curl)) {}
LogServer::LogServer(LogServer&& other) noexcept = default;

LogServer::~LogServer() {
  if (curl_ && !curl_->token.empty())
    (void)curl_->text({.method = "DELETE", .path = "/v1/sessions/current"});
}

Result<LogServer> LogServer::log_in(const LogServerAddress& address) {
  auto curl = std::make_unique<Curl>();
  if (curl->easy == nullptr) return fail(ErrorCode::kIo, "libcurl could not start");
  curl->url = address.url;
  if (curl->url.ends_with('/')) curl->url.pop_back();
  if (!plain_https_address(curl->url))
    return fail(ErrorCode::kMalformed, "the server's address must be https://HOST[:PORT]");
  if (address.certificate) curl->certificate = address.certificate->string();
  auto credentials = read_credentials(address.credentials);
  if (!credentials) return tl::unexpected(credentials.error());
  auto answer = curl->text({.method = "POST", .path = "/v1/sessions", .body = &*credentials});
  chain::wipe({reinterpret_cast<std::uint8_t*>(credentials->data()), credentials->size()});
  if (!answer) return tl::unexpected(answer.error());
  const auto json = chain::parse_canonical(*answer);
  const chain::Json* token = json ? json->member("token") : nullptr;
  if (token == nullptr || token->string() == nullptr)
    return fail(ErrorCode::kIo, curl->url + " does not answer a log-in as a Plateledger does");
  curl->token = *token->string();
  return LogServer(std::move(curl));
}

Result<std::string> LogServer::checkpoint() { return curl_->text({.path = "/log/checkpoint"}); }

Result<MappedFile> LogServer::bundle(std::uint64_t from) {
  return MappedFile::filled([&](const MappedFile::Sink& sink) -> Result<void> {
    Result<void> stored;
    std::uint64_t bytes = 0;
    const auto fetched =
        curl_->fetch({.path = fmt::format("/v1/log/bundle?from={}", from)}, [&](BytesView piece) {
          bytes += piece.size();
          if (bytes > kBundleBytesMax) return false;
          stored = sink(piece);
          return stored.has_value();
        });
    return stored ? fetched : stored;
  });
}

}  // namespace alpr::verify
