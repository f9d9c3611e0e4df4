// Section C.3, what stands out in queries: flagged in the query's own commit, looked at by another
// person afterwards, never in the way of the answer (policy-brief: screens raise reviews, they are
// not the control). Pure; the sequencer's thread.
#pragma once

#include <vector>

#include "policy/records/reviews.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// What stands out in a query that is being answered, in the flags' order; from the registers before
// it and the parameters in force. I12-C3-3, C3-5, C3-6, C3-7, E-3.
Result<std::vector<ReviewFlag>> flags_of(const State& state, const Actor& actor,
                                         const QueryElements& elements, const QueryGrounds& grounds,
                                         const Moment& moment);
// UNUSUAL_HOUR: of so many queries of the person in so long a time none was within so long of this
// time of the day, whatever the day. By the person's own habit, so that night shifts and time zones
// need no table; the hour of summer time stays within it. Of the added rules (UNUSUAL_HOURS).
inline constexpr std::int64_t kHabitQueriesMin = 20;
inline constexpr std::int64_t kHabitUs = 60 * 86'400 * kSecondUs;
inline constexpr std::int64_t kHabitNearUs = 3 * 3'600 * kSecondUs;

// The requirement that a flag is about.
std::string_view rule_of(ReviewFlag flag);

// Whether a text has one of the screen's words. A screen's word is lower-case words with single
// spaces between, found where the text has the same words in a row, in any case; one that ends in *
// is a beginning.
bool has_screen_word(const std::vector<std::string>& screen, std::string_view text);
bool screen_word(std::string_view word);  // of that form

// A reviewer sees what was asked, and on which grounds -> review.disclosed. COORDINATOR,
// ADMINISTRATOR or CHIEF_DESIGNEE, not of one's own query. kNotFound: no review waits under this
// number.
struct DiscloseReview {
  Sequence review;
};
Decision decide(const State& state, const Actor& actor, const DiscloseReview& command,
                const Moment& moment);

// -> review.decided. The same people; a reason is needed.
struct DecideReview {
  Sequence review;
  ReviewFinding finding{};
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("review", review);
    m("finding", finding);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const DecideReview& command,
                const Moment& moment);

// -> place.flagged. COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE; kMalformed for a circle or time
// that is none.
struct FlagPlace {
  std::string name;
  Circle circle;
  TimeUs from;
  TimeUs until;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("name", name);
    m("circle", circle);
    m("from", from);
    m("until", until);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const FlagPlace& command,
                const Moment& moment);

// -> member.plate-named. The member themself, or COORDINATOR. kNotFound: no such account.
struct NameMemberPlate {
  std::string username;
  std::string plate;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("plate", plate);
  }
};
Decision decide(const State& state, const Actor& actor, const NameMemberPlate& command,
                const Moment& moment);

}  // namespace alpr::policy
