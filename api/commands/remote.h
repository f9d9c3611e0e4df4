// A running server as a command sees it: logs in with a person's account, asks, logs out. What the
// server refuses comes back as the error that the command complains of, with the order's rules.
// One thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::api {

struct RemoteOptions {
  std::string server;                                // https://HOST[:PORT]
  std::filesystem::path credentials;                 // api/http_client/account_file.h
  std::optional<std::filesystem::path> certificate;  // PEM; none: what this machine trusts
  std::optional<std::string> code;                   // of the second factor, where there is one
};

class Remote {
 public:
  // kMalformed: the address or the file; kRefused: others may read the file; kNotFound;
  // kUnauthenticated: the server does not let this account in; kIo: it is not reached.
  static Result<Remote> log_in(const RemoteOptions& options);
  Remote(Remote&& other) noexcept;
  Remote& operator=(Remote&&) = delete;
  ~Remote();  // logs out

  // The body of what was answered with 2xx. Else: kMalformed (400, 413, 415), kUnauthenticated
  // (401), kRefused (403, with the rules), kNotFound (404, 410), kConflict (409), kBusy (429, 503),
  // kIo. The detail is what the server said, made printable.
  Result<std::string> get(const std::string& path);
  Result<std::string> post(const std::string& path, const std::string& type, std::string_view body);
  // The same where JSON is answered, or sent too. kIo: the answer is not JSON as a server writes
  // it.
  Result<chain::Json> get_json(const std::string& path);
  Result<chain::Json> post_json(const std::string& path, const chain::Json& body);

 private:
  struct Session;
  explicit Remote(std::unique_ptr<Session> session);
  std::unique_ptr<Session> session_;
};

// An answer of canonical JSON. kIo.
Result<chain::Json> read_answer(const std::string& body);
// "" or 0 or false where the member is not there.
std::string text_of(const chain::Json& object, std::string_view member);
std::int64_t number_of(const chain::Json& object, std::string_view member);
bool flag_of(const chain::Json& object, std::string_view member);

// Without control characters, so that nothing steers a terminal.
std::string printable(std::string_view text);

// A file of at most `bytes_max` bytes, or standard input for "-". kNotFound, kTooLarge, kIo.
Result<std::string> read_whole(const std::string& file, std::size_t bytes_max);

// Of a file that is not there yet, for its owner alone; "-" is standard output. kConflict: it is
// there; kNoSpace, kIo.
Result<void> write_new(const std::string& file, std::string_view bytes);

// An option's RFC 3339. kMalformed names the option.
Result<TimeUs> time_option(std::string_view option, const std::string& text);

}  // namespace alpr::api
