// What a program prints: the way to a secret that another program keeps. No shell; standard input
// is empty, standard error is ours, and no other descriptor of this process goes along.
#pragma once

#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::store {

inline constexpr std::size_t kCommandOutputMax = 4096;
inline constexpr int kCommandSecondsMax = 60;

// `command`: the program, looked for in PATH where it has no slash, and its arguments. kNotFound:
// it cannot be started; kTooLarge: it prints more than kCommandOutputMax bytes; kIo: it takes over
// kCommandSecondsMax (it is then killed), or ends with another code than 0. The caller wipes the
// bytes. Any thread.
Result<Bytes> command_output(const std::vector<std::string>& command,
                             int seconds_max = kCommandSecondsMax);

}  // namespace alpr::store
