// Proves that the device's queue never reuses a number, never loses a batch and never shows a
// half-written one. Opens the same folder again and again, with leftovers and damage as a crash
// would leave them.
#include "recognition/queue.h"

#include <gtest/gtest.h>

#include "recognition/files.h"
#include "recognition/upload/upload_format.h"
#include "tests/recognition/scratch.h"

namespace alpr::recognition {
namespace {

constexpr TimeUs kNow{1'760'000'000'000'000};

chain::SigningKey key_of(std::uint8_t number) {
  chain::init_crypto();
  Digest seed{};
  seed.fill(number);
  return chain::SigningKey::from_seed(seed);
}

UploadQueue open_queue(const Scratch& scratch) {
  Result<UploadQueue> queue = UploadQueue::open(scratch / "queue", kNow, key_of(1));
  EXPECT_TRUE(queue) << queue.error().detail;
  return std::move(*queue);
}

TEST(UploadQueue, NumbersGrowStrictlyAcrossRestarts) {
  const Scratch scratch("queue-numbers");
  std::uint64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    UploadQueue queue = open_queue(scratch);
    for (int k = 0; k < 2; ++k) {
      const std::uint64_t next = queue.reserve_batch().value();
      EXPECT_GT(next, last);
      last = next;
    }
  }
  EXPECT_EQ(last, static_cast<std::uint64_t>(kNow.value) + 6);
}

TEST(UploadQueue, BatchesStayUntilTheyAreRemovedOldestFirst) {
  const Scratch scratch("queue-pending");
  {
    UploadQueue queue = open_queue(scratch);
    ASSERT_TRUE(queue.put(12, as_bytes("twelve"), kFirstLink));
    ASSERT_TRUE(queue.put(3, as_bytes("three"), kFirstLink));
    ASSERT_TRUE(queue.put(100, as_bytes("hundred"), kFirstLink));
  }
  UploadQueue queue = open_queue(scratch);
  EXPECT_EQ(queue.pending().value(), (std::vector<std::uint64_t>{3, 12, 100}));
  EXPECT_EQ(as_text(queue.load(12).value()), "twelve");
  ASSERT_TRUE(queue.remove(3));
  ASSERT_TRUE(queue.set_aside(12, "HTTP 422: because"));
  EXPECT_EQ(queue.pending().value(), (std::vector<std::uint64_t>{100}));
  const auto refused = scratch / "queue" / "refused";
  EXPECT_TRUE(std::filesystem::exists(refused / "00000000000000000012.upload"));
  EXPECT_EQ(as_text(read_file(refused / "00000000000000000012.reason", 100).value()),
            "HTTP 422: because");
  EXPECT_FALSE(queue.load(12));
}

TEST(UploadQueue, AHalfWrittenBatchIsNotABatch) {
  const Scratch scratch("queue-part");
  { const UploadQueue queue = open_queue(scratch); }
  const auto part = scratch / "queue" / "pending" / "00000000000000000007.upload.part";
  ASSERT_TRUE(write_file_durably(part, as_bytes("hal")));
  const UploadQueue queue = open_queue(scratch);
  EXPECT_TRUE(queue.pending().value().empty());
  EXPECT_FALSE(std::filesystem::exists(part));
}

TEST(UploadQueue, ASecondProcessIsKeptOut) {
  const Scratch scratch("queue-lock");
  const UploadQueue first = open_queue(scratch);
  const Result<UploadQueue> second = UploadQueue::open(scratch / "queue", kNow, key_of(1));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kLocked);
}

TEST(UploadQueue, ADamagedCounterStopsItInsteadOfReusingNumbers) {
  const Scratch scratch("queue-damage");
  UploadQueue queue = open_queue(scratch);
  for (const std::string_view text : {"", "12x", "-1", "99999999999999999999999999"}) {
    ASSERT_TRUE(write_file_durably(scratch / "queue" / "last-batch", as_bytes(text)));
    EXPECT_FALSE(queue.reserve_batch()) << text;
  }
  ASSERT_TRUE(write_file_durably(scratch / "queue" / "last-batch", as_bytes("9007199254740991")));
  EXPECT_EQ(queue.reserve_batch().error().code, ErrorCode::kConflict);
}

// What anybody who has the folder and not the credentials sees of it.
TEST(UploadQueue, NothingOfABatchLiesOpen) {
  const Scratch scratch("queue-sealed");
  const auto file = scratch / "queue" / "pending" / "00000000000000000012.upload";
  {
    UploadQueue queue = open_queue(scratch);
    ASSERT_TRUE(queue.put(12, as_bytes("plate 7ABC123"), kFirstLink));
    ASSERT_TRUE(queue.put(13, as_bytes("plate 7ABC123"), kFirstLink));
  }
  const Bytes sealed = read_file(file, 1000).value();
  EXPECT_EQ(as_text(sealed).find("7ABC123"), std::string::npos);
  EXPECT_NE(sealed,
            read_file(scratch / "queue" / "pending" / "00000000000000000013.upload", 1000).value());
  const auto other = UploadQueue::open(scratch / "queue", kNow, key_of(2));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->load(12).error().code, ErrorCode::kCorrupt);
}

TEST(UploadQueue, AChangedOrExchangedFileDoesNotOpen) {
  const Scratch scratch("queue-changed");
  UploadQueue queue = open_queue(scratch);
  ASSERT_TRUE(queue.put(12, as_bytes("twelve"), kFirstLink));
  const auto file = scratch / "queue" / "pending" / "00000000000000000012.upload";
  const Bytes good = read_file(file, 1000).value();
  for (std::size_t i = 4; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 1;
    ASSERT_TRUE(write_file_durably(file, bad));
    EXPECT_EQ(queue.load(12).error().code, ErrorCode::kCorrupt) << i;
  }
  for (const std::size_t size : {std::size_t{4}, std::size_t{28}, good.size() - 1}) {
    ASSERT_TRUE(write_file_durably(file, BytesView(good).first(size)));
    EXPECT_EQ(queue.load(12).error().code, ErrorCode::kCorrupt) << size;
  }
  // Under another number it is another batch's.
  ASSERT_TRUE(
      write_file_durably(scratch / "queue" / "pending" / "00000000000000000013.upload", good));
  EXPECT_EQ(queue.load(13).error().code, ErrorCode::kCorrupt);
}

TEST(UploadQueue, WhatWasQueuedBeforeQueuesWereSealedIsStillSent) {
  const Scratch scratch("queue-plain");
  const UploadQueue queue = open_queue(scratch);
  const Bytes body{0, 0, 0, 2, '{', '}'};
  ASSERT_TRUE(
      write_file_durably(scratch / "queue" / "pending" / "00000000000000000012.upload", body));
  EXPECT_EQ(queue.load(12).value(), body);
}

}  // namespace
}  // namespace alpr::recognition
