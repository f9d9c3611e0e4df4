// Proves that what the server gives out of its log convinces somebody who trusts only the log's
// key: checkpoint, tiles, proofs and receipts. They are fetched over TLS and checked with the pure
// functions of ledger/chain alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/service.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/header.h"
#include "ledger/chain/merkle.h"
#include "ledger/chain/note.h"
#include "ledger/chain/tiles.h"
#include "ledger/store/store.h"
#include "ledger/verify/receipt.h"
#include "policy/records/kinds.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::HasSubstr;

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

TEST_F(Log, ATileIsImmutableAndACheckpointChanges) {
  const Reply tile = person.get("/log/tile/entries/000.p/3");
  ASSERT_EQ(tile.status, 200) << tile.body;
  EXPECT_EQ(tile.header("content-type"), "application/octet-stream");
  EXPECT_THAT(tile.header("cache-control"), HasSubstr("immutable"));
  EXPECT_EQ(chain::decode_entries(as_bytes(tile.body)).value().size(), 3U);
  const Reply note = person.get("/log/checkpoint");
  EXPECT_EQ(note.header("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(note.header("cache-control"), "max-age=2");

  for (const auto& [path, tag] : {std::pair{"/log/tile/entries/000.p/3", tile.header("etag")},
                                  std::pair{"/log/checkpoint", note.header("etag")}}) {
    ASSERT_FALSE(tag.empty());
    for (const std::string& match : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
      const Reply known = person.send("GET", path, {"If-None-Match: " + match}, "");
      EXPECT_EQ(known.status, 304) << path << match << known.error;
      EXPECT_EQ(known.body, "");
      EXPECT_EQ(known.header("etag"), tag);
    }
    EXPECT_EQ(person.send("GET", path, {"If-None-Match: \"other\""}, "").status, 200);
  }
  d.enrol("newer", "New Er");
  const Reply newer =
      d.as(kIt).send("GET", "/log/checkpoint", {"If-None-Match: " + note.header("etag")}, "");
  EXPECT_EQ(newer.status, 200);
  EXPECT_GT(checked(newer.body).size, checked(note.body).size);
}

TEST_F(Log, EveryTileWidthThatSomeSizeImpliesIsServedAndNoOther) {
  while (d.size() < 260) d.tick(), d.advance(11 * kMinuteUs);
  Client& reader = d.as(kIt);
  const std::uint64_t size = checked(reader.get("/log/checkpoint").body).size;
  ASSERT_GE(size, 260U);
  const auto ends = std::to_string(size - 256);
  for (const std::string& path : {std::string("0/000"), "0/001.p/" + ends, std::string("0/000.p/1"),
                                  std::string("0/000.p/255"), std::string("1/000.p/1"),
                                  std::string("entries/000"), "entries/001.p/" + ends})
    EXPECT_EQ(reader.get("/log/tile/" + path).status, 200) << path;
  for (const std::string& path :
       {"0/001.p/" + std::to_string(size - 255), std::string("0/001"), std::string("0/002.p/1"),
        std::string("1/000"), std::string("1/000.p/2"), std::string("2/000.p/1"),
        "entries/001.p/" + std::to_string(size - 255), std::string("entries/001"),
        std::string("0/0"), std::string("0/000.p/0"), std::string("0/000.p/256"),
        std::string("8/000"), std::string("00/000"), std::string("0/x000/000")})
    EXPECT_EQ(reader.get("/log/tile/" + path).status, 404) << path;
}

TEST_F(Log, AProofCanBeHadAgainstAnyKeptCheckpoint) {
  const Reply first = person.get("/log/checkpoint");
  const std::uint64_t size = checked(first.body).size;
  d.enrol("newer", "New Er");
  Client& reader = d.as(kIt);
  const std::string at = "?size=" + std::to_string(size);
  EXPECT_EQ(reader.get("/log/checkpoint" + at).body, first.body);
  for (std::uint64_t seq = 0; seq < size; ++seq) {
    const Reply reply = reader.get("/log/proof/" + std::to_string(seq) + at);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const chain::TlogProof proof = chain::parse_tlog_proof(reply.body).value();
    EXPECT_EQ(proof.checkpoint, first.body);
    const chain::Checkpoint checkpoint = checked(proof.checkpoint);
    const chain::Header header = d.service().store().header({seq}).value();
    EXPECT_TRUE(chain::verify_inclusion(chain::leaf_hash(chain::encode(header)), seq, size,
                                        proof.path, checkpoint.root));
  }
  EXPECT_EQ(reader.get("/log/proof/" + std::to_string(size) + at).status, 404);
  EXPECT_EQ(reader.get("/log/proof/0?size=2").status, 404) << "no checkpoint of that size is kept";
  EXPECT_EQ(reader.get("/log/proof/0?size=999999").status, 400);
}

TEST_F(Log, ConsistencyHoldsBetweenAnyTwoSizes) {
  const std::uint64_t size = d.size();
  std::vector<Digest> leaves;
  for (std::uint64_t seq = 0; seq < size; ++seq)
    leaves.push_back(chain::leaf_hash(chain::encode(d.service().store().header({seq}).value())));
  const auto root = [&](std::uint64_t n) {
    return chain::root_of({leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(n)});
  };
  for (std::uint64_t n = 1; n <= size; ++n) {
    for (std::uint64_t m = 1; m <= n; ++m) {
      const Reply reply = person.get("/log/proof/consistency?old=" + std::to_string(m) +
                                     "&size=" + std::to_string(n));
      ASSERT_TRUE(chain::verify_consistency(m, root(m), n, root(n), path(reply)) ||
                  (m == n && path(reply).empty()))
          << m << " " << n;
    }
  }
  EXPECT_EQ(person.get("/log/proof/consistency?old=0").status, 400);
  EXPECT_EQ(person.get("/log/proof/consistency?old=3&size=2").status, 400);
}

TEST_F(Log, I12_L_1_IsReadByAuditorsAndThoseWhoAnswerForIt) {
  d.enrol("pac", "Paula Auditor", "AUDITOR");
  d.officer("oreyes");
  const std::vector<std::string> paths{"/log/checkpoint",
                                       "/log/tile/0/000.p/1",
                                       "/log/proof/inclusion?seq=0",
                                       "/log/proof/consistency?old=1",
                                       "/log/proof/0",
                                       "/v1/events/0/receipt"};
  for (const char* who : {"pac", "oreyes", kTrainer, kChief}) {
    for (const std::string& path : paths) {
      const Reply reply = d.as(who).get(path);
      EXPECT_EQ(reply.status, 403) << who << path;
      EXPECT_TRUE(reply.has_rule("I12-L-1")) << reply.body;
      EXPECT_EQ(d.kind(reply.number("event")), "command.refused");
    }
  }
  d.give_role("pac", "PAC_AUDITOR");
  d.give_role("oreyes", "COORDINATOR");
  for (const char* who : {"pac", "oreyes", kIt, kAdmin})
    for (const std::string& path : paths) EXPECT_EQ(d.as(who).get(path).status, 200) << who << path;
  // An auditor sees the log's text, and no plate.
  EXPECT_EQ(d.query("pac", "7ABC123").status, 403);
  EXPECT_EQ(d.as("pac").get("/v1/hits").status, 403);
}

TEST_F(Log, WhoActedMayAlwaysProveTheirOwnAct) {
  d.officer("oreyes");
  d.officer("olee");
  const Reply asked = d.query("oreyes", "7ABC123");
  ASSERT_EQ(asked.status, 201) << asked.body;
  const std::string receipt = asked.text("receipt");  // /v1/events/N/receipt
  const std::string seq = receipt.substr(11, receipt.rfind('/') - 11);
  EXPECT_EQ(d.as("oreyes").get("/log/proof/" + seq).status, 200);
  EXPECT_EQ(d.as("oreyes").get(receipt).status, 200);
  EXPECT_EQ(d.as("olee").get("/log/proof/" + seq).status, 403);
  EXPECT_EQ(d.as("olee").get(receipt).status, 403);
}

}  // namespace
}  // namespace alpr::api::testing
