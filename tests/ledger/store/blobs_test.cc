// Proves that a list's blob is kept sealed, whole, and gone where nothing on the log names it. By
// batches that commit and batches that do not, a start after a crash, and changed bytes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

using toy::ToyStore;

TEST(Blobs, ABlobIsKeptSealedAndAnAbortedOneIsRemoved) {
  ToyStore toy;
  const Bytes list(4000, 0x77);
  std::uint64_t id = 0;
  const auto work = [&](bool good) {
    return toy.sequencer->run([&, good](Transaction& transaction) -> Result<void> {
      const auto blob = transaction.store_blob(list);
      if (!blob) return tl::unexpected(blob.error());
      id = *blob;
      if (!good) return fail(ErrorCode::kRefused, "no");
      const auto seq = transaction.append(toy::notice("list"));
      if (!seq) return tl::unexpected(seq.error());
      return {};
    });
  };
  EXPECT_FALSE(work(false));
  EXPECT_EQ(toy::code(toy.store->blob(id)), ErrorCode::kGone);
  EXPECT_TRUE(std::filesystem::is_empty(toy.places().folder / "blobs"));
  ASSERT_TRUE(work(true));
  EXPECT_LT(id, std::uint64_t{1} << 53);
  toy.reopen();
  EXPECT_EQ(toy.store->blob(id).value(), list);
  EXPECT_FALSE(toy.on_disk(as_text(BytesView(list).first(64))));
}

TEST(Blobs, ABlobSealedAheadIsTakenOnceAndWhatNobodyTakesIsDestroyed) {
  ToyStore toy;
  const auto blobs = toy.places().folder / "blobs";
  const Bytes list(4000, 0x77);
  {
    const auto unused = toy.store->stage_blob(list);
    ASSERT_TRUE(unused);
  }
  EXPECT_TRUE(std::filesystem::is_empty(blobs));
  auto staged = toy.store->stage_blob(list);
  ASSERT_TRUE(staged);
  std::vector<std::uint64_t> ids;
  const auto work = [&](bool good) {
    return toy.sequencer->run([&, good](Transaction& transaction) -> Result<void> {
      const auto blob = transaction.store_blob(list, &*staged);
      if (!blob) return tl::unexpected(blob.error());
      ids.push_back(*blob);
      const auto seq = transaction.append(toy::notice("list"));
      if (!seq) return tl::unexpected(seq.error());
      if (!good) return fail(ErrorCode::kRefused, "no");
      return {};
    });
  };
  const auto in_folder = [&] {
    return std::distance(std::filesystem::directory_iterator(blobs),
                         std::filesystem::directory_iterator());
  };
  EXPECT_EQ(in_folder(), 1);
  EXPECT_FALSE(work(false));
  EXPECT_EQ(in_folder(), 0) << "it was of the batch that did not commit";
  ASSERT_TRUE(work(true)) << "sealed again";
  EXPECT_EQ(in_folder(), 1);
  EXPECT_NE(ids.front(), ids.back());
  EXPECT_EQ(toy.store->blob(ids.back()).value(), list);
  EXPECT_EQ(toy::code(toy.store->vault().blob_key(ids.front())), ErrorCode::kGone);
  // One that lies there at a crash goes with the next start.
  auto lost = std::make_unique<StagedBlob>(toy.store->stage_blob(list).value());
  const auto id = lost->take();
  ASSERT_TRUE(id);
  EXPECT_FALSE(lost->take());
  toy.reopen();
  EXPECT_EQ(toy::code(toy.store->vault().blob_key(*id)), ErrorCode::kGone);
  EXPECT_EQ(in_folder(), 1);
  EXPECT_EQ(toy.store->blob(ids.back()).value(), list);
}

TEST(Blobs, ABlobThatWasChangedDoesNotOpen) {
  ToyStore toy;
  for (const std::size_t size : {std::size_t{300}, std::size_t{40'000}}) {
    Bytes list(size, 0x11);
    std::uint64_t id = 0;
    ASSERT_TRUE(toy.sequencer->run([&](Transaction& transaction) -> Result<void> {
      id = transaction.store_blob(list).value();
      return transaction.append(toy::notice("list")).map([](Sequence) {});
    }));
    EXPECT_EQ(toy.store->blob(id).value(), list);
    const auto file = toy.places().folder / "blobs" / (std::to_string(id) + ".blob");
    for (const std::size_t at : {std::size_t{0}, std::size_t{30}, size + 39}) {
      std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
      bytes.seekg(static_cast<std::streamoff>(at));
      const int was = bytes.get();
      bytes.seekp(static_cast<std::streamoff>(at));
      bytes.put(static_cast<char>(was ^ 1)).flush();
      EXPECT_EQ(toy::code(toy.store->blob(id)), ErrorCode::kCorrupt) << at;
      bytes.seekp(static_cast<std::streamoff>(at));
      bytes.put(static_cast<char>(was)).flush();
      EXPECT_TRUE(toy.store->blob(id)) << at;
    }
  }
}

}  // namespace
}  // namespace alpr::store
