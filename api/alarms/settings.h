// Who is told of alarms: [alarms] of the configuration. Pure.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "policy/records/describe.h"

namespace alpr::api {

inline constexpr std::size_t kAlarmReceiversMax = 16;

struct WebhookSettings {
  std::string name;  // 1 to 32 of a-z 0-9 '-': in logs, and of the file that keeps its place
  std::string url;   // https, or http to this machine
  std::string secret_file;
  std::optional<std::string> certificate;  // that the server's must lead to
  template <typename M>
  void members(M& m) {
    m("name", name);
    m("url", url);
    m("secret_file", secret_file);
    m("certificate", certificate);
  }
};

struct MailSettings {
  std::string name;
  std::string server;  // smtps://HOST, or smtp://HOST with STARTTLS
  std::string from;
  std::vector<std::string> to;  // 1 to 16
  std::optional<std::string> user;
  std::optional<std::string> password_file;
  std::optional<std::string> certificate;
  template <typename M>
  void members(M& m) {
    m("name", name);
    m("server", server);
    m("from", from);
    m("to", to);
    m("user", user);
    m("password_file", password_file);
    m("certificate", certificate);
  }
};

struct AlarmSettings {
  std::optional<std::string> link;  // where people reach the server, https://HOST[:PORT]
  std::optional<std::vector<WebhookSettings>> webhook;
  std::optional<std::vector<MailSettings>> mail;
  template <typename M>
  void members(M& m) {
    m("link", link);
    m("webhook", webhook);
    m("mail", mail);
  }
  bool any() const { return (webhook && !webhook->empty()) || (mail && !mail->empty()); }
};

// Paths become absolute, from `base`. kMalformed names the receiver and the member.
Result<AlarmSettings> checked(AlarmSettings settings, const std::filesystem::path& base);

}  // namespace alpr::api
