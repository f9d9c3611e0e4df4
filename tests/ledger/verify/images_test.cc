// Proves that an auditor with keys is told of every image that is not what its read committed to,
// where it should lie, and never of one that a purge took while they were looking. Images of a real
// store are changed one at a time, and the verifier asked.
#include "ledger/verify/images.h"

#include "ledger/chain/kinds.h"
#include "ledger/store/sealed_box.h"
#include "ledger/verify/reader.h"
#include "ledger/verify/rules.h"
#include "ledger/verify/verify.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::verify {
namespace {

namespace toy = store::toy;
using std::filesystem::path;

class ImagesTest : public ::testing::Test {
 protected:
  ImagesTest() {
    for (std::uint8_t i = 0; i < 4; ++i)
      reads_.push_back(toy_.must_append_image("7ABC12" + std::to_string(i), Bytes(500, i)));
    bucket_ = bucket_of(toy_.clock->now());
    bucket_file_ = "evidence/" + std::to_string(bucket_.value) + ".evd";
    const auto& held = reads_[1];
    EXPECT_TRUE(toy_.sequencer->run([&](store::Transaction& transaction) -> Result<void> {
      const std::vector<Sequence> events = {held.read};
      const std::vector<store::Transaction::ImageOf> images = {
          {held.read, held.place, held.sha256}};
      if (const auto done = transaction.hold(events, images); !done) return done;
      const TimeUs review{transaction.now().value + 80 * toy::kDay};
      const auto seq = transaction.append(toy::hold_placed(events, review));
      return seq ? Result<void>() : tl::unexpected(seq.error());
    }));
    held_file_ = "evidence/held/" + std::to_string(held.read.value) + ".evd";
  }

  Keys keys() const {
    auto keys = Keys::parse(toy_.store->vault().export_keys());
    EXPECT_TRUE(keys) << keys.error().detail;
    return keys ? std::move(*keys) : Keys();
  }
  LevelReport erasure(bool with_keys = true) const {
    Options options;
    options.key = toy_.store->log_vkey();
    options.now = toy_.clock->now();
    if (with_keys) options.keys = keys();
    const auto report = verify_store(toy_.places().folder, toy::kinds(), options);
    EXPECT_TRUE(report) << report.error().detail;
    return report ? report->levels.at(1) : LevelReport{};
  }
  // The only finding there is, about this read.
  void expect_found(const toy::ToyStore::Image& image, std::string_view what) const {
    const LevelReport found = erasure();
    ASSERT_EQ(found.findings_count, 1U) << what;
    EXPECT_EQ(found.findings[0].seq, image.read.value);
    EXPECT_EQ(found.findings[0].rule, rule::kImage);
    EXPECT_NE(found.findings[0].what.find(what), std::string::npos) << found.findings[0].what;
    EXPECT_TRUE(erasure(/*with_keys=*/false).holds.value_or(false)) << "not checked without keys";
  }
  path file(const std::string& name) const { return toy_.places().folder / name; }
  void overwrite(const std::string& name, std::uint64_t offset, BytesView bytes) const {
    Bytes all = store::bytes_of(file(name));
    ASSERT_LE(offset + bytes.size(), all.size());
    std::copy(bytes.begin(), bytes.end(), all.begin() + static_cast<std::ptrdiff_t>(offset));
    store::put_bytes(file(name), all);
  }

  toy::ToyStore toy_;
  std::vector<toy::ToyStore::Image> reads_;
  Bucket bucket_;
  std::string bucket_file_, held_file_;
};

TEST_F(ImagesTest, UnchangedTheyHold) {
  const LevelReport level = erasure();
  EXPECT_TRUE(level.holds.value_or(false));
  EXPECT_EQ(level.not_checked, 0U);
}

TEST_F(ImagesTest, AMissingBucketFileIsNamedOnceWithItsFirstEvent) {
  std::filesystem::remove(file(bucket_file_));
  expect_found(reads_[0], bucket_file_ + " is missing, where the images of 3 events");
}

TEST_F(ImagesTest, AChangedByteNamesTheEventAndThePlace) {
  store::flip_byte(file(bucket_file_), reads_[2].place.offset + 30);
  expect_found(reads_[2], std::to_string(reads_[2].place.offset) + " of " + bucket_file_ +
                              ": it does not open");
}

TEST_F(ImagesTest, AFileThatIsCutOffIsNamed) {
  std::filesystem::resize_file(file(bucket_file_), reads_[3].place.offset + 10);
  expect_found(reads_[3], "the file ends before it does");
}

TEST_F(ImagesTest, OtherBytesSealedWithTheRightKeyAreNamed) {
  const auto key = toy_.store->vault().bucket_key(bucket_);
  ASSERT_TRUE(key);
  overwrite(bucket_file_, reads_[0].place.offset,
            store::seal_box(key->derive("evidence"), reads_[0].sha256, Bytes(500, 99)));
  expect_found(reads_[0], "its bytes do not have the digest");
}

TEST_F(ImagesTest, AnotherReadsImageIsNotItsOwn) {
  const Bytes all = store::bytes_of(file(bucket_file_));
  const auto& other = reads_[2].place;
  overwrite(bucket_file_, reads_[0].place.offset,
            BytesView(all).subspan(other.offset, other.length));
  expect_found(reads_[0], "it does not open");
}

TEST_F(ImagesTest, I12_G_2_TheCopyOfAHeldReadMustBeThereAndWhole) {
  const Bytes good = store::bytes_of(file(held_file_));
  std::filesystem::remove(file(held_file_));
  expect_found(reads_[1], held_file_ + ", the image of this held event, is missing");
  store::put_bytes(file(held_file_), good);
  store::flip_byte(file(held_file_), good.size() - 1);
  expect_found(reads_[1], held_file_ + ": it does not open");
  Bytes longer = good;
  longer.push_back(0);
  store::put_bytes(file(held_file_), longer);
  expect_found(reads_[1], "the file goes on after it");
}

TEST_F(ImagesTest, SomethingElseThanAFileIsNamed) {
  std::filesystem::remove(file(held_file_));
  std::filesystem::create_directory(file(held_file_));
  expect_found(reads_[1], "is not a file");
}

TEST_F(ImagesTest, I12_G_1_AnImageLeftAfterItsPurgeIsNamed) {
  const Bytes images = store::bytes_of(file(bucket_file_));
  toy_.clock->advance(kRetentionUs);
  const auto purged = toy_.purge();
  ASSERT_TRUE(purged && purged->tombstones.size() == 1);
  EXPECT_TRUE(erasure().holds.value_or(false));
  store::put_bytes(file(bucket_file_), images);
  const LevelReport level = erasure();
  ASSERT_EQ(level.findings_count, 1U);
  EXPECT_EQ(level.findings[0].seq, purged->tombstones[0].value);
  EXPECT_EQ(level.findings[0].rule, rule::kPurge);
}

// A walk whose snapshot is older than a purge: what the purge took is not missed, what nobody
// purged is.
TEST_F(ImagesTest, APurgeDuringTheWalkExcusesWhatItTook) {
  const Keys keys = this->keys();
  const std::uint64_t size = toy_.store->size();
  const Facts facts;
  const auto look = [&](Bucket of) {
    LevelReport report;
    auto reader = Reader::open(toy_.places().folder);
    EXPECT_TRUE(reader);
    Images images(**reader, keys, facts, size, report);
    for (const auto* image : {&reads_[0], &reads_[2]}) {
      chain::Header header;
      header.seq = image->read;
      header.time = {static_cast<std::int64_t>(of.value) * kBucketUs};
      EXPECT_TRUE(images.check(header, Seal::kBucket,
                               {image->place.offset, image->place.length, image->sha256}));
    }
    EXPECT_TRUE(images.finish());
    return report;
  };
  EXPECT_EQ(look(bucket_).findings_count, 0U);
  const Bytes there = store::bytes_of(file(bucket_file_));
  std::filesystem::remove(file(bucket_file_));
  EXPECT_EQ(look(bucket_).findings_count, 1U) << "no purge took it";
  store::put_bytes(file(bucket_file_), there);
  toy_.clock->advance(kRetentionUs);
  ASSERT_TRUE(toy_.purge());
  ASSERT_FALSE(std::filesystem::exists(file(bucket_file_)));
  EXPECT_EQ(look(bucket_).findings_count, 0U) << "its tombstone is newer than the walk";
}

}  // namespace
}  // namespace alpr::verify
