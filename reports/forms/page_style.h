// How our pages look: for annual_page and the public site. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace alpr::forms {

// From the doctype to the body's start tag, the style within: nothing is fetched, and a browser is
// told to run and fetch nothing. `title` is text.
std::string page_begin(std::string_view title);
inline constexpr std::string_view kPageEnd = "</body>\n</html>\n";

}  // namespace alpr::forms
