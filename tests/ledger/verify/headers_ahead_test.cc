// Proves that hashing ahead changes nothing: whatever is wrong with a log's headers, and wherever,
// the report is the same with any number of threads. Breaks one thing at a time in a log of five
// tiles, at their borders and within, on snapshots that are renewed and on one.
#include "ledger/verify/headers_ahead.h"

#include "tests/ledger/verify/check.h"

namespace alpr::verify::testing {
namespace {

constexpr std::uint64_t kEvents = 1300;

StoreMaker long_log() {
  StoreMaker maker;
  while (maker.size() < kEvents) {
    maker.pass(kSecondUs);
    maker.heartbeat();
    if (maker.size() % 100 == 0) maker.commit();
  }
  maker.commit();
  return maker;
}

using Damage = std::function<void(Rows& headers, const Bytes& key)>;

const std::vector<std::pair<std::string, Damage>>& damages() {
  static const std::vector<std::pair<std::string, Damage>> all = {
      {"nothing", [](Rows&, const Bytes&) {}},
      {"a changed commitment", [](Rows& rows, const Bytes& key) { rows.at(key).at(70) ^= 1; }},
      {"another link", [](Rows& rows, const Bytes& key) { rows.at(key).at(40) ^= 1; }},
      {"no magic", [](Rows& rows, const Bytes& key) { rows.at(key).at(0) = 'X'; }},
      {"a short header", [](Rows& rows, const Bytes& key) { rows.at(key).resize(95); }},
      {"a dropped header", [](Rows& rows, const Bytes& key) { rows.erase(key); }},
      {"a key that is no seq",
       [](Rows& rows, const Bytes& key) {
         Bytes longer = key;
         longer.push_back(1);
         rows[longer] = Bytes(96, 7);
       }},
  };
  return all;
}

TEST(HeadersAhead, AnyNumberOfThreadsReportsTheSame) {
  for (const auto& [name, damage] : damages()) {
    for (const std::uint64_t at : {1U, 255U, 256U, 1299U}) {
      StoreMaker maker = long_log();
      damage(maker.rows("headers"), StoreMaker::key_of(at));
      const TestFolder folder;
      maker.write(folder.path());
      const std::string alone = said(folder.path(), 1, 8192);
      EXPECT_EQ(alone.find("does not hold") == std::string::npos, name == "nothing") << alone;
      EXPECT_EQ(said(folder.path(), 2, 8192), alone) << name << " at " << at;
      EXPECT_EQ(said(folder.path(), 4, 100), alone) << name << " at " << at;
    }
  }
}

}  // namespace
}  // namespace alpr::verify::testing
