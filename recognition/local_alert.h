// What the operator of a vehicle is told when its own copy of the lists matches (I12-A-3, C2A-6,
// C2A-8). Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "recognition/upload/shift_answer.h"
#include "recognition/upload/upload_format.h"

namespace alpr::recognition {

struct LocalAlert {
  std::string plate;  // as read
  std::int64_t confidence_ppm = 0;
  std::string listed;  // as listed
  bool exact = false;
  std::string source;
  std::string category;
  LocalHit hit;
};

// Matches each read's plate, writes the matches into the read, and gives the alerts for when the
// reads are on the disk. At most kLocalHitsMax a read.
std::vector<LocalAlert> match_locally(const TakenLists& copy, TimeUs now,
                                      std::vector<SignedRead>& reads);

std::string to_text(const LocalAlert& alert);  // one sentence
std::string to_json(const LocalAlert& alert);  // {"alert":{...}}

}  // namespace alpr::recognition
