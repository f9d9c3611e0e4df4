// Hot lists that refresh themselves (I12-C2B1-1): for each configured feed, when its source is
// asked, what becomes of the answer, and what the operator is told.
//
// When is a matter of the log: a URL is asked after half of the time that the policy in force
// allows between two good imports, so that as much again is left for tries before the list is
// stale; a folder is looked at each time; a quarter of an hour follows a failure. What an answer
// becomes is the rules' business (policy/rules/c2b1_hotlists.h).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/feed_source.h"
#include "api/service.h"
#include "policy/registers/hotlist_profile.h"

namespace alpr::api {

inline constexpr std::int64_t kFeedRetrySeconds = 15 * 60;
inline constexpr std::int64_t kFeedSecondsMin = 60;
inline constexpr std::int64_t kFeedSecondsMax = 12 * 3600;

// A feed as the configuration has it. Exactly one of folder and url.
struct FeedSettings {
  std::string name;  // as policy::valid_feed_name
  policy::HotlistSource source{};
  std::optional<policy::HotlistProfile> profile;  // none: our own layout
  std::optional<std::filesystem::path> folder;
  std::optional<HttpsPlace> https;
  std::optional<std::int64_t> every_seconds;  // of a URL: sooner than the policy makes it
};

class Feeds {
 public:
  // At most one feed a source. `bytes_max` of a list's file.
  Feeds(Service& service, const std::vector<FeedSettings>& settings, std::uint64_t bytes_max);

  enum class Became { kLoaded, kConfirmed, kRefused, kFailed };
  struct Step {
    std::string feed;
    Became became{};
    std::string what;  // a line for the operator; no plate, no secret
  };
  // Asks each source that is due. Failures are told when they begin or change. One thread at a
  // time; takes as long as the sources do.
  std::vector<Step> tick();
  // From any thread: a transfer under way ends with its next piece.
  void stop() { stopping_ = true; }

 private:
  struct Feed {
    FeedSettings settings;
    std::unique_ptr<FeedSource> source;
    TimeUs not_before;  // after a try that gave no good import
    std::string said;
  };
  std::optional<Step> try_feed(Feed& feed);
  std::optional<Step> failed(Feed& feed, const Fetched& fetched);
  std::optional<Step> taken(Feed& feed, Became became, const std::string& what, Sequence version);
  std::optional<Step> say_once(Feed& feed, Became became, const std::string& what);
  Outcome bring(const Feed& feed, Fetched fetched, const KnownList& known);

  Service& service_;
  std::atomic<bool> stopping_ = false;
  std::vector<Feed> feeds_;
};

// A thread that ticks the feeds every 30 seconds until destroyed: a slow source holds up no purge.
class FeedThread {
 public:
  using Say = std::function<void(const Feeds::Step&)>;
  FeedThread(Feeds& feeds, Say say);
  ~FeedThread();
  FeedThread(const FeedThread&) = delete;
  FeedThread& operator=(const FeedThread&) = delete;

 private:
  void run();
  Feeds& feeds_;
  const Say say_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace alpr::api
