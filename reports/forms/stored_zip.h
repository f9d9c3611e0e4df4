// A zip of files that are stored as they are: no compression, so that the bytes depend on no
// version of a compressor; every file dated 1980-01-01 00:00, the zip format's own beginning.
// Pure; any thread.
//
// APPNOTE.TXT 6.3.3: a local header and the bytes per file, then the central directory and its end
// record. Below 4 GiB and 65,535 files; more is ALPR_CHECKed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alpr::forms {

struct ZipFile {
  std::string name;  // ASCII, '/' between folders
  std::string bytes;
};

std::string stored_zip(const std::vector<ZipFile>& files);

}  // namespace alpr::forms
