// Proves that the demonstration tells its whole story, and that the store it keeps holds before
// the verifier and stops holding after any change. Runs the programs as a user would, then changes
// single bytes, drops and swaps events, and cuts the log short in that store, one change at a
// time, each undone again. PLATELEDGER_FULL has every row and a fifth
// of its bytes; otherwise a sample of each class.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "ledger/chain/encoding.h"
#include "ledger/chain/tiles.h"
#include "ledger/verify/reader.h"
#include "policy/records/kinds.h"
#include "tests/ledger/verify/check.h"

namespace alpr::verify::testing {
namespace {

namespace fs = std::filesystem;

struct Ran {
  int code = -1;
  std::string out;
};

Ran run(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  Ran ran;
  char buffer[4096];
  for (std::size_t n = 0; pipe != nullptr && (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    ran.out.append(buffer, n);
  const int status = pipe == nullptr ? -1 : pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

bool full() { return std::getenv("PLATELEDGER_FULL") != nullptr; }

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

using Stored = std::vector<std::pair<Bytes, Bytes>>;

class Demo : public ::testing::Test {
 protected:
  void SetUp() override {
    const Ran told = run(std::string(DEMO_PROGRAM) + " demo --keep " + folder_.string());
    ASSERT_EQ(told.code, 0) << told.out;
    story_ = told.out;
    for (const auto& [name, database] :
         {std::pair{"headers", Database::kHeaders}, std::pair{"payloads", Database::kPayloads},
          std::pair{"tiles", Database::kTiles}, std::pair{"checkpoints", Database::kCheckpoints}})
      rows_[name] = read_rows(database);
    ASSERT_GT(rows_["headers"].size(), 256U) << "too short a log to have a full tile";
    auto keys = Keys::parse(text_of(folder_ / "keys.json"));
    ASSERT_TRUE(keys) << keys.error().detail;
    options_.keys = std::move(*keys);
  }

  Stored read_rows(Database database) const {
    Stored rows;
    auto reader = Reader::open(store());
    EXPECT_TRUE(reader) << reader.error().detail;
    if (!reader) return rows;
    const auto cursor = (*reader)->cursor(database);
    auto row = cursor->first();
    for (; row && *row; row = cursor->next())
      rows.emplace_back(Bytes(cursor->key().begin(), cursor->key().end()),
                        Bytes(cursor->value().begin(), cursor->value().end()));
    EXPECT_TRUE(row) << row.error().detail;
    return rows;
  }

  fs::path store() const { return folder_ / "store"; }

  Report verify() const {
    auto report = verify_store_here(store(), policy::kinds(), options_);
    if (report) return *report;
    // Another format number, say: refused as bad input, which is no holding either.
    Report refused;
    refused.levels.emplace_back().holds = false;
    return refused;
  }

  void flip(const std::string& database, const Bytes& key, const Bytes& row, std::size_t at) {
    Bytes changed = row;
    changed.at(at) ^= static_cast<std::uint8_t>(1U << (at % 8));
    edit_row(store(), database, key, changed);
    EXPECT_FALSE(verify().holds()) << database << " " << chain::hex(key) << " byte " << at;
    edit_row(store(), database, key, row);
    ++tried_;
  }

  // A byte of every `stride`th row, another one each time, or all.
  void flip_bytes(const std::string& database, std::size_t stride,
                  const std::function<std::size_t(const Bytes&)>& length) {
    const Stored& rows = rows_[database];
    for (std::size_t i = 0; i < rows.size(); i += full() ? 1 : stride) {
      const std::size_t size = length(rows[i].second);
      if (size == 0) continue;
      if (!full()) {
        flip(database, rows[i].first, rows[i].second, (i * 37 + 11) % size);
        continue;
      }
      for (std::size_t at = 0; at < size; ++at) flip(database, rows[i].first, rows[i].second, at);
    }
  }

  void drop_rows(const std::string& database, std::size_t stride) {
    for (std::size_t i = 0; i < rows_[database].size(); i += full() ? 1 : stride) {
      const auto& [key, row] = rows_[database][i];
      edit_row(store(), database, key, std::nullopt);
      EXPECT_FALSE(verify().holds()) << database << " " << chain::hex(key) << " dropped";
      edit_row(store(), database, key, row);
      ++tried_;
    }
  }

  void swap_neighbours(const std::string& database, std::size_t stride) {
    const Stored& rows = rows_[database];
    for (std::size_t i = 0; i + 1 < rows.size(); i += full() ? 1 : stride) {
      edit_row(store(), database, rows[i].first, rows[i + 1].second);
      edit_row(store(), database, rows[i + 1].first, rows[i].second);
      EXPECT_FALSE(verify().holds()) << database << " " << chain::hex(rows[i].first) << " swapped";
      edit_row(store(), database, rows[i].first, rows[i].second);
      edit_row(store(), database, rows[i + 1].first, rows[i + 1].second);
      ++tried_;
    }
  }

  // What an operator does who takes back the newest events: everything behind an older checkpoint
  // goes, and the newest checkpoints with it.
  void cut_to(std::uint64_t size) {
    for (const std::string database : {"headers", "payloads"})
      for (const auto& [key, row] : rows_[database])
        if (chain::get_be64(key.data()) >= size) edit_row(store(), database, key, std::nullopt);
    for (const auto& [key, row] : rows_["checkpoints"])
      if (chain::get_be64(key.data()) > size) edit_row(store(), "checkpoints", key, std::nullopt);
    for (const auto& [key, row] : rows_["tiles"]) {
      const std::uint64_t index = chain::get_be64(key.data() + 1);
      const unsigned width = chain::tile_width(key[0], index, size);
      if (key[0] == 0 ? width < 256 : width == 0) {
        edit_row(store(), "tiles", key, std::nullopt);
      } else {
        edit_row(store(), "tiles", key, Bytes(row.begin(), row.begin() + width * 32));
      }
    }
  }

  const fs::path folder_ = TestFolder().path();  // removed: the demonstration makes it
  std::string story_;
  std::map<std::string, Stored> rows_;
  Options options_;
  std::uint64_t tried_ = 0;
  void TearDown() override { fs::remove_all(folder_); }
};

TEST_F(Demo, ItsStoreHoldsAndNoChangeToItGoesUnseen) {
  for (const char* step :
       {"refused, purpose not allowed", "refused, untrained user", "refused, no legal standard",
        "placed by the coordinator", "its picture: 410 Gone", "holds, anchored",
        "checked offline: holds, anchored", "one bit of one header changed: caught",
        "one event dropped: caught", "one tombstone rewritten: caught"})
    EXPECT_NE(story_.find(step), std::string::npos) << step << " is not in\n" << story_;
  const std::size_t at = story_.find("verifier key: ");
  ASSERT_NE(at, std::string::npos);
  const std::string vkey = story_.substr(at + 14, story_.find('\n', at) - at - 14);

  const std::string verifier =
      std::string(VERIFY_PROGRAM) + " --store " + store().string() + " --key '" + vkey + "' ";
  const Ran with_keys = run(verifier + "--json --keys " + (folder_ / "keys.json").string());
  EXPECT_EQ(with_keys.code, 0) << with_keys.out;
  EXPECT_EQ(with_keys.out.rfind("{\"holds\":true,\"anchored\":true,", 0), 0U) << with_keys.out;
  const Ran without_keys = run(verifier + "--json");
  EXPECT_EQ(without_keys.code, 0) << without_keys.out;

  const std::string receipt = " --key '" + vkey + "' " + (folder_ / "receipt.json").string();
  const Ran held = run(std::string(VERIFY_PROGRAM) + " receipt" + receipt);
  EXPECT_EQ(held.code, 0) << held.out;
  EXPECT_NE(held.out.find("query.performed"), std::string::npos) << held.out;
  const std::string another =
      chain::format_vkey({"another.example", chain::KeyType::kEd25519,
                          chain::SigningKey::from_seed(Digest{1}).public_key()});
  EXPECT_EQ(run(std::string(VERIFY_PROGRAM) + " receipt --key '" + another + "' " +
                (folder_ / "receipt.json").string())
                .code,
            1);

  flip_bytes("headers", 13, [](const Bytes& row) { return row.size(); });
  flip_bytes("checkpoints", 17, [](const Bytes& row) { return row.size(); });
  flip_bytes("tiles", 1, [](const Bytes& row) { return row.size(); });
  const auto clear = [](const Bytes& row) { return 5 + chain::get_be32(row.data() + 1); };
  flip_bytes("payloads", 13, clear);
  for (const auto& [key, row] : rows_["headers"]) {
    const auto header = chain::decode_header(row);
    ASSERT_TRUE(header);
    if (header->kind != chain::kind::kReadsPurged) continue;
    for (const auto& [at_key, payload] : rows_["payloads"])
      if (at_key == key)
        for (std::size_t byte = 0; byte < clear(payload); byte += full() ? 1 : 17)
          flip("payloads", key, payload, byte);
  }
  drop_rows("headers", 41);
  drop_rows("payloads", 41);
  swap_neighbours("headers", 41);
  swap_neighbours("payloads", 41);
  EXPECT_GT(tried_, 250U);
  EXPECT_TRUE(holds(verify()));

  // A checkpoint that the auditor kept shows what was cut off behind it, and nothing else would.
  const Stored& checkpoints = rows_["checkpoints"];
  ASSERT_GT(checkpoints.size(), 3U);
  const auto& older = checkpoints[checkpoints.size() - 3];
  cut_to(chain::get_be64(older.first.data()));
  options_.level = Level::kChain;
  EXPECT_TRUE(holds(verify()));
  options_.since = std::string(as_text(checkpoints.back().second));
  EXPECT_FALSE(verify().holds());
}

}  // namespace
}  // namespace alpr::verify::testing
