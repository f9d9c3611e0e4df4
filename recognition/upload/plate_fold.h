// Which plates a reader may take for one another: the matching that the server and a vehicle's own
// copy of the lists share (I12-B-3, A-3). Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace alpr::recognition {

// Each character that readers confuse becomes its class's representative: 0ODQ, 1I, 2Z, 5S, 8B, 6G
// (Genetec's default equivalence classes). Other characters stay as they are.
std::string fold_plate(std::string_view plate);
// A number for each valid plate (upload_format.h), below 2^53. ALPR_CHECKs that it is one.
std::uint64_t pack_plate(std::string_view plate);

}  // namespace alpr::recognition
