#include "recognition/video_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <fstream>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/videoio.hpp>
#include <string_view>
#include <vector>

#include "ledger/chain/encoding.h"
#include "recognition/files.h"
#include "recognition/image.h"

namespace alpr::recognition {
namespace {

constexpr std::size_t kBoxesMax = 10'000;
constexpr std::uint64_t kTransportPacket = 188;
constexpr std::int64_t kFramesLeftOutMax = 100'000;  // in a row, between two that are due

constexpr double kLateMs = 500;

using Clock = std::chrono::steady_clock;

tl::unexpected<Error> bad_video(std::string_view what) {
  return fail(ErrorCode::kMalformed, "video: " + std::string(what));
}

// The bytes at a place of the file, or fewer at its end.
std::string bytes_at(std::ifstream& file, std::uint64_t at, std::size_t count) {
  std::string out(count, '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(at));
  file.read(out.data(), static_cast<std::streamsize>(count));
  out.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  return out;
}

std::uint64_t get_le32(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// AVI: one chunk, and in long files more, each with its length in front.
bool whole_avi(std::ifstream& file, std::uint64_t size) {
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < kBoxesMax && at + 8 <= size; ++i) {
    const std::string head = bytes_at(file, at, 8);
    if (head.size() < 8) return false;
    if (head.substr(0, 4) != "RIFF") return i > 0;  // something behind the video
    const std::uint64_t length = get_le32(std::string_view(head).substr(4));
    at += 8 + length + length % 2;
  }
  return at <= size + 1;
}

// MP4 and QuickTime: boxes, of which one is the directory of all frames.
bool whole_mp4(std::ifstream& file, std::uint64_t size) {
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < kBoxesMax && at < size; ++i) {
    const std::string head = bytes_at(file, at, 16);
    if (head.size() < 8) return false;
    const BytesView bytes = as_bytes(head);
    std::uint64_t length = chain::get_be32(bytes.data());
    if (length == 0) return true;  // to the end of the file
    if (length == 1 && head.size() == 16) length = chain::get_be64(&bytes[8]);
    if (length < 8 || length > size - at) return false;
    at += length;
  }
  return at == size;
}

}  // namespace

bool is_video_name(const std::filesystem::path& path) {
  return has_extension(path, {".avi", ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".ts", ".mts",
                              ".m2ts", ".mpg", ".mpeg"});
}

Result<VideoFile> inspect_video(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return fail(ErrorCode::kNotFound, "there is no " + path.string());
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    return fail(ErrorCode::kIo, path.string() + " is not a file");
  }
  const std::uint64_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return fail(ErrorCode::kIo, "can't open " + path.string());
  if (size == 0) return bad_video("the file is empty");
  const std::string head = bytes_at(file, 0, 12);
  const auto has = [&](std::size_t at, std::string_view text) {
    return head.size() >= at + text.size() && head.compare(at, text.size(), text) == 0;
  };
  if (has(0, "RIFF") && has(8, "AVI ")) return VideoFile{whole_avi(file, size)};
  if (has(4, "ftyp") || has(4, "moov") || has(4, "wide")) return VideoFile{whole_mp4(file, size)};
  // These say nothing of their length that could be relied upon.
  using namespace std::string_view_literals;
  const bool matroska = has(0, "\x1a\x45\xdf\xa3");
  const bool program = has(0, "\0\0\x01\xba"sv);
  const bool transport = has(0, "G") && bytes_at(file, kTransportPacket, 1) == "G";
  if (matroska || program || transport) return VideoFile{};
  return bad_video("neither AVI, MP4, QuickTime, Matroska, WebM nor MPEG");
}

struct VideoSource::State {
  cv::VideoCapture capture;
  bool live = false;
  std::int64_t every_ms = 1;
  std::int64_t number = -1;              // of the frame that was grabbed last
  std::int64_t at_ms = 0;                // of the same
  std::optional<std::int64_t> taken_ms;  // of the frame that next() gave last
  Clock::time_point began;               // of a stream
  StreamLag lag{kLateMs};

  double own_ms() {
    const double own = capture.get(cv::CAP_PROP_POS_MSEC);
    return std::isfinite(own) ? own : 0;
  }
  bool grab() { return live ? grab_newest() : grab_next(); }
  bool grab_next();
  bool grab_newest();
};

// The next frame with its time, decoded and not yet converted.
bool VideoSource::State::grab_next() {
  if (!capture.grab()) return false;
  ++number;
  double at = own_ms();
  const double per_second = capture.get(cv::CAP_PROP_FPS);
  if (at <= 0 && number > 0 && per_second > 0) at = static_cast<double>(number) * 1000 / per_second;
  constexpr double kLongest = 1e12;  // ms; a damaged file says anything
  at_ms = std::max<std::int64_t>(at_ms, std::llround(std::clamp(at, 0.0, kLongest)));
  return true;
}

// The same of a stream, whose frames are of when they come. What waited while the last frame was
// read is behind by now, and the street is not: it is left out.
bool VideoSource::State::grab_newest() {
  for (std::int64_t i = 0; i < kFramesLeftOutMax; ++i) {
    if (!capture.grab()) return false;
    if (++number == 0) began = Clock::now();
    const std::chrono::duration<double, std::milli> passed = Clock::now() - began;
    at_ms = std::llround(passed.count());
    if (!lag.late(passed.count(), own_ms())) return true;
  }
  return true;
}

bool StreamLag::late(double clock_ms, double own_ms) {
  const double delay_ms = clock_ms - own_ms;
  const bool waited_for = clock_ms - clock_ms_ >= (own_ms - own_ms_) / 2;
  if (!any_) least_delay_ms_ = delay_ms;
  least_delay_ms_ = std::min(least_delay_ms_, delay_ms);
  skipping_ = skipping_ ? !waited_for : delay_ms - least_delay_ms_ > late_ms_;
  any_ = true;
  clock_ms_ = clock_ms;
  own_ms_ = own_ms;
  return skipping_;
}

VideoSource::VideoSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
VideoSource::VideoSource(VideoSource&&) noexcept = default;
VideoSource& VideoSource::operator=(VideoSource&&) noexcept = default;
VideoSource::~VideoSource() = default;

Result<VideoSource> VideoSource::open(const std::string& name, bool live, int every_ms) {
  try {
    // What it says is said here, and once.
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    auto state = std::make_unique<State>();
    state->live = live;
    state->every_ms = std::max(1, every_ms);
    std::vector<int> options;
    if (live) {
      options = {cv::CAP_PROP_OPEN_TIMEOUT_MSEC, kStreamTimeoutMs, cv::CAP_PROP_READ_TIMEOUT_MSEC,
                 kStreamTimeoutMs};
    }
    if (!state->capture.open(name, cv::CAP_FFMPEG, options)) {
      if (live) return fail(ErrorCode::kIo, "no stream there");
      return bad_video("the decoder can't open it");
    }
    const double pixels = state->capture.get(cv::CAP_PROP_FRAME_WIDTH) *
                          state->capture.get(cv::CAP_PROP_FRAME_HEIGHT);
    if (!(pixels <= static_cast<double>(kImagePixelsMax))) {
      return fail(ErrorCode::kTooLarge, "video: frames of more than 40 million pixels");
    }
    return VideoSource(std::move(state));
  } catch (const cv::Exception& error) {
    return fail(live ? ErrorCode::kIo : ErrorCode::kMalformed, "video: " + error.err);
  }
}

Result<VideoSource> VideoSource::open_file(const std::filesystem::path& path, int every_ms) {
  const Result<VideoFile> file = inspect_video(path);
  if (!file) return tl::unexpected(file.error());
  std::error_code error;
  // A whole path begins with a slash: FFmpeg takes what begins with a word and a colon for a
  // protocol.
  const std::filesystem::path whole = std::filesystem::absolute(path, error);
  if (error) return fail(ErrorCode::kIo, "can't find " + path.string() + ": " + error.message());
  return open(whole.string(), /*live=*/false, every_ms);
}

Result<VideoSource> VideoSource::open_stream(const std::string& url, int every_ms) {
  if (url.rfind("rtsp://", 0) != 0) {
    return fail(ErrorCode::kMalformed, "a stream's address begins with rtsp://");
  }
  return open(url, /*live=*/true, every_ms);
}

Result<std::optional<Frame>> VideoSource::next() {
  State& state = *state_;
  try {
    for (std::int64_t i = 0; i < kFramesLeftOutMax; ++i) {
      if (!state.grab()) {
        if (state.live) return fail(ErrorCode::kIo, "the stream stopped");
        return std::optional<Frame>();
      }
      const bool due = !state.taken_ms || state.at_ms - *state.taken_ms >= state.every_ms;
      if (!due) continue;
      Frame frame{state.number, state.at_ms, {}};
      // The capture's own buffer is written over by the next frame.
      cv::Mat seen;
      if (!state.capture.retrieve(seen) || seen.empty()) continue;
      if (seen.type() != CV_8UC3) return bad_video("frames of another kind than 8-bit colour");
      if (static_cast<std::int64_t>(seen.total()) > kImagePixelsMax) {
        return fail(ErrorCode::kTooLarge, "video: a frame of more than 40 million pixels");
      }
      frame.picture = seen.clone();
      state.taken_ms = state.at_ms;
      return std::optional(std::move(frame));
    }
    return bad_video("no frame with a time that goes on");
  } catch (const cv::Exception& error) {
    return fail(state.live ? ErrorCode::kIo : ErrorCode::kMalformed, "video: " + error.err);
  }
}

std::int64_t VideoSource::duration_ms() const {
  if (state_->live) return 0;
  const double frames = state_->capture.get(cv::CAP_PROP_FRAME_COUNT);
  const double per_second = state_->capture.get(cv::CAP_PROP_FPS);
  const double duration = frames * 1000 / per_second;
  return std::isfinite(duration) && duration > 0 && duration < 1e12 ? std::llround(duration) : 0;
}

std::string without_password(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const std::size_t host = scheme + 3;
  const std::size_t end = std::min(url.find('/', host), url.size());
  const std::size_t at = url.rfind('@', end);
  if (at == std::string::npos || at < host) return url;
  return url.substr(0, host) + url.substr(at + 1);
}

}  // namespace alpr::recognition
