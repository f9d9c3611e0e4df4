// Proves that a batch leaves the queue only when the server said that it has it or never will,
// whatever goes wrong. Plays a server that is away, busy, refusing or forgetful, and counts; no
// pause is slept.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "recognition/files.h"
#include "recognition/render.h"
#include "recognition/send_command.h"
#include "recognition/upload/upload_format.h"
#include "tests/recognition/scratch.h"

namespace alpr::recognition {
namespace {

Credentials device() {
  chain::init_crypto();
  Digest seed{};
  seed.fill(9);
  return Credentials{"cam-01",
                     "oakland.example/alpr",
                     chain::SigningKey::from_seed(seed),
                     "",
                     378'044'000,
                     -1'222'712'000,
                     "Broadway",
                     ""};
}

const TimeUs kCaptured{1'760'000'000 * kSecondUs};

// Answers from a script; a status of 0 is a server that can't be reached. The last one repeats.
struct Server {
  std::deque<long> script;
  std::vector<std::uint64_t> got = {};
  int paused_ms = 0;

  FlushPlan plan(int retry_seconds) {
    return {"cam-01", retry_seconds,
            [this](BytesView body) -> Result<ServerAnswer> {
              const Result<ParsedUpload> parsed = parse_upload(body);
              EXPECT_TRUE(parsed);
              const long status = script.front();
              if (script.size() > 1) script.pop_front();
              if (status == 0) return fail(ErrorCode::kIo, "the server can't be reached: played");
              got.push_back(parsed->batch.batch);
              return ServerAnswer{status, R"({"title":"played","detail":"why not"})"};
            },
            [this](int ms) { paused_ms += ms; }, [](const FlushEvent&) {}};
  }
};

class Flush : public testing::Test {
 protected:
  Flush() : scratch_("flush"), queue_(open()) {
    photo_ = render_street_photo("7ABC123", 1, {.width = 640, .height = 360}).value();
  }
  UploadQueue open() {
    return UploadQueue::open(scratch_ / "queue", TimeUs{1000}, device().key).value();
  }
  UploadBatch queued(std::uint64_t batch) {
    return parse_upload(queue_.load(batch).value())->batch;
  }
  std::uint64_t enqueue() {
    const std::vector<PlateCandidate> plates{{"7ABC123", 900'000, {}, {{"7ABC128", 1000}}},
                                             {"8XYZ123", 800'000, {}, {}}};
    const auto batch = enqueue_photo(queue_, device(), photo_, kCaptured, plates);
    EXPECT_TRUE(batch) << batch.error().detail;
    return batch->value();
  }
  Scratch scratch_;
  UploadQueue queue_;
  Bytes photo_;
};

TEST_F(Flush, I12_B_2_AQueuedBatchIsSignedByTheDeviceAndHoldsThePhotoOnce) {
  const std::uint64_t number = enqueue();
  const Bytes body = queue_.load(number).value();
  const Result<ParsedUpload> parsed = parse_upload(body);
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_TRUE(verify_upload(parsed->batch, device().key.public_key(), "oakland.example/alpr"));
  ASSERT_EQ(parsed->batch.reads.size(), 2U);
  EXPECT_EQ(parsed->batch.batch, number);
  EXPECT_EQ(parsed->batch.reads[0].facts.captured_at, kCaptured);
  EXPECT_NE(parsed->batch.reads[0].salt, parsed->batch.reads[1].salt);
  EXPECT_EQ(Bytes(parsed->images[1].begin(), parsed->images[1].end()), photo_);
  EXPECT_LT(body.size(), photo_.size() + 4096);
}

TEST_F(Flush, APhotoWithoutPlatesUsesNoBatchNumber) {
  EXPECT_FALSE(enqueue_photo(queue_, device(), photo_, kCaptured, {})->has_value());
  EXPECT_EQ(enqueue(), 1001U);
}

TEST_F(Flush, AnsweredBatchesLeaveInOrder) {
  const std::uint64_t first = enqueue();
  const std::uint64_t second = enqueue();
  const std::uint64_t third = enqueue();
  Server server{{201, 200, 410}};
  const FlushResult result = flush(queue_, server.plan(10)).value();
  EXPECT_EQ(server.got, (std::vector<std::uint64_t>{first, second, third}));
  EXPECT_EQ(result.counts.sent, 3U);
  EXPECT_FALSE(result.stopped);
  EXPECT_TRUE(queue_.pending()->empty());
}

TEST_F(Flush, AServerThatIsAwayLosesNothing) {
  enqueue();
  enqueue();
  Server server{{0}};
  const FlushResult result = flush(queue_, server.plan(3)).value();
  ASSERT_TRUE(result.stopped);
  EXPECT_EQ(result.stopped->code, ErrorCode::kIo);
  EXPECT_EQ(result.counts.pending, 2U);
  EXPECT_EQ(server.paused_ms, 3000);
  EXPECT_EQ(queue_.pending()->size(), 2U);
}

TEST_F(Flush, ABusyOrFullServerIsTriedAgain) {
  enqueue();
  Server server{{503, 0, 507, 429, 201}};
  const FlushResult result = flush(queue_, server.plan(60)).value();
  EXPECT_EQ(result.counts.sent, 1U);
  EXPECT_EQ(server.got.size(), 4U);
  EXPECT_TRUE(queue_.pending()->empty());
}

TEST_F(Flush, ARefusedBatchIsSetAsideWithTheReasonAndTheNextGoesOn) {
  const std::uint64_t first = enqueue();
  enqueue();
  Server server{{422, 201}};
  const FlushResult result = flush(queue_, server.plan(1)).value();
  EXPECT_EQ(result.counts.refused, 1U);
  EXPECT_EQ(result.counts.sent, 1U);
  const auto reason = scratch_ / "queue" / "refused" / fmt::format("{:020}.reason", first);
  const std::string text(as_text(read_file(reason, 4096).value()));
  EXPECT_TRUE(text.starts_with("HTTP 422: played: why not\n")) << text;
}

// The next batch names the one before it, whatever became of that, whenever the reader was ended.
TEST_F(Flush, I12_F_3_BatchesAreChainedAcrossRestartsAndSending) {
  const std::uint64_t first = enqueue();
  EXPECT_EQ(queued(first).previous, kFirstLink);
  const Digest first_link = link_of(queued(first));
  { const UploadQueue closed = std::move(queue_); }
  queue_ = open();
  const std::uint64_t second = enqueue();
  EXPECT_EQ(queued(second).previous, first_link);
  const Digest second_link = link_of(queued(second));
  Server server{{201, 422}};
  EXPECT_EQ(flush(queue_, server.plan(0))->counts.refused, 1U);
  { const UploadQueue closed = std::move(queue_); }
  queue_ = open();
  EXPECT_EQ(queued(enqueue()).previous, second_link);
}

TEST_F(Flush, ADamagedBatchIsSetAsideAndThoseBehindItGoOn) {
  const std::uint64_t first = enqueue();
  const std::uint64_t second = enqueue();
  const auto file = scratch_ / "queue" / "pending" / fmt::format("{:020}.upload", first);
  Bytes bytes = read_file(file, 1 << 20).value();
  bytes.back() ^= 1;
  ASSERT_TRUE(write_file_durably(file, bytes));
  Server server{{201}};
  const FlushResult result = flush(queue_, server.plan(0)).value();
  EXPECT_EQ(server.got, (std::vector<std::uint64_t>{second}));
  EXPECT_EQ(result.counts.refused, 1U);
  EXPECT_EQ(result.counts.sent, 1U);
  EXPECT_THAT(
      std::string(as_text(
          read_file(scratch_ / "queue" / "refused" / fmt::format("{:020}.reason", first), 1000)
              .value())),
      testing::HasSubstr("does not open"));
}

}  // namespace
}  // namespace alpr::recognition
