// Plates whose text stands in two lines above each other, as on motorcycles and vans: which lines
// are one plate's, and the one read that comes of both. Pure; any thread.
#pragma once

#include <cstddef>
#include <vector>

#include "recognition/line_network.h"
#include "recognition/plate.h"
#include "recognition/rectify.h"

namespace alpr::recognition {

struct ReadLine {
  LineCandidate line;
  PlateCandidate plate;
};

// A line of such a plate has so many characters; one of more is taken for a whole plate.
inline constexpr std::size_t kHalfMin = 2;
inline constexpr std::size_t kHalfMax = 5;

bool may_be_half(const PlateCandidate& plate);

// Whether two lines lie close above each other, alike in height and tilt.
bool stacked(const LineCandidate& a, const LineCandidate& b);

// Where the other line may be when the detector shows none: above and below.
std::vector<LineCandidate> beside_half(const LineCandidate& line);

// The upper line's text and then the lower one's, as sure as both together; less where that fits no
// pattern. Its box holds both. `other` is what was read at `place`, best first, at least one text
// (ALPR_CHECK).
ReadLine joined(const ReadLine& half, const LineCandidate& place,
                const std::vector<LineText>& other);

}  // namespace alpr::recognition
