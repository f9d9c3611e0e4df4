// The processor's page tables for a month of reads.
#pragma once

namespace alpr::api {

// Asks the kernel to keep what this process holds in large and well filled blocks in pages of 2 MiB
// instead of 4 KiB, now and from now on: a month of a large city is 1.7 GB, of which a search
// touches a little everywhere, and a kernel or a hypervisor that watches a process's pages stops it
// for milliseconds where there are half a million. Takes a fraction of a second for each GB that is
// not so yet. Does nothing where transparent huge pages are switched off, and what the kernel will
// not do is left as it is (before Linux 6.1, or with too little free memory). Any thread.
void use_large_pages();

}  // namespace alpr::api
