#include "api/sessions.h"

#include "api/second_factor.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/keys.h"
#include "policy/registers/people.h"
#include "policy/rules/access.h"
#include "policy/rules/people.h"
#include "policy/rules/sessions.h"

namespace alpr::api {

namespace {

constexpr std::int64_t kMinuteUs = 60 * kSecondUs;
constexpr std::int64_t kRecordedPerMinute = 10;
constexpr std::size_t kTokensMax = 10'000;

std::optional<Digest> token_digest(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!authorization.starts_with(kScheme) || authorization.size() > 200) return std::nullopt;
  return chain::sha256(as_bytes(authorization.substr(kScheme.size())));
}

Error logged_out() { return {ErrorCode::kUnauthenticated, "no session, or it has ended: log in"}; }

}  // namespace

std::optional<Error> login_fault(const Login& login) {
  constexpr std::size_t kUsernameMax = 64;
  constexpr std::size_t kCodeMax = 64;
  if (login.username.size() > kUsernameMax || login.password.size() > kPasswordBytesMax)
    return Error{ErrorCode::kMalformed, "username or password is too long"};
  if (login.code && login.code->size() > kCodeMax)
    return Error{ErrorCode::kMalformed, "code: six digits, or a recovery code"};
  return std::nullopt;
}

Sessions::Sessions(Service& service, const PasswordSettings& passwords)
    : service_(service), passwords_(passwords) {}

bool Sessions::held_back(const std::string& known_username) {
  std::lock_guard lock(mutex_);
  const std::int64_t minute = service_.now().value / kMinuteUs;
  if (minute != minute_) {
    minute_ = minute;
    recorded_ = 0;
  }
  if (++recorded_ <= kRecordedPerMinute) return false;
  ++waiting_[known_username];
  return true;
}

Result<policy::OpenSession> Sessions::shown(const std::optional<policy::UserRow>& user,
                                            const Login& login, const std::string& client) {
  policy::OpenSession attempt{login.username, client, std::nullopt};
  const bool has_one = user && user->password_hash;
  const std::string& stored = has_one ? *user->password_hash : passwords_.nobodys_hash();
  if (passwords_.matches(stored, login.password) && has_one) attempt.matched_hash = stored;
  if (!login.code || !user || !user->second_factor) return attempt;
  const auto totp = match_totp(service_.store().vault(), user->username, *user->second_factor,
                               *login.code, service_.now());
  if (!totp) return tl::unexpected(totp.error());
  attempt.totp = *totp;
  if (!attempt.totp) attempt.recovery_code = login.code;
  return attempt;
}

// With the password in hand; where it fails, the next log-in does it.
void Sessions::rehash(const std::string& username, const std::string& matched,
                      std::string_view password) {
  const auto hash = passwords_.hash(password);
  if (!hash) return;
  service_.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, policy::RehashPassword{username, matched, *hash}, moment);
      });
}

Sessions::Opened Sessions::open(const Login& login, const std::string& client) {
  const std::string& username = login.username;
  Opened opened;
  std::optional<policy::UserRow> user;
  {
    const auto snapshot = service_.snapshot();
    auto found = policy::find_user(*snapshot.rows, username);
    if (!found) {
      opened.outcome.error = found.error();
      return opened;
    }
    user = std::move(*found);
  }
  const auto attempt = shown(user, login, client);
  if (!attempt) {
    opened.outcome.error = attempt.error();
    return opened;
  }
  const bool right = attempt->matched_hash.has_value();
  // A name that is nobody's, or an account that is locked already: no guess is judged there. Every
  // other failure is, so that a flood of them never postpones a lock-out (I12-K-1).
  const bool judged = user && !(user->locked_until && service_.now() < *user->locked_until);
  if (!right && !judged && held_back(user ? username : "")) {
    opened.outcome.refusal = policy::login_refusal();
    opened.outcome.commit.count = 0;
    return opened;
  }
  opened.outcome = service_.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, *attempt, moment);
      });
  if (!opened.outcome.done()) return opened;
  if (!passwords_.is_current(*attempt->matched_hash))
    rehash(username, *attempt->matched_hash, login.password);
  Digest secret;
  chain::random_bytes(secret);
  opened.token = chain::hex(secret);
  chain::wipe(secret);
  const Sequence session = opened.outcome.commit.first;
  auto actor = policy::actor_of_session(*service_.store().registers(), session);
  if (!actor) {
    opened.outcome.error = actor.error();
    return opened;
  }
  opened.actor = std::move(*actor);
  std::lock_guard lock(mutex_);
  if (live_.size() >= kTokensMax) {
    opened.outcome.error = Error{ErrorCode::kBusy, "too many sessions are open"};
    return opened;
  }
  live_[chain::sha256(as_bytes(opened.token))] = {session, username, service_.now(), client};
  return opened;
}

std::int64_t Sessions::idle_limit() const {
  return service_.policy()->parameters.idle_lock_seconds * kSecondUs;
}

std::optional<Digest> Sessions::digest_of(std::string_view authorization) {
  return token_digest(authorization);
}

Result<policy::Actor> Sessions::actor_of(std::string_view authorization,
                                         const std::string& client) {
  const auto digest = token_digest(authorization);
  if (!digest) return tl::unexpected(logged_out());
  auto actor = actor_behind(*digest, Counts::kAsUse);
  if (!actor) return actor;
  if (auto placed = take_place(*digest, client); !placed) return tl::unexpected(placed.error());
  return actor;
}

Result<void> Sessions::take_place(const Digest& token, const std::string& client) {
  Sequence session;
  {
    std::lock_guard lock(mutex_);
    const auto found = live_.find(token);
    if (found == live_.end()) return tl::unexpected(logged_out());
    if (found->second.client == client) return {};
    session = found->second.session;
  }
  const Outcome outcome = service_.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, policy::MoveSession{session, client}, moment);
      });
  if (outcome.error) {
    if (outcome.error->code == ErrorCode::kNotFound) return tl::unexpected(logged_out());
    return tl::unexpected(*outcome.error);
  }
  const auto open = policy::find_session(*service_.store().registers(), session);
  if (!open) return tl::unexpected(open.error());
  std::lock_guard lock(mutex_);
  const auto found = live_.find(token);
  if (found == live_.end()) return tl::unexpected(logged_out());
  if (!*open) {
    live_.erase(found);
    return fail(ErrorCode::kUnauthenticated,
                "this login was used from two places at once, so it has ended; log in");
  }
  found->second.client = client;
  return {};
}

Result<policy::Actor> Sessions::waiting_actor(const Digest& token) {
  return actor_behind(token, Counts::kAsNothing);
}

Result<policy::Actor> Sessions::actor_behind(const Digest& token, Counts counts) {
  Sequence session;
  const std::int64_t idle_us = idle_limit();
  {
    std::lock_guard lock(mutex_);
    // The map is searched by the digest of what was sent, so its timing tells nothing about a
    // token.
    const auto found = live_.find(token);
    if (found == live_.end()) return tl::unexpected(logged_out());
    const TimeUs now = service_.now();
    if (now.value - found->second.used.value >= idle_us) return tl::unexpected(logged_out());
    if (counts == Counts::kAsUse) found->second.used = now;
    session = found->second.session;
  }
  auto actor = policy::actor_of_session(*service_.store().registers(), session);
  if (!actor) {
    if (actor.error().code == ErrorCode::kUnauthenticated) {
      std::lock_guard lock(mutex_);
      live_.erase(token);
      return tl::unexpected(logged_out());
    }
    return tl::unexpected(actor.error());
  }
  return actor;
}

bool Sessions::known(std::string_view authorization) const {
  const auto digest = token_digest(authorization);
  if (!digest) return false;
  std::lock_guard lock(mutex_);
  return live_.contains(*digest);
}

Outcome Sessions::close(std::string_view authorization, policy::SessionEnd reason) {
  const auto digest = token_digest(authorization);
  Outcome outcome;
  Sequence session;
  {
    std::lock_guard lock(mutex_);
    const auto found = digest ? live_.find(*digest) : live_.end();
    if (found == live_.end()) {
      outcome.error = logged_out();
      return outcome;
    }
    session = found->second.session;
    live_.erase(found);
  }
  return service_.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, policy::CloseSession{session, reason}, moment);
      });
}

Result<void> Sessions::tick() {
  std::vector<Sequence> idle;
  std::map<std::string, std::int64_t> failures;
  const std::int64_t idle_us = idle_limit();
  {
    std::lock_guard lock(mutex_);
    const TimeUs now = service_.now();
    for (auto one = live_.begin(); one != live_.end();) {
      if (now.value - one->second.used.value >= idle_us) {
        idle.push_back(one->second.session);
        one = live_.erase(one);
      } else {
        ++one;
      }
    }
    if (now.value / kMinuteUs != minute_) failures = std::exchange(waiting_, {});
  }
  for (const Sequence session : idle) {
    const Outcome outcome = service_.perform(
        [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
          return policy::decide(state, policy::CloseSession{session, policy::SessionEnd::kIdle},
                                moment);
        });
    if (outcome.error && outcome.error->code != ErrorCode::kNotFound)
      return tl::unexpected(*outcome.error);
  }
  for (const auto& [username, count] : failures) {
    const policy::FailedLogins attempts{username.empty() ? std::nullopt : std::optional(username),
                                        count, std::nullopt};
    const Outcome outcome = service_.perform(
        [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
          return policy::decide(state, attempts, moment);
        });
    if (outcome.error) return tl::unexpected(*outcome.error);
  }
  return {};
}

}  // namespace alpr::api
