// Proves that the bundle's parts read back as they were written and that what is not of the form is
// refused. Starts and records are encoded, decoded, cut and changed.
#include "ledger/chain/bundle.h"

#include <gtest/gtest.h>

namespace alpr::chain {
namespace {

BundleStart partial_start() {
  BundleStart start{true, "ledger.example/alpr", 5, {}, {}};
  start.roots = {Digest{1}, Digest{2}};  // 5 is 4 + 1
  start.earlier.push_back({HeaderBytes{3}, {0, 0, 0, 0, 0}, {Digest{4}, Digest{5}}});
  start.earlier.push_back({HeaderBytes{6}, {}, {}});
  return start;
}

Bytes encoded(const BundleStart& start) {
  Bytes out;
  put_bundle_start(out, start);
  return out;
}

TEST(BundleCodec, AStartReadsBackAsItWasWritten) {
  for (const BundleStart& start :
       {BundleStart{false, "ledger.example/alpr", 0, {}, {}}, partial_start()}) {
    const Bytes bytes = encoded(start);
    BytesView rest = bytes;
    const auto again = take_bundle_start(rest);
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_TRUE(rest.empty());
    EXPECT_EQ(again->from, start.from);
    EXPECT_EQ(again->boxes, start.boxes);
    EXPECT_EQ(encoded(*again), bytes);
  }
}

TEST(BundleCodec, AStartThatIsCutOffIsRefused) {
  const Bytes bytes = encoded(partial_start());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    BytesView rest = BytesView(bytes).first(size);
    EXPECT_FALSE(take_bundle_start(rest)) << size;
  }
}

TEST(BundleCodec, AnotherVersionAndUnknownFlagsAreRefused) {
  Bytes bytes = encoded(partial_start());
  bytes[5] = 2;
  BytesView rest = bytes;
  const auto version = take_bundle_start(rest);
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code, ErrorCode::kWrongVersion);
  bytes[5] = 1;
  bytes[6] = 2;
  rest = bytes;
  const auto flags = take_bundle_start(rest);
  ASSERT_FALSE(flags);
  EXPECT_EQ(flags.error().code, ErrorCode::kMalformed);
}

TEST(BundleCodec, RecordsReadBackInOrder) {
  Bytes bytes;
  put_bundle_event(bytes, HeaderBytes{7}, Bytes{1, 2, 3});
  put_bundle_event(bytes, HeaderBytes{8}, Bytes());
  put_bundle_checkpoint(bytes, as_bytes("a note"));
  put_bundle_end(bytes, 2);
  BytesView rest = bytes;
  const auto first = take_bundle_record(rest).value().value();
  EXPECT_EQ(first.sort, BundleRecord::Sort::kEvent);
  EXPECT_EQ(first.header.front(), 7);
  EXPECT_EQ(first.payload.size(), 3U);
  EXPECT_TRUE(take_bundle_record(rest).value()->payload.empty());
  EXPECT_EQ(as_text(take_bundle_record(rest).value()->note), "a note");
  EXPECT_EQ(take_bundle_record(rest).value()->size, 2U);
  EXPECT_EQ(take_bundle_record(rest).value(), std::nullopt);
}

TEST(BundleCodec, AnUnknownRecordALengthBeyondTheFileAndBytesAfterTheEndAreRefused) {
  const auto refused = [](const Bytes& bytes) {
    BytesView rest = bytes;
    return !take_bundle_record(rest).has_value();
  };
  EXPECT_TRUE(refused({'X'}));
  EXPECT_TRUE(refused({'C', 0, 0, 0, 9, 'n'}));
  EXPECT_TRUE(refused({'C', 0xff, 0xff, 0xff, 0xff}));
  EXPECT_TRUE(refused({'Z', 0, 0, 0, 0, 0, 0, 0, 1, 0}));
  EXPECT_FALSE(refused({'Z', 0, 0, 0, 0, 0, 0, 0, 1}));
}

}  // namespace
}  // namespace alpr::chain
