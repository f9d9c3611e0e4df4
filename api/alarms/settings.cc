#include "api/alarms/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/http_client/http_client.h"
#include "api/smtp_client/smtp_client.h"

namespace alpr::api {
namespace {

constexpr std::size_t kNameMax = 32;
constexpr std::size_t kAddressMax = 254;  // RFC 5321, 4.5.3.1.3
constexpr std::size_t kRecipientsMax = 16;

bool good_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !name.empty() && name.size() <= kNameMax &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

// What goes into a mail's header as it is: no blank, no line's end, no bracket.
bool good_address(std::string_view address) {
  const auto bad = [](char c) {
    return c <= 0x20 || c >= 0x7F || c == '<' || c == '>' || c == ',';
  };
  const std::size_t at = address.find('@');
  return address.size() <= kAddressMax && at != std::string_view::npos && at > 0 &&
         at + 1 < address.size() && std::none_of(address.begin(), address.end(), bad);
}

void from_base(const std::filesystem::path& base, std::string& path) {
  path = (base / path).string();  // an absolute one stays as it is
}

void from_base(const std::filesystem::path& base, std::optional<std::string>& path) {
  if (path) from_base(base, *path);
}

std::optional<std::string> fault(const WebhookSettings& webhook) {
  if (!allowed_url(webhook.url)) return "url: expected https, or http to this machine";
  if (webhook.secret_file.empty()) return "secret_file: expected a path";
  return std::nullopt;
}

std::optional<std::string> fault(const MailSettings& mail) {
  if (!allowed_mail_url(mail.server)) return "server: expected smtps://HOST or smtp://HOST";
  if (!good_address(mail.from)) return "from: expected an address";
  if (mail.to.empty() || mail.to.size() > kRecipientsMax ||
      !std::all_of(mail.to.begin(), mail.to.end(), good_address))
    return fmt::format("to: expected 1 to {} addresses", kRecipientsMax);
  if (mail.user.has_value() != mail.password_file.has_value())
    return "user and password_file go together";
  return std::nullopt;
}

}  // namespace

Result<AlarmSettings> checked(AlarmSettings settings, const std::filesystem::path& base) {
  std::set<std::string> names;
  const auto check = [&](const auto& receiver) -> Result<void> {
    if (!good_name(receiver.name))
      return fail(
          ErrorCode::kMalformed,
          fmt::format("name: '{}' is not 1 to {} of a-z, 0-9 and '-'", receiver.name, kNameMax));
    if (!names.insert(receiver.name).second)
      return fail(ErrorCode::kMalformed, receiver.name + ": two receivers have this name");
    if (names.size() > kAlarmReceiversMax)
      return fail(ErrorCode::kMalformed, fmt::format("more than {} receivers", kAlarmReceiversMax));
    if (const auto wrong = fault(receiver))
      return fail(ErrorCode::kMalformed, receiver.name + ": " + *wrong);
    return {};
  };
  if (settings.link) {
    while (settings.link->ends_with('/')) settings.link->pop_back();
    if (!allowed_url(*settings.link))
      return fail(ErrorCode::kMalformed, "link: expected https://HOST[:PORT]");
  }
  if (settings.webhook) {
    for (WebhookSettings& webhook : *settings.webhook) {
      if (auto good = check(webhook); !good) return tl::unexpected(good.error());
      from_base(base, webhook.secret_file);
      from_base(base, webhook.certificate);
    }
  }
  if (settings.mail) {
    for (MailSettings& mail : *settings.mail) {
      if (auto good = check(mail); !good) return tl::unexpected(good.error());
      from_base(base, mail.password_file);
      from_base(base, mail.certificate);
    }
  }
  return settings;
}

}  // namespace alpr::api
