// What `plateledger-reader read` says of a photo or of a passage. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "recognition/passage.h"
#include "recognition/plate.h"

namespace alpr::recognition {

enum class OutputForm { kText, kJson };

struct PhotoReading {
  Result<std::vector<PlateCandidate>> plates;
  std::int64_t milliseconds = 0;  // decoding included
};

// {"image":...,"ms":...,"plates":[{"text","confidence","uncertain","box","alternatives","color"},
// ...]} and, for a file that could not be read, "error". No line feed.
std::string photo_json(const std::string& image, const PhotoReading& reading);
// The same of one passage, `image` being the video or stream, with "frames" (the numbers of those
// it was seen in), "best_frame", "from_ms" and "until_ms".
std::string passage_json(const std::string& image, const Passage& passage);

// The same as text: whole lines, each with its line feed; none for a photo that could not be read.
std::string photo_text(const std::string& image, const PhotoReading& reading);
std::string passage_text(const std::string& image, const Passage& passage);

}  // namespace alpr::recognition
