// Keeps the memory of a process that has keys out of core dumps and away from other processes of
// the same user. Best effort: what the system refuses is no reason not to serve.
#pragma once

namespace alpr::api {

// Before any key is read.
void guard_process();

}  // namespace alpr::api
