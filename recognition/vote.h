// What several frames of one passage say together about a plate. Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "recognition/plate.h"

namespace alpr::recognition {

// The text is voted character by character: every text that a frame gives, alternatives included,
// counts with the square of its confidence, aligned to the text that has most.
//
// Frames of one passage look alike and err alike, so they are not taken for independent witnesses:
// the confidence is the mean of what the kPooledFrames surest frames say of that text, each
// weighted by its own confidence. It never is above what the best of them said, one frame alone
// keeps its own, and a sure frame that says otherwise lowers it. A text that none of them gave as a
// whole has its weakest character's share of the votes instead, and never counts as sure
// (kSurePpm).
//
// The colour is the one with most confidence, with its mean among the frames that named any.
// The box is that of the best frame. `frames` is not empty (ALPR_CHECK); its order does not matter.
PlateCandidate vote(const std::vector<const PlateCandidate*>& frames);
inline constexpr std::size_t kPooledFrames = 5;

// Which of the frames shows the plate best: of those whose first text is `text` the surest, then
// the nearest, then the first in order; of all frames where none has that text. Not empty.
std::size_t best_frame(const std::vector<const PlateCandidate*>& frames, std::string_view text);

// Characters to change, add or leave out to make one text the other; look-alikes
// (upload/plate_fold.h) count as equal.
std::size_t text_distance(std::string_view a, std::string_view b);

}  // namespace alpr::recognition
