#include "api/http_server/http_server.h"

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <cctype>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

namespace alpr::api {

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = net::ip::tcp;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using PlainStream = beast::tcp_stream;
using Parser = http::request_parser<http::string_body>;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

Request to_request(const Parser& parser, const std::string& remote) {
  const auto& message = parser.get();
  Request request;
  request.method = std::string(message.method_string());
  const std::string target(message.target());
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string::npos) request.query = target.substr(mark + 1);
  for (const auto& field : message) {
    std::string& value = request.headers[lower(
        std::string_view(field.name_string().data(), field.name_string().size()))];
    if (!value.empty()) value += ", ";
    value += std::string(field.value());
  }
  request.remote = remote;
  return request;
}

template <typename Body>
http::response<Body> head_of(const Response& response, unsigned version) {
  http::response<Body> message{static_cast<http::status>(response.status), version};
  message.set(http::field::content_type, response.content_type);
  message.set(http::field::cache_control, "no-store");
  message.set("X-Content-Type-Options", "nosniff");
  message.set("Strict-Transport-Security", "max-age=31536000");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  return message;
}

http::response<http::string_body> to_message(const Response& response, unsigned version,
                                             bool keep_alive) {
  auto message = head_of<http::string_body>(response, version);
  message.body() = response.body;
  message.keep_alive(keep_alive);
  message.prepare_payload();
  return message;
}

// What to answer when the peer's bytes could not be read; nullopt: nothing, the peer is gone or too
// slow to care.
std::optional<int> status_of(const beast::error_code& error) {
  if (error == http::error::body_limit) return 413;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == beast::error::timeout || error == http::error::end_of_stream) return std::nullopt;
  if (error.category() == make_error_code(http::error::bad_method).category()) return 400;
  return std::nullopt;
}

std::string_view detail_of(int status) {
  switch (status) {
    case 413:
      return "the body is larger than this endpoint takes";
    case 431:
      return "the request's header is larger than the server takes";
    case 503:
      return "too many requests are waiting; try again shortly";
    case 500:
      return "the server failed; nothing was recorded for this request";
    default:
      return "the request is not well-formed HTTP";
  }
}

}  // namespace

struct HttpServer::Impl {
  Impl(const HttpSettings& s, Admit a, Handler h, Complain c)
      : settings(s),
        admit(std::move(a)),
        handler(std::move(h)),
        complain(std::move(c)),
        pool(s.workers),
        acceptor(sockets) {
    if (settings.transport == Transport::kTls) prepare_tls();
    const net::ip::address address = net::ip::make_address(settings.address);
    if (settings.transport == Transport::kPlainOnLoopback && !address.is_loopback())
      throw std::runtime_error("plain HTTP is served on a loopback address alone, and " +
                               settings.address + " is none");
    const tcp::endpoint endpoint(address, settings.port);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(net::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen(net::socket_base::max_listen_connections);
    port = acceptor.local_endpoint().port();
    net::co_spawn(sockets, accept(), net::detached);
    runner = std::thread([this] { sockets.run(); });
  }

  void prepare_tls() {
    tls.set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv2 |
                    net::ssl::context::no_sslv3 | net::ssl::context::no_tlsv1 |
                    net::ssl::context::no_tlsv1_1 | net::ssl::context::single_dh_use);
    tls.use_certificate_chain_file(settings.certificate.string());
    tls.use_private_key_file(settings.private_key.string(), net::ssl::context::pem);
  }

  net::awaitable<void> accept() {
    while (acceptor.is_open()) {
      beast::error_code error;
      tcp::socket socket =
          co_await acceptor.async_accept(net::redirect_error(net::use_awaitable, error));
      if (stopping) co_return;
      if (error || connections >= settings.connections_max) {
        // Out of descriptors, or full: wait a little instead of spinning.
        net::steady_timer pause(sockets, std::chrono::milliseconds(50));
        co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
        continue;
      }
      ++connections;
      net::co_spawn(sockets, session(std::move(socket)),
                    [this](std::exception_ptr) { leave(connections); });
    }
  }

  // The last one out wakes stop().
  void leave(std::atomic<std::size_t>& count) {
    std::lock_guard lock(mutex);
    --count;
    changed.notify_all();
  }

  enum class After { kNext, kClose, kLinger };

  net::awaitable<void> session(tcp::socket socket) {
    beast::error_code error;
    const tcp::endpoint peer = socket.remote_endpoint(error);
    const std::string remote = error ? std::string() : peer.address().to_string();
    socket.set_option(tcp::no_delay(true), error);
    if (settings.transport != Transport::kTls) {
      PlainStream stream(std::move(socket));
      co_await converse(stream, remote);
      stream.socket().shutdown(tcp::socket::shutdown_send, error);
      co_return;
    }
    TlsStream stream(std::move(socket), tls);
    beast::get_lowest_layer(stream).expires_after(settings.header_timeout);
    co_await stream.async_handshake(net::ssl::stream_base::server,
                                    net::redirect_error(net::use_awaitable, error));
    if (!error) co_await converse(stream, remote);
    beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(2));
    co_await stream.async_shutdown(net::redirect_error(net::use_awaitable, error));
  }

  // Requests and answers until one side has had enough.
  template <typename Stream>
  net::awaitable<void> converse(Stream& stream, const std::string& remote) {
    // Beast reads as much at a time as there is room for, and 512 bytes where there is none. A
    // record of TLS has up to 16 KiB.
    beast::flat_buffer buffer;
    buffer.reserve(std::size_t{20} << 10);
    After after = After::kNext;
    while (after == After::kNext && !stopping) after = co_await exchange(stream, buffer, remote);
    if (after == After::kLinger) co_await linger(stream);
  }

  // Where the peer may still be sending what nobody will read, closing at once would make the
  // kernel reset the connection, and the answer could be lost on its way. So what comes is thrown
  // away for a while (RFC 9112 section 9.6).
  template <typename Stream>
  net::awaitable<void> linger(Stream& stream) {
    constexpr std::size_t kBytesMax = 16 << 20;
    std::array<char, 16 << 10> thrown_away;
    beast::error_code error;
    beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(2));
    for (std::size_t total = 0; !error && total < kBytesMax;)
      total += co_await stream.async_read_some(net::buffer(thrown_away),
                                               net::redirect_error(net::use_awaitable, error));
  }

  // One request and its answer.
  template <typename Stream>
  net::awaitable<After> exchange(Stream& stream, beast::flat_buffer& buffer,
                                 const std::string& remote) {
    beast::error_code error;
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(settings.header_bytes_max));
    parser.body_limit(boost::none);  // set below, once it is known what endpoint this is
    beast::get_lowest_layer(stream).expires_after(settings.header_timeout);
    co_await http::async_read_header(stream, buffer, parser,
                                     net::redirect_error(net::use_awaitable, error));
    if (error) co_return co_await give_up(stream, error);
    Request request = to_request(parser, remote);
    const std::variant<std::size_t, Response> admitted = admit(request);
    if (const Response* answer = std::get_if<Response>(&admitted)) {
      co_await write(stream, *answer, parser.get().version(), Keep::kNo);
      co_return After::kLinger;
    }
    const std::size_t limit = std::get<std::size_t>(admitted);
    if (parser.content_length() && *parser.content_length() > limit) {
      co_await write(stream, complain(413, detail_of(413)), parser.get().version(), Keep::kNo);
      co_return After::kLinger;
    }
    parser.body_limit(limit);
    beast::get_lowest_layer(stream).expires_after(settings.body_timeout);
    if (lower(request.header("expect")) == "100-continue") {
      http::response<http::empty_body> go_on{http::status::continue_, parser.get().version()};
      co_await http::async_write(stream, go_on, net::redirect_error(net::use_awaitable, error));
      if (error) co_return After::kClose;
    }
    co_await http::async_read(stream, buffer, parser,
                              net::redirect_error(net::use_awaitable, error));
    if (error) co_return co_await give_up(stream, error);
    request.body = std::move(parser.get().body());
    const Keep keep = parser.get().keep_alive() && !stopping ? Keep::kYes : Keep::kNo;
    Response response = co_await handled(std::move(request));
    if (response.stream) {
      co_await stream_out(stream, std::move(response), parser.get().version());
      co_return After::kClose;
    }
    const bool written = co_await write(stream, response, parser.get().version(), keep);
    co_return written&& keep == Keep::kYes ? After::kNext : After::kClose;
  }

  enum class Keep { kNo, kYes };

  template <typename Stream>
  net::awaitable<After> give_up(Stream& stream, beast::error_code error) {
    const std::optional<int> status = status_of(error);
    if (!status) co_return After::kClose;
    co_await write(stream, complain(*status, detail_of(*status)), 11, Keep::kNo);
    co_return After::kLinger;
  }

  template <typename Stream>
  net::awaitable<bool> write(Stream& stream, const Response& response, unsigned version,
                             Keep keep) {
    beast::error_code error;
    http::response<http::string_body> message = to_message(response, version, keep == Keep::kYes);
    beast::get_lowest_layer(stream).expires_after(settings.write_timeout);
    co_await http::async_write(stream, message, net::redirect_error(net::use_awaitable, error));
    co_return !error;
  }

  // A stream that is being sent. Of the sockets' thread, but for next().
  struct Sending {
    Sending(net::io_context& sockets, std::shared_ptr<Stream> s)
        : pause(sockets), source(std::move(s)) {}
    void call() {
      called = true;
      pause.cancel();
    }
    net::steady_timer pause;
    std::shared_ptr<Stream> source;
    bool called = true;  // next() is to be called without a pause
    bool left = false;   // the peer
  };

  template <typename Connection>
  net::awaitable<void> stream_out(Connection& connection, Response response, unsigned version) {
    const auto sending = std::make_shared<Sending>(sockets, std::move(response.stream));
    const std::weak_ptr<Sending> weak = sending;
    {
      const std::lock_guard lock(mutex);
      streams.insert(sending);
    }
    sending->source->listen([this, weak] {
      net::post(sockets, [weak] {
        if (const auto one = weak.lock()) one->call();
      });
    });
    // Its peer has nothing more to say: what comes is the end, or somebody who does not know that.
    beast::get_lowest_layer(connection)
        .socket()
        .async_wait(tcp::socket::wait_read, [weak](beast::error_code error) {
          const auto one = weak.lock();
          if (error || !one) return;
          one->left = true;
          one->call();
        });
    const bool chunked = version >= 11;
    bool open = co_await write_head(connection, response, version, chunked);
    std::optional<std::string> piece = std::move(response.body);
    while (open && piece && !stopping && !sending->left) {
      if (!piece->empty()) open = co_await write_piece(connection, *piece, chunked);
      if (!open) break;
      co_await pause(*sending);
      if (stopping || sending->left) break;
      sending->called = false;
      net::awaitable<std::optional<std::string>> next =
          net::co_spawn(pool, next_on_pool(sending), net::use_awaitable);
      piece = co_await std::move(next);
    }
    sending->source.reset();  // before the peer sees the end
    if (open && chunked && !sending->left)
      co_await write_buffers(connection, http::make_chunk_last());
    const std::lock_guard lock(mutex);
    streams.erase(sending);
    changed.notify_all();
  }

  net::awaitable<void> pause(Sending& sending) {
    if (sending.called || stopping) co_return;
    beast::error_code error;
    sending.pause.expires_after(settings.stream_heartbeat);
    co_await sending.pause.async_wait(net::redirect_error(net::use_awaitable, error));
  }

  net::awaitable<std::optional<std::string>> next_on_pool(std::shared_ptr<Sending> sending) {
    try {
      co_return sending->source->next();
    } catch (...) {
      // As for a handler: the peer learns nothing of it.
    }
    co_return std::nullopt;
  }

  template <typename Connection>
  net::awaitable<bool> write_head(Connection& connection, const Response& response,
                                  unsigned version, bool chunked) {
    beast::error_code error;
    auto message = head_of<http::empty_body>(response, version);
    message.keep_alive(false);
    message.chunked(chunked);
    http::response_serializer<http::empty_body> head(message);
    beast::get_lowest_layer(connection).expires_after(settings.stream_write_timeout);
    co_await http::async_write_header(connection, head,
                                      net::redirect_error(net::use_awaitable, error));
    co_return !error;
  }

  template <typename Connection>
  net::awaitable<bool> write_piece(Connection& connection, const std::string& piece, bool chunked) {
    const net::const_buffer bytes = net::buffer(piece);
    if (chunked) co_return co_await write_buffers(connection, http::make_chunk(bytes));
    co_return co_await write_buffers(connection, bytes);
  }

  template <typename Connection, typename Buffers>
  net::awaitable<bool> write_buffers(Connection& connection, Buffers buffers) {
    beast::error_code error;
    beast::get_lowest_layer(connection).expires_after(settings.stream_write_timeout);
    co_await net::async_write(connection, buffers, net::redirect_error(net::use_awaitable, error));
    co_return !error;
  }

  // Runs the handler on the pool; comes back to the sockets' thread with its answer.
  net::awaitable<Response> handled(Request request) {
    if (waiting.fetch_add(1) >= settings.waiting_max) {
      leave(waiting);
      Response busy = complain(503, detail_of(503));
      busy.headers.emplace_back("Retry-After", "1");
      co_return busy;
    }
    net::awaitable<Response> answer =
        net::co_spawn(pool, on_pool(std::move(request)), net::use_awaitable);
    Response response = co_await std::move(answer);
    leave(waiting);
    co_return response;
  }

  net::awaitable<Response> on_pool(Request request) {
    try {
      co_return handler(request);
    } catch (...) {
      // Whatever it was, the peer learns nothing of it.
    }
    co_return complain(500, detail_of(500));
  }

  void stop(std::chrono::milliseconds grace) {
    if (stopping.exchange(true)) return;
    net::post(sockets, [this] {
      beast::error_code ignored;
      acceptor.close(ignored);
      for (const auto& one : streams) one->call();
    });
    {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, grace, [this] { return waiting == 0 && streams.empty(); });
    }
    pool.join();
    sockets.stop();
    if (runner.joinable()) runner.join();
    // Once the sockets' queue is gone nobody may wake a stream, and no timer may be left.
    for (const auto& one : streams) one->source.reset();
    streams.clear();
  }

  const HttpSettings settings;
  const Admit admit;
  const Handler handler;
  const Complain complain;
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> waiting{0};
  std::mutex mutex;
  std::condition_variable changed;
  std::set<std::shared_ptr<Sending>> streams;  // changed by the sockets' thread, under the mutex
  net::ssl::context tls{net::ssl::context::tls_server};
  net::io_context sockets{1};
  net::thread_pool pool;
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::thread runner;
};

HttpServer::HttpServer(const HttpSettings& settings, Admit admit, Handler handler,
                       Complain complain) try
    : impl_(std::make_unique<Impl>(settings, std::move(admit), std::move(handler),
                                   std::move(complain))) {
} catch (const boost::system::system_error& error) {
  throw std::runtime_error("cannot serve on " + settings.address + ":" +
                           std::to_string(settings.port) + ": " + error.what());
}

HttpServer::~HttpServer() { stop(); }

std::uint16_t HttpServer::port() const { return impl_->port; }

void HttpServer::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

}  // namespace alpr::api
