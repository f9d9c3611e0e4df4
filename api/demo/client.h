// A small HTTPS client for the demonstration: one person, one connection, JSON in and out.
#pragma once

#include <filesystem>
#include <string>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/error.h"

namespace alpr::api {

struct Answer {
  int status = 0;
  std::string body;
  chain::Json json;  // of a JSON or problem body; else false

  // Of the JSON body; aborts the story with kCorrupt when it is not there, for then the
  // demonstration is wrong.
  std::string text(std::string_view member) const;
  std::int64_t number(std::string_view member) const;
  std::string rules() const;  // "I12-C2B-1, ..." of a problem document
};

// What went differently than the story says. Thrown by the demonstration's helpers, caught in
// run_demo().
struct StoryBroken {
  std::string what;
};

class Client {
 public:
  // Trusts exactly this certificate.
  Client(std::string server, std::filesystem::path certificate);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void use_token(std::string token) { token_ = std::move(token); }
  Answer get(const std::string& path) { return send("GET", path, "", ""); }
  Answer post(const std::string& path, const chain::Json& body) {
    return send("POST", path, "application/json", chain::write(body));
  }
  Answer send(const std::string& method, const std::string& path, const std::string& content_type,
              const std::string& body);

 private:
  std::string server_;
  std::filesystem::path certificate_;
  std::string token_;
  void* handle_;
};

}  // namespace alpr::api
