// What a receiver is told. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/alarms/alarm.h"

namespace alpr::api {

struct AlarmMessage {
  std::string log;   // its origin
  std::string link;  // where the server is reached, without a slash at its end; empty: not said
  Sequence from;     // the events that were looked at: the same ones give the same id
  Sequence to;       // past the last of them
  std::vector<Notice> notices;
};

// "FROM-TO": what a receiver knows a message by that comes twice.
std::string message_id(const AlarmMessage& message);

// JSON, described in docs/operations/alarms.md.
std::string webhook_body(const AlarmMessage& message);
// The header lines that sign a body, under a secret of at least kWebhookSecretMin bytes: the
// HMAC-SHA-256 of TIME "." BODY, TIME being whole seconds since 1970 as its own header says it.
inline constexpr std::size_t kWebhookSecretMin = 16;
std::vector<std::string> webhook_headers(BytesView secret, TimeUs now, std::string_view body);

// A mail with its headers (RFC 5322), in ASCII.
std::string mail_text(const AlarmMessage& message, const std::string& from,
                      const std::vector<std::string>& to, TimeUs now);

}  // namespace alpr::api
