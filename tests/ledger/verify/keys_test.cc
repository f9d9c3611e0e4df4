// Proves that a keys file is read strictly and that each key is found by what it opens. Files are
// given as text.
#include "ledger/verify/keys.h"

#include <gtest/gtest.h>

#include "ledger/chain/encoding.h"

namespace alpr::verify {
namespace {

const std::string kHex(64, 'a');

std::string file(const std::string& months, const std::string& buckets, const std::string& held) {
  return "{\"format\":1,\"months\":{" + months + "},\"buckets\":{" + buckets + "},\"held\":{" +
         held + "},\"blobs\":{}}";
}

TEST(Keys, EachIsFoundByItsMonthItsBucketOrItsEvent) {
  const std::string hex_b(64, 'b'), hex_c(64, 'c');
  const auto keys = Keys::parse(file("\"24312\":\"" + kHex + "\"", "\"1963584\":\"" + hex_b + "\"",
                                     "\"7\":\"" + hex_c + "\""));
  ASSERT_TRUE(keys) << keys.error().detail;
  chain::Header header;
  header.time = {1'767'225'600 * kSecondUs};  // 2026-01-01
  header.seq = {7};
  EXPECT_EQ(keys->find(Seal::kNone, header), nullptr);
  EXPECT_EQ(chain::hex(*keys->find(Seal::kMonth, header)), kHex);
  EXPECT_EQ(chain::hex(*keys->find(Seal::kBucket, header)), hex_b);
  EXPECT_EQ(chain::hex(*keys->find(Seal::kHeld, header)), hex_c);
  header.seq = {8};
  header.time.value -= 1;
  EXPECT_EQ(keys->find(Seal::kMonth, header), nullptr);
  EXPECT_EQ(keys->find(Seal::kBucket, header), nullptr);
  EXPECT_EQ(keys->find(Seal::kHeld, header), nullptr);
}

TEST(Keys, OtherFormsAreRefused) {
  EXPECT_TRUE(Keys::parse(file("", "", "")));
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[]"), file("\"x\":\"" + kHex + "\"", "", ""),
        file("\"1\":\"aa\"", "", ""), file("\"1\":7", "", ""),
        file("\"01\":\"" + kHex + "\"", "", ""), file("", "", "") + " ",
        std::string("{\"format\":2,\"months\":{},\"buckets\":{},\"held\":{},\"blobs\":{}}")}) {
    EXPECT_FALSE(Keys::parse(text)) << text;
  }
}

TEST(Keys, MonthsAreCountedInUtc) {
  EXPECT_EQ(month_number({0}), 1970U * 12);
  const auto at = [](std::string_view text) { return *chain::parse_time(text); };
  EXPECT_EQ(month_number(at("2024-02-29T23:59:59.999999Z")), 2024U * 12 + 1);
  EXPECT_EQ(month_number(at("2024-03-01T00:00:00Z")), 2024U * 12 + 2);
  EXPECT_EQ(month_number(at("2026-12-31T23:59:59Z")), 2026U * 12 + 11);
  month_number({std::numeric_limits<std::int64_t>::max()});  // any header's time is survived
}

}  // namespace
}  // namespace alpr::verify
