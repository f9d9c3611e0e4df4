// `plateledger-verify witness ...`: parses the command line and runs it. Returns the process's exit
// code: 0 done; 1 a log was caught; 2 bad usage or input; 3 the environment failed.
#pragma once

namespace alpr::witness {

// argv[0] is "witness".
int run_witness(int argc, char** argv);

}  // namespace alpr::witness
