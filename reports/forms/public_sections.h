// The sections of the public site that are about a period. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "reports/forms/public_facts.h"

namespace alpr::forms {

std::string public_sections(const PublicPeriod& period);

// "0.16 %", its blank not to be broken at; "none" where there was nothing to take it of.
std::string rate_text(const PublicRate& rate);
// A word of a closed list as a person reads it: "Missing or at risk", "CA DOJ".
std::string plain_words(std::string_view word);

}  // namespace alpr::forms
