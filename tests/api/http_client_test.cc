// Proves where the server's own requests may go, and that answers are bounded. By addresses, and
// against a plain HTTP server of the test's own.
#include "api/http_client/http_client.h"

#include <gtest/gtest.h>

#include "api/http_server/http_server.h"

namespace alpr::api::testing {
namespace {

HttpSettings plain() {
  HttpSettings settings;
  settings.transport = Transport::kPlainOnLoopback;
  return settings;
}

TEST(HttpClient, GoesToHttpsOrToThisMachine) {
  for (const std::string_view good :
       {"https://w.example", "https://w.example:8443/prefix", "http://127.0.0.1:80/x",
        "http://localhost", "http://[::1]:9/"})
    EXPECT_TRUE(allowed_url(good)) << good;
  for (const std::string_view bad :
       {"", "w.example", "http://w.example", "https://", "https:///x", "ftp://127.0.0.1",
        "http://127.0.0.1@w.example", "http://127.0.0.1.w.example", "https://w.example/?a",
        "https://w.example/#a", "https://w .example", "file:///etc/passwd", "http://[::1"})
    EXPECT_FALSE(allowed_url(bad)) << bad;
  EXPECT_EQ(HttpClient().send("GET", "http://w.example", {}, "").error().code,
            ErrorCode::kMalformed);
}

TEST(HttpClient, SpeaksWithAPlainServerOnLoopback) {
  HttpServer server(
      plain(),
      [](const Request&) -> std::variant<std::size_t, Response> { return std::size_t{100}; },
      [](const Request& request) -> Response {
        if (request.path == "/long") return {200, "text/plain", std::string(5000, 'x'), {}};
        return {201, "text/x.y", request.method + request.query + request.body, {}};
      },
      [](int status, std::string_view) {
        return Response{status, "text/plain", "", {}};
      });
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port());
  HttpClientSettings settings;
  settings.answer_max = 4096;
  HttpClient client(settings);
  const auto answer = client.send("POST", url + "/p?q=1", {"X-A: b"}, "body");
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->content_type, "text/x.y");
  EXPECT_EQ(answer->body, "POSTq=1body");
  EXPECT_EQ(client.send("GET", url + "/p", {}, "")->body, "GET");
  EXPECT_EQ(client.send("DELETE", url + "/p", {}, "")->body, "DELETE");
  EXPECT_EQ(client.send("POST", url, {}, std::string(101, 'x'))->status, 413);
  EXPECT_EQ(client.send("GET", url + "/long", {}, "").error().code, ErrorCode::kIo);
  std::string pieces;
  const auto whole = client.get(url + "/long", {}, [&](BytesView piece) -> Result<void> {
    pieces += as_text(piece);
    return {};
  });
  ASSERT_TRUE(whole) << "a sink has its own bound: " << whole.error().detail;
  EXPECT_EQ(whole->body, "");
  EXPECT_EQ(pieces, std::string(5000, 'x'));
  const auto refused = client.get(url + "/long", {}, [](BytesView) -> Result<void> {
    return fail(ErrorCode::kNoSpace, "full");
  });
  EXPECT_EQ(refused.error().code, ErrorCode::kNoSpace) << "the sink's own error";
  server.stop();
  EXPECT_EQ(client.send("GET", url, {}, "").error().code, ErrorCode::kIo);
}

TEST(HttpClient, APlainServerIsForLoopback) {
  HttpSettings settings = plain();
  settings.address = "0.0.0.0";
  const auto start = [&] {
    HttpServer server(
        settings,
        [](const Request&) -> std::variant<std::size_t, Response> { return std::size_t{0}; },
        [](const Request&) { return Response{}; },
        [](int, std::string_view) { return Response{}; });
  };
  EXPECT_THROW(start(), std::runtime_error);
  settings.transport = Transport::kPlain;
  EXPECT_NO_THROW(start());
}

}  // namespace
}  // namespace alpr::api::testing
