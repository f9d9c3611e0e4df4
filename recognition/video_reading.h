// Frames to passages: each frame read, what belongs together told once with its best picture.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "recognition/passage.h"
#include "recognition/read.h"
#include "recognition/video_source.h"

namespace alpr::recognition {

struct PassageReading {
  Passage passage;
  Bytes picture;                // a JPEG of the best frame, nothing drawn on it
  std::int64_t picture_ms = 0;  // when that was, since the beginning of the video or stream
};

struct VideoPlan {
  NextFrame next;
  PassageRules rules;
  std::function<bool()> stopped;                    // asked before each frame
  std::function<void(const PassageReading&)> told;  // as soon as a passage is over
  std::function<void(const Frame&)> looked;         // after each frame
};

struct VideoOutcome {
  std::int64_t frames = 0;      // that were read
  std::optional<Error> failed;  // why there were no more; what was seen is told all the same
};

// As many frames at a time as there are readers, each in a thread of its own; at least one
// (ALPR_CHECK). What is in the plan is called by the caller's thread alone.
VideoOutcome read_passages(std::vector<PlateReader>& readers, const VideoPlan& plan);

}  // namespace alpr::recognition
