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

// The picture of a read and its content type, opened and checked against what the read committed
// to. To be called once the disclosure is on the record. kGone, kCorrupt.
struct Picture {
  std::string type;
  std::string bytes;
};
Result<Picture> picture_of(const store::Store& store, Sequence read);

// The answer after a picture was judged and recorded by `outcome`, or its problem.
Response shown_image(Context& context, Sequence read, const Outcome& outcome);

}  // namespace alpr::api
