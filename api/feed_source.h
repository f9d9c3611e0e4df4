// Where a feed gets a source's newest list: a folder that somebody else fills, or an HTTPS address.
// One thread at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "api/http_client/http_client.h"
#include "ledger/chain/types.h"
#include "policy/records/hotlists.h"

namespace alpr::api {

// What is active, as the log has it.
struct KnownList {
  std::optional<Sequence> loaded;     // the active version
  std::optional<TimeUs> source_time;  // of its last good import
  TimeUs now;
};

struct Fetched {
  enum class What {
    kFile,        // the newest list, whole
    kUnmodified,  // the source itself says that its list is still the active one
    kNothingNew,  // nobody delivered since; says nothing of the source
    kFailed
  };
  What what = What::kFailed;
  std::string file;
  TimeUs source_time;
  policy::FetchFault fault{};          // of kFailed
  std::optional<std::int64_t> status;  // of HTTP
  std::string detail;                  // of kFailed, for the operator
};

class FeedSource {
 public:
  virtual ~FeedSource() = default;
  virtual Fetched fetch(const KnownList& known) = 0;
  // What fetch() gave last became, or was found to be, the active version `loaded`.
  virtual void taken(Sequence loaded) { (void)loaded; }
};

// The newest file of a folder, by its time of modification; names that begin with a dot or end in
// .part, .tmp or .new are still being written. A file that is no newer than the last good import is
// nothing new: a delivery that has stopped must become stale.
std::unique_ptr<FeedSource> folder_source(std::filesystem::path folder, std::uint64_t bytes_max);

struct HttpsPlace {
  std::string url;
  std::optional<std::filesystem::path> certificate;  // what the server's must lead to
  // A file of one line, read at each try, that nobody but its owner may read.
  std::optional<std::filesystem::path> bearer_file;  // the token
  std::optional<std::filesystem::path> basic_file;   // user:password
};
// Asks with the ETag or the Last-Modified of what was taken, as long as that is the active version.
// The answer's Last-Modified is the list's time, or else the moment of the fetch. `stopping` ends a
// transfer under way.
std::unique_ptr<FeedSource> https_source(HttpsPlace place, std::uint64_t bytes_max,
                                         const std::atomic<bool>& stopping);

}  // namespace alpr::api
