#include "api/alarms/alarms.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "api/http_client/http_client.h"
#include "api/secret_line.h"
#include "api/smtp_client/smtp_client.h"

namespace alpr::api {
namespace {

Result<void> post(HttpClient& client, const WebhookSettings& settings, const AlarmMessage& message,
                  TimeUs now) {
  const auto secret = SecretLine::read(settings.secret_file, kWebhookSecretMin);
  if (!secret) return tl::unexpected(secret.error());
  const std::string body = webhook_body(message);
  const auto answer =
      client.send("POST", settings.url, webhook_headers(secret->bytes(), now, body), body);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status / 100 != 2)
    return fail(ErrorCode::kIo, fmt::format("it answers {}", answer->status));
  return {};
}

Result<void> mail(const MailSettings& settings, const AlarmMessage& message, TimeUs now) {
  MailServer server{.url = settings.server, .user = settings.user, .certificate = {}};
  if (settings.certificate) server.certificate = *settings.certificate;
  const std::string text = mail_text(message, settings.from, settings.to, now);
  const Envelope envelope{settings.from, settings.to};
  if (!settings.password_file) return send_mail(server, {}, envelope, text);
  const auto password = SecretLine::read(*settings.password_file, 1);
  if (!password) return tl::unexpected(password.error());
  return send_mail(server, password->bytes(), envelope, text);
}

}  // namespace

Result<std::unique_ptr<Alarms>> Alarms::open(Service& service, const AlarmSettings& settings,
                                             const std::filesystem::path& folder) {
  std::unique_ptr<Alarms> alarms(new Alarms(service));
  const std::string link = settings.link.value_or("");
  for (const WebhookSettings& webhook : settings.webhook.value_or(std::vector<WebhookSettings>{})) {
    if (const auto secret = SecretLine::read(webhook.secret_file, kWebhookSecretMin); !secret)
      return tl::unexpected(secret.error());
    HttpClientSettings http;
    if (webhook.certificate) http.certificate = *webhook.certificate;
    auto client = std::make_shared<HttpClient>(http);
    alarms->receivers_.push_back(
        std::make_unique<AlarmReceiver>(service, AlarmReceiver::Names{webhook.name, folder, link},
                                        [client, webhook](const AlarmMessage& message, TimeUs now) {
                                          return post(*client, webhook, message, now);
                                        }));
  }
  for (const MailSettings& one : settings.mail.value_or(std::vector<MailSettings>{})) {
    if (one.password_file) {
      if (const auto secret = SecretLine::read(*one.password_file, 1); !secret)
        return tl::unexpected(secret.error());
    }
    alarms->receivers_.push_back(std::make_unique<AlarmReceiver>(
        service, AlarmReceiver::Names{one.name, folder, link},
        [one](const AlarmMessage& message, TimeUs now) { return mail(one, message, now); }));
  }
  return alarms;
}

Alarms::~Alarms() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Alarms::start(Say say) {
  ALPR_CHECK(threads_.empty());
  say_ = std::move(say);
  for (const auto& receiver : receivers_)
    threads_.emplace_back([this, &one = *receiver] { run(one); });
}

std::int64_t Alarms::unreached() const {
  return std::count_if(receivers_.begin(), receivers_.end(), [&](const auto& receiver) {
    const auto since = receiver->failing_since();
    return since && service_.now().value - since->value > kUnreachedUs;
  });
}

void Alarms::run(AlarmReceiver& receiver) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const AlarmReceiver::Step step = receiver.step();
    if (!step.what.empty()) say_(step);
    lock.lock();
    wake_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; });
  }
}

}  // namespace alpr::api
