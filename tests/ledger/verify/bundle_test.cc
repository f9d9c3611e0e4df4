// Proves that a bundle holds as its store does, that no byte of it can be changed, and that a
// partial one is tied to the checkpoint that the auditor kept. Made stores are exported by
// ledger/store's writer, damaged and verified.
#include "ledger/chain/bundle.h"

#include <algorithm>

#include "ledger/verify/rules.h"
#include "tests/ledger/verify/bundle_maker.h"
#include "tests/ledger/verify/check.h"

namespace alpr::verify::testing {
namespace {

// Two purged buckets, a held read, a released hold, live reads, permanent events.
struct Log {
  StoreMaker maker;
  std::uint64_t held_read = 0, tombstone = 0, note = 0, live_read = 0;

  Log() {
    maker.commit();
    held_read = maker.read();
    maker.hit();
    maker.read();
    maker.commit();
    maker.pass(20 * kMinute);
    const std::uint64_t second = maker.read();
    maker.release(maker.hold({second}));
    maker.hold({held_read}, {maker.time().value + 60 * kDay});
    maker.commit();
    maker.at({kStart.value + 30 * kDay});
    tombstone = maker.tombstone(bucket_of(kStart));
    maker.destroyed(tombstone);
    maker.commit();
    maker.at({kStart.value + 30 * kDay + 20 * kMinute});
    maker.purge(bucket_of({kStart.value + 20 * kMinute}));
    note = maker.note();
    live_read = maker.read();
    maker.hit();
    maker.commit();
  }
};

Result<Report> try_bundle(const Bytes& bundle, const Options& options = {}) {
  const TestFolder folder;
  write_file(folder.path() / "bundle", bundle);
  const auto file = MappedFile::open(folder.path() / "bundle");
  if (!file) return tl::unexpected(file.error());
  return verify_bundle_here(*file, test_kinds(), options);
}

Report verify_made_bundle(const Bytes& bundle, const Options& options = {}) {
  auto report = try_bundle(bundle, options);
  if (!report) {
    ADD_FAILURE() << report.error().detail;
    return {};
  }
  return *report;
}

Options since(const StoreMaker& maker, std::uint64_t size) {
  Options options;
  options.level = Level::kChain;
  options.since = maker.checkpoint(size);
  return options;
}

TEST(Bundle, HoldsAsItsStoreDoes) {
  Log log;
  const Report stored = verify_made(log.maker);
  EXPECT_TRUE(holds(stored));
  const Report report = verify_made_bundle(make_bundle(log.maker));
  EXPECT_TRUE(holds(report));
  EXPECT_EQ(report.root, stored.root);
  EXPECT_EQ(report.size, stored.size);
  EXPECT_EQ(report.as_of, stored.as_of);
  EXPECT_EQ(report.levels.at(1).checked, stored.levels.at(1).checked);
  EXPECT_EQ(report.levels.at(1).not_checked, stored.levels.at(1).not_checked);
  EXPECT_NE(report.levels.at(1).note.find("does not show"), std::string::npos);
}

TEST(Bundle, WithoutBoxesThereIsNoByteOfOneInIt) {
  Log log;
  const Bytes bundle = make_bundle(log.maker);
  const Bytes whole = make_bundle(log.maker, {.boxes = true});
  EXPECT_LT(bundle.size(), whole.size());
  for (const std::uint64_t seq : {log.note, log.live_read, log.held_read}) {
    const Bytes& row = log.maker.rows("payloads").at(StoreMaker::key_of(seq));
    const Bytes tail(row.end() - 24, row.end());
    EXPECT_EQ(std::search(bundle.begin(), bundle.end(), tail.begin(), tail.end()), bundle.end())
        << seq;
    EXPECT_NE(std::search(whole.begin(), whole.end(), tail.begin(), tail.end()), whole.end())
        << seq;
  }
}

TEST(Bundle, WithBoxesAndKeysEverythingIsChecked) {
  Log log;
  const Bytes bundle = make_bundle(log.maker, {.boxes = true});
  const Report report = verify_made_bundle(bundle, with_keys(log.maker));
  EXPECT_TRUE(holds(report));
  EXPECT_EQ(report.levels.at(1).not_checked, 0U);
  std::vector<Bytes> parts = take_apart(bundle);
  parts[part_of(parts, log.note)].back() ^= 1;  // in its box
  EXPECT_TRUE(has_only(verify_made_bundle(join(parts), with_keys(log.maker)), log.note,
                       rule::kPayload, "does not open"));
}

TEST(Bundle, NoByteOfItCanBeChanged) {
  Log log;
  const Bytes bundle = make_bundle(log.maker);
  for (std::size_t i = 0; i < bundle.size(); ++i) {
    Bytes changed = bundle;
    changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    const auto report = try_bundle(changed);
    EXPECT_FALSE(report && report->holds()) << "byte " << i;
  }
}

TEST(Bundle, CutOffAnywhereItDoesNotHold) {
  Log log;
  const Bytes bundle = make_bundle(log.maker);
  for (std::size_t size = 0; size < bundle.size(); ++size) {
    const auto report =
        try_bundle(Bytes(bundle.begin(), bundle.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_FALSE(report && report->holds()) << "cut to " << size;
  }
}

TEST(Bundle, ADroppedEventIsNamed) {
  Log log;
  const std::vector<Bytes> parts = take_apart(make_bundle(log.maker));
  for (std::uint64_t seq = 0; seq + 1 < log.maker.size(); ++seq) {
    std::vector<Bytes> fewer = parts;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(part_of(parts, seq)));
    const Report report = verify_made_bundle(join(fewer));
    EXPECT_FALSE(report.holds());
    EXPECT_EQ(report.levels.at(0).findings.at(0).seq, seq);
  }
}

TEST(Bundle, EventsInAnotherOrderAreNamed) {
  Log log;
  std::vector<Bytes> parts = take_apart(make_bundle(log.maker));
  std::swap(parts[part_of(parts, 2)], parts[part_of(parts, 3)]);
  const Report report = verify_made_bundle(join(parts));
  EXPECT_TRUE(has(report, 2, rule::kChain, "dropped"));
  EXPECT_TRUE(has(report, 4, rule::kBundle, "comes too late"));
}

TEST(Bundle, I12_G_1_APayloadThatWasLeftOutUncoveredIsNamed) {
  Log log;
  log.maker.rows("payloads").erase(StoreMaker::key_of(log.live_read));
  EXPECT_TRUE(has_only(verify_made_bundle(make_bundle(log.maker)), log.live_read, rule::kPurge,
                       "no tombstone covers"));
}

TEST(Bundle, ACheckpointInTheWrongPlaceDoesNotFit) {
  Log log;
  std::vector<Bytes> parts = take_apart(make_bundle(log.maker));
  ASSERT_EQ(parts.at(2).at(0), 'C');
  std::swap(parts[2], parts[3]);
  EXPECT_FALSE(verify_made_bundle(join(parts)).holds());
}

TEST(Bundle, WhatIsNoBundleOrOfAnotherVersionIsRefused) {
  Log log;
  for (const std::string_view text : {"", "PLE", "{\"kind\":1}"}) {
    const auto report = try_bundle(Bytes(text.begin(), text.end()));
    ASSERT_FALSE(report) << text;
    EXPECT_EQ(report.error().code, ErrorCode::kMalformed);
  }
  Bytes bundle = make_bundle(log.maker);
  bundle[5] = 2;
  const auto report = try_bundle(bundle);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kWrongVersion);
}

// ---- partial bundles ----

TEST(PartialBundle, GoesOnFromTheCheckpointThatWasKept) {
  Log log;
  const std::uint64_t size = log.maker.size();
  for (const std::uint64_t from : {1, 4, 8}) {
    const Bytes bundle = make_bundle(log.maker, {.from = from});
    const Report report = verify_made_bundle(bundle, since(log.maker, from));
    EXPECT_TRUE(holds(report)) << from;
    EXPECT_EQ(report.levels.at(0).checked, size - from);
    EXPECT_EQ(report.root, verify_made(log.maker).root);
    EXPECT_TRUE(report.simulated);
  }
}

TEST(PartialBundle, OfNothingNewHolds) {
  Log log;
  const std::uint64_t size = log.maker.size();
  const Report report =
      verify_made_bundle(make_bundle(log.maker, {.from = size}), since(log.maker, size));
  EXPECT_TRUE(holds(report));
  EXPECT_EQ(report.levels.at(0).checked, 0U);
}

TEST(PartialBundle, WithoutACheckpointThatReachesItIsRefused) {
  Log log;
  const Bytes bundle = make_bundle(log.maker, {.from = 8});
  for (const Options& options : {Options{}, since(log.maker, 4)}) {
    const auto report = try_bundle(bundle, options);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::kMalformed);
    EXPECT_NE(report.error().detail.find("--since"), std::string::npos);
  }
}

TEST(PartialBundle, OfAnotherHistoryDoesNotHold) {
  Log log;
  StoreMaker other;
  other.commit();
  other.pass(kSecondUs);
  while (other.size() < 4) other.heartbeat();
  other.commit();
  EXPECT_TRUE(has(verify_made_bundle(make_bundle(log.maker, {.from = 4}), since(other, 4)),
                  std::nullopt, rule::kCheckpoint, "was rewritten"));
}

TEST(PartialBundle, NoByteOfItCanBeChanged) {
  Log log;
  const Bytes bundle = make_bundle(log.maker, {.from = 8});
  Options options = since(log.maker, 8);
  options.level = Level::kErasure;
  for (std::size_t i = 0; i < bundle.size(); ++i) {
    Bytes changed = bundle;
    changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    const auto report = try_bundle(changed, options);
    const bool sound =
        report && report->levels.at(0).holds == true && report->levels.at(1).findings_count == 0;
    EXPECT_FALSE(sound) << "byte " << i;
  }
}

TEST(PartialBundle, ErasureIsNotChecked) {
  Log log;
  Options options = since(log.maker, 8);
  options.level = Level::kErasure;
  const Report report = verify_made_bundle(make_bundle(log.maker, {.from = 8}), options);
  EXPECT_EQ(report.levels.at(0).holds, true);
  EXPECT_EQ(report.levels.at(1).holds, std::nullopt);
  EXPECT_FALSE(report.holds()) << "what was not checked does not hold";
  EXPECT_GT(report.levels.at(1).checked, 0U) << "payloads are compared with their headers";
}

TEST(PartialBundle, FollowsRotationsBeforeAndInIt) {
  StoreMaker maker;
  maker.commit();
  for (const std::uint8_t next : {1, 2}) {
    maker.pass(kSecondUs);
    maker.rotate(test_key(next));
    maker.commit();
    maker.pass(kSecondUs);
    maker.heartbeat();
    maker.commit();
  }
  for (const std::uint64_t from : {1, 2, 3, 4, 5}) {
    for (const std::uint8_t number : {0, 1, 2}) {
      Options options = since(maker, from);
      options.key = vkey_of(test_key(number));
      const Report report = verify_made_bundle(make_bundle(maker, {.from = from}), options);
      EXPECT_TRUE(holds(report)) << from;
      EXPECT_TRUE(report.anchored);
    }
  }
}

}  // namespace
}  // namespace alpr::verify::testing
