// A client of server-sent events for tests: one request, whose answer is read by a thread of its
// own until either side ends it. What it waits for is waited for a minute at most.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/api/client.h"

namespace alpr::api::testing {

struct ServerSentEvent {
  std::string id;
  std::string name;
  std::string data;
};

class EventPeer {
 public:
  EventPeer(const std::string& url, const std::filesystem::path& certificate,
            const std::string& token, const HeaderLines& headers = {});
  ~EventPeer();  // hang_up()
  EventPeer(const EventPeer&) = delete;
  EventPeer& operator=(const EventPeer&) = delete;

  bool opened();                 // its first bytes came
  bool has(std::size_t events);  // so many events came, or more
  bool ended();                  // by the server
  void hang_up();                // without a word
  int status() const;            // 0 before ended()
  std::string text() const;      // all that came
  std::vector<ServerSentEvent> events() const;

 private:
  bool within_a_minute(const std::function<bool()>& holds);
  void read(const std::string& url, const std::filesystem::path& certificate,
            const std::string& token, const HeaderLines& headers);
  static std::size_t take(char* data, std::size_t size, std::size_t count, void* peer);
  static int open_socket(void* peer, int purpose, void* address);
  static int close_socket(void* peer, int socket);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  int socket_ = -1;
  int status_ = 0;
  bool ended_ = false;
  bool hung_up_ = false;
  std::thread thread_;
};

}  // namespace alpr::api::testing
