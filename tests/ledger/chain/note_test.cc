// Proves that notes, verifier keys and cosignatures are C2SP's and that altered or ambiguous ones
// are refused. By the published keys and checkpoints, by every one-byte change of a note, and by
// lists of near misses.
#include "ledger/chain/note.h"

#include <gtest/gtest.h>

#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

using namespace fixtures;

std::vector<VerifierKey> known_keys() {
  return {parse_vkey(kLogVkey).value(), parse_vkey(kWitnessVkey).value()};
}

std::string with_lines(std::string_view note, const std::vector<NoteSignature>& more) {
  std::string out(note);
  for (const auto& signature : more) out += signature_line(signature);
  return out;
}

std::string text8() { return parse_note(kCheckpoint8).value().text; }

TEST(Note, PublishedVerifierKeysReadAndWrite) {
  const VerifierKey log = parse_vkey(kLogVkey).value();
  EXPECT_EQ(log.name, kLogName);
  EXPECT_EQ(log.type, KeyType::kEd25519);
  EXPECT_EQ(log.key, log_key().public_key());
  EXPECT_EQ(log.id(), 0xe2387927u);
  EXPECT_EQ(format_vkey(log), kLogVkey);
  const VerifierKey witness = parse_vkey(kWitnessVkey).value();
  EXPECT_EQ(witness.type, KeyType::kCosignature);
  EXPECT_EQ(witness.id(), 0x20324abeu);
  EXPECT_EQ(format_vkey(witness), kWitnessVkey);
}

TEST(Note, EveryChangedCharacterOfAVerifierKeyIsRefused) {
  for (std::size_t at = 0; at < kLogVkey.size(); ++at) {
    for (const char c : {'0', '1', 'A', 'a', '+', '/', '=', ' '}) {
      std::string bad(kLogVkey);
      if (bad[at] == c) continue;
      bad[at] = c;
      EXPECT_FALSE(parse_vkey(bad).has_value()) << bad;
    }
    EXPECT_FALSE(parse_vkey(kLogVkey.substr(0, at)).has_value());
  }
}

TEST(Note, AVerifierKeyOfSmallOrderIsRefused) {
  VerifierKey weak{std::string(kLogName), KeyType::kEd25519, PublicKey{}};
  weak.key[0] = 1;
  EXPECT_FALSE(parse_vkey(format_vkey(weak)).has_value());
}

TEST(Note, AKeysNameMayHoldAnythingButSpaceAndPlus) {
  for (const std::string_view name : {"a", "ledger.example/alpr", "gr\xc3\xbc\xc3\x9f", "a=b"}) {
    EXPECT_TRUE(valid_key_name(name)) << name;
  }
  for (const std::string_view name : {"", "a b", "a+b", "a\tb", "a\nb", "a\xc2\xa0", "\xe2\x80\x83",
                                      "\xe3\x80\x80", "\xc2\x85", "\xe2\x80\xa8", "\xff", "\x01"}) {
    EXPECT_FALSE(valid_key_name(name)) << name;
  }
}

TEST(Note, SigningMakesThePublishedCheckpoints) {
  for (const std::string_view published : {kCheckpoint5, kCheckpoint8}) {
    const Note note = parse_note(published).value();
    EXPECT_EQ(format_note(note), published);
    EXPECT_EQ(format_note({note.text, {sign_note(note.text, kLogName, log_key())}}), published);
    const auto verified = verify_note(note, known_keys()).value();
    ASSERT_EQ(verified.size(), 1u);
    EXPECT_EQ(verified[0].key.name, kLogName);
    EXPECT_FALSE(verified[0].time_s.has_value());
  }
}

TEST(Note, CosigningMakesThePublishedLine) {
  const NoteSignature line = cosign_note(text8(), kWitnessName, witness_key(), kCosignatureTime);
  EXPECT_EQ(signature_line(line), kCosignature8);
  const Note note = parse_note(std::string(kCheckpoint8) + std::string(kCosignature8)).value();
  const auto verified = verify_note(note, known_keys()).value();
  ASSERT_EQ(verified.size(), 2u);
  EXPECT_EQ(verified[1].key.name, kWitnessName);
  EXPECT_EQ(verified[1].time_s, kCosignatureTime);
}

TEST(Note, ACosignaturesTimeIsSigned) {
  NoteSignature line = cosign_note(text8(), kWitnessName, witness_key(), kCosignatureTime);
  line.signature[7] ^= 1;
  const Note note = parse_note(with_lines(kCheckpoint8, {line})).value();
  EXPECT_EQ(verify_note(note, known_keys()).error().code, ErrorCode::kBadSignature);
}

TEST(Note, NoChangedByteOfASignedNoteGoesUnseen) {
  const std::string good(kCheckpoint8);
  const std::string text = text8();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int flip = 1; flip < 256; ++flip) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ flip);
      const auto note = parse_note(bad);
      if (note) {
        EXPECT_FALSE(verify_note(*note, known_keys()).has_value()) << at << " " << flip;
      }
    }
  }
}

TEST(Note, UnknownSignaturesAreSkippedAndAKnownFalseOneIsFatal) {
  const SigningKey stranger = SigningKey::from_seed(counting(0x70));
  const NoteSignature strange = sign_note(text8(), "stranger.example", stranger);
  // The log's name with a key that nobody knows: another key id, so an unknown pair.
  const NoteSignature rotated = sign_note(text8(), kLogName, stranger);
  const Note note = parse_note(with_lines(kCheckpoint8, {strange, rotated})).value();
  EXPECT_EQ(verify_note(note, known_keys()).value().size(), 1u);
  EXPECT_EQ(verify_note(note, {}).error().code, ErrorCode::kBadSignature);

  NoteSignature false_one = sign_note("something else\n", kLogName, log_key());
  const Note both = parse_note(with_lines(kCheckpoint8, {false_one})).value();
  EXPECT_EQ(verify_note(both, known_keys()).error().code, ErrorCode::kBadSignature);
  false_one.signature.pop_back();
  const Note cut = parse_note(with_lines(kCheckpoint8, {false_one})).value();
  EXPECT_EQ(verify_note(cut, known_keys()).error().code, ErrorCode::kBadSignature);
}

TEST(Note, AKeyThatSignedTwiceCountsOnce) {
  const auto first = cosign_note(text8(), kWitnessName, witness_key(), 5);
  const auto second = cosign_note(text8(), kWitnessName, witness_key(), 6);
  const Note note = parse_note(with_lines(kCheckpoint8, {first, second})).value();
  const auto verified = verify_note(note, known_keys()).value();
  ASSERT_EQ(verified.size(), 2u);
  EXPECT_EQ(verified[1].time_s, 5u);
}

TEST(Note, AnotherTypesSignatureIsNotTaken) {
  // The witness key's raw bytes as an ordinary Ed25519 key have another id, so its cosignature is
  // unknown there.
  VerifierKey as_log = parse_vkey(kWitnessVkey).value();
  as_log.type = KeyType::kEd25519;
  const Note note = parse_note(std::string(kCheckpoint8) + std::string(kCosignature8)).value();
  EXPECT_EQ(verify_note(note, {as_log}).error().code, ErrorCode::kBadSignature);
}

TEST(Note, TheTextMayHoldEmptyLines) {
  const std::string text = "first\n\nsecond\n";
  const std::string whole = format_note({text, {sign_note(text, kLogName, log_key())}});
  const Note note = parse_note(whole).value();
  EXPECT_EQ(note.text, text);
  EXPECT_TRUE(verify_note(note, known_keys()).has_value());
}

TEST(Note, OtherFormsAreRefused) {
  const std::string good(kCheckpoint8);
  const std::string line = good.substr(good.find("\xe2\x80\x94"));
  const std::string blob = line.substr(line.rfind(' ') + 1);
  for (const std::string& bad : {std::string(),
                                 std::string("text\n"),
                                 std::string("text\n\n"),
                                 "text" + line,
                                 "text\n" + line,
                                 good.substr(0, good.size() - 1),
                                 good + "\n",
                                 good + "text\n",
                                 "text\n\n- name " + blob,
                                 "text\n\n\xe2\x80\x94 " + blob,
                                 "text\n\n\xe2\x80\x94  " + blob,
                                 "text\n\n\xe2\x80\x94 a b " + blob,
                                 "text\n\n\xe2\x80\x94 a+b " + blob,
                                 std::string("text\n\n\xe2\x80\x94 name AAAA\n"),
                                 std::string("text\n\n\xe2\x80\x94 name \n"),
                                 std::string("text\n\n\xe2\x80\x94 name AAAAAB==\n"),
                                 "te\rxt\n\n" + line,
                                 "te\txt\n\n" + line,
                                 "te\xffxt\n\n" + line,
                                 "text\n\n " + line}) {
    EXPECT_FALSE(parse_note(bad).has_value()) << bad;
  }
}

TEST(Note, SizeAndNumberOfSignaturesAreLimited) {
  const std::string good(kCheckpoint8);
  const std::string line = good.substr(good.find("\xe2\x80\x94"));
  std::string many = good;
  for (std::size_t i = 1; i < kNoteSignaturesMax; ++i) many += line;
  EXPECT_EQ(parse_note(many).value().signatures.size(), kNoteSignaturesMax);
  many += line;
  EXPECT_EQ(parse_note(many).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(parse_note(std::string(kNoteSizeMax, 'x') + good).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace alpr::chain
