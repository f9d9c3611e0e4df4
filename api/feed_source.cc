#include "api/feed_source.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

#include "api/secret_line.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"
#include "ledger/store/files.h"

namespace alpr::api {

namespace {

using policy::FetchFault;

constexpr std::size_t kFilesMax = 100'000;   // in a folder
constexpr std::size_t kValidatorMax = 1024;  // bytes of an ETag that is sent again
constexpr long kTransferSeconds = 600;
constexpr long kStalledSeconds = 10;

Fetched failed(FetchFault fault, std::string detail,
               std::optional<std::int64_t> status = std::nullopt) {
  Fetched fetched;
  fetched.fault = fault;
  fetched.status = status;
  fetched.detail = std::move(detail);
  return fetched;
}

Fetched failed(const Error& error) {
  const bool large = error.code == ErrorCode::kTooLarge;
  return failed(large ? FetchFault::kTooLarge : FetchFault::kUnreadable, error.detail);
}

// ---- a folder ----

Fetched nothing_new() {
  Fetched fetched;
  fetched.what = Fetched::What::kNothingNew;
  return fetched;
}

struct Found {
  std::filesystem::path path;
  TimeUs modified;
  std::int64_t bytes = 0;
  bool operator==(const Found&) const = default;
};

// Nothing where it is no regular file (any more).
std::optional<Found> look_at(const std::filesystem::path& path) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  const TimeUs modified{facts.st_mtim.tv_sec * kSecondUs + facts.st_mtim.tv_nsec / 1000};
  return Found{path, modified, facts.st_size};
}

bool being_written(const std::string& name) {
  return name.starts_with('.') || name.ends_with(".part") || name.ends_with(".tmp") ||
         name.ends_with(".new");
}

class FolderSource : public FeedSource {
 public:
  FolderSource(std::filesystem::path folder, std::uint64_t bytes_max)
      : folder_(std::move(folder)), bytes_max_(bytes_max) {}

  Fetched fetch(const KnownList& known) override {
    std::optional<Found> newest;
    std::size_t seen = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder_, error), end; !error && at != end;
         at.increment(error)) {
      if (++seen > kFilesMax)
        return failed(FetchFault::kUnreadable,
                      fmt::format("{}: more than {} files", folder_.string(), kFilesMax));
      if (being_written(at->path().filename().string())) continue;
      const auto found = look_at(at->path());
      if (found && (!newest || std::pair(newest->modified, newest->path) <
                                   std::pair(found->modified, found->path)))
        newest = found;
    }
    if (error) return failed(store::system_error("list", folder_, error.value()));
    // Who takes files away once they were read leaves the list as good as it was.
    if (!newest && known.loaded) return nothing_new();
    if (!newest)
      return failed(FetchFault::kNoFile, fmt::format("{}: there is no file", folder_.string()));
    if (known.source_time && newest->modified <= *known.source_time) return nothing_new();
    Fetched fetched;
    fetched.source_time = newest->modified;
    auto bytes = store::read_file(newest->path, bytes_max_);
    if (!bytes) return failed(bytes.error());
    if (look_at(newest->path) != newest)
      return failed(FetchFault::kUnreadable,
                    fmt::format("{}: it changed while it was read", newest->path.string()));
    fetched.what = Fetched::What::kFile;
    fetched.file = std::string(as_text(*bytes));
    return fetched;
  }

 private:
  const std::filesystem::path folder_;
  const std::uint64_t bytes_max_;
};

// ---- HTTPS ----

void wipe_text(std::string& text) {
  chain::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

class HttpsSource : public FeedSource {
 public:
  HttpsSource(HttpsPlace place, std::uint64_t bytes_max, const std::atomic<bool>& stopping)
      : place_(std::move(place)),
        bytes_max_(bytes_max),
        stopping_(stopping),
        client_({.certificate = place_.certificate,
                 .total_seconds = kTransferSeconds,
                 .stalled_seconds = kStalledSeconds}) {}

  Fetched fetch(const KnownList& known) override {
    given_ = {};
    auto lines = header_lines(known);
    if (!lines) return failed(lines.error());
    Fetched fetched;
    const auto answer =
        client_.get(place_.url, *lines, [&](BytesView piece) { return take(piece, fetched.file); });
    for (std::string& line : *lines) wipe_text(line);
    if (!answer) {
      const bool large = answer.error().code == ErrorCode::kTooLarge;
      return failed(large ? FetchFault::kTooLarge : FetchFault::kUnreachable,
                    answer.error().detail);
    }
    if (answer->status == 304 && asked_with_) {
      given_ = validator_;
      fetched.what = Fetched::What::kUnmodified;
      return fetched;
    }
    if (answer->status != 200)
      return failed(FetchFault::kStatus, fmt::format("{}: status {}", place_.url, answer->status),
                    answer->status);
    given_ = Validator{answer->etag, answer->last_modified};
    fetched.what = Fetched::What::kFile;
    fetched.source_time =
        answer->last_modified_s ? TimeUs{*answer->last_modified_s * kSecondUs} : known.now;
    return fetched;
  }

  void taken(Sequence loaded) override {
    validator_ = given_;
    validates_ = loaded;
  }

 private:
  // What names a state of the resource (RFC 9110, 8.8).
  struct Validator {
    std::string etag;
    std::string last_modified;
  };

  Result<std::vector<std::string>> header_lines(const KnownList& known) {
    std::vector<std::string> lines;
    asked_with_ = validates_ && known.loaded == validates_;
    if (asked_with_ && !validator_.etag.empty() && validator_.etag.size() <= kValidatorMax) {
      lines.push_back("If-None-Match: " + validator_.etag);
    } else if (asked_with_ && !validator_.last_modified.empty()) {
      lines.push_back("If-Modified-Since: " + validator_.last_modified);
    } else {
      asked_with_ = false;
    }
    if (!place_.bearer_file && !place_.basic_file) return lines;
    const auto& file = place_.bearer_file ? *place_.bearer_file : *place_.basic_file;
    const auto secret = SecretLine::read(file, 1);
    if (!secret) return tl::unexpected(secret.error());
    const std::string_view text = as_text(secret->bytes());
    if (text.find_first_of("\r\n") != std::string_view::npos)  // it would end the header
      return fail(ErrorCode::kMalformed, file.string() + ": expected one line");
    lines.push_back(place_.bearer_file ? "Authorization: Bearer " + std::string(text)
                                       : "Authorization: Basic " + chain::base64(secret->bytes()));
    return lines;
  }

  Result<void> take(BytesView piece, std::string& into) const {
    if (stopping_) return fail(ErrorCode::kBusy, "the server stops");
    if (piece.size() > bytes_max_ - into.size())
      return fail(ErrorCode::kTooLarge,
                  fmt::format("{}: more than {} bytes", place_.url, bytes_max_));
    into += as_text(piece);
    return {};
  }

  const HttpsPlace place_;
  const std::uint64_t bytes_max_;
  const std::atomic<bool>& stopping_;
  HttpClient client_;
  Validator given_;      // by the last answer
  Validator validator_;  // of the version below
  std::optional<Sequence> validates_;
  bool asked_with_ = false;  // the last request was conditional
};

}  // namespace

std::unique_ptr<FeedSource> folder_source(std::filesystem::path folder, std::uint64_t bytes_max) {
  return std::make_unique<FolderSource>(std::move(folder), bytes_max);
}

std::unique_ptr<FeedSource> https_source(HttpsPlace place, std::uint64_t bytes_max,
                                         const std::atomic<bool>& stopping) {
  return std::make_unique<HttpsSource>(std::move(place), bytes_max, stopping);
}

}  // namespace alpr::api
