// Proves that a sample is the items with the smallest tickets, that everybody who has seed and
// population draws the same one, and that no item is favoured (I12-K-5). Compares with sorting all
// tickets, with counts over many seeds, and with the shared vectors where they are at hand.
#include "reports/figures/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"

namespace alpr::figures {
namespace {

using testing::ElementsAre;

Digest seed_of(std::uint64_t number) { return chain::sha256(as_bytes(std::to_string(number))); }

TEST(Selection, I12_K_5_TheSmallestTicketsAreTheSample) {
  const Digest seed = seed_of(1);
  std::vector<std::pair<Digest, std::int64_t>> tickets;
  for (std::int64_t i = 0; i < 500; ++i) {
    Bytes number;
    chain::put_be64(number, static_cast<std::uint64_t>(i + 1000));
    tickets.emplace_back(chain::sha256({seed, number}), i);
  }
  std::ranges::sort(tickets);
  std::vector<std::int64_t> first;
  for (std::size_t i = 0; i < 40; ++i) first.push_back(tickets[i].second);
  EXPECT_EQ(draw(seed, 1000, 500, 40), first);
  EXPECT_NE(draw(seed_of(2), 1000, 500, 40), first);
  EXPECT_NE(draw(seed, 0, 500, 40), first) << "other ordinals, other tickets";
}

TEST(Selection, I12_K_5_MoreItemsGoOnFromFewerAndAllIsAll) {
  const std::vector<std::int64_t> ten = draw(seed_of(3), 0, 100, 10);
  std::vector<std::int64_t> twenty = draw(seed_of(3), 0, 100, 20);
  twenty.resize(10);
  EXPECT_EQ(twenty, ten);
  std::vector<std::int64_t> all = draw(seed_of(3), 0, 100, 200);
  ASSERT_EQ(all.size(), 100U);
  std::ranges::sort(all);
  EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
  EXPECT_TRUE(draw(seed_of(3), 0, 100, 0).empty());
  EXPECT_TRUE(draw(seed_of(3), 0, 0, 5).empty());
}

TEST(Selection, I12_K_5_NoItemIsFavoured) {
  constexpr int kDraws = 4000;
  std::map<std::int64_t, int> chosen;
  for (int i = 0; i < kDraws; ++i)
    for (const std::int64_t one : draw(seed_of(static_cast<std::uint64_t>(i)), 0, 20, 5))
      ++chosen[one];
  // Each is expected 1000 times, with a standard deviation of 27.4: five of them either way.
  for (std::int64_t i = 0; i < 20; ++i) EXPECT_NEAR(chosen[i], kDraws / 4, 137) << i;
}

TEST(Selection, I12_K_5_TheSeedAndTheListDependOnEveryPart) {
  const Digest root = seed_of(1);
  const Digest plan = seed_of(2);
  const Digest seed = sample_seed(root, plan, as_bytes("beacon"));
  EXPECT_NE(sample_seed(plan, root, as_bytes("beacon")), seed);
  EXPECT_NE(sample_seed(root, plan, as_bytes("beacoN")), seed);
  const auto list = [](std::initializer_list<std::uint64_t> seqs) {
    PopulationList all;
    for (const std::uint64_t seq : seqs) all.add({seq});
    return all.finish();
  };
  EXPECT_EQ(list({1, 2, 3}), list({1, 2, 3}));
  EXPECT_NE(list({1, 2, 3}), list({1, 3, 2}));
  EXPECT_NE(list({1, 2, 3}), list({1, 2}));
  EXPECT_NE(list({}), list({0}));
}

TEST(Selection, I12_K_5_TheSharedVectorsAreEqual) {
  std::ifstream file(PROJECT_ROOT "/../shared/vectors/sampling_selection_vectors.json");
  if (!file) GTEST_SKIP() << "the shared selection vectors are not on this machine";
  std::ostringstream text;
  text << file.rdbuf();
  std::string bare;  // canonical JSON has no white space outside texts
  bool quoted = false;
  for (const char c : text.str()) {
    if (c == '"') quoted = !quoted;
    if (quoted || (c != ' ' && c != '\n')) bare += c;
  }
  const auto json = chain::parse_canonical(bare);
  ASSERT_TRUE(json) << json.error().detail;
  const auto bytes = [&](const char* name) {
    return chain::parse_hex(*json->member(name)->string()).value();
  };
  const auto digest = [&](const char* name) {
    return chain::parse_digest_hex(*json->member(name)->string()).value();
  };
  const Digest seed = sample_seed(digest("root"), digest("plan_hash"), bytes("beacon"));
  EXPECT_EQ(chain::hex(seed), *json->member("seed")->string());
  std::size_t compared = 0;
  for (const chain::Json& one : *json->member("cases")->array()) {
    std::vector<std::int64_t> expected;
    for (const chain::Json& ordinal : *one.member("in_ticket_order")->array())
      expected.push_back(*ordinal.integer());
    EXPECT_EQ(draw(seed, 0, *one.member("N")->integer(), *one.member("n")->integer()), expected);
    ++compared;
  }
  EXPECT_EQ(compared, json->member("cases")->array()->size());
  EXPECT_GT(compared, 0U);
}

}  // namespace
}  // namespace alpr::figures
