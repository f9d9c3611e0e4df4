// Asks one witness for its cosignature of the newest checkpoint, again and again (C2SP
// tlog-witness, the log's side). Threads: one at a time; WitnessThreads gives each witness its own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "api/cosigners.h"
#include "api/http_client/http_client.h"

namespace alpr::api {

class Submitter {
 public:
  using Post = std::function<Result<HttpAnswer>(const std::string& url, std::string_view body)>;
  Submitter(Cosigners& cosigners, chain::PolicyWitness witness, Post post);

  enum class Became { kNothing, kCosigned, kFailed };
  struct Step {
    Became became = Became::kNothing;
    std::string what;  // a line for the operator; empty: it said so the last time already
  };
  // Submits where the witness has not cosigned the newest checkpoint and no back-off runs. `now_s`
  // is a steady clock's.
  Step step(std::int64_t now_s);

 private:
  struct Newest {
    std::string note;
    chain::Checkpoint checkpoint;
  };
  Result<Newest> newest() const;
  Result<void> submit(const Newest& newest);
  Result<void> learn(const HttpAnswer& conflict, const Newest& newest);
  Result<void> take(const HttpAnswer& answer, const Newest& newest);

  Cosigners& cosigners_;
  const chain::PolicyWitness witness_;
  const Post post_;
  std::string url_;
  std::uint64_t known_ = 0;     // what the witness has recorded, as far as is known
  std::uint64_t cosigned_ = 0;  // the size that it cosigned last
  int failures_ = 0;            // in a row
  std::int64_t retry_at_s_ = 0;
  std::string said_;
};

// A thread per witness of the policy that has a URL, each at most once a second, until destroyed.
class WitnessThreads {
 public:
  using Say = std::function<void(const Submitter::Step&)>;  // any thread
  WitnessThreads(Cosigners& cosigners, const HttpClientSettings& http, Say say);
  ~WitnessThreads();
  WitnessThreads(const WitnessThreads&) = delete;
  WitnessThreads& operator=(const WitnessThreads&) = delete;

 private:
  void run(Submitter submitter);
  const Say say_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace alpr::api
