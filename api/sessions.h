// Who is logged in: passwords in, tokens out (I12-F-1, I12-K-1, C3-8).
//
// A session is an event (session.opened) and a row of the registers; what lives here is the SHA-256
// of its token and when it was last used. A token is 256 random bits; nothing that could be used as
// one is ever stored or logged. Passwords and codes are compared here, outside decide(), because it
// takes time and secrets. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "api/passwords.h"
#include "api/service.h"
#include "policy/records/actor.h"
#include "policy/records/sessions.h"
#include "policy/rules/sessions.h"

namespace alpr::api {

// What somebody says to be themselves.
struct Login {
  std::string username;
  std::string_view password;
  std::optional<std::string> code = {};  // of the second factor: six digits, or a recovery code
};

// kMalformed: a member is longer than any can be.
std::optional<Error> login_fault(const Login& login);

class Sessions {
 public:
  Sessions(Service& service, const PasswordSettings& passwords);

  struct Opened {
    Outcome outcome;  // refused: login.failed is on the record
    std::string token;
    std::optional<policy::Actor> actor;
  };
  // The same answer, in the same time, for an unknown name, a wrong password, a wrong, missing or
  // used code, and a locked account.
  Opened open(const Login& login, const std::string& client);
  // What decide() is given of a person who says it: which stored hash and which code fit. Compares
  // with nobody's hash where there is no user.
  Result<policy::OpenSession> shown(const std::optional<policy::UserRow>& user, const Login& login,
                                    const std::string& client);

  // The person behind `Authorization: Bearer TOKEN`, and counts as use. kUnauthenticated: unknown,
  // idle for 30 minutes, or ended since; the detail never says which.
  // `client` is where the request came from: another address than before is put on the record
  // first (I12-C3-8).
  Result<policy::Actor> actor_of(std::string_view authorization, const std::string& client);
  // The same of a token's digest, and no use of it: who only waits for news is idle.
  Result<policy::Actor> waiting_actor(const Digest& token);
  static std::optional<Digest> digest_of(std::string_view authorization);
  // Whether there is such a token at all; says nothing of whether it is locked, and is no use of
  // it. Cheap: asked before a body is read, so that strangers cannot make the server read theirs.
  bool known(std::string_view authorization) const;
  Outcome close(std::string_view authorization, policy::SessionEnd reason);

  // Ends what has been idle for 30 minutes, and records failures that were held back. Called by the
  // housekeeping.
  Result<void> tick();

  Passwords& passwords() { return passwords_; }

 private:
  std::int64_t idle_limit() const;  // microseconds without a request, by the policy in force

  struct Live {
    Sequence session;
    std::string username;
    TimeUs used;
    std::string client;  // the last one that is on the record
  };
  enum class Counts { kAsUse, kAsNothing };
  Result<policy::Actor> actor_behind(const Digest& token, Counts counts);
  Result<void> take_place(const Digest& token, const std::string& client);
  void rehash(const std::string& username, const std::string& matched, std::string_view password);
  bool held_back(const std::string& known_username);

  Service& service_;
  Passwords passwords_;
  mutable std::mutex mutex_;
  std::map<Digest, Live> live_;  // by SHA-256 of the token
  // Failed log-ins of this minute: beyond 10 they are put together into one event (architecture
  // section 6).
  std::int64_t minute_ = 0;
  std::int64_t recorded_ = 0;
  std::map<std::string, std::int64_t> waiting_;  // by username; "" for names that are nobody's
};

}  // namespace alpr::api
