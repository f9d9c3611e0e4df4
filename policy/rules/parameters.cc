#include "policy/rules/parameters.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "policy/rules/c3_reviews.h"
#include "policy/rules/decision.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kRetention = kRetentionUs / kSecondUs;

struct NumberBound {
  std::string_view name;
  std::int64_t Parameters::*member;
  std::int64_t first;  // version 1
  std::int64_t min;
  std::int64_t max;
  std::string_view rule;
};
constexpr std::array kNumbers{
    NumberBound{"retention_seconds", &Parameters::retention_seconds, kRetention, kRetention,
                kRetention, "I12-G-1"},
    NumberBound{"hotlist_refresh_seconds", &Parameters::hotlist_refresh_seconds, kDay, kHour, kDay,
                "I12-C2B1-1"},
    // A superseded list lives no longer than the hits that name it.
    NumberBound{"hotlist_blob_seconds", &Parameters::hotlist_blob_seconds, kRetention, kDay,
                kRetention, "I12-G-1"},
    NumberBound{"idle_lock_seconds", &Parameters::idle_lock_seconds, 30 * kMinute, kMinute,
                30 * kMinute, "I12-F-1"},
    NumberBound{"login_failures_max", &Parameters::login_failures_max, 5, 1, 5, "I12-F-1"},
    NumberBound{"login_failures_seconds", &Parameters::login_failures_seconds, 15 * kMinute,
                15 * kMinute, kDay, "I12-F-1"},
    NumberBound{"login_lock_seconds", &Parameters::login_lock_seconds, 30 * kMinute, 10 * kMinute,
                kDay, "I12-F-1"},
    NumberBound{"sessions_per_user_max", &Parameters::sessions_per_user_max, 8, 1, 8, "I12-K-1"},
    NumberBound{"activation_code_seconds", &Parameters::activation_code_seconds, 14 * kDay, kHour,
                14 * kDay, "I12-F-1"},
    NumberBound{"hold_review_seconds", &Parameters::hold_review_seconds, 90 * kDay, kDay, 90 * kDay,
                "I12-G-3"},
    NumberBound{"hotlist_entry_seconds_max", &Parameters::hotlist_entry_seconds_max, 366 * kDay,
                kDay, 366 * kDay, "I12-C2A1-3"},
    // The end of a shift; the order names no time.
    NumberBound{"stop_record_seconds", &Parameters::stop_record_seconds, 12 * kHour, kHour,
                7 * kDay, "I12-C2A2-1"},
    NumberBound{"confidence_sure_ppm", &Parameters::confidence_sure_ppm, 800'000, 500'000,
                1'000'000, "I12-C2A-8"},
    NumberBound{"query_repeat_count", &Parameters::query_repeat_count, 3, 2, 10, "I12-C3-3"},
    NumberBound{"query_repeat_seconds", &Parameters::query_repeat_seconds, 7 * kDay, kDay,
                365 * kDay, "I12-C3-3"},
    NumberBound{"queries_a_day", &Parameters::queries_a_day, 50, 1, 400, "I12-C3-3"},
};

// A screen raises a review and blocks nothing, so it may grow; what version 1 has stays.
struct Screen {
  std::string_view name;
  std::vector<std::string> Parameters::*member;
  std::vector<std::string> first;  // version 1
  std::string_view rule;
};
const std::vector<Screen>& screens() {
  static const std::vector<Screen> all{
      {"screen_immigration",
       &Parameters::screen_immigration,
       {"immigra*", "deport*", "undocumented", "noncitizen*", "alien", "ice", "cbp",
        "border patrol", "customs and border", "removal order", "detainer", "visa overstay"},
       "I12-E-3"},
      {"screen_reproductive_care",
       &Parameters::screen_reproductive_care,
       {"abort*", "reproductive", "planned parenthood", "pregnan*", "miscarr*", "mifepristone",
        "misoprostol", "contracepti*", "fertility"},
       "I12-C3-7"},
      {"screen_first_amendment",
       &Parameters::screen_first_amendment,
       {"protest*", "demonstrat*", "rally", "vigil", "picket*", "activist*", "journalist*",
        "church", "mosque", "synagogue", "temple", "union meeting"},
       "I12-C3-6"}};
  return all;
}

struct ListBounds {
  static constexpr std::size_t kStepsMax = 16;
  static constexpr std::size_t kScreenMax = 200;
  static constexpr std::size_t kStepBytesMax = 60;
};

class Faults {
 public:
  void unless(bool holds, std::string_view rule, std::string problem) {
    if (!holds) all_.push_back({std::string(rule), std::move(problem)});
  }
  template <typename E>
  void closed_list(std::string_view name, const std::vector<E>& list, std::string_view rule) {
    unless(!list.empty(), rule, fmt::format("{}: names none", name));
    for (auto one = list.begin(); one != list.end(); ++one)
      unless(std::find(list.begin(), one, *one) == one, rule,
             fmt::format("{}: {} is named twice", name, to_text(*one)));
  }
  std::vector<ParameterFault> take() { return std::move(all_); }

 private:
  std::vector<ParameterFault> all_;
};

bool step_name(std::string_view text) {
  return !text.empty() && text.size() <= ListBounds::kStepBytesMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

}  // namespace

bool in_force(const Parameters& parameters, AddedRule rule) {
  return parameters.added_rules && allowed(*parameters.added_rules, rule);
}

Parameters built_in_parameters(std::size_t added_rules) {
  Parameters p;
  for (const NumberBound& bound : kNumbers) p.*bound.member = bound.first;
  for (const auto& [source, text] : EnumTexts<HotlistSource>::texts)
    p.hotlist_sources.push_back(source);
  for (const auto& [purpose, text] : EnumTexts<BoloPurpose>::texts)
    p.bolo_purposes.push_back(purpose);
  for (const auto& [purpose, text] : EnumTexts<QueryPurpose>::texts)
    p.query_purposes.push_back(purpose);
  for (const Screen& screen : screens()) p.*screen.member = screen.first;
  for (const auto& [rule, text] : EnumTexts<AddedRule>::texts) {
    if (added_rules-- == 0) break;
    if (!p.added_rules) p.added_rules.emplace();
    p.added_rules->push_back(rule);
  }
  return p;
}

std::vector<ParameterFault> parameter_faults(const Parameters& p) {
  Faults faults;
  for (const NumberBound& bound : kNumbers) {
    const std::int64_t value = p.*bound.member;
    faults.unless(
        value >= bound.min && value <= bound.max, bound.rule,
        fmt::format("{}: {} is outside {} to {}", bound.name, value, bound.min, bound.max));
  }
  if (p.retraining_seconds)
    faults.unless(*p.retraining_seconds >= 30 * kDay && *p.retraining_seconds <= 3660 * kDay,
                  "I12-J-1", "retraining_seconds: 30 days to 10 years");
  if (p.tiles_published_after_seconds)
    faults.unless(
        *p.tiles_published_after_seconds >= kDay && *p.tiles_published_after_seconds <= 366 * kDay,
        "I12-E-5", "tiles_published_after_seconds: 24 hours to 366 days");
  faults.closed_list("hotlist_sources", p.hotlist_sources, "I12-C2A1-1");
  if (p.sources_by_grant) faults.closed_list("sources_by_grant", *p.sources_by_grant, "I12-C3-b");
  // None of them is the order's own text, so a version may name fewer.
  if (p.added_rules) faults.closed_list("added_rules", *p.added_rules, "I12-HDR-1");
  faults.closed_list("bolo_purposes", p.bolo_purposes, "I12-C2A1-2");
  faults.closed_list("query_purposes", p.query_purposes, "I12-C2B-1");
  faults.unless(p.validation_steps.size() <= ListBounds::kStepsMax, "I12-C2A-7",
                fmt::format("validation_steps: at most {}", ListBounds::kStepsMax));
  for (auto step = p.validation_steps.begin(); step != p.validation_steps.end(); ++step) {
    faults.unless(step_name(*step), "I12-C2A-7",
                  "validation_steps: a name is 1 to 60 of A-Z and '_'");
    faults.unless(std::find(p.validation_steps.begin(), step, *step) == step, "I12-C2A-7",
                  fmt::format("validation_steps: {} is named twice", *step));
  }
  for (const Screen& screen : screens()) {
    const std::vector<std::string>& words = p.*screen.member;
    faults.unless(words.size() <= ListBounds::kScreenMax, screen.rule,
                  fmt::format("{}: at most {}", screen.name, ListBounds::kScreenMax));
    for (auto word = words.begin(); word != words.end(); ++word) {
      faults.unless(screen_word(*word), screen.rule,
                    fmt::format("{}: lower-case words of letters and digits with one space "
                                "between, at most 60 bytes, a * at the end where it is a beginning",
                                screen.name));
      faults.unless(std::find(words.begin(), word, *word) == word, screen.rule,
                    fmt::format("{}: {} stands there twice", screen.name, *word));
    }
    for (const std::string& word : screen.first)
      faults.unless(std::find(words.begin(), words.end(), word) != words.end(), screen.rule,
                    fmt::format("{}: {} may not be left out", screen.name, word));
  }
  return faults.take();
}

std::vector<std::string> changed_parameters(const Parameters& before, const Parameters& after) {
  const chain::Json old_json = to_json(before);
  const chain::Json new_json = to_json(after);
  std::vector<std::string> names;
  for (const auto& [name, value] : *new_json.object()) {
    const chain::Json* was = old_json.member(name);
    if (!was || !(*was == value)) names.push_back(name);
  }
  for (const auto& [name, value] : *old_json.object())
    if (!new_json.member(name)) names.push_back(name);
  return names;
}

}  // namespace alpr::policy
