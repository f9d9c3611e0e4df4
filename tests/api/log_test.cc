// Proves that what the server gives out of its log convinces somebody who trusts only the log's
// key: checkpoint, tiles, proofs and receipts. They are fetched over TLS and checked with the pure
// functions of ledger/chain alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/header.h"
#include "ledger/chain/merkle.h"
#include "ledger/chain/note.h"
#include "ledger/verify/receipt.h"
#include "policy/records/kinds.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;

class Log : public ::testing::Test {
 protected:
  Log() : person(d.as(kIt)) {
    const auto parsed = chain::parse_vkey(d.vkey());
    EXPECT_TRUE(parsed.has_value());
    if (parsed) key = *parsed;
  }
  chain::Checkpoint checked(std::string_view note) {
    const auto checkpoint = chain::open_checkpoint(note, kOrigin, {key});
    EXPECT_TRUE(checkpoint.has_value());
    return checkpoint.value_or(chain::Checkpoint{});
  }
  std::vector<Digest> path(const Reply& reply) {
    std::vector<Digest> all;
    EXPECT_EQ(reply.status, 200) << reply.body;
    const Json* hashes = reply.json.member("hashes");
    if (!hashes) return all;
    for (const Json& one : *hashes->array()) {
      const auto bytes = chain::parse_base64(*one.string());
      Digest digest{};
      EXPECT_TRUE(bytes.has_value() && bytes->size() == digest.size());
      if (bytes) std::copy(bytes->begin(), bytes->end(), digest.begin());
      all.push_back(digest);
    }
    return all;
  }
  Department d;
  Client& person;
  chain::VerifierKey key;
};

TEST_F(Log, TilesAndProofsLeadToTheSignedRoot) {
  const Reply note = person.get("/log/checkpoint");
  ASSERT_EQ(note.status, 200);
  const chain::Checkpoint checkpoint = checked(note.body);
  EXPECT_EQ(checkpoint.origin, kOrigin);
  ASSERT_EQ(checkpoint.size, d.size());
  const std::string size = std::to_string(checkpoint.size);

  const Reply tile = person.get("/log/tile/0/000.p/" + size);
  ASSERT_EQ(tile.status, 200) << tile.body;
  ASSERT_EQ(tile.body.size(), checkpoint.size * 32);
  std::vector<Digest> leaves(checkpoint.size);
  for (std::size_t i = 0; i < leaves.size(); ++i)
    std::copy_n(tile.body.begin() + static_cast<std::ptrdiff_t>(i * 32), 32, leaves[i].begin());
  EXPECT_EQ(chain::root_of(leaves), checkpoint.root);

  const Reply included = person.get("/log/proof/inclusion?seq=3&size=" + size);
  EXPECT_TRUE(
      chain::verify_inclusion(leaves[3], 3, checkpoint.size, path(included), checkpoint.root));
  const std::vector<Digest> older(leaves.begin(), leaves.begin() + 5);
  const Reply consistent = person.get("/log/proof/consistency?old=5&size=" + size);
  EXPECT_TRUE(chain::verify_consistency(5, chain::root_of(older), checkpoint.size, checkpoint.root,
                                        path(consistent)));
  EXPECT_EQ(person.get("/log/tile/0/000.p/250").status, 404) << "wider than the log";
  EXPECT_EQ(person.get("/log/proof/inclusion?seq=3&size=9999").status, 400);
}

TEST_F(Log, AReceiptProvesItsEventOffline) {
  const Reply receipt = person.get("/v1/events/2/receipt");
  ASSERT_EQ(receipt.status, 200);
  EXPECT_EQ(receipt.text("kind"), d.kind(2));
  const auto header = chain::parse_hex(receipt.text("header"));
  ASSERT_TRUE(header.has_value() && header->size() == 96);
  const Digest leaf = chain::sha256({Bytes{0}, *header});
  EXPECT_EQ(receipt.text("leaf"), chain::hex(leaf));
  const auto proof = chain::parse_tlog_proof(receipt.text("tlog_proof"));
  ASSERT_TRUE(proof.has_value());
  EXPECT_EQ(proof->index, 2U);
  const chain::Checkpoint checkpoint = checked(proof->checkpoint);
  EXPECT_TRUE(chain::verify_inclusion(leaf, 2, checkpoint.size, proof->path, checkpoint.root));
}

TEST_F(Log, EveryReceiptThatIsHandedOutHoldsBeforeTheVerifier) {
  const std::uint64_t size = d.size();
  for (std::uint64_t seq = 0; seq < size; ++seq) {
    const Reply receipt = person.get("/v1/events/" + std::to_string(seq) + "/receipt");
    ASSERT_EQ(receipt.status, 200) << seq << receipt.body;
    const auto report = verify::check_receipt(receipt.body, policy::kinds(), key);
    ASSERT_TRUE(report) << seq << report.error().detail;
    EXPECT_TRUE(report->holds()) << verify::to_text(*report);
    EXPECT_EQ(report->header.seq.value, seq);
  }
}

}  // namespace
}  // namespace alpr::api::testing
