// `plateledger-reader read`: plates in photos, one line of output per photo, in order.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "recognition/read.h"

namespace alpr::recognition {

enum class OutputForm { kText, kJson };

struct ReadRequest {
  std::vector<std::filesystem::path> images;
  OutputForm form = OutputForm::kText;
  unsigned jobs = 1;           // 1 to 64 photos at a time
  std::filesystem::path draw;  // folder for pictures with boxes and text; empty: none
};

struct PhotoReading {
  Result<std::vector<PlateCandidate>> plates;
  std::int64_t milliseconds = 0;  // decoding included
};

// {"image":...,"ms":...,"plates":[{"text","confidence","uncertain","box","alternatives"},...]} and,
// for a file that could not be read, "error". No line feed.
std::string photo_json(const std::string& image, const PhotoReading& reading);

// Results go to `out`, complaints to `log`. Returns the process's exit code: 0, 2 when a file was
// bad input (the others are read all the same), 3 when the reader could not be set up.
int run_read(const ReadRequest& request, std::ostream& out, std::ostream& log);

}  // namespace alpr::recognition
