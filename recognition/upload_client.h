// HTTPS to the server, by libcurl: one connection, kept open. Only this file's .cc knows curl.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::recognition {

struct ServerAddress {
  std::string url;                    // https://host[:port], nothing after it
  std::filesystem::path certificate;  // PEM that the server's certificate must lead to
};

struct ServerAnswer {
  long status = 0;   // HTTP status; 0: it was not asked, and `body` says why
  std::string body;  // at most 64 KiB; of the lists, what a copy may have
};
// The sentence of an RFC 9457 problem document, or what there is of the answer.
std::string reason_of(const ServerAnswer& answer);

// Owned by one thread at a time.
class UploadClient {
 public:
  // kMalformed when the address is not https or holds more than host and port; kIo when the
  // certificate can't be read.
  static Result<UploadClient> open(const ServerAddress& server);
  UploadClient(UploadClient&&) noexcept;
  UploadClient& operator=(UploadClient&&) noexcept;
  ~UploadClient();
  // POST /v1/reads, TLS 1.2 or later, certificate and host name verified, no redirects. kIo: the
  // server could not be reached, was not who it must be, or did not answer in a minute. Any HTTP
  // status is an answer.
  Result<ServerAnswer> post_upload(std::string_view device, BytesView body);
  // POST /v1/devices/{device}/lists, in the same way.
  Result<ServerAnswer> post_shift_request(std::string_view device, BytesView json);

 private:
  struct Curl;
  struct Post {
    std::string path;
    std::string_view content_type;
    std::string_view accept;
    std::size_t answer_max;
  };
  Result<ServerAnswer> post(const Post& what, std::string_view device, BytesView body);
  explicit UploadClient(std::unique_ptr<Curl> curl);
  std::unique_ptr<Curl> curl_;
};

}  // namespace alpr::recognition
