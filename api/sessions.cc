#include "api/sessions.h"

#include <sodium.h>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/keys.h"
#include "policy/registers/people.h"
#include "policy/rules/access.h"
#include "policy/rules/sessions.h"

namespace alpr::api {

namespace {

constexpr std::int64_t kMinuteUs = 60 * kSecondUs;
constexpr std::int64_t kRecordedPerMinute = 10;
constexpr unsigned kHashingMax = 2;
constexpr std::size_t kTokensMax = 10'000;

std::optional<Digest> token_digest(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!authorization.starts_with(kScheme) || authorization.size() > 200) return std::nullopt;
  return chain::sha256(as_bytes(authorization.substr(kScheme.size())));
}

Error logged_out() { return {ErrorCode::kUnauthenticated, "no session, or it has ended: log in"}; }

}  // namespace

Result<std::string> hash_password(std::string_view password, HashCost cost) {
  const bool cheap = cost == HashCost::kTest;
  char hash[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(hash, password.data(), password.size(),
                            cheap ? crypto_pwhash_OPSLIMIT_MIN : crypto_pwhash_OPSLIMIT_INTERACTIVE,
                            cheap ? crypto_pwhash_MEMLIMIT_MIN : crypto_pwhash_MEMLIMIT_INTERACTIVE,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail(ErrorCode::kBusy, "not enough memory to hash a password; try again");
  return std::string(hash);
}

bool password_matches(std::string_view hash, std::string_view password) {
  const std::string terminated(hash);
  if (terminated.size() >= crypto_pwhash_STRBYTES) return false;
  return crypto_pwhash_str_verify(terminated.c_str(), password.data(), password.size()) == 0;
}

Result<void> check_password(std::string_view username, std::string_view password) {
  if (password.size() < 12 || password.size() > 128)
    return fail(ErrorCode::kMalformed, "password: 12 to 128 characters");
  if (!chain::valid_utf8(password)) return fail(ErrorCode::kMalformed, "password: must be UTF-8");
  if (password.find(username) != std::string_view::npos)
    return fail(ErrorCode::kMalformed, "password: must not contain your username");
  return {};
}

Sessions::Sessions(Service& service, HashCost cost)
    : service_(service),
      cost_(cost),
      nobodys_hash_(hash_password("nobody has this password", cost).value_or("")) {}

Sessions::Turn::Turn(Sessions& sessions) : sessions_(sessions) {
  std::unique_lock lock(sessions_.mutex_);
  sessions_.changed_.wait(lock, [&] { return sessions_.hashing_ < kHashingMax; });
  ++sessions_.hashing_;
}

Sessions::Turn::~Turn() {
  std::lock_guard lock(sessions_.mutex_);
  --sessions_.hashing_;
  sessions_.changed_.notify_one();
}

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

Sessions::Opened Sessions::open(const std::string& username, std::string_view password,
                                const std::string& client) {
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
  const std::string stored = user && user->argon2id ? *user->argon2id : nobodys_hash_;
  const bool right =
      hashing([&] { return password_matches(stored, password); }) && user && user->argon2id;
  // A name that is nobody's, or an account that is locked already: no guess is judged there. Every
  // other failure is, so that a flood of them never postpones a lock-out (I12-K-1).
  const bool judged = user && !(user->locked_until && service_.now() < *user->locked_until);
  if (!right && !judged && held_back(user ? username : "")) {
    opened.outcome.refusal =
        policy::Refusal{{"I12-F-1", "I12-K-1"}, "login-failed", "username or password is wrong"};
    opened.outcome.commit.count = 0;
    return opened;
  }
  policy::OpenSession attempt{username, client, std::nullopt};
  if (right) attempt.matched_argon2id = stored;
  opened.outcome = service_.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, attempt, moment);
      });
  if (!opened.outcome.done()) return opened;
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
  live_[chain::sha256(as_bytes(opened.token))] = {session, username, service_.now()};
  return opened;
}

std::int64_t Sessions::idle_limit() const {
  return service_.policy()->parameters.idle_lock_seconds * kSecondUs;
}

Result<policy::Actor> Sessions::actor_of(std::string_view authorization) {
  const auto digest = token_digest(authorization);
  if (!digest) return tl::unexpected(logged_out());
  Sequence session;
  const std::int64_t idle_us = idle_limit();
  {
    std::lock_guard lock(mutex_);
    // The map is searched by the digest of what was sent, so its timing tells nothing about a
    // token.
    const auto found = live_.find(*digest);
    if (found == live_.end()) return tl::unexpected(logged_out());
    const TimeUs now = service_.now();
    if (now.value - found->second.used.value >= idle_us) return tl::unexpected(logged_out());
    found->second.used = now;
    session = found->second.session;
  }
  auto actor = policy::actor_of_session(*service_.store().registers(), session);
  if (!actor) {
    if (actor.error().code == ErrorCode::kUnauthenticated) {
      std::lock_guard lock(mutex_);
      live_.erase(*digest);
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
