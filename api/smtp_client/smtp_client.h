// One message to a mail server (RFC 5321) by libcurl. Any thread; each call has its own connection.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::api {

struct MailServer {
  std::string url;  // smtps://HOST[:PORT], or smtp://HOST[:PORT] with STARTTLS
  std::optional<std::string> user;
  // PEM that the server's certificate must lead to; without one, what the system trusts.
  std::optional<std::filesystem::path> certificate;
  long connect_seconds = 5;
  long total_seconds = 20;
};

struct Envelope {
  std::string from;  // addresses, without angle brackets
  std::vector<std::string> to;
};

// `text` has its headers and ends its lines with CR LF; `password` goes with the user. kMalformed:
// not such a URL; kIo: not reached, not who it must be, no TLS, or the server did not take it from
// all to all.
Result<void> send_mail(const MailServer& server, BytesView password, const Envelope& envelope,
                       std::string_view text);

// smtps, or smtp; nothing but a host and a port behind it.
bool allowed_mail_url(std::string_view url);

}  // namespace alpr::api
