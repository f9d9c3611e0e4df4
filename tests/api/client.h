// An HTTPS client for tests: libcurl, which trusts exactly one certificate, and what it was
// answered.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/chain/canonical_json.h"

namespace alpr::api::testing {

struct Reply {
  int status = 0;  // 0: no answer; `error` says why
  std::string error;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  chain::Json json;  // of a body that is canonical JSON; else false

  std::string header(const std::string& lower_case_name) const;
  // A member of the JSON body; "" or -1 where it is not there, which no test expects.
  std::string text(std::string_view member) const;
  std::int64_t number(std::string_view member) const;
  std::vector<std::string> rules() const;
  bool has_rule(std::string_view rule) const;
  // An RFC 9457 document whose status is the answer's, with a stable type.
  bool is_problem() const;
};

// `Name: value` lines; one that ends in ':' removes the header that libcurl would add.
using HeaderLines = std::vector<std::string>;

// One connection, kept alive. One thread at a time.
class Client {
 public:
  Client(std::string server, std::filesystem::path certificate);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void use_token(std::string token) { token_ = std::move(token); }
  const std::string& token() const { return token_; }
  Reply get(const std::string& path) { return send("GET", path, {}, ""); }
  Reply post(const std::string& path, const chain::Json& body) {
    return send("POST", path, {"Content-Type: application/json"}, chain::write(body));
  }
  // Where its connections come from, an address of this machine such as 127.0.0.2.
  void come_from(std::string address) { address_ = std::move(address); }
  // `body` is sent where the method is not GET. Authorization is added where there is a token.
  Reply send(const std::string& method, const std::string& path, const HeaderLines& headers,
             const std::string& body);
  std::int64_t connections() const { return connections_; }  // opened so far

 private:
  std::string server_;
  std::filesystem::path certificate_;
  std::string token_;
  std::string address_;
  std::int64_t connections_ = 0;
  void* handle_;
};

inline chain::Json object(std::initializer_list<std::pair<std::string, chain::Json>> members) {
  return chain::Json(chain::Json::Object(members));
}
inline chain::Json num(std::int64_t value) { return chain::Json(value); }
// The object with one member replaced, or added.
chain::Json with(const chain::Json& object, const std::string& member, chain::Json value);
chain::Json without(const chain::Json& object, std::string_view member);

}  // namespace alpr::api::testing
