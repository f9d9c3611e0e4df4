// How the process's memory comes and goes.
#pragma once

namespace alpr::api {

// Large blocks, as a hot list of 60 MB takes a dozen of while it is read, go back to the system
// when they are freed: by itself glibc keeps up to 64 MB of them for each thread that ever had one.
// To be called once, before there are threads.
void return_large_blocks();

}  // namespace alpr::api
