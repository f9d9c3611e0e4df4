#include "api/demo/client.h"

#include <curl/curl.h>
#include <fmt/format.h>

namespace alpr::api {

namespace {

std::size_t append(char* data, std::size_t size, std::size_t count, void* into) {
  static_cast<std::string*>(into)->append(data, size * count);
  return size * count;
}

}  // namespace

std::string Answer::text(std::string_view member) const {
  const chain::Json* found = json.member(member);
  if (!found || !found->string())
    throw StoryBroken{fmt::format("no '{}' in the answer {}: {}", member, status, body)};
  return *found->string();
}

std::int64_t Answer::number(std::string_view member) const {
  const chain::Json* found = json.member(member);
  if (!found || !found->integer())
    throw StoryBroken{fmt::format("no '{}' in the answer {}: {}", member, status, body)};
  return *found->integer();
}

std::string Answer::rules() const {
  std::string all;
  const chain::Json* rules = json.member("rules");
  if (!rules || !rules->array()) return all;
  for (const chain::Json& rule : *rules->array())
    if (rule.string()) all += (all.empty() ? "" : ", ") + *rule.string();
  return all;
}

Client::Client(std::string server, std::filesystem::path certificate)
    : server_(std::move(server)), certificate_(std::move(certificate)), handle_(curl_easy_init()) {
  if (!handle_) throw StoryBroken{"libcurl could not start"};
}

Client::~Client() { curl_easy_cleanup(handle_); }

Answer Client::send(const std::string& method, const std::string& path,
                    const std::string& content_type, const std::string& body) {
  CURL* curl = handle_;
  curl_easy_reset(curl);
  Answer answer;
  const std::string url = server_ + path;
  const std::string certificate = certificate_.string();
  curl_slist* headers = nullptr;
  if (!token_.empty())
    headers = curl_slist_append(headers, ("Authorization: Bearer " + token_).c_str());
  if (!content_type.empty())
    headers = curl_slist_append(headers, ("Content-Type: " + content_type).c_str());
  headers = curl_slist_append(headers, "Expect:");
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_CAINFO, certificate.c_str());
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
  if (method != "GET") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }
  const CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  if (code != CURLE_OK)
    throw StoryBroken{fmt::format("{} {}: {}", method, path, curl_easy_strerror(code))};
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  if (auto json = chain::parse_canonical(answer.body)) answer.json = std::move(*json);
  return answer;
}

}  // namespace alpr::api
