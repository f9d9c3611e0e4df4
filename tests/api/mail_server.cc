#include "tests/api/mail_server.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "ledger/chain/encoding.h"

namespace alpr::api::testing {
namespace {

constexpr std::size_t kLineMax = 1 << 16;

std::string decoded_login(const std::string& base64) {
  const auto bytes = chain::parse_base64(base64);
  std::string login = bytes ? std::string(as_text(*bytes)) : "not base64";
  std::replace(login.begin(), login.end(), '\0', '|');
  return login;
}

}  // namespace

class TestMailServer::Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {
    const timeval limit{10, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Connection() {
    if (ssl_ != nullptr) SSL_free(ssl_);
    ::close(fd_);
  }
  bool start_tls(void* context) {
    ssl_ = SSL_new(static_cast<SSL_CTX*>(context));
    SSL_set_fd(ssl_, fd_);
    return SSL_accept(ssl_) == 1;
  }
  bool encrypted() const { return ssl_ != nullptr; }
  void say(const std::string& line) {
    const std::string all = line + "\r\n";
    if (ssl_ != nullptr) {
      SSL_write(ssl_, all.data(), static_cast<int>(all.size()));
    } else {
      (void)!::send(fd_, all.data(), all.size(), MSG_NOSIGNAL);
    }
  }
  // Without its CR LF; false where the client is gone.
  bool hear(std::string& line) {
    line.clear();
    char c = 0;
    while (line.size() < kLineMax) {
      const auto n = ssl_ != nullptr ? SSL_read(ssl_, &c, 1) : ::recv(fd_, &c, 1, 0);
      if (n != 1) return false;
      if (c == '\n') {
        if (line.ends_with('\r')) line.pop_back();
        return true;
      }
      line += c;
    }
    return false;
  }

 private:
  int fd_;
  SSL* ssl_ = nullptr;
};

TestMailServer::TestMailServer(Tls tls, std::string address, std::filesystem::path certificate,
                               std::filesystem::path key)
    : tls_(tls), address_(std::move(address)) {
  if (tls != Tls::kNone) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_file(context, certificate.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
      throw std::runtime_error("no certificate for the mail server");
    context_ = context;
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  ::inet_pton(AF_INET, address_.c_str(), &at.sin_addr);
  socklen_t size = sizeof at;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&at), size) != 0 ||
      ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
    throw std::runtime_error("the mail server can't listen");
  port_ = ntohs(at.sin_port);
  thread_ = std::thread([this] { serve(); });
}

TestMailServer::~TestMailServer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
  if (context_ != nullptr) SSL_CTX_free(static_cast<SSL_CTX*>(context_));
}

std::string TestMailServer::url() const {
  return (tls_ == Tls::kFromTheFirstByte ? "smtps://" : "smtp://") + address_ + ":" +
         std::to_string(port_);
}

std::vector<TakenMail> TestMailServer::taken() {
  const std::lock_guard lock(mutex_);
  return taken_;
}

std::string TestMailServer::all_bytes() {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void TestMailServer::serve() {
  while (!stopping_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    Connection client(fd);
    if (tls_ == Tls::kFromTheFirstByte && !client.start_tls(context_)) continue;
    talk(client);
  }
}

void TestMailServer::talk(Connection& client) {
  client.say("220 mail.test");
  TakenMail mail;
  bool in_text = false;
  for (std::string line; client.hear(line);) {
    {
      const std::lock_guard lock(mutex_);
      bytes_ += line + "\n";
    }
    if (in_text) {
      if (line != ".") {
        mail.text += (line.starts_with('.') ? line.substr(1) : line) + "\r\n";
        continue;
      }
      in_text = false;
      client.say("250 taken");
      const std::lock_guard lock(mutex_);
      taken_.push_back(mail);
    } else if (line.starts_with("EHLO")) {
      client.say("250-mail.test");
      if (tls_ == Tls::kStartTls && !client.encrypted()) client.say("250-STARTTLS");
      client.say("250 AUTH PLAIN");
    } else if (line == "STARTTLS" && tls_ == Tls::kStartTls) {
      client.say("220 go on");
      if (!client.start_tls(context_)) return;
    } else if (line.starts_with("AUTH PLAIN")) {
      if (line.size() <= 11) {
        client.say("334 ");
        if (!client.hear(line)) return;
      } else {
        line = line.substr(11);
      }
      mail.login = decoded_login(line);
      client.say("235 welcome");
    } else if (line.starts_with("MAIL FROM:")) {
      mail.from = line.substr(10);
      mail.encrypted = client.encrypted();
      client.say("250 ok");
    } else if (line.starts_with("RCPT TO:")) {
      mail.to.push_back(line.substr(8));
      client.say("250 ok");
    } else if (line == "DATA") {
      in_text = !refuse_;
      client.say(refuse_ ? "451 not now" : "354 go on");
    } else if (line == "QUIT") {
      client.say("221 bye");
      return;
    } else {
      client.say("500 what?");
    }
  }
}

}  // namespace alpr::api::testing
