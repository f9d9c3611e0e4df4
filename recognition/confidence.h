// How sure a read is, in words that hold: of the reads that are said to be 90 % sure, 90 % are
// right.
#pragma once

#include <cstdint>

namespace alpr::recognition {

// Below it a read is marked uncertain: more than one in five of such reads is wrong. The server has
// a bound of its own, `confidence_sure_ppm` (I12-C2A-8), which is this one unless the department
// changes it.
inline constexpr std::int64_t kSurePpm = 800'000;

// From what the network says of a text, 0 to 1, to parts per million; never falling. The curve is
// fitted by recognition/training/calibrate.py to reads of drawn photos that no network was trained
// with. Pure; any thread.
std::int64_t calibrated_ppm(double probability);

}  // namespace alpr::recognition
