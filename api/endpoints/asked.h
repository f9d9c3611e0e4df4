// What a caller asks for in the query of a sheet or report: the state of the log that it is of, and
// times. Any thread.
#pragma once

#include <string_view>

#include "api/api.h"
#include "ledger/chain/note.h"

namespace alpr::api {

// The checkpoint of the log's size that was asked for (`size`), or the newest; it is kept from here
// on, so that the same can be asked for again. kMalformed, kNotFound.
Result<chain::Checkpoint> checkpoint_asked(Context& context, const Call& call);

// The query parameter as RFC 3339, or `otherwise` where it is absent. kMalformed.
Result<TimeUs> time_asked(const Call& call, std::string_view name, TimeUs otherwise);

}  // namespace alpr::api
