#include "api/http_client/http_client.h"

#include <curl/curl.h>

#include <stdexcept>

namespace alpr::api {
namespace {

constexpr std::string_view kSecure = "https://";
constexpr std::string_view kPlain = "http://";

struct Received {
  CURL* easy = nullptr;
  std::string body;
  std::size_t max = 0;
  const HttpClient::Sink* sink = nullptr;  // where a 2xx goes; nullptr: to `body`
  Result<void> taken;                      // what the sink said
};

std::size_t append(char* data, std::size_t size, std::size_t count, void* target) {
  auto& received = *static_cast<Received*>(target);
  const std::size_t bytes = size * count;
  long status = 0;
  curl_easy_getinfo(received.easy, CURLINFO_RESPONSE_CODE, &status);
  if (received.sink != nullptr && status / 100 == 2) {
    received.taken = (*received.sink)(as_bytes(std::string_view(data, bytes)));
    return received.taken ? bytes : 0;  // 0: curl then gives up
  }
  if (bytes > received.max - received.body.size()) return 0;
  received.body.append(data, bytes);
  return bytes;
}

using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

HeaderList header_list(const std::vector<std::string>& lines) {
  curl_slist* list = nullptr;
  for (const std::string& line : lines) list = curl_slist_append(list, line.c_str());
  return HeaderList(list, &curl_slist_free_all);
}

// Of the answer; empty where it has none of this name.
std::string header_of(CURL* easy, const char* name) {
  curl_header* found = nullptr;
  if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  return found->value;
}

void set_limits(CURL* easy, const HttpClientSettings& settings) {
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (settings.certificate) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, settings.certificate->c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, settings.connect_seconds);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, settings.total_seconds);
  if (settings.stalled_seconds == 0) return;
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, settings.stalled_seconds);
}

}  // namespace

bool allowed_url(std::string_view url) {
  const bool secure = url.starts_with(kSecure);
  if (!secure && !url.starts_with(kPlain)) return false;
  const std::string_view rest = url.substr(secure ? kSecure.size() : kPlain.size());
  const std::string_view place = rest.substr(0, rest.find('/'));
  if (place.empty() || url.find_first_of("@?#\\ \t\r\n") != std::string_view::npos) return false;
  if (secure) return true;
  const std::string_view host = place.starts_with('[') ? place.substr(0, place.find(']') + 1)
                                                       : place.substr(0, place.find(':'));
  return host == "127.0.0.1" || host == "[::1]" || host == "localhost";
}

struct HttpClient::Curl {
  HttpClientSettings settings;
  CURL* easy = nullptr;
  ~Curl() { curl_easy_cleanup(easy); }
};

HttpClient::HttpClient(HttpClientSettings settings) : curl_(std::make_unique<Curl>()) {
  curl_->settings = std::move(settings);
  curl_->easy = curl_easy_init();
  if (curl_->easy == nullptr) throw std::runtime_error("libcurl could not start");
}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

struct HttpClient::Request {
  const std::string& method;
  const std::string& url;
  const std::vector<std::string>& header_lines;
  std::string_view body;
  const Sink* sink;
};

Result<HttpAnswer> HttpClient::send(const std::string& method, const std::string& url,
                                    std::vector<std::string> header_lines, std::string_view body) {
  header_lines.emplace_back("Expect:");
  return perform({method, url, header_lines, body, nullptr});
}

Result<HttpAnswer> HttpClient::get(const std::string& url, std::vector<std::string> header_lines,
                                   const Sink& sink) {
  return perform({"GET", url, header_lines, "", &sink});
}

Result<HttpAnswer> HttpClient::perform(const Request& request) {
  const std::string& url = request.url;
  // The path was checked without its query, which callers build themselves.
  if (!allowed_url(url.substr(0, url.find('?'))))
    return fail(ErrorCode::kMalformed, "'" + url + "' is not https, nor http to this machine");
  CURL* easy = curl_->easy;
  curl_easy_reset(easy);
  set_limits(easy, curl_->settings);
  const HeaderList headers = header_list(request.header_lines);
  Received received{easy, {}, curl_->settings.answer_max, request.sink, {}};
  char reason[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  if (request.method != "GET") {
    const std::string_view body = request.body;
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &append);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason);
  const CURLcode code = curl_easy_perform(easy);
  if (!received.taken) return tl::unexpected(received.taken.error());
  if (code != CURLE_OK) {
    const std::string why = reason[0] != 0 ? reason : curl_easy_strerror(code);
    return fail(ErrorCode::kIo, url + ": " + why);
  }
  HttpAnswer answer;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer.status);
  const char* type = nullptr;
  curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
  if (type != nullptr) answer.content_type = type;
  answer.etag = header_of(easy, "ETag");
  answer.last_modified = header_of(easy, "Last-Modified");
  if (const time_t at = curl_getdate(answer.last_modified.c_str(), nullptr); at >= 0)
    answer.last_modified_s = at;
  answer.body = std::move(received.body);
  return answer;
}

}  // namespace alpr::api
