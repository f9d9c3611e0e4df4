#include "recognition/video_reading.h"

#include <chrono>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <set>
#include <thread>
#include <utility>

namespace alpr::recognition {
namespace {

// A small, far plate that stands still is found by the fine look alone, once a second; every other
// comes nearer.
constexpr std::int64_t kThoroughMs = 1000;

struct ReadFrame {
  Frame frame;
  Effort effort = Effort::kQuick;
  Result<std::vector<PlateCandidate>> plates = std::vector<PlateCandidate>();
  std::int64_t ms = 0;
};

void read_frame(PlateReader& reader, ReadFrame& one) {
  const auto started = std::chrono::steady_clock::now();
  one.plates = reader.read(one.frame.picture, one.effort);
  one.ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 started)
               .count();
}

void read_together(std::vector<PlateReader>& readers, std::vector<ReadFrame>& frames) {
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < frames.size(); ++i) {
    threads.emplace_back([&readers, &frames, i] { read_frame(readers[i], frames[i]); });
  }
  if (!frames.empty()) read_frame(readers.front(), frames.front());
}

// Keeps the pictures that may still be a passage's best, encoded: decoded they are ten times the
// size.
class Reading {
 public:
  explicit Reading(const VideoPlan& plan) : plan_(plan), passages_(in_order(plan.rules)) {}

  Result<void> take(ReadFrame one) {
    if (!one.plates) return tl::unexpected(one.plates.error());
    const std::int64_t number = one.frame.number;
    tell(passages_.add({number, one.frame.at_ms, std::move(*one.plates), one.ms}));
    const std::set<std::int64_t> wanted = passages_.wanted_pictures();
    std::erase_if(pictures_, [&](const auto& kept) { return !wanted.contains(kept.first); });
    if (wanted.contains(number)) {
      const Result<Bytes> picture = encoded(one.frame.picture);
      if (!picture) return tl::unexpected(picture.error());
      pictures_[number] = {*picture, one.frame.at_ms};
    }
    plan_.looked(one.frame);
    return {};
  }
  void finish() { tell(passages_.finish()); }

 private:
  struct Kept {
    Bytes jpeg;
    std::int64_t at_ms = 0;
  };
  // Frames come in their order here.
  static PassageRules in_order(PassageRules rules) {
    rules.late_ms = 0;
    return rules;
  }
  static Result<Bytes> encoded(const cv::Mat& picture) {
    constexpr int kQuality = 90;
    try {
      Bytes jpeg;
      if (cv::imencode(".jpg", picture, jpeg, {cv::IMWRITE_JPEG_QUALITY, kQuality})) return jpeg;
      return fail(ErrorCode::kMalformed, "a frame can't be encoded");
    } catch (const cv::Exception& error) {
      return fail(ErrorCode::kMalformed, "a frame: " + error.err);
    }
  }
  void tell(std::vector<Passage> over) {
    for (Passage& passage : over) {
      const auto picture = pictures_.find(passage.best_frame);
      ALPR_CHECK(picture != pictures_.end());
      // Two passages may share it.
      plan_.told({std::move(passage), picture->second.jpeg, picture->second.at_ms});
    }
  }

  const VideoPlan& plan_;
  Passages passages_;
  std::map<std::int64_t, Kept> pictures_;
};

}  // namespace

VideoOutcome read_passages(std::vector<PlateReader>& readers, const VideoPlan& plan) {
  ALPR_CHECK(!readers.empty());
  VideoOutcome outcome;
  Reading reading(plan);
  bool more = true;
  std::int64_t thorough_at_ms = -kThoroughMs;
  while (more && !outcome.failed) {
    std::vector<ReadFrame> frames;
    while (more && frames.size() < readers.size()) {
      if (plan.stopped()) more = false;
      if (!more) break;
      Result<std::optional<Frame>> frame = plan.next();
      if (frame && *frame) {
        const bool due = (*frame)->at_ms - thorough_at_ms >= kThoroughMs;
        if (due) thorough_at_ms = (*frame)->at_ms;
        frames.push_back({std::move(**frame), due ? Effort::kThorough : Effort::kQuick});
        continue;
      }
      more = false;
      if (!frame) outcome.failed = frame.error();
    }
    read_together(readers, frames);
    for (ReadFrame& one : frames) {
      const Result<void> taken = reading.take(std::move(one));
      if (!taken) {
        outcome.failed = taken.error();
        break;
      }
      ++outcome.frames;
    }
  }
  reading.finish();
  return outcome;
}

}  // namespace alpr::recognition
