// Which reads of a sequence of frames are one vehicle's passage, and the one read that comes of it.
// Pure: times come with the frames. Owned by one thread.
//
// A read joins a passage that was seen within `gap_ms` when its text is the same but for
// look-alikes; or when its plate is where that one's is by now and at most half of the text differs
// (at most two characters where both are sure); or when one character differs and one of both is
// unsure. A frame adds one read to a passage at most, so cars behind each other stay apart.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "recognition/plate.h"

namespace alpr::recognition {

struct FrameReads {
  std::int64_t frame = 0;  // its number, each its own
  std::int64_t at_ms = 0;  // since the beginning of the video or stream
  std::vector<PlateCandidate> plates;
  std::int64_t read_ms = 0;  // what reading it took
};

struct Passage {
  PlateCandidate plate;         // vote.h; the box is that of the best frame
  std::int64_t best_frame = 0;  // shows the plate best
  std::int64_t from_ms = 0;     // the first and the last time it was seen
  std::int64_t until_ms = 0;
  std::vector<std::int64_t> frames;  // it was seen in, in order of time
  std::int64_t read_ms = 0;          // what reading these took
};

struct PassageRules {
  std::int64_t gap_ms = 2000;        // unseen for longer: the passage is over
  std::int64_t late_ms = 500;        // frames may come later than younger ones by so much
  std::int64_t longest_ms = 60'000;  // who stands still is told again each minute
};

class Passages {
 public:
  // ALPR_CHECK: no rule is below 0.
  explicit Passages(const PassageRules& rules);
  // The passages that are over by now, in order of their beginning. The order of frames within
  // late_ms does not matter; a frame that comes later than that is taken as it comes.
  std::vector<Passage> add(FrameReads frame);
  // What is left, at the end of the video. Afterwards as new.
  std::vector<Passage> finish();
  // Frames whose picture may still be the best of a passage: no other picture need be kept. At most
  // kOpenMax * kPicturesMax + kWaitingMax.
  std::set<std::int64_t> wanted_pictures() const;

  static constexpr std::size_t kOpenMax = 32;  // one more: the one longest unseen is over
  static constexpr std::size_t kWaitingMax =
      32;  // frames for late_ms; one more: the first is taken
  static constexpr std::size_t kFramesMax = 2000;  // of a passage; one more: it is over
  static constexpr std::size_t kPicturesMax = 4;   // of a passage, each of another text

 private:
  struct Sight {
    std::int64_t frame = 0;
    std::int64_t at_ms = 0;
    PlateCandidate plate;
    std::int64_t read_ms = 0;
  };
  struct Open {
    std::vector<Sight> sights;
    std::vector<std::size_t> best;  // the surest of each text, the surest first
  };
  struct Pairing;

  void take(FrameReads frame);
  static void add_sight(Open& open, Sight sight);
  static std::optional<float> off_place(const std::vector<Sight>& sights, std::int64_t at_ms,
                                        const PlateCandidate& plate);
  std::vector<Pairing> pairings(const FrameReads& frame) const;
  void close_over(std::int64_t now_ms);
  void close(std::size_t index);
  std::vector<Passage> told();

  PassageRules rules_;
  std::vector<FrameReads> waiting_;  // in order of time
  std::vector<Open> open_;
  std::vector<Passage> over_;
};

}  // namespace alpr::recognition
