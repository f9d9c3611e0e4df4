#include "policy/rules/required_facts.h"

#include <algorithm>

namespace alpr::policy {

bool valid_case_number(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto allowed = [&](char c) { return (c >= 'A' && c <= 'Z') || digit(c) || c == '-'; };
  return text.size() >= 4 && text.size() <= 20 && std::all_of(text.begin(), text.end(), allowed) &&
         std::any_of(text.begin(), text.end(), digit);
}

bool names_a_rule(const std::optional<std::string>& rule) {
  constexpr std::string_view kPrefix = "I12-";
  constexpr std::size_t kRuleMax = 24;
  return rule && rule->starts_with(kPrefix) && rule->size() > kPrefix.size() &&
         rule->size() <= kRuleMax && std::all_of(rule->begin(), rule->end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
         });
}

void RequiredFacts::that(bool holds, std::string_view rule, std::string_view slug,
                         std::string_view what_to_do) {
  if (holds) return;
  if (!refusal_) refusal_ = Refusal{{}, std::string(slug), ""};
  auto& rules = refusal_->rules;
  if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rules.emplace_back(rule);
  if (!refusal_->reason.empty()) refusal_->reason += ' ';
  refusal_->reason += what_to_do;
}

void RequiredFacts::text(const std::optional<std::string>& value, std::string_view member,
                         std::string_view rule) {
  that(value && !blank(*value), rule, "required-fact-missing",
       "State " + std::string(member) + ".");
}

void RequiredFacts::case_number(const std::optional<std::string>& value, std::string_view member,
                                std::string_view rule) {
  that(value && valid_case_number(*value), rule, "required-fact-missing",
       "State " + std::string(member) +
           ": 4 to 20 capital letters, digits and hyphens, with a digit.");
}

}  // namespace alpr::policy
