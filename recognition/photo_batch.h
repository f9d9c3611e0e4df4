// Many photos, read by several threads, told in the order in which they were named.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <vector>

#include "recognition/read.h"
#include "recognition/reading_output.h"

namespace alpr::recognition {

struct PhotoBatch {
  std::vector<std::filesystem::path> photos;
  std::function<bool()> stopped;  // asked before each photo, by any of the threads
  std::function<void(std::size_t index, const PhotoReading& reading)> told;  // by the caller's
};

// One thread for each reader; there is at least one (ALPR_CHECK). Returns how many photos were read
// or failed: fewer than all where it was stopped.
std::size_t read_photos(std::vector<PlateReader>& readers, const PhotoBatch& batch);

}  // namespace alpr::recognition
