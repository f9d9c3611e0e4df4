// A mail server of the test's own on loopback, as small as RFC 5321 allows: one connection at a
// time, and what it was given is kept for the test.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace alpr::api::testing {

struct TakenMail {
  std::string login;  // what AUTH PLAIN said, decoded, NUL as '|'
  bool encrypted = false;
  std::string from;
  std::vector<std::string> to;
  std::string text;  // with its headers
};

class TestMailServer {
 public:
  enum class Tls { kNone, kStartTls, kFromTheFirstByte };
  // `certificate` and `key` are PEM files; unused with kNone.
  TestMailServer(Tls tls, std::string address, std::filesystem::path certificate = {},
                 std::filesystem::path key = {});
  ~TestMailServer();
  TestMailServer(const TestMailServer&) = delete;
  TestMailServer& operator=(const TestMailServer&) = delete;

  std::string url() const;                  // smtp:// or smtps://
  void refuse(bool all) { refuse_ = all; }  // answers 451 to every message from here on
  std::vector<TakenMail> taken();
  std::string all_bytes();  // that clients sent, as they were after decryption

 private:
  class Connection;
  void serve();
  void talk(Connection& client);

  const Tls tls_;
  const std::string address_;
  void* context_ = nullptr;  // SSL_CTX
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> refuse_ = false;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::vector<TakenMail> taken_;
  std::string bytes_;
  std::thread thread_;
};

}  // namespace alpr::api::testing
