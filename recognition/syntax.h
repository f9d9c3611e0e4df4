// How plausible a text is as a plate's: the patterns of American states and European countries.
// They weigh what the network read in several ways, and tell apart what dies draw alike; they
// reject nothing (policy/formats.md section 1).
#pragma once

#include <string>
#include <string_view>

namespace alpr::recognition {

// Above 0, at most 1. `text` is of A-Z and 0-9; any other has the least. Pure; any thread.
double plausibility(std::string_view text);

// The text with what dies draw alike told apart by its place, where as it is it fits no pattern:
// O and 0 so that it is one of the great serial patterns (ABC123, 123ABC, ABC1234, 1ABC234,
// AB123CD, AB12CDE); I among digits as 1, for registers leave I out (California's between the
// digits, policy/formats.md section 1), in any pattern. Else the text itself. Pure; any thread.
std::string as_patterns_have_it(std::string_view text);

}  // namespace alpr::recognition
