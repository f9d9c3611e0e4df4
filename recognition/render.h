// Draws street photos for the demo and for tests: a road, the back of a car, a plate with the given
// text. Everything comes from code, so a clone needs no picture and no real plate appears. Pure:
// the same arguments give the same bytes. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::recognition {

struct StreetPhotoStyle {
  int width = 960;        // pixels, 640 to 1920
  int height = 540;       // pixels, 360 to 1080
  int jpeg_quality = 85;  // 40 to 100
};

// The JPEG bytes. `seed` chooses car, light, view and noise. kMalformed when the plate is not 2 to
// 8 of A-Z0-9 or the style is out of its bounds.
Result<Bytes> render_street_photo(std::string_view plate, std::uint64_t seed,
                                  const StreetPhotoStyle& style = {});

}  // namespace alpr::recognition
