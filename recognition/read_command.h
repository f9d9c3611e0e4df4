// `plateledger-reader read`: plates in photos, folders, videos and cameras' streams.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "recognition/reading_output.h"

namespace alpr::recognition {

struct ReadRequest {
  // Photos, folders (of which every photo is read, by name), video files; as the last one, where
  // nothing is watched, an rtsp:// address.
  std::vector<std::string> inputs;
  OutputForm form = OutputForm::kText;
  unsigned jobs = 1;            // 1 to 64 photos or frames at a time
  std::filesystem::path draw;   // folder for pictures with boxes and text; empty: none
  std::filesystem::path watch;  // folder whose new photos are read, after the inputs; empty: none
  int every_ms = 100;           // of a video or stream a frame is read that often
  int retry_seconds = 60;       // how long to wait for a camera that is away
  bool progress = false;        // `log` is a terminal
};

// Waits so long, unless the program is to end: then false, at once. pause(0) asks. Called by
// several threads.
using Pause = std::function<bool(int milliseconds)>;

// One line for each photo, in the order in which they were named, and for each passage of a video
// or stream, once it is over. Results go to `out`, complaints to `log`. Returns the process's exit
// code: 0; 2 when something was bad input, such as a video that ends early (the others are read all
// the same); 3 when the reader could not be set up, a camera stayed away, the watched folder went,
// or a picture could not be written. What is watched, or a stream, ends when `pause` says so.
int run_read(const ReadRequest& request, const Pause& pause, std::ostream& out, std::ostream& log);

}  // namespace alpr::recognition
