// What can go wrong, said once for the whole program.
//
// Result<T> is for what is expected to fail: bad input, a refused command, a broken chain. A
// programmer's error aborts through ALPR_CHECK; a lost environment throws from a constructor and is
// caught in main.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace alpr {

enum class ErrorCode {
  kMalformed,     // bytes or text that are not of the documented form
  kBadSignature,  // a signature, tag or commitment that does not match
  kNotFound,
  kGone,      // was here, erased under a tombstone
  kConflict,  // against the state as it stands (an already used batch number, a second decision)
  kRefused,   // the order forbids it; the detail names the rule
  kUnauthenticated,
  kTooLarge,
  kBusy,     // the inbox is full: try again
  kNoSpace,  // the disk or the map is full
  kIo,
  kWrongVersion,  // a store or file of another format version
  kLocked,        // another process has the store
  kRollback,      // the store is older than, or differs from, what it has already signed
  kClock,         // the clock stepped; appends are stopped until two people confirm
  kCorrupt,       // our own store does not read back as it was written
};

// Stable snake_case name, e.g. "bad_signature"; used in --json output and problem types.
std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string detail;  // what was wrong, where, and what to do; never a secret, never a plate
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string detail) {
  return tl::unexpected<Error>(Error{code, std::move(detail)});
}

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace alpr

// Programmer's errors only, never input. Always compiled in.
#define ALPR_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::alpr::check_failed(#condition, __FILE__, __LINE__))
