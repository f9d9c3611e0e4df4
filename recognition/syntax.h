// How plausible a text is as a plate's: the patterns of American states and European countries.
// They only weigh what the network read in several ways; they reject nothing and change no
// character (policy/formats.md section 1).
#pragma once

#include <string>
#include <string_view>

namespace alpr::recognition {

// Above 0, at most 1. `text` is of A-Z and 0-9; any other has the least. Pure; any thread.
double plausibility(std::string_view text);

// The text with its O and 0 changed so that it is one of the great serial patterns (ABC123, 123ABC,
// ABC1234, 1ABC234), where it fits no pattern as it is: on most American plates the two are the
// same drawing, and the place alone tells them apart. Else the text itself. Pure; any thread.
std::string as_patterns_have_it(std::string_view text);

}  // namespace alpr::recognition
