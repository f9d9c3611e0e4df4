#include "api/alarms/message.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"

namespace alpr::api {
namespace {

struct AlarmSaid {
  Alarm alarm{};
  std::int64_t count = 0;
  Sequence first;
  Sequence last;
  TimeUs since;
  TimeUs until;
  std::string what_to_do;
  std::optional<std::string> link;  // of the first event
  template <typename M>
  void members(M& m) {
    m("alarm", alarm);
    m("count", count);
    m("first", first);
    m("last", last);
    m("since", since);
    m("until", until);
    m("what_to_do", what_to_do);
    m("link", link);
  }
};

struct MessageSaid {
  std::string id;
  std::string log;
  std::vector<AlarmSaid> alarms;
  template <typename M>
  void members(M& m) {
    m("id", id);
    m("log", log);
    m("alarms", alarms);
  }
};

std::optional<std::string> link_to(const AlarmMessage& message, Sequence event) {
  if (message.link.empty()) return std::nullopt;
  return fmt::format("{}/v1/events/{}/receipt", message.link, event.value);
}

// "2026-03-02T08:00:00Z"
std::string seconds_text(TimeUs time) { return chain::format_time(time).substr(0, 19) + "Z"; }

// "2 Mar 2026 08:00:00 +0000"
std::string mail_date(TimeUs time) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::string text = chain::format_time(time);
  const auto month = chain::parse_decimal(text[5] == '0' ? text.substr(6, 1) : text.substr(5, 2));
  return fmt::format("{} {} {} {} +0000", text.substr(8, 2),
                     kMonths.substr((month.value_or(1) - 1) * 3, 3), text.substr(0, 4),
                     text.substr(11, 8));
}

}  // namespace

std::string message_id(const AlarmMessage& message) {
  return fmt::format("{}-{}", message.from.value, message.to.value);
}

std::string webhook_body(const AlarmMessage& message) {
  MessageSaid said{message_id(message), message.log, {}};
  for (const Notice& notice : message.notices) {
    said.alarms.push_back({notice.alarm, notice.count, notice.first, notice.last, notice.since,
                           notice.until, std::string(what_to_do(notice.alarm)),
                           link_to(message, notice.first)});
  }
  return policy::to_json_text(said);
}

std::vector<std::string> webhook_headers(BytesView secret, TimeUs now, std::string_view body) {
  const std::string time = std::to_string(now.value / kSecondUs);
  const Digest mac = chain::hmac_sha256(secret, {as_bytes(time), as_bytes("."), as_bytes(body)});
  return {"Content-Type: application/json", "Plateledger-Time: " + time,
          "Plateledger-Signature: hmac-sha256=" + chain::hex(mac)};
}

std::string mail_text(const AlarmMessage& message, const std::string& from,
                      const std::vector<std::string>& to, TimeUs now) {
  std::vector<std::string_view> alarms;
  for (const Notice& notice : message.notices) alarms.push_back(policy::to_text(notice.alarm));
  std::string text = fmt::format(
      "Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: Plateledger alarm: {}\r\n"
      "Message-ID: <alarm.{}.{}>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=us-ascii\r\n\r\nLog: {}\r\n",
      mail_date(now), from, fmt::join(to, ", "), fmt::join(alarms, ", "), message_id(message), from,
      message.log);
  for (const Notice& notice : message.notices) {
    text += fmt::format("\r\n{}: {}\r\n", policy::to_text(notice.alarm), what_to_do(notice.alarm));
    text += notice.count == 1
                ? fmt::format("Event {} at {}.\r\n", notice.first.value, seconds_text(notice.since))
                : fmt::format("{} events, from {} at {} to {} at {}.\r\n", notice.count,
                              notice.first.value, seconds_text(notice.since), notice.last.value,
                              seconds_text(notice.until));
    if (const auto link = link_to(message, notice.first)) text += *link + "\r\n";
  }
  return text;
}

}  // namespace alpr::api
