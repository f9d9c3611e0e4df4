// How a test tells the module faulty_pkcs11.so, which passes every call on to SoftHSM, which of
// them goes wrong. The module is loaded by the program under test; a test finds this by name.
#pragma once

namespace alpr::store {

enum class TokenFault {
  kNone,
  kRemoved,         // the call is not done and answers CKR_DEVICE_REMOVED, as all after it
  kAnswerLost,      // the call is done, and answers CKR_DEVICE_ERROR
  kExitBefore,      // the process ends, and the call is not done
  kExitAfter,       // the same, after it
  kMakesReadable,   // keys that are made can be read out
  kDestroysNothing  // C_DestroyObject says OK
};

struct FaultyToken {
  TokenFault fault = TokenFault::kNone;
  unsigned at = 0;      // the call that goes wrong, from 1
  unsigned count = 0;   // calls so far
  unsigned logins = 0;  // C_Login among them
  // Where they are pipes, each call writes a byte to one and waits for a byte from the other.
  int reached = -1;
  int go_on = -1;
};

// The one object that the module exports, under this name.
inline constexpr const char* kFaultyTokenName = "faulty_token";

}  // namespace alpr::store
