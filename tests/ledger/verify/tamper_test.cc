// Proves that no single byte of a header, tile, checkpoint, payload row in clear or tombstone can
// be changed without the store ceasing to hold. Every byte of rows of each sort is changed in a
// copy, one at a time, and changed back.
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "tests/ledger/verify/check.h"

namespace alpr::verify::testing {
namespace {

// A small log with an event of every sort: two purged buckets, a held read, a released hold, live
// reads.
struct Small {
  StoreMaker maker;
  std::uint64_t held_read = 0, hold = 0, tombstone = 0, destroyed = 0, note = 0, hit = 0,
                release = 0;
  std::uint64_t live_read = 0;

  Small() {
    maker.commit();
    held_read = maker.read();
    maker.hit();
    maker.read();
    maker.commit();
    maker.pass(20 * kMinute);
    const std::uint64_t second = maker.read();
    const std::uint64_t other = maker.hold({second});
    release = maker.release(other);
    hold = maker.hold({held_read}, {maker.time().value + 60 * kDay});
    maker.commit();
    maker.at({kStart.value + 30 * kDay});
    tombstone = maker.tombstone(bucket_of(kStart));
    destroyed = maker.destroyed(tombstone);
    maker.commit();
    maker.at({kStart.value + 30 * kDay + 20 * kMinute});
    maker.purge(bucket_of({kStart.value + 20 * kMinute}));
    note = maker.note();
    live_read = maker.read();
    hit = maker.hit();
    maker.commit();
  }
};

class Tampering {
 public:
  explicit Tampering(StoreMaker& maker, Options options = {})
      : maker_(maker), options_(std::move(options)) {
    maker_.write(folder_.path());
    EXPECT_TRUE(holds(verify_at(folder_.path(), options_)));
  }

  // Changes one bit of the byte at `offset`, another one at each offset, and expects that it is
  // seen.
  void change(const std::string& database, const Bytes& key, std::size_t offset) {
    const Bytes row = maker_.rows(database).at(key);
    Bytes changed = row;
    changed.at(offset) ^= static_cast<std::uint8_t>(1U << (offset % 8));
    edit_row(folder_.path(), database, key, changed);
    const auto report = verify_store_here(folder_.path(), test_kinds(), options_);
    // Another format number is refused as bad input: that is no holding either.
    EXPECT_FALSE(report && report->holds())
        << database << " " << chain::hex(key) << " byte " << offset;
    edit_row(folder_.path(), database, key, row);
  }
  void change_all(const std::string& database, const Bytes& key, std::size_t from = 0,
                  std::optional<std::size_t> to = std::nullopt) {
    const std::size_t end = to.value_or(maker_.rows(database).at(key).size());
    for (std::size_t i = from; i < end; ++i) change(database, key, i);
    EXPECT_TRUE(holds(verify_at(folder_.path(), options_)));
  }

 private:
  StoreMaker& maker_;
  Options options_;
  TestFolder folder_;
};

TEST(Tamper, EveryByteOfAHeader) {
  Small small;
  Tampering tampering(small.maker);
  for (const std::uint64_t seq : {std::uint64_t{0}, small.tombstone, small.maker.size() - 1}) {
    tampering.change_all("headers", StoreMaker::key_of(seq));
  }
  for (std::uint64_t seq = 0; seq < small.maker.size(); ++seq) {
    tampering.change("headers", StoreMaker::key_of(seq), 16 + seq % 8);
    tampering.change("headers", StoreMaker::key_of(seq), 64 + seq % 32);
  }
}

TEST(Tamper, EveryByteOfEveryCheckpoint) {
  Small small;
  Tampering tampering(small.maker);
  for (const auto& entry : Rows(small.maker.rows("checkpoints")))
    tampering.change_all("checkpoints", entry.first);
}

TEST(Tamper, EveryByteInClearOfEveryPayload) {
  Small small;
  Tampering tampering(small.maker);
  for (const auto& [key, row] : Rows(small.maker.rows("payloads"))) {
    const std::size_t clear = 5 + chain::get_be32(row.data() + 1);
    tampering.change_all("payloads", key, 0, clear);
  }
}

TEST(Tamper, EveryByteOfASealedBoxWithTheKeysInHand) {
  Small small;
  Tampering tampering(small.maker, with_keys(small.maker));
  for (const std::uint64_t seq : {small.held_read, small.note, small.live_read, small.hit}) {
    const Bytes key = StoreMaker::key_of(seq);
    const Bytes& row = small.maker.rows("payloads").at(key);
    tampering.change_all("payloads", key, 5 + chain::get_be32(row.data() + 1));
  }
}

TEST(Tamper, TheStoresOriginAndFormat) {
  Small small;
  Tampering tampering(small.maker);
  for (const auto& entry : Rows(small.maker.rows("meta")))
    tampering.change_all("meta", entry.first);
}

TEST(Tamper, EveryHashOfATile) {
  StoreMaker maker;
  while (maker.size() < 300) maker.heartbeat();
  maker.commit();
  Options options;
  options.level = Level::kChain;
  Tampering tampering(maker, std::move(options));
  const Bytes level0 = {0, 0, 0, 0, 0, 0, 0, 0, 0};
  const Bytes level1 = {1, 0, 0, 0, 0, 0, 0, 0, 0};
  tampering.change_all("tiles", level1);
  tampering.change_all("tiles", level0, 0, 64);
  for (std::size_t hash = 2; hash < 256; ++hash)
    tampering.change("tiles", level0, hash * 32 + hash % 32);
}

TEST(Tamper, EveryRowDropped) {
  Small small;
  const TestFolder folder;
  small.maker.write(folder.path());
  for (const std::string database : {"headers", "payloads", "meta"}) {
    for (const auto& [key, row] : Rows(small.maker.rows(database))) {
      edit_row(folder.path(), database, key, std::nullopt);
      EXPECT_FALSE(verify_at(folder.path()).holds()) << database << " " << chain::hex(key);
      edit_row(folder.path(), database, key, row);
    }
  }
  EXPECT_TRUE(holds(verify_at(folder.path())));
}

TEST(Tamper, EveryTwoNeighboursSwapped) {
  Small small;
  const TestFolder folder;
  small.maker.write(folder.path());
  for (const std::string database : {"headers", "payloads"}) {
    const Rows rows = small.maker.rows(database);
    for (auto a = rows.begin(), b = std::next(a); b != rows.end(); ++a, ++b) {
      edit_row(folder.path(), database, a->first, b->second);
      edit_row(folder.path(), database, b->first, a->second);
      // Without keys a sealed box is not opened, so two reads' boxes look alike until they are.
      EXPECT_FALSE(verify_at(folder.path(), with_keys(small.maker)).holds())
          << database << chain::hex(a->first);
      edit_row(folder.path(), database, a->first, a->second);
      edit_row(folder.path(), database, b->first, b->second);
    }
  }
}

TEST(Tamper, RowsOfOtherSizes) {
  Small small;
  const TestFolder folder;
  small.maker.write(folder.path());
  for (const std::string database : {"headers", "payloads", "checkpoints"}) {
    const auto& [key, row] = *small.maker.rows(database).begin();
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{4}, row.size() - 1, row.size() + 1}) {
      Bytes other = row;
      other.resize(size);
      edit_row(folder.path(), database, key, other);
      EXPECT_FALSE(verify_at(folder.path()).holds()) << database << " " << size;
    }
    edit_row(folder.path(), database, key, row);
    for (const Bytes& foreign :
         {Bytes{0}, Bytes{0, 0, 0, 0, 0, 0, 0, 0, 1}, StoreMaker::key_of(~0ULL)}) {
      edit_row(folder.path(), database, foreign, row);
      EXPECT_FALSE(verify_at(folder.path()).holds()) << database << " " << chain::hex(foreign);
      edit_row(folder.path(), database, foreign, std::nullopt);
    }
  }
  EXPECT_TRUE(holds(verify_at(folder.path())));
}

}  // namespace
}  // namespace alpr::verify::testing
