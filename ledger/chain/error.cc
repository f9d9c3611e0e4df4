#include "ledger/chain/error.h"

#include <cstdio>
#include <cstdlib>

namespace alpr {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
      return "malformed";
    case ErrorCode::kBadSignature:
      return "bad_signature";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kGone:
      return "gone";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kRefused:
      return "refused";
    case ErrorCode::kUnauthenticated:
      return "unauthenticated";
    case ErrorCode::kTooLarge:
      return "too_large";
    case ErrorCode::kBusy:
      return "busy";
    case ErrorCode::kNoSpace:
      return "no_space";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kWrongVersion:
      return "wrong_version";
    case ErrorCode::kLocked:
      return "locked";
    case ErrorCode::kRollback:
      return "rollback";
    case ErrorCode::kClock:
      return "clock";
    case ErrorCode::kCorrupt:
      return "corrupt";
  }
  ALPR_CHECK(!"an ErrorCode outside the enumeration");
  return {};
}

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace alpr
