#include "recognition/read_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <opencv2/core/utility.hpp>
#include <optional>
#include <ostream>
#include <utility>

#include "recognition/camera_stream.h"
#include "recognition/draw.h"
#include "recognition/files.h"
#include "recognition/folder_watch.h"
#include "recognition/image.h"
#include "recognition/photo_batch.h"
#include "recognition/progress.h"
#include "recognition/read.h"
#include "recognition/video_reading.h"
#include "recognition/video_source.h"

namespace alpr::recognition {
namespace {

constexpr int kDone = 0;
constexpr int kBadInput = 2;
constexpr int kEnvironment = 3;
constexpr int kPollMs = 500;

bool is_address(const std::string& input) { return input.find("://") != std::string::npos; }

bool is_stream(const std::string& input) { return input.rfind("rtsp://", 0) == 0; }

// No more readers than there are photos.
unsigned useful_jobs(const ReadRequest& request) {
  const bool photos_alone =
      request.watch.empty() &&
      std::none_of(request.inputs.begin(), request.inputs.end(), [](const std::string& input) {
        std::error_code error;
        return is_address(input) || is_video_name(input) ||
               std::filesystem::is_directory(input, error);
      });
  const std::size_t most = photos_alone ? std::min<std::size_t>(request.inputs.size(), 64) : 64;
  return std::clamp(request.jobs, 1U, std::max(1U, static_cast<unsigned>(most)));
}

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

class Reading {
 public:
  Reading(const ReadRequest& request, const Pause& pause, std::ostream& out, std::ostream& log)
      : request_(request),
        pause_(pause),
        out_(out),
        log_(log),
        drawings_(request.draw),
        progress_(log, request.progress) {}

  int run();

 private:
  bool set_up();
  void read_inputs();
  void read_photos_of(std::vector<std::filesystem::path> photos);
  void read_video(const std::string& name);
  void read_stream(const std::string& url);
  void watch(FolderWatch& watched);
  // `name` is what the operator called the video.
  void read_frames(const std::string& name, NextFrame next, std::int64_t duration_ms);
  void tell_photo(const std::filesystem::path& path, const PhotoReading& reading);
  void tell_passage(const std::string& name, const PassageReading& reading);
  void complain(const std::string& what, int code);
  // Also a line for whoever reads the JSON.
  void complain_of(const std::string& image, const Error& error, int code);
  void say(const std::string& text);
  bool stopped() const { return !pause_(0); }

  const ReadRequest& request_;
  const Pause& pause_;
  std::ostream& out_;
  std::ostream& log_;
  Drawings drawings_;
  Progress progress_;
  std::vector<PlateReader> readers_;
  std::int64_t passages_ = 0;  // of the video that is being read
  int exit_code_ = kDone;
};

void Reading::say(const std::string& text) {
  progress_.clear();
  out_ << text << std::flush;
}

void Reading::complain(const std::string& what, int code) {
  progress_.clear();
  log_ << what << '\n';
  exit_code_ = std::max(exit_code_, code);
}

void Reading::complain_of(const std::string& image, const Error& error, int code) {
  if (request_.form == OutputForm::kJson) {
    say(photo_json(image, {tl::unexpected(error), 0}) + '\n');
  }
  complain(image + ": " + error.detail, code);
}

bool Reading::set_up() {
  cv::setNumThreads(1);
  for (unsigned i = 0; i < useful_jobs(request_); ++i) {
    Result<PlateReader> reader = PlateReader::create();
    if (!reader) {
      complain("plateledger-reader: " + reader.error().detail, kEnvironment);
      return false;
    }
    readers_.push_back(std::move(*reader));
  }
  return true;
}

int Reading::run() {
  if (!set_up()) return exit_code_;
  // From now on what comes into the folder is new, however long the inputs take.
  std::optional<FolderWatch> watched;
  if (!request_.watch.empty()) {
    Result<FolderWatch> started = FolderWatch::start(request_.watch);
    if (!started) {
      complain(started.error().detail, kBadInput);
      return exit_code_;
    }
    watched = std::move(*started);
  }
  read_inputs();
  if (watched) watch(*watched);
  return exit_code_;
}

// Photos that follow each other are read together, so that all threads have work.
void Reading::read_inputs() {
  std::vector<std::filesystem::path> photos;
  const auto read_gathered = [&] { read_photos_of(std::exchange(photos, {})); };
  for (const std::string& input : request_.inputs) {
    std::error_code error;
    if (is_address(input)) {
      read_gathered();
      read_stream(input);
    } else if (std::filesystem::is_directory(input, error)) {
      const Result<std::vector<std::filesystem::path>> inside = photos_of(input);
      if (!inside) {
        complain_of(input, inside.error(), kBadInput);
        continue;
      }
      if (inside->empty()) complain(input + ": no photo in this folder", kDone);
      photos.insert(photos.end(), inside->begin(), inside->end());
    } else if (is_video_name(input)) {
      read_gathered();
      read_video(input);
    } else {
      photos.emplace_back(input);
    }
  }
  read_gathered();
}

void Reading::read_photos_of(std::vector<std::filesystem::path> photos) {
  if (photos.empty()) return;
  const PhotoBatch batch{
      std::move(photos), [this] { return stopped(); },
      [&](std::size_t index, const PhotoReading& reading) {
        tell_photo(batch.photos[index], reading);
        progress_.show(static_cast<double>(index + 1) / static_cast<double>(batch.photos.size()),
                       fmt::format("{} of {} photos", index + 1, batch.photos.size()));
      }};
  const std::size_t read = read_photos(readers_, batch);
  progress_.clear();
  if (read < batch.photos.size()) {
    complain(fmt::format("stopped: {} of {} photos were read", read, batch.photos.size()), kDone);
  }
}

void Reading::tell_photo(const std::filesystem::path& path, const PhotoReading& reading) {
  const std::string image = path.string();
  say(request_.form == OutputForm::kJson ? photo_json(image, reading) + '\n'
                                         : photo_text(image, reading));
  if (!reading.plates) {
    complain(image + ": " + reading.plates.error().detail, kBadInput);
    return;
  }
  if (request_.draw.empty()) return;
  const Result<Bytes> bytes = read_file(path, kImageBytesMax);
  const Result<cv::Mat> picture = bytes ? decode_image(*bytes) : tl::unexpected(bytes.error());
  const Result<Bytes> drawn =
      picture ? draw_plates(*picture, *reading.plates) : tl::unexpected(picture.error());
  const Result<void> put =
      drawn ? drawings_.put(path.stem().string(), *drawn) : tl::unexpected(drawn.error());
  if (!put) complain("drawing " + image + ": " + put.error().detail, kEnvironment);
}

void Reading::tell_passage(const std::string& name, const PassageReading& reading) {
  ++passages_;
  say(request_.form == OutputForm::kJson ? passage_json(name, reading.passage) + '\n'
                                         : passage_text(name, reading.passage));
  if (request_.draw.empty()) return;
  const Result<cv::Mat> picture = decode_image(reading.picture);
  const Result<Bytes> drawn =
      picture ? draw_plates(*picture, {reading.passage.plate}) : tl::unexpected(picture.error());
  const std::string stem =
      is_address(name) ? "stream" : std::filesystem::path(name).stem().string();
  const Result<void> put = drawn ? drawings_.put(fmt::format("{}-{:05}", stem, passages_), *drawn)
                                 : tl::unexpected(drawn.error());
  if (!put) complain("drawing " + name + ": " + put.error().detail, kEnvironment);
}

void Reading::read_frames(const std::string& name, NextFrame next, std::int64_t duration_ms) {
  passages_ = 0;
  VideoPlan plan;
  plan.next = std::move(next);
  plan.stopped = [this] { return stopped(); };
  plan.told = [&](const PassageReading& reading) { tell_passage(name, reading); };
  plan.looked = [&](const Frame& frame) {
    const double seconds = static_cast<double>(frame.at_ms) / 1000;
    const double share =
        duration_ms > 0 ? static_cast<double>(frame.at_ms) / static_cast<double>(duration_ms) : -1;
    progress_.show(share, fmt::format("{}: {:.0f} s, passages: {}", name, seconds, passages_));
  };
  const VideoOutcome outcome = read_passages(readers_, plan);
  progress_.clear();
  const bool camera = is_address(name);
  if (outcome.failed) {
    complain_of(name, *outcome.failed, camera ? kEnvironment : kBadInput);
  } else if (outcome.frames == 0 && !camera && !stopped()) {
    complain_of(name, {ErrorCode::kMalformed, "video: no frame in it can be decoded"}, kBadInput);
  } else if (passages_ == 0) {
    say(request_.form == OutputForm::kJson
            ? photo_json(name, {std::vector<PlateCandidate>(), 0}) + '\n'
            : name + ": no plate\n");
  }
}

void Reading::read_video(const std::string& name) {
  const Result<VideoFile> file = inspect_video(name);
  Result<VideoSource> source =
      file ? VideoSource::open_file(name, request_.every_ms) : tl::unexpected(file.error());
  if (!source) {
    complain_of(name, source.error(), kBadInput);
    return;
  }
  read_frames(
      name, [&] { return source->next(); }, source->duration_ms());
  if (!file->complete) {
    complain(name + ": ends early: the file is shorter than it says; what there is was read",
             kBadInput);
  }
}

void Reading::read_stream(const std::string& url) {
  const std::string name = without_password(url);
  if (!is_stream(url)) {
    complain_of(name, {ErrorCode::kMalformed, "of addresses, only rtsp:// is read"}, kBadInput);
    return;
  }
  std::optional<VideoSource> source;
  CameraPlan plan;
  plan.name = name;
  plan.connect = [&]() -> Result<NextFrame> {
    source.reset();
    Result<VideoSource> opened = VideoSource::open_stream(url, request_.every_ms);
    if (!opened) return tl::unexpected(opened.error());
    source = std::move(*opened);
    return NextFrame([&source] { return source->next(); });
  };
  plan.now_ms = steady_ms;
  plan.pause = pause_;
  plan.told = [this](const std::string& what) { complain(what, kDone); };
  plan.retry_seconds = request_.retry_seconds;
  CameraStream stream(std::move(plan));
  read_frames(
      name, [&stream] { return stream.next(); }, /*duration_ms=*/0);
}

void Reading::watch(FolderWatch& watched) {
  while (pause_(kPollMs)) {
    Result<std::vector<std::filesystem::path>> photos = watched.poll();
    if (!photos) {
      complain(photos.error().detail, kEnvironment);
      return;
    }
    read_photos_of(std::move(*photos));
  }
}

}  // namespace

int run_read(const ReadRequest& request, const Pause& pause, std::ostream& out, std::ostream& log) {
  const auto endless = std::find_if(request.inputs.begin(), request.inputs.end(), is_stream);
  if (endless != request.inputs.end() &&
      (endless + 1 != request.inputs.end() || !request.watch.empty())) {
    log << "plateledger-reader: a stream has no end: name one, as the last input and without "
           "--watch; run another reader for another camera\n";
    return kBadInput;
  }
  return Reading(request, pause, out, log).run();
}

}  // namespace alpr::recognition
