// HTTP requests by libcurl: bytes out, bytes in. One connection, kept open.
//
// TLS 1.2 or later with certificate and host name verified; plain HTTP to loopback alone; no
// redirects. Owned by one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::api {

struct HttpClientSettings {
  // PEM that the server's certificate must lead to; without one, what the system trusts.
  std::optional<std::filesystem::path> certificate;
  long connect_seconds = 5;
  long total_seconds = 10;
  long stalled_seconds = 0;  // an error after so long under 1 byte/s; 0: only the above counts
  std::size_t answer_max = 1 << 20;  // bytes; a longer answer is an error
};

struct HttpAnswer {
  long status = 0;
  std::string content_type;
  std::string body;
  std::string etag;                             // as sent; empty: none
  std::string last_modified;                    // as sent; empty: none
  std::optional<std::int64_t> last_modified_s;  // its seconds since 1970, where it is a date
};

class HttpClient {
 public:
  explicit HttpClient(HttpClientSettings settings = {});  // throws std::runtime_error without curl
  HttpClient(HttpClient&&) noexcept;
  ~HttpClient();

  // Any status is an answer. kMalformed: not an https URL, or http to another machine; kIo: not
  // reached, not who it must be, too slow, too long.
  // A body is sent where the method is not GET.
  Result<HttpAnswer> send(const std::string& method, const std::string& url,
                          std::vector<std::string> header_lines, std::string_view body);

  // GET, for a body of any length: that of a 2xx goes to the sink piece by piece, and the answer
  // has none. An error of the sink ends the request and is what comes back.
  using Sink = std::function<Result<void>(BytesView)>;
  Result<HttpAnswer> get(const std::string& url, std::vector<std::string> header_lines,
                         const Sink& sink);

 private:
  struct Request;
  Result<HttpAnswer> perform(const Request& request);
  struct Curl;
  std::unique_ptr<Curl> curl_;
};

// Whether requests may go there: https, or http to 127.0.0.1, [::1] or localhost.
bool allowed_url(std::string_view url);

}  // namespace alpr::api
