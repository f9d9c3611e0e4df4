// One way for a file to become a general list, whoever brings it: prepared outside the sequencer,
// compared with the active version, sealed, judged, decided. Any thread.
#pragma once

#include "api/service.h"
#include "policy/rules/c2b1_hotlists.h"

namespace alpr::api {

Outcome load_hotlist(Service& service, const policy::Loader& by, const policy::LoadHotlist& command,
                     std::string_view file);

}  // namespace alpr::api
