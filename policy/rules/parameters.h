// Version 1 of the order's parameters, as built in, and the bounds that every later version keeps.
// Pure; any thread.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/types.h"
#include "policy/records/policies.h"

namespace alpr::policy {

inline constexpr std::int64_t kFirstPolicyVersion = 1;
inline constexpr std::string_view kOrder = "Departmental General Order I-12";
// 18 October 2022, 00:00 UTC: the order's day in force (I12-HDR-1).
inline constexpr TimeUs kOrderEffective{1'666'051'200 * kSecondUs};

// AUDITOR accounts belong to it; everybody else's organisation is the department itself (I12-I-10,
// AMB-15).
inline constexpr std::string_view kOversightBody = "Privacy Advisory Commission";

inline constexpr std::size_t kAddedRules = EnumTexts<AddedRule>::texts.size();

// What policy.adopted of a log's first commit records, as the software had it when it knew so many
// of the added rules: an older one's document is judged as what it was.
Parameters built_in_parameters(std::size_t added_rules = kAddedRules);

// Whether the version names the rule.
bool in_force(const Parameters& parameters, AddedRule rule);

// Whether a closed list of the policy in force names `value`, and the list's texts for a refusal.
template <DescribedEnum E>
bool allowed(const std::vector<E>& list, E value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}
template <DescribedEnum E>
std::string texts_of(const std::vector<E>& list) {
  std::string all;
  for (const E one : list) all += (all.empty() ? "" : ", ") + std::string(to_text(one));
  return all;
}

struct ParameterFault {
  std::string rule;     // requirement ID that bounds it
  std::string problem;  // says the member, its value and what is allowed
};
// Everything in which `parameters` go beyond what the order allows: numbers outside their bounds,
// empty or repeated lists, blank words. Empty: nothing. Retention is bounded from both sides: the
// event format's class is thirty days (I12-G-1, decision record 0025).
std::vector<ParameterFault> parameter_faults(const Parameters& parameters);

// The names of the members in which two versions differ, in the document's order.
std::vector<std::string> changed_parameters(const Parameters& before, const Parameters& after);

}  // namespace alpr::policy
