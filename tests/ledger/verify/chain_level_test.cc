// Proves that level chain holds for a well-made log of any size and names what is wrong with a
// badly made one. Stores are written by a maker of the tests' own, with one rule of the format
// broken in each.
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/verify/rules.h"
#include "tests/ledger/verify/check.h"

namespace alpr::verify::testing {
namespace {

Options chain_only() {
  Options options;
  options.level = Level::kChain;
  return options;
}

StoreMaker log_of(std::uint64_t size) {
  StoreMaker maker;
  while (maker.size() < size) {
    maker.pass(kSecondUs);
    maker.heartbeat();
    if (maker.size() % 37 == 0) maker.commit();
  }
  maker.commit();
  return maker;
}

TEST(ChainLevel, LogsOfEverySizeAroundTileBordersHold) {
  for (const std::uint64_t size : {1, 2, 3, 255, 256, 257, 300, 511, 512, 513}) {
    StoreMaker maker = log_of(size);
    const Report report = verify_made(maker, chain_only());
    EXPECT_TRUE(holds(report)) << size;
    EXPECT_EQ(report.size, size);
    EXPECT_EQ(report.levels.at(0).checked, size);
    EXPECT_TRUE(report.simulated);
    EXPECT_FALSE(report.anchored);
  }
}

TEST(ChainLevel, TheRootIsTheNewestCheckpoints) {
  StoreMaker maker = log_of(70);
  const Report report = verify_made(maker, chain_only());
  const auto note = chain::parse_note(maker.checkpoint(70));
  ASSERT_TRUE(note);
  EXPECT_EQ(report.root, chain::parse_checkpoint_text(note->text)->root);
  EXPECT_EQ(report.as_of, maker.time());
}

TEST(ChainLevel, TheLogsOwnKeyAnchorsAndAnotherIsAFinding) {
  StoreMaker maker = log_of(5);
  Options options = chain_only();
  options.key = vkey_of(test_key(0));
  Report report = verify_made(maker, options);
  EXPECT_TRUE(holds(report));
  EXPECT_TRUE(report.anchored);
  options.key = vkey_of(test_key(1));
  report = verify_made(maker, options);
  EXPECT_FALSE(report.anchored);
  EXPECT_TRUE(has_only(report, std::nullopt, rule::kKeys, "not one of this log's keys"));
}

TEST(ChainLevel, ADroppedEventIsNamed) {
  for (const std::uint64_t dropped : {0, 1, 40, 255, 256, 299}) {
    StoreMaker maker = log_of(300);
    maker.rows("headers").erase(StoreMaker::key_of(dropped));
    const Report report = verify_made(maker, chain_only());
    EXPECT_FALSE(report.holds()) << dropped;
    if (dropped + 1 < 300) {
      EXPECT_TRUE(has(report, dropped, rule::kChain, "dropped"));
    }
  }
}

TEST(ChainLevel, ADroppedEventBelowAFullTileIsTheOnlyFinding) {
  StoreMaker maker = log_of(300);
  maker.rows("headers").erase(StoreMaker::key_of(40));
  EXPECT_TRUE(has_only(verify_made(maker, chain_only()), 40, rule::kChain, "dropped"));
}

TEST(ChainLevel, TwoSwappedEventsAreNamed) {
  StoreMaker maker = log_of(300);
  Rows& headers = maker.rows("headers");
  std::swap(headers[StoreMaker::key_of(10)], headers[StoreMaker::key_of(20)]);
  const Report report = verify_made(maker, chain_only());
  EXPECT_TRUE(has(report, 10, rule::kHeader, "says that it is event 20"));
  EXPECT_TRUE(has(report, 20, rule::kHeader, "says that it is event 10"));
}

TEST(ChainLevel, ADuplicatedEventIsNamed) {
  StoreMaker maker = log_of(300);
  Rows& headers = maker.rows("headers");
  headers[StoreMaker::key_of(300)] = headers[StoreMaker::key_of(299)];
  const Report report = verify_made(maker, chain_only());
  EXPECT_TRUE(has(report, 300, rule::kHeader, "says that it is event 299"));
  EXPECT_TRUE(has(report, 300, rule::kCheckpoint, "not covered by any checkpoint"));
}

TEST(ChainLevel, AHeaderChangedUnderAFullTileIsNamedAlone) {
  StoreMaker maker = log_of(300);
  maker.rows("headers")[StoreMaker::key_of(40)][70] ^= 1;
  EXPECT_TRUE(
      has_only(verify_made(maker, chain_only()), 40, rule::kChain, "not the one that was signed"));
}

TEST(ChainLevel, TheNewestEventsCutOffAreSeenThroughAKeptCheckpoint) {
  StoreMaker whole = log_of(300);
  Options options = chain_only();
  options.since = whole.checkpoint(300);
  StoreMaker cut = log_of(259);
  EXPECT_TRUE(holds(verify_made(cut, chain_only())));
  EXPECT_TRUE(has_only(verify_made(cut, options), std::nullopt, rule::kCheckpoint,
                       "newest part was cut off"));
  options.since = whole.checkpoint(259);
  EXPECT_TRUE(holds(verify_made(whole, options)));
}

TEST(ChainLevel, ARewrittenHistoryIsSeenThroughAKeptCheckpoint) {
  StoreMaker honest = log_of(50);
  StoreMaker forged;
  while (forged.size() < 60) {
    forged.pass(2 * kSecondUs);
    forged.heartbeat();
  }
  forged.commit();
  Options options = chain_only();
  options.since = honest.checkpoint(37);
  EXPECT_TRUE(
      has_only(verify_made(forged, options), std::nullopt, rule::kCheckpoint, "was rewritten"));
}

TEST(ChainLevel, AKeptCheckpointThatIsNoNoteIsBadInput) {
  StoreMaker maker = log_of(3);
  const TestFolder folder;
  maker.write(folder.path());
  Options options = chain_only();
  options.since = "nothing of the kind";
  const auto report = verify_store_here(folder.path(), test_kinds(), options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kMalformed);
}

TEST(ChainLevel, AnOldCheckpointPlayedAgainAsTheNewestIsAFinding) {
  StoreMaker maker = log_of(74);
  Rows& checkpoints = maker.rows("checkpoints");
  checkpoints[StoreMaker::key_of(74)] = checkpoints[StoreMaker::key_of(37)];
  EXPECT_TRUE(
      has(verify_made(maker, chain_only()), std::nullopt, rule::kCheckpoint, "it says size 37"));
}

TEST(ChainLevel, EventsWithoutACheckpointOverThemAreAFinding) {
  StoreMaker maker = log_of(74);
  maker.rows("checkpoints").erase(StoreMaker::key_of(74));
  EXPECT_TRUE(has_only(verify_made(maker, chain_only()), 37, rule::kCheckpoint,
                       "not covered by any checkpoint"));
  maker.rows("checkpoints").clear();
  EXPECT_TRUE(has_only(verify_made(maker, chain_only()), std::nullopt, rule::kCheckpoint,
                       "no event is signed"));
}

TEST(ChainLevel, ACheckpointSignedByAnotherKeyIsAFinding) {
  StoreMaker maker = log_of(37);
  const auto note = chain::parse_note(maker.checkpoint(37));
  const std::string forged =
      chain::format_note({note->text, {chain::sign_note(note->text, kOrigin, test_key(9))}});
  maker.rows("checkpoints")[StoreMaker::key_of(37)] = Bytes(forged.begin(), forged.end());
  EXPECT_TRUE(has_only(verify_made(maker, chain_only()), std::nullopt, rule::kCheckpoint,
                       "did not sign it"));
}

TEST(ChainLevel, TimeThatRunsBackwardsIsAFinding) {
  StoreMaker maker = log_of(10);
  maker.pass(-kDay);
  maker.heartbeat();
  maker.commit();
  EXPECT_TRUE(
      has_only(verify_made(maker, chain_only()), 10, rule::kHeader, "before the event before it"));
}

TEST(ChainLevel, AMissingTileAndAForeignOneAreFindings) {
  StoreMaker maker = log_of(300);
  const TestFolder folder;
  maker.write(folder.path());
  const Bytes level0 = {0, 0, 0, 0, 0, 0, 0, 0, 0};
  const Bytes level1 = {1, 0, 0, 0, 0, 0, 0, 0, 0};
  const Bytes foreign = {1, 0, 0, 0, 0, 0, 0, 0, 7};
  const Bytes tile = maker.rows("tiles").at(level1);
  edit_row(folder.path(), "tiles", foreign, tile);
  EXPECT_TRUE(has_only(verify_at(folder.path(), chain_only()), std::nullopt, rule::kTiles,
                       "does not have"));
  edit_row(folder.path(), "tiles", foreign, std::nullopt);
  edit_row(folder.path(), "tiles", level1, std::nullopt);
  EXPECT_TRUE(
      has_only(verify_at(folder.path(), chain_only()), std::nullopt, rule::kTiles, "missing"));
  edit_row(folder.path(), "tiles", level1, tile);
  edit_row(folder.path(), "tiles", level0, std::nullopt);
  EXPECT_TRUE(
      has_only(verify_at(folder.path(), chain_only()), std::nullopt, rule::kTiles, "missing"));
}

TEST(ChainLevel, AnUnknownKindPassesTheChainAndIsAFindingAboveIt) {
  StoreMaker maker = log_of(5);
  maker.note();
  maker.commit();
  const TestFolder folder;
  maker.write(folder.path());
  const chain::KindRegistry ledger_only(chain::ledger_kinds());
  const auto report = verify_store_here(folder.path(), ledger_only, Options{});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->levels.at(0).holds, true);
  EXPECT_TRUE(has_only(*report, 5, rule::kKind, "kind 41 is not in the registry"));
}

TEST(ChainLevel, AnotherOriginOrFormatIsNotPassedOver) {
  StoreMaker maker = log_of(5);
  const TestFolder folder;
  maker.write(folder.path());
  const auto bytes = [](std::string_view text) { return Bytes(text.begin(), text.end()); };
  edit_row(folder.path(), "meta", bytes("origin"), bytes("ledger.example/other"));
  EXPECT_TRUE(
      has(verify_at(folder.path(), chain_only()), 0, rule::kChain, "link to the log's origin"));
  edit_row(folder.path(), "meta", bytes("format"), Bytes{0, 0, 0, 2});
  const auto report = verify_store_here(folder.path(), test_kinds(), chain_only());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kWrongVersion);
  edit_row(folder.path(), "meta", bytes("format"), std::nullopt);
  EXPECT_TRUE(
      has(verify_at(folder.path(), chain_only()), std::nullopt, rule::kStore, "of which format"));
}

TEST(ChainLevel, FindingsThatNameAnEventComeFirst) {
  StoreMaker maker = log_of(5);
  maker.heartbeat();
  maker.commit();
  maker.heartbeat();
  maker.commit();
  maker.rows("checkpoints")[StoreMaker::key_of(5)][0] ^= 1;  // met first, and names no event
  maker.rows("headers")[StoreMaker::key_of(5)][70] ^= 1;
  const Report report = verify_made(maker, chain_only());
  const auto& findings = report.levels.at(0).findings;
  ASSERT_GE(findings.size(), 2U);
  EXPECT_EQ(findings.front().seq, 5U);
  EXPECT_EQ(findings.back().seq, std::nullopt);
}

TEST(ChainLevel, NoFindingIsLostFromTheCount) {
  StoreMaker maker = log_of(1500);
  for (std::uint64_t seq = 1; seq < 1500; ++seq)
    maker.rows("headers")[StoreMaker::key_of(seq)][0] ^= 0xff;
  const Report report = verify_made(maker, chain_only());
  EXPECT_EQ(report.levels.at(0).findings.size(), kFindingsKept);
  EXPECT_GE(report.levels.at(0).findings_count, 1499U);
}

}  // namespace
}  // namespace alpr::verify::testing
