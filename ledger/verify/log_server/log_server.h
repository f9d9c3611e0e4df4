// A running server as a place to take a log from: logs in, asks for the newest checkpoint and a
// bundle, logs out. Nothing that it says is believed; TLS only keeps others from listening to the
// log-in. One thread.
//
// The account is a file of canonical JSON, {"username":"...","password":"..."}, that nobody but its
// owner may read. Source: docs/openapi.yaml.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "ledger/chain/error.h"
#include "ledger/verify/mapped_file.h"

namespace alpr::log_server {

struct LogServerAddress {
  std::string url;  // https://HOST[:PORT]
  // What the server's certificate must lead to, as PEM; nullopt: what this machine trusts.
  std::optional<std::filesystem::path> certificate;
  std::filesystem::path credentials;
};

class LogServer {
 public:
  // kMalformed: the address or the file; kRefused: others may read the file; kNotFound;
  // kUnauthenticated: the server does not let this account in; kIo.
  static Result<LogServer> log_in(const LogServerAddress& address);
  LogServer(LogServer&& other) noexcept;
  LogServer& operator=(LogServer&&) = delete;
  ~LogServer();  // logs out

  Result<std::string> checkpoint();                       // the newest; nothing of it is checked
  Result<verify::MappedFile> bundle(std::uint64_t from);  // from this event on

 private:
  struct Session;
  explicit LogServer(std::unique_ptr<Session> session);
  std::unique_ptr<Session> session_;
};

}  // namespace alpr::log_server
