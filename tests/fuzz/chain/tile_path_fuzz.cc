// A tile path that is accepted is the path of what was read.
#include "ledger/chain/tiles.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const std::string_view text = as_text({data, size});
  const auto name = chain::parse_tile_path(text);
  if (!name) return 0;
  const auto& tile = name->tile;
  ALPR_CHECK((name->entries ? chain::entries_path(tile.index, tile.width)
                            : chain::tile_path(tile)) == text);
  (void)chain::tile_width(tile.level, tile.index, ~std::uint64_t{0});
  return 0;
}
