// Proves that what level chain says does not depend on how it was walked: with 1, 2 or 7 threads,
// tile by tile or row by row. A log of several tiles is damaged in many ways, and the reports are
// compared with each other. Renewing between events that are no tile's beginning makes the verifier
// go row by row.
#include <random>

#include "ledger/chain/tiles.h"
#include "tests/ledger/verify/check.h"

namespace alpr::verify::testing {
namespace {

constexpr std::uint64_t kEvents = 4 * chain::kTileWidth + 40;

StoreMaker several_tiles() {
  StoreMaker maker;
  while (maker.size() < kEvents) {
    maker.note();
    maker.pass(kSecondUs);
    if (maker.size() == 300 || maker.size() == 512 || maker.size() == 900) maker.commit();
  }
  maker.commit();
  return maker;
}

// Says the same however it is asked; what it says.
std::string says(const std::filesystem::path& store) {
  constexpr std::uint64_t kByTile = 256;
  constexpr std::uint64_t kByRow = 250;
  const std::string first = said(store, 1, kByRow);
  for (const unsigned threads : {1U, 2U, 7U}) {
    EXPECT_EQ(said(store, threads, kByTile), first) << threads;
    EXPECT_EQ(said(store, threads, 8192), first) << threads;
    EXPECT_EQ(said(store, threads, kByRow), first) << threads;
  }
  return first;
}

TEST(WholeTiles, ASoundLogHoldsHoweverItIsWalked) {
  StoreMaker maker = several_tiles();
  const TestFolder folder;
  maker.write(folder.path());
  EXPECT_NE(says(folder.path()).find("chain    holds"), std::string::npos);
}

TEST(WholeTiles, EveryByteOfAHeaderAroundTheEndOfATileIsLookedAt) {
  StoreMaker maker = several_tiles();
  const TestFolder folder;
  maker.write(folder.path());
  for (const std::uint64_t seq : {256U, 511U, 512U, 600U}) {
    const Bytes key = StoreMaker::key_of(seq);
    const Bytes good = maker.rows("headers").at(key);
    for (const std::size_t at : {0, 5, 6, 7, 15, 16, 23, 31, 32, 63, 64, 95}) {
      Bytes bad = good;
      bad[at] ^= 0x40;
      edit_row(folder.path(), "headers", key, bad);
      const std::string text = says(folder.path());
      EXPECT_EQ(text.find("chain    holds"), std::string::npos) << seq << " byte " << at;
    }
    edit_row(folder.path(), "headers", key, std::nullopt);
    EXPECT_EQ(says(folder.path()).find("chain    holds"), std::string::npos) << seq << " dropped";
    edit_row(folder.path(), "headers", key, good);
  }
}

TEST(WholeTiles, ATileAndACheckpointInTheMiddleOfOneAreLookedAt) {
  StoreMaker maker = several_tiles();
  const TestFolder folder;
  maker.write(folder.path());
  const Bytes tile = {0, 0, 0, 0, 0, 0, 0, 0, 2};
  for (const auto& [database, key] : {std::pair{"tiles", tile},
                                      {"checkpoints", StoreMaker::key_of(512)},
                                      {"checkpoints", StoreMaker::key_of(900)}}) {
    const Bytes good = maker.rows(database).at(key);
    Bytes bad = good;
    bad[40] ^= 0x01;
    edit_row(folder.path(), database, key, bad);
    EXPECT_EQ(says(folder.path()).find("chain    holds"), std::string::npos) << database;
    edit_row(folder.path(), database, key, good);
  }
}

}  // namespace
}  // namespace alpr::verify::testing
