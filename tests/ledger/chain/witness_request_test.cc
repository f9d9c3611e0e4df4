// Proves that what log and witness send each other is C2SP tlog-witness's, and nothing else is
// read. By the published request, and by near misses of it.
#include "ledger/chain/witness_request.h"

#include <gtest/gtest.h>

#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

using namespace fixtures;

const std::string kFrom5To8 =
    "old 5\n"
    "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n"
    "QnGia+DYqE8L1UyMMC58s6O10fpngKQLzOKHNHfatlg=\n"
    "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n"
    "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n"
    "\n" +
    std::string(kCheckpoint8);

TEST(WitnessRequest, ThePublishedOneReadsWritesAndProves) {
  const AddCheckpoint request = parse_add_checkpoint(kFrom5To8).value();
  EXPECT_EQ(request.old_size, 5U);
  EXPECT_EQ(request.checkpoint, kCheckpoint8);
  EXPECT_EQ(format_add_checkpoint(request), kFrom5To8);
  const auto leaves = tree_a();
  EXPECT_TRUE(
      verify_consistency(5, slow_root(leaves, 0, 5), 8, slow_root(leaves, 0, 8), request.proof));
  EXPECT_EQ(origin_name(kLogName),
            "76f334cd3d417138cf480efc531b5b44cf6d71c41d59a488f3dd33b923f72752");
}

TEST(WitnessRequest, OtherFormsAreRefused) {
  const std::string hash = "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n";
  std::string many = "old 5\n";
  for (int i = 0; i < 64; ++i) many += hash;
  const std::string note(kCheckpoint8);
  for (const std::string& bad :
       {std::string(), std::string("\n"), note, "old\n\n" + note, "old -1\n\n" + note,
        "old 05\n\n" + note, "Old 5\n\n" + note, "old 5 \n\n" + note,
        "old 9223372036854775808\n\n" + note, std::string("old 5\n"), "old 5\n" + hash,
        "old 5\nAAAA\n\n" + note, "old 5\n" + hash.substr(0, hash.size() - 2) + "\n\n" + note,
        many + "\n" + note, std::string(kAddCheckpointSizeMax + 1, 'x')})
    EXPECT_FALSE(parse_add_checkpoint(bad)) << bad.substr(0, 80);
  EXPECT_TRUE(parse_add_checkpoint(many.substr(0, many.size() - hash.size()) + "\n" + note));
}

TEST(WitnessRequest, AnswersReadStrictly) {
  EXPECT_EQ(format_recorded_size(8), "8\n");
  EXPECT_EQ(parse_recorded_size("8\n").value(), 8U);
  for (const std::string_view bad : {"", "8", "8\n\n", "08\n", " 8\n", "x\n"})
    EXPECT_FALSE(parse_recorded_size(bad)) << bad;
  EXPECT_EQ(parse_signature_lines(kCosignature8).value().front().name, kWitnessName);
  EXPECT_TRUE(parse_signature_lines("").value().empty());
  for (const std::string& bad : {std::string("\n"), std::string("text\n"),
                                 std::string(kCosignature8.substr(0, kCosignature8.size() - 1))})
    EXPECT_FALSE(parse_signature_lines(bad)) << bad;
}

}  // namespace
}  // namespace alpr::chain
