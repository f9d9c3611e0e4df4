// Where cameras that post their reads to a web address reach `plateledger-reader relay`: Rekor's
// agents send JSON to an upload address of one's own.
//
// Without a certificate it listens on this machine's loopback alone, for an agent beside it. With
// one it speaks HTTPS, and whoever posts must know the secret that is the address's path: the
// agents send no other credentials.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "ledger/chain/error.h"

namespace alpr::recognition {

struct ListenAddress {
  std::string address;  // of this machine
  std::uint16_t port = 0;
  std::filesystem::path certificate;  // PEM; with private_key, or neither
  std::filesystem::path private_key;
  std::filesystem::path secret;  // a file of the path, 16 to 200 letters, digits, - and _
};

// ADDRESS:PORT, an IPv6 address in brackets. kMalformed.
Result<ListenAddress> parse_listen_address(std::string_view text);

// What became of a posted message.
struct Taken {
  int status = 200;  // 200 it is queued and synced, or there was nothing to queue; 400, 404, 503
  std::string why;   // one line, no plate
};

class RelayListener {
 public:
  // `take` is called on several threads. kMalformed where certificate, key and secret do not go
  // together or the secret's file is not of the form or others may read it; kIo when the address
  // can't be listened on.
  static Result<RelayListener> open(const ListenAddress& where,
                                    std::function<Taken(const std::string& message)> take);
  RelayListener(RelayListener&&) noexcept;
  RelayListener& operator=(RelayListener&&) noexcept;
  ~RelayListener();  // what is being taken is taken to its end
  std::uint16_t port() const;

 private:
  struct Server;
  explicit RelayListener(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace alpr::recognition
