// Proves that a store opens only as what it was, gives out proofs that verify, keeps the
// checkpoints it must, and removes what a crash left. Opens, damages and reopens stores in
// temporary folders, and checks proofs at every size.
#include "ledger/store/store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "ledger/chain/encoding.h"
#include "ledger/chain/merkle.h"
#include "ledger/store/environment.h"
#include "tests/ledger/store/one_image.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

using toy::ToyStore;

Result<std::unique_ptr<Store>> open_again(const ToyStore& toy) {
  return Store::open(toy.places(), toy.clock, toy::kinds(), toy::small_settings());
}

// Changes rows behind the store's back.
void tamper(const ToyStore& toy, const std::function<void(Txn&)>& change) {
  auto env =
      Environment::open(toy.places().folder / "ledger", 256ULL << 20, Environment::Mode::kOpen);
  ASSERT_TRUE(env) << env.error().detail;
  auto txn = (*env)->begin_write();
  ASSERT_TRUE(txn);
  change(*txn);
  ASSERT_EQ(txn->commit(), 0);
}

// Keeps a copy of the folder while the store is closed.
void copy_folder(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

TEST(Store, AFolderWithAStoreGetsNoSecondOne) {
  ToyStore toy;
  toy.close();
  EXPECT_EQ(toy::code(Store::create(toy.places(), "example.org/other")), ErrorCode::kConflict);
  EXPECT_EQ(toy::code(Store::create(default_places(toy.folder.path() / "b"), "two words")),
            ErrorCode::kMalformed);
  EXPECT_EQ(
      toy::code(Store::open(default_places(toy.folder.path() / "none"), toy.clock, toy::kinds())),
      ErrorCode::kNotFound);
}

TEST(Store, TwoOpensOfOneStoreAreRefused) {
  ToyStore toy;
  const auto second = open_again(toy);
  ASSERT_EQ(toy::code(second), ErrorCode::kLocked);
  EXPECT_NE(second.error().detail.find(std::to_string(getpid())), std::string::npos);
  toy.close();
  EXPECT_TRUE(open_again(toy));
}

TEST(Store, AnotherProcessIsRefusedToo) {
  ToyStore toy;
  toy.close();
  int to_child[2];
  int to_parent[2];
  ASSERT_EQ(pipe(to_child), 0);
  ASSERT_EQ(pipe(to_parent), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto store = open_again(toy);
    char byte = store ? 'y' : 'n';
    if (write(to_parent[1], &byte, 1) != 1 || read(to_child[0], &byte, 1) != 1) _exit(2);
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(to_parent[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  const auto second = open_again(toy);
  ASSERT_EQ(toy::code(second), ErrorCode::kLocked);
  EXPECT_NE(second.error().detail.find(std::to_string(child)), std::string::npos);
  ASSERT_EQ(write(to_child[1], &byte, 1), 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(open_again(toy));
  for (const int fd : {to_child[0], to_child[1], to_parent[0], to_parent[1]}) close(fd);
}

TEST(Store, AStoreOfAnotherFormatIsRefused) {
  ToyStore toy;
  toy.close();
  tamper(toy, [](Txn& txn) {
    ASSERT_TRUE(txn.put(Db::kMeta, as_bytes("format"), Bytes{0, 0, 0, 2}));
  });
  const auto opened = open_again(toy);
  ASSERT_EQ(toy::code(opened), ErrorCode::kWrongVersion);
  EXPECT_NE(opened.error().detail.find("format 2"), std::string::npos);
}

TEST(Store, AFileThatIsNoLmdbFileIsRefused) {
  ToyStore toy;
  toy.close();
  put_bytes(toy.places().folder / "ledger" / "data.mdb", Bytes(64 << 10, 0x41));
  EXPECT_EQ(toy::code(open_again(toy)), ErrorCode::kWrongVersion);
}

TEST(Store, AFileCutShortIsRefused) {
  ToyStore toy;
  for (int i = 0; i < 50; ++i) toy.must_append(toy::notice(std::string(3000, 'x')));
  toy.close();
  const auto file = toy.places().folder / "ledger" / "data.mdb";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 8192);
  EXPECT_EQ(toy::code(open_again(toy)), ErrorCode::kCorrupt);
}

TEST(Store, ADamagedEndOfTheLogIsRefused) {
  const auto opens_after = [](const std::function<void(Txn&)>& change) {
    ToyStore toy;
    for (int i = 0; i < 3; ++i) toy.must_append(toy::notice("n"));
    toy.close();
    tamper(toy, change);
    const auto opened = open_again(toy);
    return opened ? ErrorCode{} : opened.error().code;
  };
  EXPECT_EQ(opens_after([](Txn& txn) { ASSERT_TRUE(txn.erase(Db::kHeaders, key64(3))); }),
            ErrorCode::kCorrupt);
  EXPECT_EQ(opens_after([](Txn& txn) { ASSERT_TRUE(txn.erase(Db::kCheckpoints, key64(4))); }),
            ErrorCode::kCorrupt);
  EXPECT_EQ(opens_after([](Txn& txn) {
              Bytes header = {(*txn.get(Db::kHeaders, key64(2)))->begin(),
                              (*txn.get(Db::kHeaders, key64(2)))->end()};
              header[70] ^= 1;
              ASSERT_TRUE(txn.put(Db::kHeaders, key64(2), header));
            }),
            ErrorCode::kCorrupt);
}

TEST(Store, AnOlderCopyIsARollback) {
  ToyStore toy;
  toy.must_append(toy::notice("a"));
  toy.close();
  const auto data = toy.places().folder / "ledger";
  const auto kept = toy.folder.path() / "kept";
  copy_folder(data, kept);
  toy.open();
  toy.must_append(toy::notice("b"));
  toy.close();
  copy_folder(kept, data);
  EXPECT_EQ(toy::code(open_again(toy)), ErrorCode::kRollback);
}

TEST(Store, AForkOfTheSameSizeIsARollback) {
  ToyStore toy;
  toy.must_append(toy::notice("a"));
  toy.close();
  const auto data = toy.places().folder / "ledger";
  const auto kept = toy.folder.path() / "kept";
  const auto mark = toy.places().folder / "keyring" / "high-water";
  copy_folder(data, kept);
  const Bytes mark_before = bytes_of(mark);
  toy.open();
  toy.must_append(toy::notice("b"));
  toy.close();
  const Bytes mark_of_b = bytes_of(mark);
  copy_folder(kept, data);
  put_bytes(mark, mark_before);
  toy.open();
  toy.must_append(toy::notice("c"));
  toy.must_append(toy::notice("d"));
  toy.close();
  put_bytes(mark, mark_of_b);
  EXPECT_EQ(toy::code(open_again(toy)), ErrorCode::kRollback);
}

TEST(Store, ALostHighWaterNoteOfTheLastCommitIsNoRollback) {
  ToyStore toy;
  toy.must_append(toy::notice("a"));
  const auto mark = toy.places().folder / "keyring" / "high-water";
  toy.close();
  const Bytes before = bytes_of(mark);
  toy.open();
  toy.must_append(toy::notice("b"));
  toy.close();
  put_bytes(mark, before);
  EXPECT_TRUE(open_again(toy));
  EXPECT_NE(bytes_of(mark), before);
}

TEST(Store, AKeyringElsewhereIsFoundAgain) {
  TemporaryFolder folder;
  StorePlaces places = default_places(folder.path() / "store");
  places.vault.keyring = folder.path() / "safe";
  ASSERT_TRUE(Store::create(places, "example.org/toy", toy::small_settings()));
  const auto clock = std::make_shared<SimulatedClock>(toy::kStart);
  EXPECT_TRUE(Store::open(places, clock, toy::kinds(), toy::small_settings()));
  EXPECT_TRUE(Store::open(default_places(folder.path() / "store"), clock, toy::kinds(),
                          toy::small_settings()));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "store" / "keyring"));
}

TEST(Store, ProofsAndTilesVerifyAtEverySize) {
  ToyStore toy;
  constexpr std::uint64_t kSize = 600;
  // Batches of many sizes, so that tiles fill in the middle of some.
  for (std::uint64_t i = 1, step = 1; i < kSize; step = step % 97 + 7) {
    const std::uint64_t count = std::min(step, kSize - i);
    ASSERT_TRUE(toy.sequencer->run([&](Transaction& transaction) -> Result<void> {
      for (std::uint64_t k = 0; k < count; ++k) {
        if (const auto seq = transaction.append(toy::notice("n")); !seq)
          return tl::unexpected(seq.error());
      }
      return {};
    }));
    i += count;
    if (step % 5 == 0) toy.reopen();  // the growing edge is restored from tiles and headers
  }
  ASSERT_EQ(toy.store->size(), kSize);
  toy::expect_sound(*toy.store);
  std::vector<Digest> leaves;
  const auto headers = toy.store->header_range({0}, kSize);
  for (const auto& header : *headers) leaves.push_back(chain::leaf_hash(header));
  chain::CompactRange range;
  std::vector<Digest> roots = {chain::empty_root()};
  for (const Digest& leaf : leaves) {
    range.append(leaf);
    roots.push_back(range.root());
  }
  for (std::uint64_t size = 1; size <= kSize; ++size) {
    for (const std::uint64_t index : {std::uint64_t{0}, size / 3, size - 1}) {
      const auto path = toy.store->inclusion_path({index}, size);
      ASSERT_TRUE(path) << path.error().detail;
      ASSERT_TRUE(chain::verify_inclusion(leaves[index], index, size, *path, roots[size]));
    }
    const auto path = toy.store->consistency_path(size, kSize);
    ASSERT_TRUE(path) << path.error().detail;
    ASSERT_TRUE(chain::verify_consistency(size, roots[size], kSize, roots[kSize], *path));
  }
  EXPECT_EQ(toy::code(toy.store->inclusion_path({0}, kSize + 1)), ErrorCode::kNotFound);
  EXPECT_EQ(toy::code(toy.store->consistency_path(1, kSize + 1)), ErrorCode::kNotFound);
}

TEST(Store, TilesAndEntriesAreThoseOfTheHeaders) {
  ToyStore toy;
  ASSERT_TRUE(toy.sequencer->run([&](Transaction& transaction) -> Result<void> {
    for (int k = 0; k < 599; ++k) {
      if (const auto seq = transaction.append(toy::notice("n")); !seq)
        return tl::unexpected(seq.error());
    }
    return {};
  }));
  const auto headers = toy.store->header_range({0}, 1000);
  ASSERT_EQ(headers->size(), 600U);
  for (const unsigned index : {0U, 1U, 2U}) {
    const unsigned width = index == 2 ? 88 : 256;
    const auto tile = toy.store->tile({0, index, width});
    ASSERT_TRUE(tile) << tile.error().detail;
    const auto bundle = toy.store->entries(index, width);
    const auto entries = chain::decode_entries(*bundle);
    ASSERT_EQ(entries->size(), width);
    for (unsigned i = 0; i < width; ++i) {
      const auto& header = (*headers)[index * 256 + i];
      EXPECT_TRUE(std::equal(header.begin(), header.end(), (*entries)[i].begin()));
      const Digest leaf = chain::leaf_hash(header);
      EXPECT_TRUE(std::equal(leaf.begin(), leaf.end(), tile->begin() + i * 32));
    }
  }
  const auto upper = toy.store->tile({1, 0, 2});
  ASSERT_TRUE(upper);
  const Digest first = chain::subtree_in_tile(*toy.store->tile({0, 0, 256}), 8, 0);
  EXPECT_TRUE(std::equal(first.begin(), first.end(), upper->begin()));
  EXPECT_TRUE(toy.store->tile({0, 2, 10}));  // a narrower one of an earlier size
  EXPECT_EQ(toy::code(toy.store->tile({0, 2, 89})), ErrorCode::kNotFound);
  EXPECT_EQ(toy::code(toy.store->tile({1, 0, 3})), ErrorCode::kNotFound);
  EXPECT_EQ(toy::code(toy.store->tile({2, 0, 1})), ErrorCode::kNotFound);
  EXPECT_EQ(toy::code(toy.store->entries(2, 89)), ErrorCode::kNotFound);
  EXPECT_EQ(toy::code(toy.store->entries(0, 0)), ErrorCode::kNotFound);
}

TEST(Store, ATlogProofVerifiesAgainstItsCheckpoint) {
  ToyStore toy;
  for (int i = 0; i < 20; ++i) toy.must_append(toy::notice("n"));
  const auto text = toy.store->tlog_proof({7});
  ASSERT_TRUE(text) << text.error().detail;
  const auto proof = chain::parse_tlog_proof(*text);
  ASSERT_TRUE(proof) << proof.error().detail;
  const auto checkpoint =
      chain::open_checkpoint(proof->checkpoint, toy.store->origin(), {toy.store->log_vkey()});
  ASSERT_TRUE(checkpoint);
  EXPECT_TRUE(chain::verify_inclusion(toy.store->event({7})->leaf, proof->index, checkpoint->size,
                                      proof->path, checkpoint->root));
  EXPECT_EQ(toy::code(toy.store->tlog_proof({21})), ErrorCode::kNotFound);
}

TEST(Store, CheckpointsThatWereHandedOutOrAreFirstInTheirHourAreKept) {
  ToyStore toy;  // size 1: the first of its hour
  for (int i = 0; i < 4; ++i) toy.must_append(toy::notice("n"));
  ASSERT_TRUE(toy.store->newest_checkpoint());  // 5
  for (int i = 0; i < 4; ++i) toy.must_append(toy::notice("n"));
  toy.clock->advance(3600 * kSecondUs);
  for (int i = 0; i < 4; ++i) toy.must_append(toy::notice("n"));  // 10 is first
  ASSERT_TRUE(toy.store->tlog_proof({2}));                        // 13
  toy.must_append(toy::notice("n"));
  toy.reopen();  // 14 was perhaps handed out
  for (int i = 0; i < 4; ++i) toy.must_append(toy::notice("n"));
  std::vector<std::uint64_t> kept;
  for (std::uint64_t size = 1; size <= 18; ++size) {
    if (toy.store->checkpoint(size)) kept.push_back(size);
  }
  EXPECT_EQ(kept, (std::vector<std::uint64_t>{1, 5, 10, 13, 14, 17, 18}));
}

TEST(Store, ASnapshotOfTheRegistersStandsStill) {
  ToyStore toy;
  toy.must_append(toy::note("ann", 1));
  const auto before = toy.store->registers();
  toy.must_append(toy::note("ann", 2));
  const auto key = chain::RowKey().text("\"ann\"");
  EXPECT_EQ(before->get(toy::kSubjects, key)->value(), "1");
  EXPECT_EQ(toy.store->registers()->get(toy::kSubjects, key)->value(), "2");
  EXPECT_FALSE(before->get(toy::kSubjects, chain::RowKey().text("\"bob\""))->has_value());
}

TEST(Store, AScanVisitsTheRowsOfAPrefixInOrder) {
  ToyStore toy;
  const Sequence read = toy.must_append(toy::read("A"));
  const Sequence other = toy.must_append(toy::read("B"));
  toy.must_append(toy::note("x", 1, read));
  toy.must_append(toy::note("y", 2, other));
  toy.must_append(toy::note("z", 3, read));
  std::vector<std::string> seen;
  const auto collect = [&seen](std::string_view value) {
    seen.emplace_back(value);
    return true;
  };
  ASSERT_TRUE(
      toy.store->registers()->scan(toy::kNotesOfRead, chain::RowKey().number(read.value), collect));
  EXPECT_EQ(seen, (std::vector<std::string>{"\"x\"", "\"z\""}));
  seen.clear();
  ASSERT_TRUE(toy.store->registers()->scan(toy::kNotesOfRead, {}, [&](std::string_view value) {
    seen.emplace_back(value);
    return false;
  }));
  EXPECT_EQ(seen.size(), 1U);
}

TEST(Store, ARowKeepsItsScopeAndIsKeyedByNumbers) {
  ToyStore toy;
  toy.sequencer.reset();
  std::vector<ErrorCode> codes;
  toy.sequencer = Sequencer::start(
      *toy.store,
      [&codes](const chain::EventView& event, chain::RegisterWriter& rows) -> Result<void> {
        const auto note = [&codes](const Result<void>& done) {
          codes.push_back(done ? ErrorCode{} : done.error().code);
        };
        if (event.header.kind != toy::kRead) return {};
        const auto key = chain::RowKey().number(1);
        note(rows.put(9, chain::RowKey().text("7ABC123"), "v", event.header.seq));
        if (const auto done = rows.put(9, key, "v", {}); !done) return done;
        note(rows.put(9, key, "v", event.header.seq));
        note(rows.put(9, chain::RowKey().number(2), "v", Sequence{0}));
        return {};
      },
      {});
  toy.must_append(toy::read("7ABC123"));
  EXPECT_EQ(codes, (std::vector<ErrorCode>{ErrorCode::kRefused, ErrorCode::kConflict,
                                           ErrorCode::kMalformed}));
}

TEST(Store, VisitGoesThroughTheLogInOrder) {
  ToyStore toy;
  for (std::uint64_t i = 0; i < 300; ++i) toy.must_append(toy::note("a", i));
  std::uint64_t next = 5;
  ASSERT_TRUE(toy.store->visit({5}, [&](const chain::EventView& event) -> Result<void> {
    EXPECT_EQ(event.header.seq.value, next++);
    EXPECT_TRUE(event.have_payload);
    return {};
  }));
  EXPECT_EQ(next, 301U);
  const auto stopped = toy.store->visit({0}, [](const chain::EventView&) -> Result<void> {
    return fail(ErrorCode::kRefused, "enough");
  });
  EXPECT_EQ(toy::code(stopped), ErrorCode::kRefused);
}

TEST(Store, ADamagedPayloadIsCorruptNotSilent) {
  ToyStore toy;
  const Sequence note = toy.must_append(toy::note("ann", 1));
  toy.close();
  tamper(toy, [&](Txn& txn) {
    const auto row = txn.get(Db::kPayloads, key64(note.value));
    Bytes bytes((*row)->begin(), (*row)->end());
    bytes.back() ^= 1;
    ASSERT_TRUE(txn.put(Db::kPayloads, key64(note.value), bytes));
  });
  toy.open();
  EXPECT_EQ(toy::code(toy.store->event(note)), ErrorCode::kCorrupt);
}

TEST(Store, OpeningRemovesWhatNothingCommittedRefersTo) {
  ToyStore toy;
  const auto image = toy.must_append_image("7ABC123", Bytes(100, 1));
  toy.clock->advance(2 * kBucketUs);
  const auto failed = toy.sequencer->run([](Transaction& transaction) -> Result<void> {
    if (const auto place = toy::store_image(transaction, Bytes(100, 2)); !place)
      return tl::unexpected(place.error());
    return fail(ErrorCode::kRefused, "no");
  });
  EXPECT_FALSE(failed);
  const Bucket orphan = bucket_of(toy.clock->now());
  const Bucket used{orphan.value - 2};
  const auto evidence = toy.places().folder / "evidence";
  EXPECT_TRUE(std::filesystem::exists(evidence / (std::to_string(orphan.value) + ".evd")));
  EXPECT_TRUE(toy.store->vault().bucket_key(orphan));
  // A hold, and a list, that a crash kept from being committed.
  ASSERT_TRUE(toy.store->vault().make_held_keys(std::vector<Sequence>{image.read}));
  ASSERT_TRUE(toy.store->vault().make_blob_key(77));
  toy.close();
  put_bytes(evidence / "held" / (std::to_string(image.read.value) + ".evd"), Bytes(50, 3));
  put_bytes(toy.places().folder / "blobs" / "77.blob", Bytes(50, 3));
  put_bytes(toy.places().folder / "blobs" / "78.blob", Bytes(50, 3));
  toy.open();
  EXPECT_FALSE(std::filesystem::exists(evidence / (std::to_string(orphan.value) + ".evd")));
  EXPECT_EQ(toy::code(toy.store->vault().bucket_key(orphan)), ErrorCode::kGone);
  EXPECT_EQ(toy::code(toy.store->vault().held_key(image.read)), ErrorCode::kGone);
  EXPECT_EQ(toy::code(toy.store->vault().blob_key(77)), ErrorCode::kGone);
  EXPECT_TRUE(std::filesystem::is_empty(toy.places().folder / "blobs"));
  EXPECT_TRUE(std::filesystem::is_empty(evidence / "held"));
  EXPECT_TRUE(toy.store->image(image.read, used, image.place, image.sha256));
}

TEST(Store, TheBallastLiesReady) {
  ToyStore toy;
  EXPECT_EQ(std::filesystem::file_size(toy.places().folder / "ballast"), 64U << 10);
}

}  // namespace
}  // namespace alpr::store
