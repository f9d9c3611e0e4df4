// A camera's stream that is connected again when it breaks off.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "ledger/chain/error.h"
#include "recognition/video_source.h"

namespace alpr::recognition {

struct CameraPlan {
  std::string name;                              // for what is told; no password in it
  std::function<Result<NextFrame>()> connect;    // a new connection
  std::function<std::int64_t()> now_ms;          // any clock that never falls
  std::function<bool(int milliseconds)> pause;   // false: the program is to end
  std::function<void(const std::string&)> told;  // a sentence for the operator
  int retry_seconds = 60;                        // of pauses, in all, since the last frame
};

// Owned by one thread. What is in the plan outlives it.
class CameraStream {
 public:
  explicit CameraStream(CameraPlan plan);
  // Frames are numbered through all connections, and timed from the first call. Tries again after
  // pauses of 1, 2, 4 ... 30 s. Nothing when the program is to end; the last error when
  // retry_seconds are used up.
  Result<std::optional<Frame>> next();

 private:
  Result<Frame> try_once();

  CameraPlan plan_;
  NextFrame connection_;
  std::int64_t began_ms_ = -1;
  std::int64_t number_ = 0;
  bool was_lost_ = false;
};

}  // namespace alpr::recognition
