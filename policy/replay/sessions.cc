// Log-ins, failures, second factors (I12-F-1, K-1, C3-8).
#include "policy/rules/sessions.h"

#include <array>

#include "policy/registers/people.h"
#include "policy/registers/rows.h"
#include "policy/registers/tables.h"
#include "policy/replay/judge.h"
#include "policy/replay/memory_rows.h"
#include "policy/rules/codes.h"
#include "policy/rules/second_factor.h"

namespace alpr::policy {
namespace {

// What was shown at a log-in, taken as matched: the password, and the code that the event names.
struct Shown {
  OverlaidRows rows;
  OpenSession attempt;

  Shown(const Scene& s, const std::string& username) : rows(s.state.rows) {
    attempt.username = username;
    if (auto found = see_user(s.state.rows, username)) user_ = std::move(*found);
    if (user_) attempt.matched_hash = user_->password_hash;
  }
  void totp(std::int64_t step) {
    const bool has_factor = user_ && user_->second_factor;
    attempt.totp = MatchedTotp{has_factor ? user_->second_factor->offered : Sequence{}, step};
  }
  // The recovery code itself is not in the log: its digest is replaced by one of a known code.
  void recovery_code(std::int64_t number) {
    constexpr std::string_view kCode = "CCCC";
    attempt.recovery_code = std::string(kCode);
    if (!user_ || !user_->second_factor) return;
    UserRow known = *user_;
    auto& codes = known.second_factor->recovery_codes;
    if (number < 0 || static_cast<std::size_t>(number) >= codes.size()) return;
    codes[static_cast<std::size_t>(number)] = digest_code(kCode, Salt{});
    rows.put(table::kUsers, text_key(known.username), to_json_text(known));
  }
  void take(const std::optional<std::int64_t>& step, const std::optional<std::int64_t>& code) {
    if (step) totp(*step);
    if (code) recovery_code(*code);
  }
  State state(const Scene& s) const {
    return {rows, s.state.reads, s.state.plates, s.state.holds_on};
  }

 private:
  SeenRow<UserRow> user_;
};

Again opened(const Scene& s, const SessionOpened& e) {
  Shown shown(s, e.username);
  shown.attempt.client = e.client;
  shown.take(e.totp_step, e.recovery_code);
  return decided(decide(shown.state(s), shown.attempt, s.moment));
}

Again moved(const Scene& s, const SessionMoved& e) {
  return decided(decide(s.state, MoveSession{e.session, e.to}, s.moment));
}

Again closed(const Scene& s, const SessionClosed& e) {
  if (e.reason == SessionEnd::kTwoPlaces)
    return stray("I12-C3-8", "it ends a session that did not move back");
  return decided(decide(s.state, CloseSession{e.session, e.reason}, s.moment));
}

// A failure is what a wrong guess comes to, so here the event's own refusal is expected.
Again login_failed(const Scene& s, const LoginFailed& e) {
  Again again;
  again.refusal = true;
  if (e.reason == LoginFailure::kWrongSecondFactor) {
    const auto user = find_user(s.state.rows, e.username.value_or(""));
    if (!user) return undecidable(user.error().detail);
    if (!*user || e.count != 1)
      return breach({"I12-K-1"}, "a wrong code of nobody's second factor");
    again.decisions.push_back(
        wrong_guess(LoginFailure::kWrongSecondFactor, **user, e.client, s.moment));
  } else {
    again.decisions.push_back(
        decide(s.state, FailedLogins{e.username, e.count, e.client}, s.moment));
  }
  return again;
}

Again locked(const Scene&, const AccountLocked&) {
  return stray("I12-K-1", "an account is locked by failures in a row");
}

Again flagged(const Scene&, const SessionFlagged&) {
  return stray("I12-C3-8", "a session is flagged as it begins, or as it moves back");
}

Again reviewed(const Scene& s, const SessionReviewed& e) {
  return decided(decide(s.state, e.by, ReviewSession{e.flag, e.finding, e.note}, s.moment));
}

Again offered(const Scene& s, const SecondFactorOffered& e) {
  if (e.secret.empty()) return breach({"I12-F-1"}, "a second factor without a secret");
  Shown shown(s, e.by.username);
  shown.take(e.totp_step, e.recovery_code);
  return decided(
      decide(shown.state(s), e.by, OfferSecondFactor{shown.attempt, e.secret}, s.moment));
}

Again factor_confirmed(const Scene& s, const SecondFactorConfirmed& e) {
  if (e.recovery_codes.size() != kRecoveryCodes)
    return breach({"I12-F-1"}, "not the number of recovery codes that are given out");
  return decided(decide(s.state, e.by,
                        ConfirmSecondFactor{MatchedTotp{e.offered, e.totp_step}, e.recovery_codes},
                        s.moment));
}

Again factor_removed(const Scene& s, const SecondFactorRemoved& e) {
  return decided(decide(s.state, e.by, RemoveSecondFactor{e.username, e.reason}, s.moment));
}

}  // namespace

std::span<const Judge> session_judges() {
  static const std::array all{
      judging<SessionOpened, opened>("I12-K-1"),
      judging<SessionMoved, moved>("I12-C3-8"),
      judging<SessionClosed, closed>("I12-K-1"),
      judging<LoginFailed, login_failed>("I12-K-1"),
      judging<AccountLocked, locked>("I12-K-1"),
      judging<SessionFlagged, flagged>("I12-C3-8"),
      judging<SessionReviewed, reviewed>("I12-C3-8"),
      judging<SecondFactorOffered, offered>("I12-F-1"),
      judging<SecondFactorConfirmed, factor_confirmed>("I12-F-1"),
      judging<SecondFactorRemoved, factor_removed>("I12-K-1"),
  };
  return all;
}

}  // namespace alpr::policy
