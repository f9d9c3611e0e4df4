#include "ledger/store/node_cache.h"

namespace alpr::store {
std::shared_ptr<const chain::TileNodes> NodeCache::find(const chain::TileId& tile) {
  const std::lock_guard lock(mutex_);
  const auto found = tiles_.find({tile.level, tile.index});
  if (found == tiles_.end() || found->second.nodes->width() < tile.width) return nullptr;
  ages_.splice(ages_.begin(), ages_, found->second.age);
  return found->second.nodes;
}

void NodeCache::keep(unsigned level, std::uint64_t index,
                     std::shared_ptr<const chain::TileNodes> nodes) {
  const std::lock_guard lock(mutex_);
  const Place place{level, index};
  const auto [kept, fresh] = tiles_.try_emplace(place);
  if (fresh) {
    kept->second.age = ages_.insert(ages_.begin(), place);
  } else if (kept->second.nodes->width() >= nodes->width()) {
    return;  // another thread's snapshot was newer
  }
  kept->second.nodes = std::move(nodes);
  if (tiles_.size() <= kTilesMax) return;
  tiles_.erase(ages_.back());
  ages_.pop_back();
}

}  // namespace alpr::store
