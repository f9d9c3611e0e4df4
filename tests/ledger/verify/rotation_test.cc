// Proves that a rotated log key is followed by tree size and cannot be smuggled in. Logs are made
// that rotate well, late, without the old key's signature, and without possession of the new key.
#include "ledger/chain/encoding.h"
#include "ledger/verify/log_keys.h"
#include "ledger/verify/rules.h"
#include "tests/ledger/verify/check.h"

namespace alpr::verify::testing {
namespace {

StoreMaker rotated(bool old_key_vouches = true) {
  StoreMaker maker;
  maker.commit();
  maker.pass(kSecondUs);
  maker.rotate(test_key(1));
  maker.commit();
  if (!old_key_vouches) maker.rows("checkpoints").erase(StoreMaker::key_of(2));
  maker.pass(kSecondUs);
  maker.heartbeat();
  maker.commit();
  return maker;
}

TEST(Rotation, ARotatedLogHoldsUnderItsFirstAndItsNewestKey) {
  StoreMaker maker = rotated();
  for (const std::uint8_t number : {0, 1}) {
    Options options;
    options.key = vkey_of(test_key(number));
    const Report report = verify_made(maker, options);
    EXPECT_TRUE(holds(report));
    EXPECT_TRUE(report.anchored);
  }
}

TEST(Rotation, TheOldKeyNoLongerSignsAfterTheRotationsCommit) {
  StoreMaker maker = rotated();
  const auto note = chain::parse_note(maker.checkpoint(3));
  const std::string old =
      chain::format_note({note->text, {chain::sign_note(note->text, kOrigin, test_key(0))}});
  maker.rows("checkpoints")[StoreMaker::key_of(3)] = Bytes(old.begin(), old.end());
  EXPECT_TRUE(has_only(verify_made(maker), std::nullopt, rule::kCheckpoint, "did not sign it"));
}

TEST(Rotation, ARotationThatTheOldKeyNeverSignedForIsAFinding) {
  StoreMaker maker = rotated(/*old_key_vouches=*/false);
  EXPECT_TRUE(has_only(verify_made(maker), 1, rule::kKeys, "vouches for this rotation"));
}

TEST(Rotation, AKeyWithoutProofOfPossessionIsAFinding) {
  LogKeys keys(std::string(kOrigin), std::nullopt);
  ASSERT_TRUE(keys.begin(vkey_of(test_key(0))));
  chain::Header header;
  header.seq = {4};
  const std::string vkey = chain::format_vkey(vkey_of(test_key(1)));
  const auto payload = [&](const Signature& proof) {
    return chain::Json(chain::Json::Object{{"vkey", vkey}, {"proof", chain::base64(proof)}});
  };
  const std::string text = rotation_text(kOrigin, 4, vkey);
  EXPECT_FALSE(keys.rotate(header, payload(test_key(0).sign(as_bytes(text)))));
  EXPECT_FALSE(
      keys.rotate(header, payload(test_key(1).sign(as_bytes(rotation_text(kOrigin, 5, vkey))))));
  EXPECT_TRUE(keys.rotate(header, payload(test_key(1).sign(as_bytes(text)))));
}

TEST(Rotation, OnlyTheRotationsOwnCommitMayBearEitherKey) {
  LogKeys keys(std::string(kOrigin), std::nullopt);
  ASSERT_TRUE(keys.begin(vkey_of(test_key(0))));
  chain::Header header;
  header.seq = {4};
  header.time = {1000};
  const std::string vkey = chain::format_vkey(vkey_of(test_key(1)));
  const Signature proof = test_key(1).sign(as_bytes(rotation_text(kOrigin, 4, vkey)));
  ASSERT_TRUE(
      keys.rotate(header, chain::Json::Object{{"vkey", vkey}, {"proof", chain::base64(proof)}}));
  EXPECT_EQ(keys.known(4, {1000}), std::vector{vkey_of(test_key(0))});
  EXPECT_EQ(keys.known(5, {1000}), (std::vector{vkey_of(test_key(1)), vkey_of(test_key(0))}));
  EXPECT_EQ(keys.known(6, {1001}), std::vector{vkey_of(test_key(1))});
}

}  // namespace
}  // namespace alpr::verify::testing
