// HTTPS (plain HTTP where told) on Boost.Beast, and nothing else: bytes in, Request; Response,
// bytes out. The only user of Beast.
//
// One thread runs the sockets, a pool runs the handler, which may block (it waits for commits).
// Everything is bounded: connections, requests waiting for the pool (503 with Retry-After), header
// and body sizes (431, 413), and the time that a peer may take for a header, a body or the reading
// of an answer. A response may have a stream: it takes no worker while nothing is new, and ends
// when its peer goes or stop() is called. TLS 1.2 and 1.3 only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "api/http_server/message.h"

namespace alpr::api {

enum class Transport {
  kTls,
  kPlainOnLoopback,  // behind a proxy of the same machine; another address is refused
  kPlain,            // the operator said that the network below is safe
};

struct HttpSettings {
  Transport transport = Transport::kTls;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;             // 0: any free one; see HttpServer::port()
  std::filesystem::path certificate;  // of kTls
  std::filesystem::path private_key;
  unsigned workers = 8;
  std::size_t connections_max = 512;
  std::size_t waiting_max = 256;  // requests handed to the pool and not yet answered
  std::size_t header_bytes_max = 16 << 10;
  std::chrono::seconds header_timeout{15};  // also the idle time of a kept-alive connection
  std::chrono::seconds body_timeout{60};
  std::chrono::seconds write_timeout{60};
  // Of a response with a stream: what its peer does not take within the time-out ends it.
  std::chrono::milliseconds stream_write_timeout{10'000};
  std::chrono::milliseconds stream_heartbeat{15'000};  // see Stream::next()
};

// Called with everything but the body. Either the number of body bytes that may be read, or an
// answer (401, 404, 405, 415, ...) after which the connection is closed without the body having
// been read.
using Admit = std::function<std::variant<std::size_t, Response>(const Request& head)>;
// May block; any worker thread, many at a time. An exception becomes a 500 without detail.
using Handler = std::function<Response(const Request& request)>;
// Makes the body of an answer that the server itself gives (400, 408, 413, 431, 500, 503), e.g. a
// problem document.
using Complain = std::function<Response(int status, std::string_view detail)>;

class HttpServer {
 public:
  // Listens at once; throws std::runtime_error when it can't (port taken, certificate unreadable).
  HttpServer(const HttpSettings& settings, Admit admit, Handler handler, Complain complain);
  ~HttpServer();  // stop()
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  // Takes no more connections, ends streams, lets answers under way finish (at most `grace`),
  // closes the rest.
  // Idempotent.
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(2000));

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace alpr::api
