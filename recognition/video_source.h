// Frames of a video file or of a camera's stream, one every so often. OpenCV's videoio, with FFmpeg
// behind it, decodes; nothing else in the project includes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string>

#include "ledger/chain/error.h"

namespace alpr::recognition {

struct Frame {
  std::int64_t number = 0;  // of the video or stream, from 0; those left out count
  std::int64_t at_ms = 0;   // since its beginning; never falling
  cv::Mat picture;          // 8-bit BGR
};

// The next frame that is due; nothing at the end.
using NextFrame = std::function<Result<std::optional<Frame>>()>;

// What a video file's container says of itself, from its own lengths.
struct VideoFile {
  bool complete = true;  // false: the file is shorter than it says
};
// kNotFound or kIo; kMalformed when the file is no AVI, MP4 or QuickTime, Matroska or WebM, MPEG
// transport or program stream: FFmpeg is shown nothing else, for some of its formats are lists of
// other files. Any thread.
Result<VideoFile> inspect_video(const std::filesystem::path& path);

// By the name's ending. Pure; any thread.
bool is_video_name(const std::filesystem::path& path);

// Whether a stream is read later than it comes. Frames that waited are there at once, and the delay
// falls with each; a frame that had to be waited for is the newest. Pure.
class StreamLag {
 public:
  explicit StreamLag(double late_ms) : late_ms_(late_ms) {}
  // A frame that the stream says is of `own_ms` was there at `clock_ms`, after whatever was done
  // with the one before. True: it is late, as all are until one had to be waited for.
  bool late(double clock_ms, double own_ms);

 private:
  double late_ms_;
  double least_delay_ms_ = 0;
  double clock_ms_ = 0;
  double own_ms_ = 0;
  bool any_ = false;
  bool skipping_ = false;
};

// Owned by one thread.
class VideoSource {
 public:
  // inspect_video(), then opens it. kMalformed where FFmpeg can't; kTooLarge over kImagePixelsMax.
  // `every_ms` is at least 1: so far apart are the frames that next() gives, or further.
  static Result<VideoSource> open_file(const std::filesystem::path& path, int every_ms);
  // rtsp://HOST...; gives up after kStreamTimeoutMs. kIo where nobody answers.
  static Result<VideoSource> open_stream(const std::string& url, int every_ms);
  VideoSource(VideoSource&&) noexcept;
  VideoSource& operator=(VideoSource&&) noexcept;
  ~VideoSource();

  // Nothing at a file's end. kIo when a stream stops or says nothing for kStreamTimeoutMs. Of a
  // stream that came faster than it was read, what is late is left out. kMalformed or kTooLarge for
  // a frame that can't be used.
  Result<std::optional<Frame>> next();
  // 0 where it is not known, as of a stream.
  std::int64_t duration_ms() const;

 private:
  struct State;
  explicit VideoSource(std::unique_ptr<State> state);
  static Result<VideoSource> open(const std::string& name, bool live, int every_ms);
  std::unique_ptr<State> state_;
};
inline constexpr int kStreamTimeoutMs = 5000;

// A stream's address without user and password, for whatever is printed. Pure; any thread.
std::string without_password(const std::string& url);

}  // namespace alpr::recognition
