// Showing a picture: judged, recorded, and only then read and sent (I12-F-2, architecture invariant
// 2).
#pragma once

#include "api/api.h"
#include "policy/rules/c2b_queries.h"

namespace alpr::api {

// The picture with its own content type, or a problem. `command` names the read and under what it
// is shown.
Response disclose_image(Context& context, const policy::Actor& actor,
                        const policy::DiscloseImage& command);

}  // namespace alpr::api
