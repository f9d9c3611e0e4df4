// plateledger-demo-photos FOLDER SEED PLATE...: writes FOLDER/PLATE.jpg, rendered by our own code,
// for `plateledger demo` and for trying the reader without a camera. Exit codes: 0 done; 2 bad
// usage; 3 a file could not be written.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "ledger/chain/encoding.h"
#include "recognition/render.h"

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: plateledger-demo-photos FOLDER SEED PLATE...\n";
    return 2;
  }
  const auto seed = alpr::chain::parse_decimal(argv[2]);
  if (!seed) {
    std::cerr << "plateledger-demo-photos: SEED: " << seed.error().detail << '\n';
    return 2;
  }
  for (int i = 3; i < argc; ++i) {
    const auto photo =
        alpr::recognition::render_street_photo(argv[i], *seed + static_cast<std::uint64_t>(i));
    if (!photo) {
      std::cerr << "plateledger-demo-photos: " << photo.error().detail << '\n';
      return 2;
    }
    std::ofstream file(std::string(argv[1]) + "/" + argv[i] + ".jpg", std::ios::binary);
    file.write(reinterpret_cast<const char*>(photo->data()),
               static_cast<std::streamsize>(photo->size()));
    file.close();
    if (!file) {
      std::cerr << "plateledger-demo-photos: " << argv[i] << ".jpg could not be written\n";
      return 3;
    }
  }
  return 0;
}
