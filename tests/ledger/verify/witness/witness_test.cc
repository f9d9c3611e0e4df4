// Proves that a witness cosigns one history of a log only, answers as C2SP tlog-witness says, and
// forgets nothing that it cosigned. By the published exchange, by every row of the decision table
// in its order, and by killing it at the worst moment.
#include "ledger/verify/witness/witness.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <thread>

#include "tests/ledger/verify/witness/witness_fixtures.h"

namespace alpr::witness::testing {
namespace {

class WitnessTest : public ::testing::Test {
 protected:
  WitnessTest() {
    make_published_witness(state());
    open();
  }
  std::filesystem::path state() const { return folder_.path() / "state"; }
  void open() {
    witness.reset();
    auto opened = Witness::open(
        state(), [this] { return now; },
        [this](std::string_view line) { said.emplace_back(line); });
    ASSERT_TRUE(opened) << opened.error().detail;
    witness = std::move(*opened);
  }
  int status(const std::string& body) { return witness->add_checkpoint(body).status; }

  Folder folder_;
  std::uint64_t now = fx::kCosignatureTime;
  std::vector<std::string> said;
  std::unique_ptr<Witness> witness;
};

TEST_F(WitnessTest, ThePublishedExchange) {
  EXPECT_EQ(chain::format_vkey(witness->vkey()), fx::kWitnessVkey);
  EXPECT_FALSE(witness->latest(chain::origin_name(fx::kLogName)));
  EXPECT_EQ(status("old 0\n\n" + std::string(fx::kCheckpoint5)), 200);
  const Answer answer = witness->add_checkpoint(
      "old 5\n"
      "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n"
      "QnGia+DYqE8L1UyMMC58s6O10fpngKQLzOKHNHfatlg=\n"
      "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n"
      "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n"
      "\n" +
      std::string(fx::kCheckpoint8));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, fx::kCosignature8);
  const std::string expected = std::string(fx::kCheckpoint8) + std::string(fx::kCosignature8);
  EXPECT_EQ(witness->latest("76f334cd3d417138cf480efc531b5b44cf6d71c41d59a488f3dd33b923f72752"),
            expected);
  open();
  EXPECT_EQ(witness->latest(chain::origin_name(fx::kLogName)), expected) << "after a restart";
  EXPECT_TRUE(said.empty());
}

TEST_F(WitnessTest, TheDecisionTableInItsOrder) {
  const auto leaves = history(20);
  const std::string at8 = signed_checkpoint(8, root_at(leaves, 8));
  const std::string hash = chain::base64(leaves[0]) + "\n";
  ASSERT_EQ(status(request(leaves, 0, 5)), 200);
  // 1
  EXPECT_EQ(status("old five\n\n" + at8), 400);
  EXPECT_EQ(status("old 5\n\nno note"), 400);
  EXPECT_EQ(status("old 5\n\n" +
                   chain::format_note(
                       {"a\nb\n", {chain::sign_note("a\nb\n", fx::kLogName, fx::log_key())}})),
            400);
  // 2, before the signature is looked at
  const std::string other = chain::checkpoint_text({"other.example", 8, leaves[0], {}});
  EXPECT_EQ(status("old 5\n\n" +
                   chain::format_note({other, {chain::sign_note(other, "x", fx::log_key())}})),
            404);
  // 3, before the sizes
  const std::string text = chain::checkpoint_text({std::string(fx::kLogName), 8, leaves[0], {}});
  const auto stranger = chain::SigningKey::from_seed(fx::counting(0x60));
  const auto by_stranger = chain::sign_note(text, fx::kLogName, stranger);
  const auto for_other = chain::sign_note("other text\n", fx::kLogName, fx::log_key());
  const auto by_log = chain::sign_note(text, fx::kLogName, fx::log_key());
  EXPECT_EQ(status("old 9\n\n" + chain::format_note({text, {by_stranger}})), 403);
  EXPECT_EQ(status("old 9\n\n" + chain::format_note({text, {by_log, for_other}})), 403);
  // 4
  EXPECT_EQ(status("old 9\n\n" + at8), 400);
  // 5
  const Answer conflict = witness->add_checkpoint("old 3\n\n" + at8);
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.content_type, "text/x.tlog.size");
  EXPECT_EQ(conflict.body, "5\n");
  EXPECT_EQ(status(request(leaves, 0, 8)), 409);
  // 8
  EXPECT_EQ(status("old 5\n" + hash + "\n" + signed_checkpoint(5, root_at(leaves, 5))), 422);
  // 9
  EXPECT_EQ(status("old 5\n\n" + at8), 422);
  EXPECT_EQ(status("old 5\n" + hash + "\n" + at8), 422);
  EXPECT_EQ(witness->recorded(fx::kLogName).size, 5U) << "nothing refused was recorded";
  // The same size again gives a fresh time.
  const Answer first = witness->add_checkpoint(request(leaves, 5, 8));
  ++now;
  const Answer again = witness->add_checkpoint(request(leaves, 8, 8));
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(again.status, 200);
  EXPECT_NE(first.body, again.body);
}

TEST_F(WitnessTest, AnEmptyTreeHasOneRootAndNothingToProve) {
  const auto leaves = history(4);
  const std::string hash = chain::base64(leaves[0]) + "\n";
  EXPECT_EQ(status("old 0\n\n" + signed_checkpoint(0, leaves[0])), 422);              // 6
  EXPECT_EQ(status("old 0\n" + hash + "\n" + signed_checkpoint(4, leaves[0])), 422);  // 7
  EXPECT_EQ(status("old 0\n\n" + signed_checkpoint(0, chain::empty_root())), 200);
  EXPECT_EQ(status(request(leaves, 0, 4)), 200);
}

TEST_F(WitnessTest, EveryStepFromEverySizeIsFollowed) {
  const auto leaves = history(40);
  for (std::size_t from = 1; from < 40; from += 7) {
    for (std::size_t to = from; to <= 40; to += 6) {
      Folder other;
      make_published_witness(other.path() / "state");
      auto fresh = Witness::open(
          other.path() / "state", [] { return 1U; }, [](auto) {});
      ASSERT_TRUE(fresh);
      EXPECT_EQ((*fresh)->add_checkpoint(request(leaves, 0, from)).status, 200);
      EXPECT_EQ((*fresh)->add_checkpoint(request(leaves, from, to)).status, 200) << from << to;
    }
  }
}

TEST_F(WitnessTest, ASecondHistoryIsRefusedAndKeptAsEvidence) {
  const auto one = history(12);
  const auto two = history(12, "forged ", 6);
  ASSERT_EQ(status(request(one, 0, 8)), 200);
  EXPECT_EQ(witness->proofs(), 0U);
  // Whatever the forger claims to know, two roots of one size are proof.
  const Answer same = witness->add_checkpoint(request(two, 8, 8));
  EXPECT_EQ(same.status, 422);
  EXPECT_EQ(same.suspicion, Suspicion::kTwoHistories);
  const Answer claimed = witness->add_checkpoint(request(two, 0, 8));
  EXPECT_EQ(claimed.status, 409);
  EXPECT_EQ(claimed.suspicion, Suspicion::kTwoHistories);
  EXPECT_EQ(witness->proofs(), 1U) << "the same evidence once";
  const Answer longer = witness->add_checkpoint(request(two, 8, 12));
  EXPECT_EQ(longer.status, 422);
  EXPECT_EQ(longer.suspicion, Suspicion::kNoProof);
  EXPECT_EQ(witness->proofs(), 1U) << "a stranger could have sent that";
  ASSERT_EQ(said.size(), 3U);
  EXPECT_NE(said[0].find("two histories"), std::string::npos);
  // Both notes are in it, verbatim, so that anybody can check them.
  std::string kept;
  for (const auto& file : std::filesystem::directory_iterator(state() / "evidence")) {
    std::ifstream in(file.path());
    kept.append(std::istreambuf_iterator<char>(in), {});
  }
  EXPECT_NE(kept.find(signed_checkpoint(8, root_at(one, 8))), std::string::npos);
  EXPECT_NE(kept.find(signed_checkpoint(8, root_at(two, 8))), std::string::npos);
  EXPECT_EQ(status(request(one, 8, 12)), 200) << "the true history goes on";
}

TEST_F(WitnessTest, UnknownSignaturesAreNotPassedOn) {
  const auto leaves = history(3);
  chain::Note note = chain::parse_note(signed_checkpoint(3, root_at(leaves, 3))).value();
  note.signatures.push_back(chain::sign_note(note.text, "stranger.example",
                                             chain::SigningKey::from_seed(fx::counting(0x60))));
  ASSERT_EQ(status("old 0\n\n" + chain::format_note(note)), 200);
  EXPECT_EQ(witness->latest(chain::origin_name(fx::kLogName))->find("stranger"), std::string::npos);
}

TEST_F(WitnessTest, OfTwoRacingSubmissionsTheStateFollowsOne) {
  const auto leaves = history(64);
  ASSERT_EQ(status(request(leaves, 0, 1)), 200);
  std::vector<std::string> requests;
  for (std::size_t to = 2; to <= 33; ++to) requests.push_back(request(leaves, 1, to));
  std::latch together(static_cast<std::ptrdiff_t>(requests.size()));
  std::vector<std::thread> racers;
  std::atomic<int> cosigned{0};
  std::atomic<int> told_the_size{0};
  for (const std::string& one : requests) {
    racers.emplace_back([&] {
      together.arrive_and_wait();
      const int answer = status(one);
      cosigned += answer == 200 ? 1 : 0;
      told_the_size += answer == 409 ? 1 : 0;
    });
  }
  for (std::thread& racer : racers) racer.join();
  EXPECT_EQ(cosigned, 1);
  EXPECT_EQ(told_the_size, 31);
}

TEST_F(WitnessTest, AStateThatItDidNotSignStopsIt) {
  ASSERT_EQ(status(request(history(3), 0, 3)), 200);
  witness.reset();
  const auto file = state() / "origins" / chain::origin_name(fx::kLogName);
  std::ofstream(file) << signed_checkpoint(2, root_at(history(3), 2));
  const auto opened = Witness::open(
      state(), [] { return 1U; }, [](auto) {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
}

TEST_F(WitnessTest, OneProcessPerFolderAndAClosedKey) {
  EXPECT_EQ(StateFolder::open(state()).error().code, ErrorCode::kLocked);
  witness.reset();
  EXPECT_EQ(StateFolder::create(state(), "again", {}).error().code, ErrorCode::kConflict);
  std::filesystem::permissions(state() / "key", std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_EQ(StateFolder::open(state()).error().code, ErrorCode::kIo);
  EXPECT_EQ(StateFolder::open(folder_.path()).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(StateFolder::create(folder_.path() / "new", "with space", {}));
  EXPECT_FALSE(StateFolder::create(folder_.path() / "new", "name", {"no vkey"}));
}

TEST_F(WitnessTest, KilledBetweenRecordAndAnswerItForgetsNothing) {
  const auto leaves = history(8);
  witness.reset();
  const pid_t child = ::fork();
  if (child == 0) {
    auto mine = Witness::open(
        state(), [] { return 7U; }, [](auto) {});
    if (!mine || (*mine)->add_checkpoint(request(leaves, 0, 5)).status != 200) ::_exit(1);
    ::kill(::getpid(), SIGKILL);  // the answer is never sent
  }
  int ended = 0;
  ASSERT_EQ(::waitpid(child, &ended, 0), child);
  ASSERT_TRUE(WIFSIGNALED(ended)) << WEXITSTATUS(ended);
  open();
  EXPECT_EQ(witness->recorded(fx::kLogName).size, 5U);
  // The log asks again as if it had never been answered, learns the size, and goes on.
  EXPECT_EQ(witness->add_checkpoint(request(leaves, 0, 5)).body, "5\n");
  EXPECT_EQ(status(request(leaves, 5, 5)), 200);
  EXPECT_EQ(status(request(history(8, "forged ", 2), 0, 5)), 409);
  EXPECT_EQ(status(request(history(8, "forged ", 2), 5, 8)), 422);
}

}  // namespace
}  // namespace alpr::witness::testing
