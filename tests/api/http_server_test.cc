// Proves what the server does with a peer that is slow, greedy, old or many, whatever the endpoints
// are. An HttpServer with a handler of the test's own, spoken to with libcurl and, where that is
// too polite, with TLS by hand.
#include "api/http_server/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

#include "api/problem.h"
#include "api/tls_certificate.h"
#include "tests/api/client.h"

namespace alpr::api::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::size_t kBodyMax = 1000;
constexpr std::chrono::seconds kPatience{60};  // for what must happen, and does at once

// TLS by hand: one connection, which trusts everything; a read that takes over 30 s fails.
class RawPeer {
 public:
  explicit RawPeer(std::uint16_t port, int version_max = TLS1_3_VERSION)
      : context_(SSL_CTX_new(TLS_client_method())), ssl_(nullptr) {
    SSL_CTX_set_max_proto_version(context_, version_max);
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_cipher_list(context_, "ALL:@SECLEVEL=0");
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{30, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, socket_);
    shaken_ = SSL_connect(ssl_) == 1;
  }
  ~RawPeer() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(socket_);
  }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  bool shaken() const { return shaken_; }
  std::string version() const { return SSL_get_version(ssl_); }
  bool send(std::string_view bytes) {
    return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) ==
           static_cast<int>(bytes.size());
  }
  // What comes until `end` was seen, or until the server closes (nullptr: only then).
  std::string read(const char* end) {
    std::string all;
    char buffer[4096];
    while (!end || all.find(end) == std::string::npos) {
      const int got = SSL_read(ssl_, buffer, sizeof buffer);
      if (got <= 0) break;
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  SSL_CTX* context_;
  SSL* ssl_;
  int socket_ = -1;
  bool shaken_ = false;
};

// A stream of the test's own; its end is told.
class Pieces final : public Stream {
 public:
  Pieces(std::function<std::optional<std::string>()> next, std::promise<void>& gone)
      : next_(std::move(next)), gone_(gone) {}
  ~Pieces() override { gone_.set_value(); }
  void listen(Wake wake) override { wake_ = std::move(wake); }
  std::optional<std::string> next() override { return next_(); }

 private:
  std::function<std::optional<std::string>()> next_;
  std::promise<void>& gone_;
  Wake wake_;
};

class Server : public ::testing::Test {
 protected:
  Server() {
    std::string name =
        (std::filesystem::temp_directory_path() / "plateledger-http-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder could be made");
    folder_ = name;
    settings.certificate = folder_ / "certificate.pem";
    settings.private_key = folder_ / "key.pem";
    if (!make_certificate(settings.certificate, settings.private_key, {"127.0.0.1"}))
      throw std::runtime_error("no certificate");
  }
  ~Server() override {
    server.reset();
    std::filesystem::remove_all(folder_);
  }
  void start() {
    server = std::make_unique<HttpServer>(
        settings,
        [](const Request& head) -> std::variant<std::size_t, Response> {
          if (head.path == "/closed") return problem(401, "closed");
          return kBodyMax;
        },
        [this](const Request& request) -> Response {
          ++handled;
          if (request.path == "/wait") released.get_future().wait();
          if (request.path == "/throw") throw std::runtime_error("a secret");
          if (request.path == "/stream") {
            Response response{200, "text/plain", "first,", {}};
            response.stream = std::make_shared<Pieces>(next_piece, stream_gone);
            return response;
          }
          return {200, "text/plain", request.method + " " + request.body, {}};
        },
        [](int status, std::string_view detail) { return problem(status, detail); });
  }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(server->port()); }
  std::unique_ptr<Client> client() const {
    return std::make_unique<Client>(url(), settings.certificate);
  }

  HttpSettings settings;
  std::unique_ptr<HttpServer> server;
  std::atomic<int> handled{0};
  std::promise<void> released;
  std::function<std::optional<std::string>()> next_piece;  // of /stream
  std::promise<void> stream_gone;

 private:
  std::filesystem::path folder_;
};

TEST_F(Server, AConnectionIsKeptAndHeadersAreSafe) {
  start();
  const auto peer = client();
  for (int i = 0; i < 5; ++i) {
    const Reply reply = peer->send("POST", "/x", {"Content-Type: text/plain"}, "hello");
    EXPECT_EQ(reply.status, 200) << reply.error;
    EXPECT_EQ(reply.body, "POST hello");
    EXPECT_EQ(reply.header("cache-control"), "no-store");
    EXPECT_EQ(reply.header("x-content-type-options"), "nosniff");
    EXPECT_THAT(reply.header("strict-transport-security"), StartsWith("max-age="));
  }
  EXPECT_EQ(peer->connections(), 1);
}

TEST_F(Server, ABodyOverTheLimitIs413AndIsNotHandled) {
  start();
  const auto peer = client();
  EXPECT_EQ(peer->send("POST", "/x", {}, std::string(kBodyMax, 'x')).status, 200);
  handled = 0;
  for (const HeaderLines& headers : {HeaderLines{}, HeaderLines{"Transfer-Encoding: chunked"}}) {
    const Reply over = peer->send("POST", "/x", headers, std::string(kBodyMax + 1, 'x'));
    EXPECT_EQ(over.status, 413) << over.error;
    EXPECT_TRUE(over.is_problem());
  }
  // The answer must reach a peer that is still sending.
  const Reply far_over = peer->send("POST", "/x", {}, std::string(3 << 20, 'x'));
  EXPECT_EQ(far_over.status, 413) << far_over.error;
  const Reply refused = peer->send("POST", "/closed", {}, std::string(3 << 20, 'x'));
  EXPECT_EQ(refused.status, 401) << refused.error;
  EXPECT_EQ(handled, 0);
}

TEST_F(Server, AHeaderOverTheLimitIs431) {
  start();
  const auto peer = client();
  const Reply reply =
      peer->send("GET", "/x", {"X-Long: " + std::string(settings.header_bytes_max, 'x')}, "");
  EXPECT_EQ(reply.status, 431) << reply.error;
  EXPECT_TRUE(reply.is_problem());
  EXPECT_EQ(peer->get("/" + std::string(settings.header_bytes_max, 'x')).status, 431);
  EXPECT_EQ(handled, 0);
}

TEST_F(Server, WhatIsNotHttpIs400) {
  start();
  for (const char* bytes :
       {"HELLO\r\n\r\n", "GET /x HTTP/9.9\r\n\r\n", "GET /x HTTP/1.1\r\nno colon\r\n\r\n",
        "POST /x HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        "POST /x HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n"}) {
    RawPeer peer(server->port());
    ASSERT_TRUE(peer.shaken());
    peer.send(bytes);
    EXPECT_THAT(peer.read(nullptr), HasSubstr(" 400 ")) << bytes;
  }
  EXPECT_EQ(handled, 0);
}

TEST_F(Server, AHandlersExceptionTellsNothing) {
  start();
  const Reply reply = client()->get("/throw");
  EXPECT_EQ(reply.status, 500);
  EXPECT_TRUE(reply.is_problem());
  EXPECT_EQ(reply.body.find("secret"), std::string::npos);
}

TEST_F(Server, Expect100ContinueIsAnsweredBeforeTheBody) {
  start();
  RawPeer peer(server->port());
  ASSERT_TRUE(peer.shaken());
  peer.send(
      "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n"
      "Connection: close\r\n\r\n");
  EXPECT_THAT(peer.read("\r\n\r\n"), StartsWith("HTTP/1.1 100 "));
  peer.send("hello");
  EXPECT_THAT(peer.read(nullptr), HasSubstr("POST hello"));
  RawPeer refused(server->port());
  refused.send("POST /closed HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(refused.read(nullptr), StartsWith("HTTP/1.1 401 ")) << "no leave to send";
}

TEST_F(Server, ASlowPeerIsLetGo) {
  settings.header_timeout = std::chrono::seconds(1);
  settings.body_timeout = std::chrono::seconds(1);
  start();
  RawPeer header(server->port());
  header.send("GET /x HTTP/1.1\r\nHost: ");
  EXPECT_EQ(header.read(nullptr), "") << "half a header";
  RawPeer body(server->port());
  body.send("POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel");
  EXPECT_THAT(body.read(nullptr), ::testing::Not(HasSubstr(" 200 "))) << "half a body";
  RawPeer silent(server->port());
  EXPECT_EQ(silent.read(nullptr), "") << "nothing at all";
  EXPECT_EQ(handled, 0);
  EXPECT_EQ(client()->get("/x").status, 200) << "others are served";
}

TEST_F(Server, OnlyTls12AndNewer) {
  start();
  EXPECT_FALSE(RawPeer(server->port(), TLS1_1_VERSION).shaken());
  EXPECT_FALSE(RawPeer(server->port(), TLS1_VERSION).shaken());
  RawPeer older(server->port(), TLS1_2_VERSION);
  ASSERT_TRUE(older.shaken());
  EXPECT_EQ(older.version(), "TLSv1.2");
  RawPeer newer(server->port());
  ASSERT_TRUE(newer.shaken());
  EXPECT_EQ(newer.version(), "TLSv1.3");
}

TEST_F(Server, SixtyPeersAtOnceAreAllServed) {
  start();
  std::vector<std::thread> peers;
  std::atomic<int> served{0};
  for (int i = 0; i < 60; ++i) {
    peers.emplace_back([&] {
      const auto peer = client();
      for (int k = 0; k < 3; ++k)
        if (peer->get("/x").status == 200) ++served;
    });
  }
  for (std::thread& peer : peers) peer.join();
  EXPECT_EQ(served, 180);
}

TEST_F(Server, WhenTooManyWaitTheNextIsToldToComeBack) {
  settings.workers = 1;
  settings.waiting_max = 1;
  start();
  std::thread first([&] { EXPECT_EQ(client()->get("/wait").status, 200); });
  while (handled == 0) std::this_thread::yield();
  const Reply reply = client()->get("/x");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.header("retry-after"), "1");
  released.set_value();
  first.join();
  EXPECT_EQ(client()->get("/x").status, 200);
}

TEST_F(Server, StopLetsAnAnswerUnderWayFinish) {
  start();
  std::thread first([&] { EXPECT_EQ(client()->get("/wait").status, 200); });
  while (handled == 0) std::this_thread::yield();
  std::thread stopper([&] { server->stop(std::chrono::seconds(20)); });
  released.set_value();
  first.join();
  stopper.join();
}

TEST_F(Server, AStreamIsSentPieceByPieceUntilItsEnd) {
  settings.stream_heartbeat = std::chrono::milliseconds(1);
  int calls = 0;
  next_piece = [&]() -> std::optional<std::string> {
    switch (++calls) {
      case 1:
        return "second,";
      case 2:
        return "";  // nothing new
      case 3:
        return "last";
      default:
        return std::nullopt;
    }
  };
  start();
  const Reply reply = client()->get("/stream");
  EXPECT_EQ(reply.status, 200) << reply.error;
  EXPECT_EQ(reply.body, "first,second,last");
  EXPECT_EQ(reply.header("transfer-encoding"), "chunked");
  EXPECT_EQ(reply.header("connection"), "close");
  EXPECT_EQ(reply.header("cache-control"), "no-store");
  EXPECT_EQ(calls, 4);
}

TEST_F(Server, AnOlderPeerGetsAStreamWithoutChunks) {
  next_piece = [] { return std::optional<std::string>(); };
  start();
  RawPeer peer(server->port());
  peer.send("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_THAT(peer.read(nullptr), ::testing::EndsWith("\r\n\r\nfirst,"));
}

TEST_F(Server, AStreamThatFailsEndsAndTellsNothing) {
  next_piece = []() -> std::optional<std::string> { throw std::runtime_error("a secret"); };
  start();
  const Reply reply = client()->get("/stream");
  EXPECT_EQ(reply.status, 200) << reply.error;
  EXPECT_EQ(reply.body, "first,");
}

TEST_F(Server, ASlowReaderIsCutOff) {
  settings.stream_write_timeout = std::chrono::milliseconds(300);
  settings.stream_heartbeat = std::chrono::milliseconds(1);
  std::atomic<std::size_t> made{0};
  next_piece = [&]() -> std::optional<std::string> {
    ++made;
    return std::string(1 << 20, 'x');
  };
  start();
  RawPeer peer(server->port());
  peer.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(stream_gone.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_LT(made, 64U) << "what nobody takes is not made";
  EXPECT_EQ(client()->get("/x").status, 200) << "others are served";
}

TEST_F(Server, APeerThatGoesEndsItsStream) {
  settings.stream_heartbeat = std::chrono::hours(1);
  next_piece = [] { return std::optional<std::string>("second,"); };
  start();
  {
    RawPeer peer(server->port());
    peer.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(peer.read("second,"), HasSubstr("first,"));
  }
  EXPECT_EQ(stream_gone.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST_F(Server, StopEndsStreams) {
  settings.stream_heartbeat = std::chrono::hours(1);
  next_piece = [] { return std::optional<std::string>("second,"); };
  start();
  RawPeer peer(server->port());
  peer.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  peer.read("second,");
  server->stop(std::chrono::hours(1));  // it would wait so long for an answer under way
  EXPECT_EQ(stream_gone.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_THAT(peer.read(nullptr), HasSubstr("0\r\n\r\n")) << "a whole body";
}

TEST_F(Server, ATakenPortAndAMissingCertificateAreSaidAtOnce) {
  start();
  HttpSettings same = settings;
  same.port = server->port();
  const auto serve = [](const HttpSettings& s) {
    HttpServer second(
        s, [](const Request&) { return std::size_t{0}; }, [](const Request&) { return Response{}; },
        [](int, std::string_view) { return Response{}; });
  };
  EXPECT_THROW(serve(same), std::runtime_error);
  HttpSettings missing = settings;
  missing.certificate = "/nonexistent/certificate.pem";
  EXPECT_THROW(serve(missing), std::runtime_error);
}

}  // namespace
}  // namespace alpr::api::testing
