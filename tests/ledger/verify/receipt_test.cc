// Proves that a receipt holds exactly while every part of it fits the signed log, and that keys are
// followed through rotations. Receipts of made stores are checked whole, then with every byte
// changed, parts exchanged, and keys rotated well and badly.
#include "ledger/verify/receipt.h"

#include "ledger/chain/encoding.h"
#include "ledger/chain/merkle.h"
#include "ledger/store/environment.h"
#include "ledger/store/key_history.h"
#include "ledger/verify/rules.h"
#include "tests/ledger/verify/check.h"
#include "tests/ledger/verify/receipt_maker.h"

namespace alpr::verify::testing {
namespace {

using chain::Json;

std::optional<chain::VerifierKey> key(std::uint8_t number) { return vkey_of(test_key(number)); }

ReceiptReport check(const Json& receipt, const std::optional<chain::VerifierKey>& with) {
  auto report = check_receipt(chain::write(receipt), test_kinds(), with);
  if (!report) {
    ADD_FAILURE() << report.error().detail;
    return {};
  }
  return *report;
}

::testing::AssertionResult finds(const ReceiptReport& report, std::string_view rule,
                                 std::string_view what) {
  for (const Finding& finding : report.findings) {
    if (finding.rule == rule && finding.what.find(what) != std::string::npos)
      return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "no such finding in\n" << to_text(report);
}

// The member of a receipt, exchanged.
Json with(const Json& receipt, std::string_view name, const Json& value) {
  Json::Object object = *receipt.object();
  for (auto& [member, old] : object) {
    if (member == name) old = value;
  }
  return object;
}

struct Log {
  StoreMaker maker;
  std::uint64_t note = 0, read = 0;
  Log() {
    maker.commit();
    maker.pass(kSecondUs);
    maker.heartbeat();
    note = maker.note();
    read = maker.read();
    maker.commit();
  }
};

TEST(Receipt, HoldsWithItsOpenMembersAloneAndWithAllOfThem) {
  Log log;
  const Json open = make_receipt(log.maker, log.note, 4);
  ReceiptReport report = check(open, key(0));
  EXPECT_TRUE(report.holds()) << to_text(report);
  EXPECT_TRUE(report.anchored);
  ASSERT_EQ(report.shown.size(), 1U);
  EXPECT_EQ(report.shown[0].name, "about");
  EXPECT_EQ(report.withheld, 1U);
  report = check(make_receipt(log.maker, log.note, 4, Disclose::kAll), key(0));
  EXPECT_TRUE(report.holds()) << to_text(report);
  ASSERT_EQ(report.shown.size(), 2U);
  EXPECT_EQ(report.shown[1].value, "\"nobody else's business\"");
  EXPECT_NE(to_json(report).find("{\"name\":\"text\",\"value\":\"nobody else's business\"}"),
            std::string::npos);
}

TEST(Receipt, OfAThirtyDayEventShowsHeaderAndProofOnly) {
  Log log;
  const ReceiptReport report = check(make_receipt(log.maker, log.read, 4), key(0));
  EXPECT_TRUE(report.holds()) << to_text(report);
  EXPECT_TRUE(report.shown.empty());
  EXPECT_NE(to_text(report).find("not shown"), std::string::npos);
}

TEST(Receipt, WithoutAKeyItIsNotAnchored) {
  Log log;
  const ReceiptReport report = check(make_receipt(log.maker, log.note, 4), std::nullopt);
  EXPECT_TRUE(report.holds()) << to_text(report);
  EXPECT_FALSE(report.anchored);
}

TEST(Receipt, NoByteOfItCanBeChanged) {
  Log log;
  for (const Json& receipt : {make_receipt(log.maker, log.note, 4, Disclose::kAll),
                              make_receipt(log.maker, log.read, 4)}) {
    const std::string whole = chain::write(receipt);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 7)));
      const auto report = check_receipt(changed, test_kinds(), key(0));
      EXPECT_FALSE(report && report->holds()) << "byte " << i << " of " << whole;
    }
  }
}

TEST(Receipt, PartsOfAnotherReceiptDoNotFit) {
  Log log;
  const std::uint64_t other = log.maker.note("another matter");
  log.maker.commit();
  const Json receipt = make_receipt(log.maker, log.note, 5, Disclose::kAll);
  const Json foreign = make_receipt(log.maker, other, 5, Disclose::kAll);
  const std::pair<std::string_view, std::string_view> parts[] = {{"header", rule::kChain},
                                                                 {"leaf", rule::kHeader},
                                                                 {"member_list", rule::kPayload},
                                                                 {"disclosed", rule::kPayload},
                                                                 {"tlog_proof", rule::kChain}};
  for (const auto& [name, rule] : parts)
    EXPECT_TRUE(finds(check(with(receipt, name, *foreign.member(name)), key(0)), rule, "")) << name;
}

TEST(Receipt, ASaltThatIsNotTheMembersIsSeen) {
  Log log;
  const Json receipt = make_receipt(log.maker, log.note, 4, Disclose::kAll);
  auto list =
      chain::decode_member_list(chain::parse_hex(*receipt.member("member_list")->string()).value());
  ASSERT_TRUE(list);
  list->at(1).salt[0] ^= 1;
  const Json changed = with(receipt, "member_list", chain::hex(chain::encode(*list)));
  EXPECT_TRUE(finds(check(changed, key(0)), rule::kPayload, "commits to"));
}

TEST(Receipt, AnotherKeysSignatureIsNoSignature) {
  Log log;
  EXPECT_TRUE(finds(check(make_receipt(log.maker, log.note, 4), key(1)), rule::kCheckpoint,
                    "neither the key you gave"));
}

// Keys 0, 1, 2 in turn.
struct Rotated {
  StoreMaker maker;
  std::uint64_t note = 0;
  Rotated() {
    maker.commit();
    for (const std::uint8_t next : {1, 2}) {
      maker.pass(kSecondUs);
      maker.rotate(test_key(next));
      maker.commit();
    }
    maker.pass(kSecondUs);
    note = maker.note();
    maker.commit();
  }
  Json receipt(const std::vector<std::uint64_t>& rotations) {
    return make_receipt(maker, note, 4, Disclose::kOpen, rotations, /*key=*/2);
  }
};

TEST(Receipt, EveryKeyThatTheLogHadLeadsToTheOneThatSigned) {
  Rotated log;
  for (const std::uint8_t number : {0, 1, 2}) {
    const ReceiptReport report = check(log.receipt({1, 2}), key(number));
    EXPECT_TRUE(report.holds()) << int{number} << to_text(report);
  }
  EXPECT_TRUE(check(log.receipt({}), key(2)).holds());
}

TEST(Receipt, AMissingOrForeignRotationLeadsNowhere) {
  Rotated log;
  EXPECT_FALSE(check(log.receipt({}), key(0)).holds());
  EXPECT_FALSE(check(log.receipt({2}), key(0)).holds());
  EXPECT_FALSE(check(log.receipt({2, 1}), key(0)).holds());
  EXPECT_FALSE(check(log.receipt({1, 2}), key(3)).holds());
  EXPECT_FALSE(
      check(with(log.receipt({1, 2}), "vkey", chain::format_vkey(*key(1))), key(0)).holds());
}

TEST(Receipt, TheRotationsOwnCommitBearsTheOldKeysSignature) {
  Rotated log;
  const Json receipt = make_receipt(log.maker, 1, 2, Disclose::kOpen, {1}, /*key=*/1);
  const ReceiptReport report = check(receipt, key(0));
  EXPECT_TRUE(report.holds()) << to_text(report);
}

TEST(Receipt, TheStoreFindsTheRotationsThatLeadToItsKey) {
  Rotated log;
  const TestFolder folder;
  for (const char* name : {"buckets", "held", "registers", "scoped"}) log.maker.rows(name);
  log.maker.write(folder.path());
  const auto env =
      store::Environment::open(folder.path() / "ledger", 1 << 24, store::Environment::Mode::kOpen);
  ASSERT_TRUE(env) << env.error().detail;
  const auto txn = (*env)->begin_read();
  ASSERT_TRUE(txn);
  const auto none = store::read_key_history(*txn, *key(0));
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty()) << "the first key still signs";
  const auto history = store::read_key_history(*txn, *key(2));
  ASSERT_TRUE(history) << history.error().detail;
  ASSERT_EQ(history->size(), 2U);
  for (const std::uint64_t i : {0, 1}) {
    EXPECT_EQ(history->at(i).header, chain::encode(log.maker.header(i + 1)));
    EXPECT_EQ(history->at(i).tlog_proof, make_tlog_proof(log.maker, i + 1, i + 2));
  }
}

TEST(Receipt, WhatIsNoReceiptIsRefused) {
  for (const std::string_view text : {"", "{}", "[]", "receipt", "{\"kind\":1}"}) {
    const auto report = check_receipt(text, test_kinds(), key(0));
    ASSERT_FALSE(report) << text;
    EXPECT_EQ(report.error().code, ErrorCode::kMalformed);
  }
}

}  // namespace
}  // namespace alpr::verify::testing
