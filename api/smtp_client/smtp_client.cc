#include "api/smtp_client/smtp_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "ledger/chain/keys.h"

namespace alpr::api {
namespace {

constexpr std::string_view kSecure = "smtps://";
constexpr std::string_view kPlain = "smtp://";

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

std::string_view place_of(std::string_view url) {
  return url.substr(url.starts_with(kSecure) ? kSecure.size() : kPlain.size());
}

bool on_this_machine(std::string_view url) {
  const std::string_view place = place_of(url);
  const std::string_view host = place.starts_with('[') ? place.substr(0, place.find(']') + 1)
                                                       : place.substr(0, place.find(':'));
  return host == "127.0.0.1" || host == "[::1]" || host == "localhost";
}

std::size_t give(char* into, std::size_t size, std::size_t count, void* source) {
  auto& left = *static_cast<std::string_view*>(source);
  const std::size_t bytes = std::min(size * count, left.size());
  std::memcpy(into, left.data(), bytes);
  left.remove_prefix(bytes);
  return bytes;
}

std::size_t drop(char*, std::size_t size, std::size_t count, void*) { return size * count; }

void set_server(CURL* easy, const MailServer& server) {
  curl_easy_setopt(easy, CURLOPT_URL, server.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  const bool may_be_plain = server.url.starts_with(kPlain) && on_this_machine(server.url);
  curl_easy_setopt(easy, CURLOPT_USE_SSL,
                   static_cast<long>(may_be_plain ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (server.certificate) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, server.certificate->c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, server.connect_seconds);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, server.total_seconds);
}

void set_login(CURL* easy, const MailServer& server, BytesView password) {
  if (!server.user) return;
  std::string secret(as_text(password));
  curl_easy_setopt(easy, CURLOPT_USERNAME, server.user->c_str());
  curl_easy_setopt(easy, CURLOPT_PASSWORD, secret.c_str());  // libcurl keeps a copy for the call
  chain::wipe({reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()});
}

}  // namespace

bool allowed_mail_url(std::string_view url) {
  if (!url.starts_with(kSecure) && !url.starts_with(kPlain)) return false;
  const std::string_view place = place_of(url);
  return !place.empty() && place.find_first_of("/@?#\\ \t\r\n") == std::string_view::npos;
}

Result<void> send_mail(const MailServer& server, BytesView password, const Envelope& envelope,
                       std::string_view text) {
  if (!allowed_mail_url(server.url))
    return fail(ErrorCode::kMalformed, "'" + server.url + "' is not smtps://HOST or smtp://HOST");
  const Easy easy(curl_easy_init(), &curl_easy_cleanup);
  if (!easy) return fail(ErrorCode::kIo, "libcurl could not start");
  set_server(easy.get(), server);
  set_login(easy.get(), server, password);
  curl_slist* list = nullptr;
  for (const std::string& to : envelope.to)
    list = curl_slist_append(list, ("<" + to + ">").c_str());
  const List to(list, &curl_slist_free_all);
  char reason[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(easy.get(), CURLOPT_MAIL_FROM, ("<" + envelope.from + ">").c_str());
  curl_easy_setopt(easy.get(), CURLOPT_MAIL_RCPT, to.get());
  curl_easy_setopt(easy.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_READFUNCTION, &give);
  curl_easy_setopt(easy.get(), CURLOPT_READDATA, &text);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &drop);
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, reason);
  const CURLcode code = curl_easy_perform(easy.get());
  if (code == CURLE_OK) return {};
  const std::string why = reason[0] != 0 ? reason : curl_easy_strerror(code);
  return fail(ErrorCode::kIo, server.url + ": " + why);
}

}  // namespace alpr::api
