// Proves that a file damaged in LMDB's own pages is a finding or an error, and never a crash of the
// caller. Bytes of data.mdb itself are changed, whole pages overwritten, and the file cut short;
// the reading is done in a child.
#include <fstream>

#include "ledger/verify/guard.h"
#include "ledger/verify/rules.h"
#include "tests/ledger/verify/check.h"

namespace alpr::verify::testing {
namespace {

class Damage : public ::testing::Test {
 protected:
  void SetUp() override {
    StoreMaker maker;
    for (int i = 0; i < 120; ++i) {
      maker.read();
      maker.note();
    }
    maker.commit();
    maker.write(folder_.path());
    file_ = folder_.path() / "ledger" / "data.mdb";
    std::ifstream in(file_, std::ios::binary);
    whole_.assign(std::istreambuf_iterator<char>(in), {});
    ASSERT_GT(whole_.size(), std::size_t{16} * 4096);
  }

  // What the verifier makes of these bytes; the error's text where it refuses them.
  Result<Report> verify_bytes(const std::string& bytes) {
    std::ofstream(file_, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<long>(bytes.size()));
    return verify_store(folder_.path(), test_kinds(), Options{});
  }

  TestFolder folder_;
  std::filesystem::path file_;
  std::string whole_;
};

TEST_F(Damage, TheUntouchedFileHolds) {
  const auto report = verify_bytes(whole_);
  ASSERT_TRUE(report);
  EXPECT_TRUE(holds(*report));
}

TEST_F(Damage, BytesChangedAnywhereNeverCrashTheCaller) {
  int not_holding = 0;
  for (std::size_t offset = 0; offset < whole_.size(); offset += 1021) {
    std::string bytes = whole_;
    bytes[offset] = static_cast<char>(bytes[offset] ^ 0xff);
    const auto report = verify_bytes(bytes);
    if (!report || !report->holds()) ++not_holding;
  }
  EXPECT_GT(not_holding, 0);
}

TEST_F(Damage, PageHeadersOverwrittenNeverHoldAndNeverCrashTheCaller) {
  for (std::size_t page = 0; page * 4096 < whole_.size(); page += 3) {
    for (const char fill : {'\x00', '\xff'}) {
      std::string bytes = whole_;
      std::fill_n(bytes.begin() + static_cast<long>(page * 4096), 64, fill);
      const auto report = verify_bytes(bytes);
      EXPECT_TRUE(report || !report.error().detail.empty());
    }
  }
}

TEST_F(Damage, AFileCutShortIsAFinding) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{8191},
                                 whole_.size() / 4, whole_.size() / 2}) {
    const auto report = verify_bytes(whole_.substr(0, size));
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_FALSE(report->holds()) << size;
    EXPECT_EQ(report->levels.at(0).holds, false);
    EXPECT_EQ(report->levels.at(1).holds, std::nullopt);
  }
}

TEST_F(Damage, SomethingElseThanAnEnvironmentIsAFinding) {
  const auto report = verify_bytes(std::string(65'536, 'x'));
  ASSERT_TRUE(report);
  EXPECT_TRUE(has(*report, std::nullopt, rule::kStore, "does not open"));
}

TEST_F(Damage, AFolderWithoutAStoreIsBadInput) {
  std::filesystem::remove(file_);
  const auto report = verify_store(folder_.path(), test_kinds(), Options{});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kNotFound);
}

TEST(Guard, AnAnswerComesBackWhole) {
  const auto answer = in_child([] { return std::string(300'000, 'a'); });
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, std::string(300'000, 'a'));
}

TEST(Guard, AChildThatDiesIsDamageAndOneThatThrowsIsTheEnvironment) {
  const auto died = in_child([]() -> std::string { std::abort(); });
  ASSERT_FALSE(died);
  EXPECT_EQ(died.error().code, ErrorCode::kCorrupt);
  const auto threw = in_child([]() -> std::string { throw std::bad_alloc(); });
  ASSERT_FALSE(threw);
  EXPECT_EQ(threw.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace alpr::verify::testing
