// A request and a response as endpoints see them: plain data, so that endpoints and their tests
// open no socket and include no HTTP library.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
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

// A body that is made while it is sent, for as long as both sides like: server-sent events.
class Stream {
 public:
  using Wake = std::function<void()>;
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;
  // Called once, before the first next(). `wake` makes the server call next() soon; any thread may
  // call it, it is cheap, and it is not called any more once the stream is destroyed.
  virtual void listen(Wake wake) = 0;
  // What to send now; nullopt ends the body. One call at a time, on any worker thread, where it may
  // block as a handler may; after listen(), after each wake, and where nothing wakes it, every
  // HttpSettings::stream_heartbeat. The piece before has been taken by then.
  virtual std::optional<std::string> next() = 0;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<Stream> stream = nullptr;  // `body` is its first piece
};

}  // namespace alpr::api
