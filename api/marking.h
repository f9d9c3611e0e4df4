// Whose data it is, and what it may be used for: stands in whatever leaves the system (I12-C3-0,
// I12-E-4). Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace alpr::api {

// For what goes to people of the Department and of the City: files, and every answer to somebody
// logged in. Of the log's origin alone, so that the same file has the same bytes whoever asks.
std::string owner_notice(std::string_view origin);

// For a package, which goes to another agency.
std::string owner_marking(std::string_view department);

}  // namespace alpr::api
