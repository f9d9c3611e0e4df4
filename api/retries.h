// A request that is sent again because its answer got lost is done once: a POST may carry an
// Idempotency-Key, and the same person's same request under it is answered as at first.
//
// In memory, for a day: after a restart of the server a key is new again, so a client that was cut
// off by one looks for the event before it sends again (docs/decisions/0057). Any thread.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "api/http_server/message.h"
#include "ledger/chain/types.h"

namespace alpr::api {

class Retries {
 public:
  static constexpr std::int64_t kKeptUs = 86'400 * kSecondUs;
  static constexpr std::size_t kOfOnePersonMax = 1'000;  // the oldest go first
  static constexpr std::size_t kPeopleMax = 4'096;
  static constexpr std::size_t kKeyMax = 200;
  static constexpr std::size_t kBodyMax = 2'048;  // bytes of a kept answer

  // Stands for the request in work. Forgets the key when it is destroyed without done(): nothing
  // was decided, so the request may be sent again. Must not outlive the Retries.
  class First {
   public:
    First(Retries& retries, std::string person, std::string key)
        : retries_(&retries), person_(std::move(person)), key_(std::move(key)) {}
    First(First&& other) noexcept
        : retries_(std::exchange(other.retries_, nullptr)),
          person_(std::move(other.person_)),
          key_(std::move(other.key_)) {}
    First& operator=(First&&) = delete;
    ~First();
    // It was decided. `repeatable`: the answer gives out nothing that could have become due
    // meanwhile (I12-G-1), so that it may be given again as it is.
    void done(const Response& answer, bool repeatable);

   private:
    Retries* retries_;
    std::string person_;
    std::string key_;
  };

  // First: go on. A Response instead: 400 the key is no key; 409 it is in work, or was done with an
  // answer that is not given twice; 422 the key was used for another request; or the answer of the
  // first time, with `Plateledger-Repeated: true`.
  std::variant<First, Response> begin(const std::string& person, std::string_view key,
                                      const Request& request, TimeUs now);

 private:
  struct Entry {
    Digest request{};
    TimeUs at;
    bool in_work = true;
    std::optional<Response> answer;  // where it may be repeated
    std::optional<Sequence> event;   // where it may not, and the answer named one
  };
  struct Person {
    std::map<std::string, Entry, std::less<>> entries;
    std::deque<std::string> by_age;
  };
  void forget(const std::string& person, const std::string& key);
  void forget_the_old(Person& person, TimeUs now);
  Response again(const Entry& entry) const;

  std::mutex mutex_;
  std::map<std::string, Person> people_;
};

}  // namespace alpr::api
