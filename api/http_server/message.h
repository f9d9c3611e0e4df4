// A request and a response as endpoints see them: plain data, so that endpoints and their tests
// open no socket and include no HTTP library.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alpr::api {

struct Request {
  std::string method;  // upper case
  std::string path;    // decoded by nobody: as sent, without the query
  std::string query;   // after '?', as sent
  std::map<std::string, std::string>
      headers;  // names in lower case; a repeated one is joined by ", "
  std::string body;
  std::string remote;  // peer address, without port

  std::string_view header(const std::string& lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
  }
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

}  // namespace alpr::api
