// Proves that the verifier asks for the cosignatures that a witness policy asks for: on which
// checkpoint, how far behind, by which clock. On made stores with the witness's lines put in.
#include "ledger/verify/cosignatures.h"

#include "ledger/verify/receipt.h"
#include "ledger/verify/rules.h"
#include "tests/ledger/verify/check.h"
#include "tests/ledger/verify/receipt_maker.h"

namespace alpr::verify::testing {
namespace {

constexpr std::int64_t kHour = 3'600 * kSecondUs;
constexpr std::string_view kWhoLags = "from here on no checkpoint has the cosignatures";

class Cosigned : public ::testing::Test {
 protected:
  explicit Cosigned(bool simulated = true) : maker(simulated) { grow(0); }
  static chain::SigningKey witness(std::uint8_t i) {
    return chain::SigningKey::from_seed(Digest{static_cast<std::uint8_t>(200 + i)});
  }
  static chain::WitnessPolicy policy() {
    std::string text;
    for (std::uint8_t i = 0; i < 3; ++i) {
      const std::string n = std::to_string(i);
      text += "witness w" + n + " " +
              chain::format_vkey({"w" + n, chain::KeyType::kCosignature, witness(i).public_key()}) +
              "\n";
    }
    return chain::WitnessPolicy::parse(text + "group g 2 w0 w1 w2\nquorum g\n").value();
  }
  void grow(std::int64_t us) {
    maker.pass(us);
    maker.heartbeat();
    maker.commit();
  }
  std::string cosigned(std::uint64_t size, const std::vector<std::uint8_t>& by,
                       std::optional<std::uint64_t> time_s = {}) {
    chain::Note note = chain::parse_note(maker.checkpoint(size)).value();
    note.signatures.resize(1);  // the log's, whatever was put there before
    const auto at =
        time_s.value_or(static_cast<std::uint64_t>(maker.header(size - 1).time.value / kSecondUs));
    for (const std::uint8_t i : by)
      note.signatures.push_back(
          chain::cosign_note(note.text, "w" + std::to_string(i), witness(i), at));
    return chain::format_note(note);
  }
  void put(std::uint64_t size, const std::string& note) {
    maker.rows("checkpoints")[StoreMaker::key_of(size)] = Bytes(note.begin(), note.end());
  }
  Report verified(const std::string& since = "") {
    Options options;
    options.level = Level::kChain;
    options.witness_policy = policy();
    if (!since.empty()) options.since = since;
    return verify_made(maker, options);
  }

  StoreMaker maker;
};

TEST_F(Cosigned, TheQuorumOnTheNewestCheckpointHolds) {
  EXPECT_TRUE(has_only(verified(), std::nullopt, rule::kCosignature, "no kept checkpoint has"));
  put(maker.size(), cosigned(maker.size(), {0}));
  EXPECT_TRUE(has_only(verified(), std::nullopt, rule::kCosignature, "no kept checkpoint has"));
  put(maker.size(), cosigned(maker.size(), {0, 2}));
  EXPECT_TRUE(holds(verified()));
}

TEST_F(Cosigned, TheLastHourMayStillBeOnItsWay) {
  const std::uint64_t size = maker.size();
  put(size, cosigned(size, {1, 2}));
  grow(5 * kHour);
  grow(kHour);
  EXPECT_TRUE(holds(verified())) << "the first event behind it is an hour old";
  grow(1);
  EXPECT_TRUE(has_only(verified(), size, rule::kCosignature, kWhoLags));
  put(maker.size(), cosigned(maker.size(), {0, 1}));
  EXPECT_TRUE(holds(verified()));
}

TEST_F(Cosigned, TheCheckpointThatTheAuditorBringsCounts) {
  const std::uint64_t size = maker.size();
  const std::string brought = cosigned(size, {0, 1});
  EXPECT_TRUE(holds(verified(brought)));
  EXPECT_FALSE(verified(cosigned(size, {0})).holds());
  grow(kHour);
  grow(2 * kHour);
  EXPECT_TRUE(has_only(verified(brought), size, rule::kCosignature, kWhoLags));
}

TEST_F(Cosigned, AFalseCosignatureIsAFinding) {
  const std::uint64_t size = maker.size();
  put(size, cosigned(size, {0, 1}));
  grow(1);
  chain::Note note = chain::parse_note(cosigned(maker.size(), {0})).value();
  note.signatures.push_back(chain::cosign_note("another text\n", "w1", witness(1), 5));
  put(maker.size(), chain::format_note(note));
  EXPECT_TRUE(has_only(verified(), std::nullopt, rule::kCosignature, "w1 does not verify"));
}

TEST_F(Cosigned, WithoutAPolicyNobodyAsks) {
  chain::Note note = chain::parse_note(maker.checkpoint(maker.size())).value();
  note.signatures.push_back(chain::cosign_note("another text\n", "w1", witness(1), 5));
  put(maker.size(), chain::format_note(note));
  EXPECT_TRUE(holds(verify_made(maker)));
}

// On the real clock, which a simulated log has not.
class CosignedLive : public Cosigned {
 protected:
  CosignedLive() : Cosigned(/*simulated=*/false) {}
};

TEST_F(CosignedLive, ACosignatureIsNoOlderThanItsEvents) {
  const std::uint64_t size = maker.size();
  const auto at = static_cast<std::uint64_t>(maker.header(size - 1).time.value / kSecondUs);
  put(size, cosigned(size, {0, 1}, at - 300));
  EXPECT_TRUE(holds(verified()));
  put(size, cosigned(size, {0, 1}, at - 302));
  EXPECT_TRUE(has_only(verified(), std::nullopt, rule::kCosignature, "the log's clock was ahead"));
  put(size, cosigned(size, {0, 1}, at + 1'000'000));
  EXPECT_TRUE(holds(verified())) << "a witness may be asked again later";
}

// The receipt of the first event, with this checkpoint.
class CosignedReceipt : public Cosigned {
 protected:
  ReceiptReport check(const std::vector<std::uint8_t>& by,
                      const std::optional<chain::WitnessPolicy>& with) {
    const chain::Json::Object made =
        *make_receipt(maker, 0, maker.size(), Disclose::kOpen).object();
    chain::Json::Object object;
    for (const auto& [name, value] : made) {
      std::string text = value.string() != nullptr ? *value.string() : std::string();
      if (name == "tlog_proof")
        text.replace(text.find(maker.checkpoint(maker.size())), text.npos,
                     cosigned(maker.size(), by));
      object.emplace_back(name, value.string() != nullptr ? chain::Json(text) : value);
    }
    const auto report = check_receipt(chain::write(chain::Json(std::move(object))), test_kinds(),
                                      vkey_of(test_key(0)), with);
    EXPECT_TRUE(report) << report.error().detail;
    return report.value_or(ReceiptReport{});
  }
};

TEST_F(CosignedReceipt, TheQuorumMustHaveCosignedItsCheckpoint) {
  const ReceiptReport enough = check({0, 2}, policy());
  EXPECT_TRUE(enough.holds()) << to_text(enough);
  EXPECT_EQ(enough.cosigned, true);
  EXPECT_NE(to_json(enough).find("\"cosigned\":true"), std::string::npos);
  for (const std::vector<std::uint8_t>& by : {std::vector<std::uint8_t>{}, {1}}) {
    const ReceiptReport few = check(by, policy());
    EXPECT_FALSE(few.holds()) << by.size();
    EXPECT_EQ(few.cosigned, false);
    ASSERT_EQ(few.findings.size(), 1U);
    EXPECT_EQ(few.findings[0].rule, rule::kCosignature);
  }
  const ReceiptReport unasked = check({}, std::nullopt);
  EXPECT_TRUE(unasked.holds()) << to_text(unasked);
  EXPECT_EQ(unasked.cosigned, std::nullopt);
}

}  // namespace
}  // namespace alpr::verify::testing
