// Proves that images and blobs come back exactly, only under their key and digest, and not at all
// once erased. Files are written, damaged, torn and erased in a folder of the test's own; sync
// failures are injected.
#include "ledger/store/evidence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <functional>
#include <string>
#include <thread>

#include "ledger/chain/hash.h"
#include "ledger/store/keyring.h"
#include "ledger/store/sealed_box.h"
#include "tests/ledger/store/store_fixtures.h"

namespace alpr::store {
namespace {

using Fault = FaultyCalls::Fault;

constexpr Bucket kBucket{1'960'000};

Bytes image_of(std::uint8_t fill, std::size_t size = 3'000) { return Bytes(size, fill); }

class Evidence : public testing::Test {
 protected:
  Evidence() : files_(EvidenceFiles::open(folder_.path()).value()), key_(random_key()) {}

  void reopen() { files_ = EvidenceFiles::open(folder_.path()).value(); }
  std::filesystem::path bucket_file() const {
    return folder_.path() / "evidence" / (std::to_string(kBucket.value) + ".evd");
  }
  Result<EvidencePlace> append(Bucket bucket, const Bytes& image) {
    const Image one{image, chain::sha256(image)};
    const auto sealed = seal_images(bucket, key_, {&one, 1});
    if (!sealed) return tl::unexpected(sealed.error());
    const auto places = files_.append(*sealed);
    if (!places) return tl::unexpected(places.error());
    return places->front();
  }
  Result<Bytes> read(const EvidencePlace& place, const Bytes& image) const {
    return files_.read(kBucket, key_, place, chain::sha256(image));
  }

  const TemporaryFolder folder_;
  EvidenceFiles files_;
  const SecretKey key_;
};

TEST_F(Evidence, ImagesComeBackAsTheyWere) {
  const std::vector<Bytes> images{image_of(1), image_of(2, 0), image_of(3, 200'000), image_of(4)};
  std::vector<EvidencePlace> places;
  for (const Bytes& image : images) places.push_back(append(kBucket, image).value());
  ASSERT_TRUE(files_.sync());
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    EXPECT_EQ(places[i], (EvidencePlace{end, images[i].size() + kBoxOverhead}));
    EXPECT_EQ(read(places[i], images[i]), images[i]) << i;
    end += places[i].length;
  }
  EXPECT_EQ(bytes_of(bucket_file()).size(), end);
}

TEST_F(Evidence, ImagesSealedTogetherEachHaveAPlace) {
  const std::vector<Bytes> images{image_of(1), image_of(2, 0), image_of(3, 70'000)};
  std::vector<Image> together;
  for (const Bytes& image : images) together.push_back({image, chain::sha256(image)});
  const auto before = append(kBucket, image_of(9)).value();
  const auto places = files_.append(seal_images(kBucket, key_, together).value()).value();
  ASSERT_EQ(places.size(), images.size());
  std::uint64_t end = before.length;
  for (std::size_t i = 0; i < images.size(); ++i) {
    EXPECT_EQ(places[i], (EvidencePlace{end, images[i].size() + kBoxOverhead}));
    EXPECT_EQ(read(places[i], images[i]), images[i]) << i;
    end += places[i].length;
  }
  EXPECT_FALSE(read(places[0], images[2]).has_value());
  EXPECT_TRUE(files_.append(seal_images(kBucket, key_, {}).value()).value().empty());
}

TEST_F(Evidence, NothingOfAnImageIsInClearOnDisk) {
  const Bytes image = image_of(0x5a);
  ASSERT_TRUE(append(kBucket, image));
  ASSERT_TRUE(files_.keep_held({3}, key_, image));
  ASSERT_TRUE(files_.write_blob(4, key_, image));
  for (const auto& [name, bytes] : all_files(folder_.path())) {
    EXPECT_EQ(std::search(bytes.begin(), bytes.end(), image.begin(), image.begin() + 16),
              bytes.end())
        << name;
  }
}

TEST_F(Evidence, AppendsAfterWhatAnEarlierProcessLeft) {
  const Bytes first = image_of(1), second = image_of(2);
  const auto place = append(kBucket, first).value();
  reopen();
  const auto next = append(kBucket, second).value();
  EXPECT_EQ(next.offset, place.length);
  EXPECT_EQ(read(place, first), first);
  EXPECT_EQ(read(next, second), second);
}

TEST_F(Evidence, ATornTailIsDeadAndHarmsNothing) {
  const Bytes first = image_of(1), second = image_of(2);
  const auto place = append(kBucket, first).value();
  Bytes torn = bytes_of(bucket_file());
  torn.insert(torn.end(), 100, 0x77);
  put_bytes(bucket_file(), torn);
  reopen();
  const auto next = append(kBucket, second).value();
  EXPECT_EQ(next.offset, place.length + 100);
  EXPECT_EQ(read(place, first), first);
  EXPECT_EQ(read(next, second), second);
}

TEST_F(Evidence, RefusesAnotherKeyAnotherDigestAndEveryFlippedByte) {
  const Bytes image = image_of(1, 40);
  const auto place = append(kBucket, image).value();
  const Digest digest = chain::sha256(image);
  EXPECT_EQ(files_.read(kBucket, random_key(), place, digest).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(read(place, image_of(2, 40)).error().code, ErrorCode::kCorrupt);
  for (std::size_t at = 0; at < place.length; ++at) {
    flip_byte(bucket_file(), at);
    EXPECT_EQ(read(place, image).error().code, ErrorCode::kCorrupt) << at;
    flip_byte(bucket_file(), at);
  }
  EXPECT_EQ(read(place, image), image);
}

TEST_F(Evidence, RefusesPlacesThatAreNotARecords) {
  const Bytes image = image_of(1);
  const auto place = append(kBucket, image).value();
  const auto code = [&](const EvidencePlace& at) { return read(at, image).error().code; };
  EXPECT_EQ(code({place.offset + 1, place.length}), ErrorCode::kCorrupt);
  EXPECT_EQ(code({place.offset, place.length - 1}), ErrorCode::kCorrupt);
  EXPECT_EQ(code({place.offset, 0}), ErrorCode::kCorrupt);
  EXPECT_EQ(code({~0ULL, 100}), ErrorCode::kCorrupt);
  EXPECT_EQ(code({0, ~0ULL}), ErrorCode::kTooLarge);
}

// A holder of the key could seal other bytes under the digest that a read committed to.
TEST_F(Evidence, BytesThatAreNotTheDigestsAreRefusedThoughTheBoxOpens) {
  const Digest digest = chain::sha256(image_of(1));
  const Bytes forged = seal_box(key_.derive("evidence"), digest, image_of(2));
  put_bytes(bucket_file(), forged);
  EXPECT_EQ(files_.read(kBucket, key_, {0, forged.size()}, digest).error().code,
            ErrorCode::kCorrupt);
}

TEST_F(Evidence, HeldImagesLieInFilesOfTheirOwn) {
  const Bytes image = image_of(9);
  const Digest digest = chain::sha256(image);
  EXPECT_FALSE(files_.has_held({77}));
  ASSERT_TRUE(files_.keep_held({77}, key_, image));
  ASSERT_TRUE(files_.sync());
  EXPECT_TRUE(files_.has_held({77}));
  EXPECT_EQ(files_.read_held({77}, key_, digest), image);
  EXPECT_EQ(files_.read_held({77}, random_key(), digest).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(files_.read_held({78}, key_, digest).error().code, ErrorCode::kGone);
  ASSERT_TRUE(files_.erase_bucket(kBucket));
  EXPECT_EQ(files_.read_held({77}, key_, digest), image);
}

TEST_F(Evidence, BlobsComeBackUnderTheirIdAlone) {
  const Bytes blob = image_of(5, 100'000);
  constexpr std::uint64_t kId = 0xfedc'ba98'7654'3210;
  ASSERT_TRUE(files_.write_blob(kId, key_, blob));
  ASSERT_TRUE(files_.sync());
  EXPECT_EQ(files_.read_blob(kId, key_), blob);
  EXPECT_EQ(files_.blobs(), std::set<std::uint64_t>{kId});
  const auto folder = folder_.path() / "blobs";
  std::filesystem::rename(folder / (std::to_string(kId) + ".blob"), folder / "1.blob");
  EXPECT_EQ(files_.read_blob(1, key_).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(files_.read_blob(kId, key_).error().code, ErrorCode::kGone);
}

TEST_F(Evidence, ErasedIsGone) {
  const Bytes image = image_of(1);
  const auto place = append(kBucket, image).value();
  ASSERT_TRUE(files_.keep_held({1}, key_, image));
  ASSERT_TRUE(files_.write_blob(2, key_, image));
  ASSERT_TRUE(files_.sync());
  EXPECT_EQ(files_.buckets(), std::set<std::uint64_t>{kBucket.value});
  EXPECT_EQ(files_.held(), std::set<std::uint64_t>{1});
  for (int twice = 0; twice < 2; ++twice) {
    EXPECT_TRUE(files_.erase_bucket(kBucket));
    EXPECT_TRUE(files_.erase_held({1}));
    EXPECT_TRUE(files_.erase_blob(2));
  }
  EXPECT_EQ(read(place, image).error().code, ErrorCode::kGone);
  EXPECT_EQ(files_.read_held({1}, key_, chain::sha256(image)).error().code, ErrorCode::kGone);
  EXPECT_EQ(files_.read_blob(2, key_).error().code, ErrorCode::kGone);
  EXPECT_TRUE(all_files(folder_.path()).empty());
}

TEST_F(Evidence, ListsOnlyNamesOfItsOwnForm) {
  const auto folder = folder_.path() / "evidence";
  for (const char* name : {"12.evd", "012.evd", "x.evd", "13.evd.new", "14.blob", "-1.evd",
                           "99999999999999999999999.evd", ".evd"}) {
    put_bytes(folder / name, Bytes{1});
  }
  EXPECT_EQ(files_.buckets(), std::set<std::uint64_t>{12});
  reopen();
  EXPECT_FALSE(std::filesystem::exists(folder / "13.evd.new"));
}

TEST_F(Evidence, SyncCoversEachFileAndEachFolderOnce) {
  ASSERT_TRUE(append(kBucket, image_of(1)));
  ASSERT_TRUE(append(kBucket, image_of(2)));
  ASSERT_TRUE(append({kBucket.value + 1}, image_of(3)));
  ASSERT_TRUE(files_.keep_held({1}, key_, image_of(4)));
  {
    const FaultyCalls calls(Fault::kError, 0);
    ASSERT_TRUE(files_.sync());
    EXPECT_EQ(calls.trace(), (std::vector<std::string>{
                                 "fdatasync 1960000.evd", "fdatasync 1960001.evd", "open evidence",
                                 "fsync evidence", "open held", "fsync held"}));
  }
  const FaultyCalls calls(Fault::kError, 0);
  ASSERT_TRUE(files_.sync());
  EXPECT_TRUE(calls.trace().empty());
}

TEST_F(Evidence, AFullDiskKeepsWhatWasThere) {
  const Bytes first = image_of(1), second = image_of(2), third = image_of(3);
  const auto place = append(kBucket, first).value();
  {
    const FaultyCalls calls(Fault::kError, 1, ENOSPC);
    EXPECT_EQ(append(kBucket, second).error().code, ErrorCode::kNoSpace);
  }
  const auto next = append(kBucket, third).value();
  EXPECT_EQ(next.offset, place.length);
  EXPECT_TRUE(files_.sync());
  EXPECT_EQ(read(place, first), first);
  EXPECT_EQ(read(next, third), third);
}

TEST_F(Evidence, ShortAndInterruptedWritesGoOn) {
  for (const Fault fault : {Fault::kShort, Fault::kInterrupted}) {
    const Bytes image = image_of(6, 50'000);
    EvidencePlace place;
    {
      const FaultyCalls calls(fault, 1);
      place = append({5}, image).value();
    }
    EXPECT_EQ(files_.read({5}, key_, place, chain::sha256(image)), image);
  }
}

TEST_F(Evidence, AfterAFailedSyncNothingMoreIsPromised) {
  ASSERT_TRUE(append(kBucket, image_of(1)));
  {
    const FaultyCalls calls(Fault::kError, 1, EIO);
    EXPECT_EQ(files_.sync().error().code, ErrorCode::kIo);
  }
  EXPECT_EQ(files_.sync().error().code, ErrorCode::kIo);
  EXPECT_EQ(append(kBucket, image_of(2)).error().code, ErrorCode::kIo);
  EXPECT_EQ(files_.keep_held({1}, key_, image_of(2)).error().code, ErrorCode::kIo);
  reopen();
  EXPECT_TRUE(append(kBucket, image_of(3)));
  EXPECT_TRUE(files_.sync());
}

// The kernel tells a failed write to one sync of a descriptor: another at the same time, and each
// later one, would be told that all is well.
TEST_F(Evidence, OneSyncAtATimeAndNoneAfterOneThatFailed) {
  static std::atomic<int> syncs, inside, together;
  syncs = inside = together = 0;
  constexpr int kFails = 40;
  const FileCalls calls = file_calls();
  file_calls().fdatasync = [](int fd) {
    if (++inside > 1) ++together;
    const bool fails = ++syncs == kFails;
    const int done = ::fdatasync(fd);
    --inside;
    if (!fails) return done;
    errno = EIO;
    return -1;
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (append(kBucket, image_of(1)) && files_.sync()) {
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  file_calls() = calls;
  EXPECT_EQ(together, 0);
  EXPECT_EQ(syncs, kFails);
}

TEST_F(Evidence, WhatIsAppendedWhileAnotherThreadSyncsIsSyncedToo) {
  static std::function<void()> at_a_sync;
  std::vector<std::uint64_t> ends;
  at_a_sync = [&] {
    ends.push_back(std::filesystem::file_size(bucket_file()));
    if (ends.size() > 1) return;
    std::thread([&] { EXPECT_TRUE(append(kBucket, image_of(2))); }).join();
  };
  ASSERT_TRUE(append(kBucket, image_of(1)));
  const FileCalls calls = file_calls();
  file_calls().fdatasync = [](int fd) {
    at_a_sync();
    return ::fdatasync(fd);
  };
  EXPECT_TRUE(files_.sync());
  EXPECT_TRUE(files_.sync());
  EXPECT_TRUE(files_.sync());
  file_calls() = calls;
  ASSERT_EQ(ends.size(), 2U);  // the second for what came meanwhile, the third for nothing
  EXPECT_LT(ends[0], ends[1]);
}

TEST_F(Evidence, ACrashWhileAHeldImageIsWrittenAgainLeavesAWholeOne) {
  const Bytes image = image_of(1);
  ASSERT_TRUE(files_.keep_held({1}, key_, image));
  unsigned total = 0;
  for (unsigned at = 0; at <= total; ++at) {
    {
      const FaultyCalls calls(Fault::kTornCrash, at);
      EXPECT_EQ(files_.keep_held({1}, key_, image).has_value(), at == 0) << at;
      if (at == 0) total = calls.count();
    }
    reopen();
    EXPECT_EQ(files_.read_held({1}, key_, chain::sha256(image)), image) << at;
  }
  EXPECT_GE(total, 4U);
}

TEST_F(Evidence, ReadsWhileAnotherThreadAppends) {
  const Bytes image = image_of(1);
  const auto place = append(kBucket, image).value();
  std::thread writer([&] {
    for (int i = 0; i < 200; ++i) {
      EXPECT_TRUE(append(kBucket, image_of(2)));
      if (i % 50 == 0) {
        EXPECT_TRUE(files_.sync());
      }
    }
  });
  for (int i = 0; i < 200; ++i) EXPECT_EQ(read(place, image), image);
  writer.join();
}

TEST_F(Evidence, RefusesAnImageOverTheLimit) {
  EXPECT_EQ(append(kBucket, Bytes(kImageSizeMax + 1)).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(files_.buckets().empty());
}

}  // namespace
}  // namespace alpr::store
