#include "tests/api/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace alpr::api::testing {

using chain::Json;

namespace {

std::size_t append(char* data, std::size_t size, std::size_t count, void* into) {
  static_cast<std::string*>(into)->append(data, size * count);
  return size * count;
}

std::size_t add_header(char* data, std::size_t size, std::size_t count, void* into) {
  std::string_view line(data, size * count);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size * count;
  std::string name(line.substr(0, colon));
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  (*static_cast<std::map<std::string, std::string>*>(into))[name] = value;
  return size * count;
}

}  // namespace

std::string Reply::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? "" : found->second;
}

std::string Reply::text(std::string_view member) const {
  const Json* found = json.member(member);
  return found && found->string() ? *found->string() : "";
}

std::int64_t Reply::number(std::string_view member) const {
  const Json* found = json.member(member);
  return found && found->integer() ? *found->integer() : -1;
}

std::vector<std::string> Reply::rules() const {
  std::vector<std::string> all;
  const Json* found = json.member("rules");
  if (!found || !found->array()) return all;
  for (const Json& rule : *found->array())
    if (rule.string()) all.push_back(*rule.string());
  return all;
}

bool Reply::has_rule(std::string_view rule) const {
  const auto all = rules();
  return std::find(all.begin(), all.end(), rule) != all.end();
}

bool Reply::is_problem() const {
  return status >= 400 && header("content-type") == "application/problem+json" &&
         number("status") == status && text("type").starts_with("urn:plateledger:problem:") &&
         !text("title").empty() && !text("detail").empty();
}

Client::Client(std::string server, std::filesystem::path certificate)
    : server_(std::move(server)), certificate_(std::move(certificate)), handle_(curl_easy_init()) {
  if (!handle_) throw std::runtime_error("libcurl could not start");
}

Client::~Client() { curl_easy_cleanup(handle_); }

Reply Client::send(const std::string& method, const std::string& path, const HeaderLines& headers,
                   const std::string& body) {
  CURL* curl = handle_;
  curl_easy_reset(curl);
  Reply reply;
  const std::string url = server_ + path;
  const std::string certificate = certificate_.string();
  curl_slist* lines = nullptr;
  if (!token_.empty())
    lines = curl_slist_append(lines, ("Authorization: Bearer " + token_).c_str());
  bool expects = false;
  for (const std::string& line : headers) {
    expects = expects || line.starts_with("Expect:");
    lines = curl_slist_append(lines, line.c_str());
  }
  if (!expects) lines = curl_slist_append(lines, "Expect:");
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  if (!address_.empty()) curl_easy_setopt(curl, CURLOPT_INTERFACE, address_.c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
  curl_easy_setopt(curl, CURLOPT_CAINFO, certificate.c_str());
  curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 120L);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, add_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply.headers);
  if (method != "GET") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }
  const CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(lines);
  long opened = 0;
  curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &opened);
  connections_ += opened;
  if (code != CURLE_OK) {
    reply.error = method + " " + path + ": " + curl_easy_strerror(code);
    return reply;
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  if (auto json = chain::parse_canonical(reply.body)) reply.json = std::move(*json);
  return reply;
}

Json with(const Json& object, const std::string& member, Json value) {
  Json::Object members = *object.object();
  for (auto& [name, old] : members) {
    if (name != member) continue;
    old = std::move(value);
    return Json(std::move(members));
  }
  members.emplace_back(member, std::move(value));
  return Json(std::move(members));
}

Json without(const Json& object, std::string_view member) {
  Json::Object members = *object.object();
  std::erase_if(members, [&](const auto& one) { return one.first == member; });
  return Json(std::move(members));
}

}  // namespace alpr::api::testing
