// Proves that a store that is written to while it is verified holds, and that its snapshot is
// renewed on the way. The writing happens in the progress callback, between two snapshots, so each
// test sees one order of things.
#include "ledger/verify/rules.h"
#include "tests/ledger/verify/check.h"

namespace alpr::verify::testing {
namespace {

constexpr TimeUs kDue{kStart.value + 30 * kDay};

// Makes the store on disk what the maker has now, row by row, as commits would.
void bring_up(const std::filesystem::path& store, StoreMaker& maker,
              const std::map<std::string, Rows>& before) {
  const TestFolder spare;
  maker.write(spare.path());  // for its tiles
  for (const std::string database : {"payloads", "headers", "tiles", "checkpoints"}) {
    const Rows& rows = maker.rows(database);
    for (const auto& [key, row] : rows) {
      const auto was = before.at(database).find(key);
      if (was == before.at(database).end() || was->second != row)
        edit_row(store, database, key, row);
    }
    for (const auto& entry : before.at(database)) {
      if (!rows.contains(entry.first)) edit_row(store, database, entry.first, std::nullopt);
    }
  }
}

std::map<std::string, Rows> rows_of(StoreMaker& maker) {
  std::map<std::string, Rows> all;
  for (const std::string database : {"payloads", "headers", "tiles", "checkpoints"})
    all[database] = maker.rows(database);
  return all;
}

StoreMaker busy() {
  StoreMaker maker;
  for (int i = 0; i < 40; ++i) {
    maker.read();
    maker.note();
    if (i % 10 == 0) maker.commit();
  }
  maker.commit();
  return maker;
}

// Runs `write` at the call number `when` of the progress callback.
Report verify_while(StoreMaker& maker, int when, const std::function<void(StoreMaker&)>& write) {
  const TestFolder folder;
  maker.write(folder.path());
  int calls = 0;
  Options options;
  options.renew_every = 10;
  options.progress = [&](std::uint64_t, std::uint64_t) {
    if (++calls != when) return;
    const auto before = rows_of(maker);
    write(maker);
    bring_up(folder.path(), maker, before);
  };
  const Report report = verify_at(folder.path(), options);
  EXPECT_GE(calls, when);
  return report;
}

TEST(LiveStore, CommitsDuringTheWalkOverTheChainBelongToIt) {
  StoreMaker maker = busy();
  const std::uint64_t size = maker.size();
  const Report report = verify_while(maker, 3, [&](StoreMaker& now) {
    now.rows("checkpoints").erase(StoreMaker::key_of(size));  // only the newest is kept
    now.pass(kMinute);
    now.read();
    now.commit();
  });
  EXPECT_TRUE(holds(report));
  EXPECT_EQ(report.size, size + 1);
}

TEST(LiveStore, CommitsDuringTheSecondWalkAreNotHeldAgainstIt) {
  StoreMaker maker = busy();
  const std::uint64_t size = maker.size();
  const Report report = verify_while(maker, 12, [&](StoreMaker& now) {
    now.rows("checkpoints").erase(StoreMaker::key_of(size));
    now.pass(kMinute);
    now.read();
    now.commit();
  });
  EXPECT_TRUE(holds(report));
  EXPECT_EQ(report.size, size);
}

TEST(LiveStore, APurgeDuringTheSecondWalkIsJudgedOnOneSnapshot) {
  StoreMaker maker = busy();
  const Report report = verify_while(maker, 12, [&](StoreMaker& now) {
    now.at(kDue);
    now.purge(bucket_of(kStart));
    now.commit();
  });
  EXPECT_TRUE(holds(report));
  EXPECT_EQ(report.as_of, kDue);
}

TEST(LiveStore, AFaultIsStillAFindingWhenTheStoreMoved) {
  StoreMaker maker = busy();
  maker.rows("payloads").erase(StoreMaker::key_of(4));
  const Report report = verify_while(maker, 12, [&](StoreMaker& now) {
    now.pass(kMinute);
    now.heartbeat();
    now.commit();
  });
  EXPECT_TRUE(has_only(report, 4, rule::kPayload, "kept for ever"));
}

}  // namespace
}  // namespace alpr::verify::testing
