#include "recognition/upload_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include "recognition/files.h"
#include "recognition/loose_json.h"
#include "recognition/upload/shift_answer.h"
#include "recognition/upload/upload_format.h"

namespace alpr::recognition {
namespace {

constexpr std::size_t kAnswerMax = 64 * 1024;
constexpr std::size_t kListsMax = kShiftListBytesMax + kShiftProofMax + 1024;
constexpr std::size_t kCertificateMax = 1 << 20;
constexpr long kConnectSeconds = 10;
constexpr long kTotalSeconds = 60;
constexpr std::string_view kScheme = "https://";

struct Answer {
  std::string body;
  std::size_t bytes_max;
};

std::size_t append_answer(char* data, std::size_t size, std::size_t count, void* target) {
  auto& answer = *static_cast<Answer*>(target);
  const std::size_t bytes = size * count;
  if (bytes > answer.bytes_max - answer.body.size())
    return 0;  // curl then gives up: no honest answer is so long
  answer.body.append(data, bytes);
  return bytes;
}

bool plain_https_address(std::string_view url) {
  if (!url.starts_with(kScheme) || url.size() == kScheme.size()) return false;
  const std::string_view host = url.substr(kScheme.size());
  return host.find_first_of("/?#@ \t\r\n\\") == std::string_view::npos;
}

}  // namespace

std::string reason_of(const ServerAnswer& answer) {
  if (answer.status == 0) return answer.body;
  std::string text = fmt::format("HTTP {}", answer.status);
  const Result<chain::Json> problem = parse_loose_json(answer.body);
  if (!problem) return text;
  for (const char* name : {"title", "detail"}) {
    const chain::Json* value = problem->member(name);
    if (value != nullptr && value->string() != nullptr) text += ": " + *value->string();
  }
  return text;
}

struct UploadClient::Curl {
  CURL* easy = nullptr;
  std::string url;
  std::string certificate;
  ~Curl() { curl_easy_cleanup(easy); }
};

UploadClient::UploadClient(std::unique_ptr<Curl> curl) : curl_(std::move(curl)) {}
UploadClient::UploadClient(UploadClient&&) noexcept = default;
UploadClient& UploadClient::operator=(UploadClient&&) noexcept = default;
UploadClient::~UploadClient() = default;

Result<UploadClient> UploadClient::open(const ServerAddress& server) {
  std::string url = server.url;
  if (url.ends_with('/')) url.pop_back();
  if (!plain_https_address(url)) {
    return fail(ErrorCode::kMalformed, "the server's address must be https://HOST[:PORT]");
  }
  const Result<Bytes> pem = read_file(server.certificate, kCertificateMax);
  if (!pem) return fail(ErrorCode::kIo, "the server's certificate: " + pem.error().detail);
  auto curl = std::make_unique<Curl>();
  curl->easy = curl_easy_init();
  if (curl->easy == nullptr) return fail(ErrorCode::kIo, "libcurl could not start");
  curl->url = url;
  curl->certificate = server.certificate.string();
  return UploadClient(std::move(curl));
}

Result<ServerAnswer> UploadClient::post_upload(std::string_view device, BytesView body) {
  return post({"/v1/reads", kUploadContentType, "application/json", kAnswerMax}, device, body);
}

Result<ServerAnswer> UploadClient::post_shift_request(std::string_view device, BytesView json) {
  return post({"/v1/devices/" + std::string(device) + "/lists", "application/json",
               kShiftListContentType, kListsMax},
              device, json);
}

Result<ServerAnswer> UploadClient::post(const Post& what, std::string_view device, BytesView body) {
  CURL* easy = curl_->easy;
  curl_easy_reset(easy);
  Answer answer{{}, what.answer_max};
  const std::string url = curl_->url + what.path;
  char reason[CURL_ERROR_SIZE] = "";
  curl_slist* headers = nullptr;
  for (const std::string& line : {"Content-Type: " + std::string(what.content_type),
                                  "Authorization: Device " + std::string(device),
                                  "Accept: " + std::string(what.accept), std::string("Expect:")}) {
    headers = curl_slist_append(headers, line.c_str());
  }
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owner(headers,
                                                                          &curl_slist_free_all);
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY,
                   "");  // evidence goes to the server itself, whatever the shell says
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_CAINFO, curl_->certificate.c_str());
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, kTotalSeconds);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &append_answer);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason);
  const CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK) {
    const std::string why = reason[0] != 0 ? reason : curl_easy_strerror(code);
    return fail(ErrorCode::kIo, "the server can't be reached: " + why);
  }
  ServerAnswer out;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &out.status);
  out.body = std::move(answer.body);
  return out;
}

}  // namespace alpr::recognition
