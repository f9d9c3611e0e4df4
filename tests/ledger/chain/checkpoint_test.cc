// Proves that a checkpoint's text has one form and that only the log itself can vouch for one of
// its own. By the published checkpoints, near misses, and checkpoints signed by others or for
// others.
#include <gtest/gtest.h>

#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

using namespace fixtures;

std::string text_of(std::string_view origin, std::uint64_t size) {
  return checkpoint_text({std::string(origin), size, counting(0), {}});
}

std::string signed_by(const std::string& text, std::string_view name, const SigningKey& key) {
  return format_note({text, {sign_note(text, name, key)}});
}

TEST(Checkpoint, ThePublishedOneOpens) {
  const std::vector<VerifierKey> known = {parse_vkey(kLogVkey).value()};
  const Checkpoint checkpoint = open_checkpoint(kCheckpoint8, kLogName, known).value();
  EXPECT_EQ(checkpoint.origin, kLogName);
  EXPECT_EQ(checkpoint.size, 8u);
  EXPECT_EQ(checkpoint.root, root_of(tree_a()));
  EXPECT_EQ(checkpoint_text(checkpoint), parse_note(kCheckpoint8).value().text);
}

TEST(Checkpoint, TextReadsBackWithExtensions) {
  const Checkpoint checkpoint{
      "example.com/log", 9'223'372'036'854'775'807, counting(9), {"x", "y z"}};
  EXPECT_EQ(parse_checkpoint_text(checkpoint_text(checkpoint)).value(), checkpoint);
}

TEST(Checkpoint, OtherTextsAreRefused) {
  const std::string root = base64(counting(0));
  ASSERT_TRUE(parse_checkpoint_text("o\n1\n" + root + "\n").has_value());
  for (const std::string& text :
       {std::string(), std::string("o\n"), std::string("o\n1\n"), "o\n1\n" + root,
        "\n1\n" + root + "\n", "o\n\n" + root + "\n", "o\n01\n" + root + "\n",
        "o\n-1\n" + root + "\n", "o\n1 \n" + root + "\n", "o\n9223372036854775808\n" + root + "\n",
        std::string("o\n1\n\n"), "o\n1\n" + root.substr(4) + "\n", "o\n1\nAAAA" + root + "\n",
        "o\n1\n" + root + " \n", "o\n1\n" + root + "\n\n", "o\n1\n" + root + "\nx",
        "o\n1\n" + root + "\n\nx\n", "o\r\n1\n" + root + "\n"}) {
    EXPECT_FALSE(parse_checkpoint_text(text).has_value()) << text;
  }
}

TEST(Checkpoint, AnotherLogsCheckpointIsRefused) {
  const std::vector<VerifierKey> known = {parse_vkey(kLogVkey).value()};
  EXPECT_FALSE(open_checkpoint(kCheckpoint8, "ledger.example/other", known).has_value());
  // The log's own key under another origin's text.
  const std::string other = signed_by(text_of("ledger.example/other", 3), kLogName, log_key());
  const auto opened = open_checkpoint(other, kLogName, known);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::kMalformed);
}

TEST(Checkpoint, AWitnessAloneDoesNotSpeakForTheLog) {
  const std::vector<VerifierKey> known = {parse_vkey(kLogVkey).value(),
                                          parse_vkey(kWitnessVkey).value()};
  const std::string text = text_of(kLogName, 8);
  const std::string cosigned =
      format_note({text, {cosign_note(text, kWitnessName, witness_key(), kCosignatureTime)}});
  ASSERT_TRUE(verify_note(parse_note(cosigned).value(), known).has_value());
  const auto opened = open_checkpoint(cosigned, kLogName, known);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::kBadSignature);
}

TEST(Checkpoint, ANoteThatIsNoCheckpointIsRefused) {
  const std::vector<VerifierKey> known = {parse_vkey(kLogVkey).value()};
  const std::string note = signed_by("hello\n", kLogName, log_key());
  EXPECT_EQ(open_checkpoint(note, kLogName, known).error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace alpr::chain
