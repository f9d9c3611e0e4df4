// Proves that rows read page by page are those that LMDB itself has, from the empty database to one
// three levels deep with values of many pages, and that a damaged file is an error and no crash or
// endless walk. Databases are written with LMDB; damage is a few random bytes, many times.
#include "ledger/verify/pages.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <lmdb.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <random>

#include "ledger/verify/reader.h"
#include "tests/ledger/verify/store_maker.h"

namespace alpr::verify::testing {
namespace {

using std::filesystem::path;

// Rows in the database "headers" of a store folder; keys are numbers of eight bytes.
void write_rows(const path& store, const Rows& rows) {
  std::filesystem::create_directories(store / "ledger");
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_set_maxdbs(env, 16), 0);
  ASSERT_EQ(mdb_env_set_mapsize(env, std::size_t{256} << 20), 0);
  ASSERT_EQ(mdb_env_open(env, (store / "ledger").c_str(), MDB_NOSYNC, 0600), 0);
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  ASSERT_EQ(mdb_dbi_open(txn, "headers", MDB_CREATE, &dbi), 0);
  for (const auto& [key, value] : rows) {
    MDB_val k{key.size(), const_cast<std::uint8_t*>(key.data())};
    MDB_val v{value.size(), const_cast<std::uint8_t*>(value.data())};
    ASSERT_EQ(mdb_put(txn, dbi, &k, &v, 0), 0);
  }
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}

Rows random_rows(std::mt19937_64& random, std::size_t count, std::size_t size_max) {
  Rows rows;
  while (rows.size() < count) {
    Bytes value(random() % (size_max + 1));
    for (auto& byte : value) byte = static_cast<std::uint8_t>(random());
    rows[StoreMaker::key_of(random() >> (random() % 60))] = std::move(value);
  }
  return rows;
}

// All rows of the database, or the error that ended the walk.
Result<Rows> walk(Source& source) {
  Rows rows;
  const auto cursor = source.cursor(Database::kHeaders);
  auto row = cursor->first();
  for (; row && *row; row = cursor->next()) {
    rows[Bytes(cursor->key().begin(), cursor->key().end())] =
        Bytes(cursor->value().begin(), cursor->value().end());
  }
  if (!row) return tl::unexpected(row.error());
  return rows;
}

TEST(Pages, RowsAreThoseThatLmdbWrote) {
  std::mt19937_64 random(7);
  for (const auto& [count, size_max] : {std::pair<std::size_t, std::size_t>{0, 0},
                                        {1, 10},
                                        {1, 100'000},
                                        {300, 96},
                                        {40'000, 96},
                                        {2'000, 2'500},
                                        {200, 40'000}}) {
    SCOPED_TRACE(count);
    const TestFolder folder;
    const Rows rows = random_rows(random, count, size_max);
    write_rows(folder.path(), rows);
    const auto reader = Reader::open(folder.path());
    ASSERT_TRUE(reader) << reader.error().detail;
    EXPECT_EQ((*reader)->events(), count);
    const auto walked = walk(**reader);
    ASSERT_TRUE(walked) << walked.error().detail;
    EXPECT_TRUE(*walked == rows);
    const auto cursor = (*reader)->cursor(Database::kHeaders);
    for (int i = 0; i < 500; ++i) {
      // Any number, and often one that is there.
      auto wanted = rows.lower_bound(StoreMaker::key_of(random() >> (random() % 60)));
      const Bytes key = wanted != rows.end() && random() % 2 == 0
                            ? wanted->first
                            : StoreMaker::key_of(random() >> (random() % 60));
      wanted = rows.lower_bound(key);
      const auto found = cursor->seek(key);
      ASSERT_TRUE(found) << found.error().detail;
      ASSERT_EQ(*found, wanted != rows.end());
      const auto got = (*reader)->get(Database::kHeaders, key);
      ASSERT_TRUE(got) << got.error().detail;
      ASSERT_EQ(got->has_value(), rows.contains(key));
      if (!*found) continue;
      EXPECT_TRUE(std::ranges::equal(cursor->key(), wanted->first));
      EXPECT_TRUE(std::ranges::equal(cursor->value(), wanted->second));
      const auto after = cursor->next();
      ASSERT_TRUE(after) << after.error().detail;
      ASSERT_EQ(*after, ++wanted != rows.end());
    }
  }
}

TEST(Pages, ADatabaseThatIsNotThereHasNoRows) {
  const TestFolder folder;
  write_rows(folder.path(), {});
  const auto reader = Reader::open(folder.path());
  ASSERT_TRUE(reader);
  const auto cursor = (*reader)->cursor(Database::kTiles);
  EXPECT_EQ(cursor->first().value_or(true), false);
  EXPECT_EQ(cursor->next().value_or(true), false);
  EXPECT_FALSE((*reader)->get(Database::kTiles, number_key(1)).value().has_value());
}

// The root stays as LMDB has it; everything below it is anything.
// Also where the new tree is deeper than the one that was walked.
TEST(Pages, ARenewedCursorStandsNowhere) {
  const TestFolder folder;
  const path file = folder.path() / "leaf";
  constexpr std::size_t kPage = 4096;
  constexpr std::uint64_t kNumber = 1;
  Bytes bytes(2 * kPage);
  bytes[kPage] = kNumber;
  bytes[kPage + 10] = 0x02;  // a leaf of one row, whose node is at byte 18
  bytes[kPage + 12] = 18;
  bytes[kPage + 16] = 18;
  bytes[kPage + 24] = 1;  // a key of one byte, an empty value
  bytes[kPage + 26] = 'k';
  std::ofstream(file, std::ios::binary).write(as_text(bytes).data(), 2 * kPage);
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(descriptor, 0);
  const Pages pages(descriptor, kPage);
  PageCursor cursor(pages, {1, 1, kNumber});
  const auto stands = cursor.first();
  ASSERT_TRUE(stands) << stands.error().detail;
  ASSERT_TRUE(*stands);
  cursor.renew({3, 1, kNumber});
  const auto next = cursor.next();
  EXPECT_TRUE(next && !*next);
  ::close(descriptor);
}

TEST(Pages, DamageIsAnErrorAndTheWalkEnds) {
  std::mt19937_64 random(11);
  const TestFolder folder;
  const Rows rows = random_rows(random, 3'000, 400);
  write_rows(folder.path(), rows);
  const path file = folder.path() / "ledger" / "data.mdb";
  std::ifstream in(file, std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  constexpr std::size_t kPage = 4096;
  std::size_t errors = 0;
  for (int round = 0; round < 400; ++round) {
    std::string bad = good;
    for (int i = 0; i < 8; ++i) {
      const std::size_t page = 2 + random() % (good.size() / kPage - 2);
      // The heads of pages and their offsets decide where a walk goes.
      const std::size_t at = page * kPage + random() % (random() % 2 == 0 ? 32 : kPage);
      bad[at] = static_cast<char>(random());
    }
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bad;
    const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_GE(opened, 0);
    const Pages pages(opened, kPage);
    for (std::uint64_t root = 2; root < 6; ++root) {
      for (const unsigned depth : {1U, 2U, 3U}) {
        PageCursor cursor(pages, {depth, rows.size(), root});
        std::size_t steps = 0;
        auto row = cursor.seek(number_key(random()));
        // Rings of pages are cut by whoever looks at the keys; here by counting.
        for (; row && *row && steps < 2 * rows.size(); row = cursor.next()) ++steps;
        errors += row ? 0 : 1;
      }
    }
    ::close(opened);
  }
  EXPECT_GT(errors, 400U);
}

}  // namespace
}  // namespace alpr::verify::testing
