// Bundles of made stores, written by ledger/store's writer, and their records taken apart.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/chain/bundle.h"
#include "tests/ledger/verify/store_maker.h"

namespace alpr::verify::testing {

struct ExportOptions {
  std::uint64_t from = 0;
  bool boxes = false;
};
// The store that `maker` makes, as a bundle. Aborts where it cannot.
Bytes make_bundle(StoreMaker& maker, const ExportOptions& options = {});

// Its parts: the start, then each record with its tag. Joined they are the bundle again.
std::vector<Bytes> take_apart(const Bytes& bundle);
Bytes join(const std::vector<Bytes>& parts);
// Where the record of this event is among the parts.
std::size_t part_of(const std::vector<Bytes>& parts, std::uint64_t seq);

void write_file(const std::filesystem::path& file, BytesView bytes);

}  // namespace alpr::verify::testing
