#include "tests/api/event_peer.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

namespace alpr::api::testing {

namespace {

std::vector<ServerSentEvent> events_of(const std::string& text) {
  std::vector<ServerSentEvent> all;
  ServerSentEvent now;
  std::size_t at = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', at)) {
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty()) {
      if (!now.data.empty()) all.push_back(now);
      now = {};
    } else if (line.starts_with("id: ")) {
      now.id = line.substr(4);
    } else if (line.starts_with("event: ")) {
      now.name = line.substr(7);
    } else if (line.starts_with("data: ")) {
      now.data = line.substr(6);
    }
  }
  return all;
}

}  // namespace

EventPeer::EventPeer(const std::string& url, const std::filesystem::path& certificate,
                     const std::string& token, const HeaderLines& headers)
    : thread_([=, this] { read(url, certificate, token, headers); }) {}

EventPeer::~EventPeer() {
  hang_up();
  thread_.join();
}

bool EventPeer::opened() {
  return within_a_minute([this] { return !text_.empty() || ended_; });
}

bool EventPeer::has(std::size_t events) {
  return within_a_minute([&] { return events_of(text_).size() >= events; });
}

bool EventPeer::ended() {
  return within_a_minute([this] { return ended_; });
}

void EventPeer::hang_up() {
  const std::lock_guard lock(mutex_);
  hung_up_ = true;
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

int EventPeer::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

std::string EventPeer::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

std::vector<ServerSentEvent> EventPeer::events() const { return events_of(text()); }

bool EventPeer::within_a_minute(const std::function<bool()>& holds) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::minutes(1), holds);
}

std::size_t EventPeer::take(char* data, std::size_t size, std::size_t count, void* peer) {
  EventPeer& self = *static_cast<EventPeer*>(peer);
  const std::lock_guard lock(self.mutex_);
  self.text_.append(data, size * count);
  self.changed_.notify_all();
  return size * count;
}

int EventPeer::open_socket(void* peer, int, void* address) {
  EventPeer& self = *static_cast<EventPeer*>(peer);
  const auto& wanted = *static_cast<curl_sockaddr*>(address);
  const std::lock_guard lock(self.mutex_);
  if (self.hung_up_) return static_cast<int>(CURL_SOCKET_BAD);
  self.socket_ = ::socket(wanted.family, wanted.socktype | SOCK_CLOEXEC, wanted.protocol);
  return self.socket_;
}

int EventPeer::close_socket(void* peer, int socket) {
  EventPeer& self = *static_cast<EventPeer*>(peer);
  const std::lock_guard lock(self.mutex_);
  self.socket_ = -1;
  return ::close(socket);
}

void EventPeer::read(const std::string& url, const std::filesystem::path& certificate,
                     const std::string& token, const HeaderLines& headers) {
  CURL* curl = curl_easy_init();
  curl_slist* lines = curl_slist_append(nullptr, ("Authorization: Bearer " + token).c_str());
  for (const std::string& line : headers) lines = curl_slist_append(lines, line.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
  curl_easy_setopt(curl, CURLOPT_CAINFO, certificate.c_str());
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  const curl_opensocket_callback opens = [](void* peer, curlsocktype purpose,
                                            curl_sockaddr* address) -> curl_socket_t {
    return open_socket(peer, purpose, address);
  };
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, opens);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, this);
  curl_easy_perform(curl);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_slist_free_all(lines);
  curl_easy_cleanup(curl);
  const std::lock_guard lock(mutex_);
  status_ = static_cast<int>(status);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace alpr::api::testing
