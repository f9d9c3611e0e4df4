#include "recognition/camera_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace alpr::recognition {
namespace {

constexpr int kFirstPauseMs = 1000;
constexpr int kPauseMaxMs = 30'000;

}  // namespace

CameraStream::CameraStream(CameraPlan plan) : plan_(std::move(plan)) {}

// A frame, or why this connection is over.
Result<Frame> CameraStream::try_once() {
  if (!connection_) {
    Result<NextFrame> connection = plan_.connect();
    if (!connection) return tl::unexpected(connection.error());
    connection_ = std::move(*connection);
  }
  Result<std::optional<Frame>> frame = connection_();
  if (frame && *frame) return std::move(**frame);
  connection_ = nullptr;
  if (!frame) return tl::unexpected(frame.error());
  return fail(ErrorCode::kIo, "the stream ended");
}

Result<std::optional<Frame>> CameraStream::next() {
  if (began_ms_ < 0) began_ms_ = plan_.now_ms();
  int patience_ms = plan_.retry_seconds * 1000;
  for (int pause_ms = kFirstPauseMs;; pause_ms = std::min(2 * pause_ms, kPauseMaxMs)) {
    Result<Frame> frame = try_once();
    if (frame) {
      if (std::exchange(was_lost_, false)) plan_.told(plan_.name + ": connected again");
      frame->number = number_++;
      frame->at_ms = plan_.now_ms() - began_ms_;
      return std::optional(std::move(*frame));
    }
    if (patience_ms <= 0) {
      return fail(frame.error().code,
                  fmt::format("{}; gave up after {} s", frame.error().detail, plan_.retry_seconds));
    }
    const int wait_ms = std::min(pause_ms, patience_ms);
    plan_.told(fmt::format("{}: {}; trying again in {:.3g} s", plan_.name, frame.error().detail,
                           wait_ms / 1000.0));
    was_lost_ = true;
    patience_ms -= wait_ms;
    if (!plan_.pause(wait_ms)) return std::optional<Frame>();
  }
}

}  // namespace alpr::recognition
