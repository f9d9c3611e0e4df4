// Who is logged in: passwords in, tokens out (I12-F-1, I12-K-1, C3-8).
//
// A session is an event (session.opened) and a row of the registers; what lives here is the SHA-256
// of its token and when it was last used. A token is 256 random bits; nothing that could be used as
// one is ever stored or logged. Passwords are compared here, outside decide(), because it takes 50
// ms and 64 MiB; at most two at a time. Any thread.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "api/service.h"
#include "policy/records/actor.h"
#include "policy/records/sessions.h"

namespace alpr::api {

// Encoded Argon2id hash (libsodium), salt and cost inside.
enum class HashCost { kInteractive, kTest };  // kTest: as cheap as libsodium allows
Result<std::string> hash_password(std::string_view password, HashCost cost);
bool password_matches(std::string_view hash, std::string_view password);
// 12 to 128 bytes of UTF-8, not the username. kMalformed says what is wrong.
Result<void> check_password(std::string_view username, std::string_view password);

class Sessions {
 public:
  Sessions(Service& service, HashCost cost);

  struct Opened {
    Outcome outcome;  // refused: login.failed is on the record
    std::string token;
    std::optional<policy::Actor> actor;
  };
  // The same answer, in the same time, for an unknown name, a wrong password and a locked account.
  Opened open(const std::string& username, std::string_view password, const std::string& client);

  // The person behind `Authorization: Bearer TOKEN`, and counts as use. kUnauthenticated: unknown,
  // idle for 30 minutes, or ended since; the detail never says which.
  Result<policy::Actor> actor_of(std::string_view authorization);
  // Whether there is such a token at all; says nothing of whether it is locked, and is no use of
  // it. Cheap: asked before a body is read, so that strangers cannot make the server read theirs.
  bool known(std::string_view authorization) const;
  Outcome close(std::string_view authorization, policy::SessionEnd reason);

  // Ends what has been idle for 30 minutes, and records failures that were held back. Called by the
  // housekeeping.
  Result<void> tick();

  HashCost cost() const { return cost_; }
  // Compared with where there is no account, so that it takes the same time.
  const std::string& nobodys_hash() const { return nobodys_hash_; }
  // Runs `work` while at most one other password is being hashed.
  template <typename Work>
  auto hashing(Work work) {
    Turn turn(*this);
    return work();
  }

 private:
  std::int64_t idle_limit() const;  // microseconds without a request, by the policy in force

  struct Live {
    Sequence session;
    std::string username;
    TimeUs used;
  };
  class Turn {
   public:
    explicit Turn(Sessions& sessions);
    ~Turn();

   private:
    Sessions& sessions_;
  };

  bool held_back(const std::string& known_username);

  Service& service_;
  const HashCost cost_;
  const std::string nobodys_hash_;  // compared with where there is no account
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  unsigned hashing_ = 0;
  std::map<Digest, Live> live_;  // by SHA-256 of the token
  // Failed log-ins of this minute: beyond 10 they are put together into one event (architecture
  // section 6).
  std::int64_t minute_ = 0;
  std::int64_t recorded_ = 0;
  std::map<std::string, std::int64_t> waiting_;  // by username; "" for names that are nobody's
};

}  // namespace alpr::api
