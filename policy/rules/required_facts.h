// What the order requires a member to state. All that is missing is said at once, each with its
// requirement ID, so that a refusal tells everything there is to do. Pure; one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/rules/decision.h"

namespace alpr::policy {

// 4 to 20 of A-Z, 0-9 and '-', with at least one digit (I12-C2A2-5, C2B2-5).
bool valid_case_number(std::string_view text);

// Of the form of a requirement ID, as I12-F-1: it stands open in the log, so it is no place for a
// sentence.
bool names_a_rule(const std::optional<std::string>& rule);

class RequiredFacts {
 public:
  // Refuses by `rule` unless it holds; `slug` of the first that does not becomes the refusal's.
  void that(bool holds, std::string_view rule, std::string_view slug, std::string_view what_to_do);
  // Given, and not blank (policy-brief section 10, rule 7).
  void text(const std::optional<std::string>& value, std::string_view member,
            std::string_view rule);
  void case_number(const std::optional<std::string>& value, std::string_view member,
                   std::string_view rule);

  const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  std::optional<Refusal> refusal_;
};

}  // namespace alpr::policy
