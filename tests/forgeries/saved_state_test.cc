// Proves that a log judged in two runs, the second from the state that the first saved, is judged
// as in one, and that a state which is not the log's is not gone on from. By cutting the logs of
// all forgeries in two, and by putting changed states and logs before the verifier.
#include <gtest/gtest.h>

#include "ledger/chain/hash.h"
#include "ledger/verify/policy_level/policy_level.h"
#include "policy/records/kinds.h"
#include "policy/replay/replay.h"
#include "tests/forgeries/forger.h"

namespace alpr::forgeries {
namespace {

using policy::Replay;
using policy::ReplayFinding;
using policy::Seen;

struct Said {
  std::string findings;
  std::uint64_t decided = 0;
  std::map<std::string, std::uint64_t> undecidable;
  bool operator==(const Said&) const = default;
};

std::string told(const ReplayFinding& finding) {
  std::string all = std::to_string(finding.seq.value);
  for (const std::string& rule : finding.rules) all += " " + rule;
  return all + ": " + finding.what + "\n";
}

// The events from `from` on, those after `until` in a second replay that goes on from the first.
std::optional<Said> said_in_two(const World& world, std::size_t until) {
  Said said;
  const auto report = [&](const ReplayFinding& finding) { said.findings += told(finding); };
  Replay first(report);
  for (std::size_t i = 0; i < until; ++i) first.take(world.log[i], Seen::kWhole);
  const auto saved = first.save();
  if (!saved) return std::nullopt;
  Replay second(report);
  const auto resumed = second.resume(*saved);
  EXPECT_TRUE(resumed.has_value()) << (resumed ? "" : resumed.error().detail);
  EXPECT_EQ(second.save(), saved) << "what was read is what was written";
  for (std::size_t i = until; i < world.log.size(); ++i) second.take(world.log[i], Seen::kWhole);
  second.finish(world.now);
  said.decided = second.decided();
  said.undecidable = second.undecidable();
  return said;
}

Said said_in_one(const World& world) {
  Said said;
  Replay replay([&](const ReplayFinding& finding) { said.findings += told(finding); });
  for (const chain::EventView& event : world.log) replay.take(event, Seen::kWhole);
  replay.finish(world.now);
  said.decided = replay.decided();
  said.undecidable = replay.undecidable();
  return said;
}

TEST(SavedState, AnHonestLogIsJudgedTheSameWhereverItIsCutInTwo) {
  Forger f;
  live_honestly(f);
  const Said one = said_in_one(f.world);
  EXPECT_EQ(one.findings, "");
  std::size_t cut = 0;
  // All near the beginning and the end, where first commit and tail are cut, and some between.
  const std::size_t size = f.world.log.size();
  for (std::size_t until = 0; until <= size; until += until < 30 || until + 30 > size ? 1 : 5) {
    const auto two = said_in_two(f.world, until);
    if (!two) continue;  // the first commit is not over
    ++cut;
    EXPECT_EQ(*two, one) << "cut after " << until << " events:\n" << two->findings;
  }
  EXPECT_GT(cut, 40U) << "all but those within the first commit";
}

TEST(SavedState, EveryForgeryIsNamedTheSameWhereverItsLogIsCutInTwo) {
  std::size_t turn = 0;
  for (const Forgery& forgery : all_forgeries()) {
    SCOPED_TRACE(std::string(forgery.row) + ": " + std::string(forgery.what));
    Forger f;
    const Sequence forged = forgery.write(f);
    const Said one = said_in_one(f.world);
    // Just before and behind it, and somewhere else; never within the first commit.
    const std::size_t size = f.world.log.size();
    const std::size_t at = std::clamp<std::size_t>(forged.value, 20, size - 1);
    for (const std::size_t until : {at, at + 1, 20 + ++turn % (size - 20)}) {
      const auto two = said_in_two(f.world, until);
      ASSERT_TRUE(two.has_value()) << until;
      EXPECT_EQ(*two, one) << "cut after " << until << " events:\n"
                           << two->findings << "and not:\n"
                           << one.findings;
    }
  }
}

TEST(SavedState, BytesThatSaveDidNotGiveAreRefused) {
  Forger f;
  Replay replay([](const ReplayFinding&) {});
  for (const chain::EventView& event : f.world.log) replay.take(event, Seen::kWhole);
  const std::string saved = *replay.save();
  for (std::size_t size = 0; size < saved.size(); size += 97) {
    Replay other([](const ReplayFinding&) {});
    EXPECT_FALSE(other.resume(std::string_view(saved).substr(0, size))) << size;
  }
  Replay other([](const ReplayFinding&) {});
  EXPECT_FALSE(other.resume(saved + "x"));
}

// Bytes that have the right digest all the same: nothing of them may be taken at its word.
TEST(SavedState, AnyByteMayBeAnother) {
  Forger f;
  live_honestly(f);
  Replay replay([](const ReplayFinding&) {});
  for (const chain::EventView& event : f.world.log) replay.take(event, Seen::kWhole);
  const std::string saved = *replay.save();
  std::size_t refused = 0;
  for (std::size_t at = 0; at < saved.size(); at += 1 + saved.size() / 300) {
    for (const char other : {'\0', '\x7f', '\xff'}) {
      std::string changed = saved;
      changed[at] = other;
      Replay second([](const ReplayFinding&) {});
      if (!second.resume(changed)) ++refused;
    }
  }
  EXPECT_GT(refused, 100U);
}

// ---- through the verifier ----

class Kept : public ::testing::Test {
 protected:
  // Verifies the log as it stands, with the state of the run before, and keeps the new one.
  verify::LevelReport verified(const Forger& f) {
    const verify::testing::TestFolder folder;
    f.write(folder.path() / "store");
    verify::Options options;
    options.level = verify::Level::kPolicy;
    auto keys = verify::Keys::parse(f.keys());
    EXPECT_TRUE(keys.has_value());
    options.keys = std::move(*keys);
    const std::string before = state;
    policy_level::State use;
    use.program = program;
    if (!before.empty()) use.saved = as_bytes(before);
    use.keep = [this](BytesView bytes) -> Result<void> {
      state = std::string(as_text(bytes));
      return {};
    };
    options.policy = [&](const verify::PolicyWalk& walk, verify::LevelReport& level) {
      return policy_level::check_policy_from(use, walk, level);
    };
    const auto report =
        verify::verify_store_here(folder.path() / "store", policy::kinds(), options);
    EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().detail);
    return report ? report->levels.back() : verify::LevelReport{};
  }
  std::string state;
  Digest program{1};
};

TEST_F(Kept, TheNextRunBeginsAfterTheStateAndCountsWhatWasFoundBefore) {
  Forger f;
  policy::QueryPerformed untrained = f.honest_query();
  untrained.by.training.reset();
  f.forge(untrained);  // something to be found
  const verify::LevelReport first = verified(f);
  EXPECT_FALSE(first.begun_at.has_value());
  EXPECT_EQ(first.state_sha256, chain::sha256(as_bytes(state)));
  EXPECT_GT(first.findings_count, 0U);
  const std::uint64_t size = f.world.log.size();
  live_honestly(f);
  const verify::LevelReport second = verified(f);
  EXPECT_EQ(second.begun_at, size) << second.note;
  state.clear();
  const verify::LevelReport whole = verified(f);
  EXPECT_EQ(second.checked, whole.checked);
  EXPECT_EQ(second.not_checked, whole.not_checked);
  EXPECT_EQ(second.findings_count, whole.findings_count);
  EXPECT_EQ(second.holds, whole.holds);
  ASSERT_EQ(second.findings.size(), whole.findings.size());
  for (std::size_t i = 0; i < whole.findings.size(); ++i)
    EXPECT_EQ(second.findings[i].what, whole.findings[i].what);
  // Nothing came since: the same again.
  const verify::LevelReport third = verified(f);
  EXPECT_EQ(third.begun_at, f.world.log.size());
  EXPECT_EQ(third.state_sha256, whole.state_sha256);
  EXPECT_EQ(third.checked, whole.checked);
}

TEST_F(Kept, AStateWithAChangedByteIsNotUsed) {
  Forger f;
  live_honestly(f);
  const std::uint64_t checked = verified(f).checked;
  const std::string good = state;
  for (std::size_t at = 0; at < good.size(); at += good.size() / 40) {
    state = good;
    state[at] = static_cast<char>(state[at] ^ 1);
    const verify::LevelReport level = verified(f);
    EXPECT_FALSE(level.begun_at.has_value()) << at;
    EXPECT_NE(level.note.find("was not used"), std::string::npos) << level.note;
    EXPECT_EQ(level.checked, checked);
    EXPECT_EQ(level.holds, true);
  }
}

TEST_F(Kept, TheStateOfAnotherProgramOrLogIsNotUsed) {
  Forger f;
  verified(f);
  program = Digest{2};
  EXPECT_NE(verified(f).note.find("another version of this program"), std::string::npos);
  Forger other;
  other.world.log.front().header.time.value -= kSecondUs;  // began at another time
  const verify::LevelReport level = verified(other);
  EXPECT_NE(level.note.find("another log"), std::string::npos) << level.note;
  EXPECT_EQ(level.holds, true);
}

TEST_F(Kept, ALogThatDoesNotGoOnFromTheStateIsNamed) {
  Forger f;
  f.query(f.officer, {f.reads[1]});
  verified(f);
  const std::string before = state;
  for (const bool shorter : {false, true}) {
    Forger rewritten;
    if (!shorter) rewritten.query(rewritten.officer, {rewritten.reads[0]});  // another one
    const verify::LevelReport level = verified(rewritten);
    EXPECT_EQ(level.holds, false);
    ASSERT_EQ(level.findings_count, 1U) << level.note;
    EXPECT_EQ(level.findings.front().rule, "C2SP tlog-checkpoint");
    EXPECT_EQ(state, before) << "what was judged before is still held against the log";
  }
}

TEST_F(Kept, NothingIsSavedWhereAnEventWasNotOpened) {
  Forger f;
  policy_level::State use;
  use.keep = [&](BytesView) -> Result<void> {
    ADD_FAILURE() << "kept";
    return {};
  };
  const verify::testing::TestFolder folder;
  f.write(folder.path() / "store");
  verify::Options options;
  options.level = verify::Level::kPolicy;
  options.policy = [&](const verify::PolicyWalk& walk, verify::LevelReport& level) {
    return policy_level::check_policy_from(use, walk, level);
  };
  const auto report = verify::verify_store_here(folder.path() / "store", policy::kinds(), options);
  ASSERT_TRUE(report.has_value());
  EXPECT_NE(report->levels.back().note.find("no state was saved"), std::string::npos)
      << report->levels.back().note;
}

}  // namespace
}  // namespace alpr::forgeries
