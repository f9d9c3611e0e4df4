// How plausible a text is as a plate's: the patterns of American states and European countries.
// They only weigh what the network read in several ways; they reject nothing and change no
// character (policy/formats.md section 1).
#pragma once

#include <string_view>

namespace alpr::recognition {

// Above 0, at most 1. `text` is of A-Z and 0-9; any other has the least. Pure; any thread.
double plausibility(std::string_view text);

}  // namespace alpr::recognition
