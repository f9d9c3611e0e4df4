#include "policy/rules/c3_reviews.h"

#include <algorithm>
#include <array>

#include "policy/registers/areas.h"
#include "policy/registers/devices.h"
#include "policy/registers/people.h"
#include "policy/registers/plate_question.h"
#include "policy/registers/plate_text.h"
#include "policy/registers/reviews.h"
#include "policy/rules/access.h"
#include "policy/rules/parameters.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
constexpr std::size_t kPlacesMax = 10'000;
constexpr std::size_t kMemberPlatesMax = 100'000;
constexpr std::array kReviewers{Role::kCoordinator, Role::kAdministrator, Role::kChiefDesignee};

// Those of the kept times that lie within so much before now.
std::int64_t recent(const LookupRow& row, std::int64_t within_us, TimeUs now) {
  return std::count_if(row.times.begin(), row.times.end(),
                       [&](TimeUs time) { return now.value - time.value < within_us; });
}

// Round the clock: from 23:00 to 1:00 are two hours.
std::int64_t apart_on_the_clock(TimeUs a, TimeUs b) {
  const std::int64_t apart = (a.value > b.value ? a.value - b.value : b.value - a.value) % kDayUs;
  return std::min(apart, kDayUs - apart);
}

bool unusual_hour(const LookupRow& before, TimeUs now) {
  std::int64_t habit = 0;
  for (const TimeUs time : before.times) {
    if (now.value - time.value >= kHabitUs) continue;
    if (apart_on_the_clock(time, now) <= kHabitNearUs) return false;
    ++habit;
  }
  return habit >= kHabitQueriesMin;
}

// Words as they are compared: lower-case letters and digits, one space between.
std::string words_of(std::string_view text) {
  std::string words = " ";
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool part = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
    if (part) words += c;
    if (!part && words.back() != ' ') words += ' ';
  }
  if (words.back() != ' ') words += ' ';
  return words;
}

// Whether the words, with one space before each and at the end, have one of the screen's.
bool has_word(const std::vector<std::string>& screen, std::string_view words) {
  return std::any_of(screen.begin(), screen.end(), [&](std::string_view word) {
    const bool stem = word.ends_with('*');
    if (stem) word.remove_suffix(1);
    if (word.empty()) return false;
    for (std::size_t at = words.find(word); at != std::string_view::npos;
         at = words.find(word, at + 1)) {
      if (words[at - 1] == ' ' && (stem || words[at + word.size()] == ' ')) return true;
    }
    return false;
  });
}

bool matches_plate(const QueryElements& elements, const std::string& plate) {
  const PlateQuestion question(*elements.plate, elements.matching.value_or(PlateMatching::kExact));
  const std::uint64_t packed = packed_plate(plate);
  return std::any_of(question.tests().begin(), question.tests().end(),
                     [&](const PlateTest& test) { return test.passes(packed); }) &&
         question.passes_rest(packed);
}

// Members' plates that the query asks for. One lookup where it asks for a whole plate, as most do:
// opening all of them takes the sequencer's thread milliseconds in a large department.
Result<std::vector<MemberPlateRow>> members_asked_for(const State& state, const QueryElements& e) {
  std::vector<MemberPlateRow> asked;
  if (!has_wildcard(*e.plate) &&
      e.matching.value_or(PlateMatching::kExact) == PlateMatching::kExact) {
    auto one = find_member_plate(state.rows, *e.plate);
    if (!one) return tl::unexpected(one.error());
    if (*one) asked.push_back(std::move(**one));
    return asked;
  }
  auto all = list_member_plates(state.rows, kMemberPlatesMax);
  if (!all) return tl::unexpected(all.error());
  for (MemberPlateRow& member : *all)
    if (matches_plate(e, member.plate)) asked.push_back(std::move(member));
  return asked;
}

bool overlap(const Box& a, const Box& b) {
  return a.south <= b.north && b.south <= a.north && a.west <= b.east && b.west <= a.east;
}

// Whether the search goes over a named place while it was named: by its area, or by a device that
// stands there.
Result<bool> near_flagged_place(const State& state, const QueryElements& e, TimeUs now) {
  if (!e.circle && !e.polygon && !e.device) return false;
  const auto places = list_places(state.rows, kPlacesMax);
  if (!places) return tl::unexpected(places.error());
  std::optional<Box> box;
  if (e.circle) box = box_of(*e.circle);
  if (!box && e.polygon) box = box_of(*e.polygon);
  if (!box) {
    const auto device = find_device(state.rows, *e.device);
    if (!device) return tl::unexpected(device.error());
    if (!*device) return false;
    box = Box{(*device)->lat_e7, (*device)->lat_e7, (*device)->lon_e7, (*device)->lon_e7};
  }
  const TimeUs from = e.captured_from.value_or(TimeUs{now.value - kRetentionUs});
  const TimeUs until = e.captured_until.value_or(now);
  return std::any_of(places->begin(), places->end(), [&](const PlaceRow& place) {
    return place.from < until && from < place.until && overlap(box_of(place.circle), *box);
  });
}

struct Reviewed {
  Gate gate;
  std::optional<Decision> stopped;
  std::optional<ReviewRow> review;
};

// What seeing and deciding a review ask for alike.
Reviewed open_review(const State& state, const Actor& actor, Sequence review,
                     std::string_view action, const Moment& moment) {
  Reviewed open{gate_role(state, actor, moment, kReviewers, {"I12-L-4", "I12-C3-3"}), {}, {}};
  open.stopped = open.gate.stop(action);
  if (open.stopped) return open;
  const auto row = find_review(state.rows, review);
  if (!row) {
    open.stopped = Decision::not_judged(row.error().code, row.error().detail);
  } else if (!*row) {
    open.stopped = Decision::not_judged(ErrorCode::kNotFound, "no review waits under this number");
  } else if ((*row)->username == actor.username) {
    open.stopped = refuse(moment, open.gate.actor, action,
                          {{"I12-C3-8"}, "own-query", "Another person reviews your queries."});
  } else {
    open.review = **row;
  }
  return open;
}

}  // namespace

bool screen_word(std::string_view word) {
  const std::string_view stem = word.ends_with('*') ? word.substr(0, word.size() - 1) : word;
  return !stem.empty() && stem.size() <= 60 && words_of(stem) == " " + std::string(stem) + " ";
}

bool has_screen_word(const std::vector<std::string>& screen, std::string_view text) {
  return has_word(screen, words_of(text));
}

std::string_view rule_of(ReviewFlag flag) {
  switch (flag) {
    case ReviewFlag::kRepeatedPlate:
    case ReviewFlag::kManyQueries:
    case ReviewFlag::kUnusualHour:
      return "I12-C3-3";
    case ReviewFlag::kOwnPlate:
    case ReviewFlag::kColleaguesPlate:
      return "I12-C3-5";
    case ReviewFlag::kFlaggedPlace:
    case ReviewFlag::kFirstAmendmentWords:
      return "I12-C3-6";
    case ReviewFlag::kReproductiveCareWords:
      return "I12-C3-7";
    case ReviewFlag::kImmigrationWords:
      return "I12-E-3";
  }
  ALPR_CHECK(false);
}

Result<std::vector<ReviewFlag>> flags_of(const State& state, const Actor& actor,
                                         const QueryElements& elements, const QueryGrounds& grounds,
                                         const Moment& moment) {
  const Parameters& p = moment.policy->parameters;
  std::vector<ReviewFlag> flags;
  if (elements.plate) {
    const auto before = lookups_of(state.rows, actor.username, *elements.plate);
    if (!before) return tl::unexpected(before.error());
    if (recent(*before, p.query_repeat_seconds * kSecondUs, moment.now) + 1 >= p.query_repeat_count)
      flags.push_back(ReviewFlag::kRepeatedPlate);
  }
  const auto all = queries_of(state.rows, actor.username);
  if (!all) return tl::unexpected(all.error());
  if (recent(*all, kDayUs, moment.now) + 1 > p.queries_a_day)
    flags.push_back(ReviewFlag::kManyQueries);
  if (elements.plate) {
    const auto members = members_asked_for(state, elements);
    if (!members) return tl::unexpected(members.error());
    bool own = false, colleagues = false;
    for (const MemberPlateRow& member : *members)
      for (const std::string& name : member.usernames)
        (name == actor.username ? own : colleagues) = true;
    if (own) flags.push_back(ReviewFlag::kOwnPlate);
    if (colleagues) flags.push_back(ReviewFlag::kColleaguesPlate);
  }
  const auto near = near_flagged_place(state, elements, moment.now);
  if (!near) return tl::unexpected(near.error());
  if (*near) flags.push_back(ReviewFlag::kFlaggedPlace);
  std::string text = grounds.facts.value_or("") + "\n" + grounds.need_to_know.value_or("") + "\n" +
                     grounds.narrative.value_or("");
  if (grounds.right_to_know) text += "\n" + grounds.right_to_know->citation;
  const std::string words = words_of(text);
  if (has_word(p.screen_immigration, words)) flags.push_back(ReviewFlag::kImmigrationWords);
  if (has_word(p.screen_reproductive_care, words))
    flags.push_back(ReviewFlag::kReproductiveCareWords);
  if (has_word(p.screen_first_amendment, words)) flags.push_back(ReviewFlag::kFirstAmendmentWords);
  if (in_force(p, AddedRule::kUnusualHours) && unusual_hour(*all, moment.now))
    flags.push_back(ReviewFlag::kUnusualHour);
  return flags;
}

Decision decide(const State& state, const Actor& actor, const DiscloseReview& command,
                const Moment& moment) {
  const Reviewed open = open_review(state, actor, command.review, "review.disclose", moment);
  if (open.stopped) return *open.stopped;
  return Decision{}.then(
      ReviewDisclosed{moment.policy->version, command.review, open.review->query, open.gate.actor});
}

Decision decide(const State& state, const Actor& actor, const DecideReview& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "review.decide";
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax))
    return Decision::not_judged(fault->code, fault->detail);
  const Reviewed open = open_review(state, actor, command.review, kAction, moment);
  if (open.stopped) return *open.stopped;
  if (blank(command.reason))
    return refuse(moment, open.gate.actor, kAction,
                  {{"I12-L-4"}, "reason-missing", "Say what was found out, and how."});
  return Decision{}.then(ReviewDecided{moment.policy->version, command.review, command.finding,
                                       command.reason, open.gate.actor});
}

Decision decide(const State& state, const Actor& actor, const FlagPlace& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "place.flag";
  if (auto fault = text_fault("name", command.name, kShortTextMax))
    return Decision::not_judged(fault->code, fault->detail);
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax))
    return Decision::not_judged(fault->code, fault->detail);
  for (const TimeUs time : {command.from, command.until})
    if (auto fault = time_fault("from, until", time))
      return Decision::not_judged(fault->code, fault->detail);
  if (command.until <= command.from)
    return Decision::not_judged(ErrorCode::kMalformed, "until: must be later than from");
  if (!check_area(command.circle))
    return Decision::not_judged(ErrorCode::kMalformed,
                                "circle: a centre on the globe and a radius of 1 to 50000 m");
  const Gate open = gate_role(state, actor, moment, kReviewers, {"I12-C3-6"});
  if (auto stopped = open.stop(kAction)) return *stopped;
  if (blank(command.name) || blank(command.reason))
    return refuse(moment, open.actor, kAction,
                  {{"I12-C3-6"}, "reason-missing", "Name the place, and say why it is flagged."});
  return Decision{}.then(PlaceFlagged{moment.policy->version, command.name, command.circle,
                                      command.from, command.until, command.reason, open.actor});
}

Decision decide(const State& state, const Actor& actor, const NameMemberPlate& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "member-plate.name";
  const auto plate = normalise_plate(command.plate);
  if (!plate) return Decision::not_judged(plate.error().code, "plate: " + plate.error().detail);
  const Gate open = gate(state, actor, moment, Need::kAccount);
  if (auto stopped = open.stop(kAction)) return *stopped;
  const auto user = find_user(state.rows, command.username);
  if (!user) return Decision::not_judged(user.error().code, user.error().detail);
  if (!*user) return Decision::not_judged(ErrorCode::kNotFound, "no such account");
  if (command.username != actor.username &&
      !holds_role(state, actor.username, Role::kCoordinator, moment))
    return refuse(moment, open.actor, kAction,
                  {{"I12-C3-5"},
                   "not-your-plate",
                   "One names one's own plates; those of others are the Coordinator's to name."});
  return Decision{}.then(
      MemberPlateNamed{moment.policy->version, command.username, *plate, open.actor});
}

}  // namespace alpr::policy
