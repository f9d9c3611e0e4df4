// Proves that compaction takes what was purged out of the file, changes nothing else, and may be
// cut short anywhere. Looks for the ciphertext of purged payloads in every byte of the folder, and
// lets each call of the write path be the last.
#include "ledger/store/compaction.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/store/event_rows.h"
#include "ledger/store/store_core.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

using toy::ToyStore;

// A store with a purged bucket and a living one, and the boxes that the purged payloads had.
class Compaction : public testing::Test {
 protected:
  Compaction() {
    const NoSync quick;
    std::vector<Sequence> reads;
    for (int i = 0; i < 60; ++i) {
      reads.push_back(toy_.must_append(toy::read("P" + std::to_string(i) + std::string(200, 'x'))));
    }
    {
      const auto txn = toy_.store->core().env->begin_read();
      for (const Sequence read : reads) {
        const auto row = read_payload_row(*txn, read);
        boxes_.emplace_back((*row)->box.begin(), (*row)->box.end());
      }
    }
    toy_.clock->advance(kRetentionUs);
    EXPECT_EQ(toy_.purge()->events, 60U);
    for (int i = 0; i < 20; ++i) toy_.must_append(toy::read("Q" + std::to_string(i)));
    dump_ = toy_.store->dump_registers().value();
    note_ = toy_.store->newest_checkpoint().value();
    toy_.close();
  }

  std::uint64_t purged_on_disk() const {
    std::uint64_t found = 0;
    for (const auto& [name, bytes] : all_files(toy_.places().folder)) {
      for (const Bytes& box : boxes_) {
        if (as_text(bytes).find(as_text(box)) != std::string_view::npos) ++found;
      }
    }
    return found;
  }
  void expect_as_before() {
    toy_.open();
    ASSERT_TRUE(toy_.store);
    toy::expect_sound(*toy_.store);
    EXPECT_EQ(toy_.store->dump_registers().value(), dump_);
    EXPECT_EQ(toy_.store->newest_checkpoint().value(), note_);
    for (const auto& [name, bytes] : all_files(toy_.places().folder)) {
      EXPECT_FALSE(name.ends_with(".new") || name.find("compacting") != std::string::npos) << name;
    }
    toy_.close();
  }

  ToyStore toy_;
  std::vector<Bytes> boxes_;
  std::string dump_;
  std::string note_;
};

TEST_F(Compaction, I12_G_1_TakesThePurgedBytesOutOfTheFile) {
  EXPECT_GT(purged_on_disk(), 0U) << "there is nothing to take away, so this proves nothing";
  const auto compacted = compact(toy_.places().folder);
  ASSERT_TRUE(compacted) << compacted.error().detail;
  EXPECT_LT(compacted->bytes_after, compacted->bytes_before);
  EXPECT_EQ(purged_on_disk(), 0U);
  expect_as_before();
  toy_.open();
  toy_.must_append(toy::read("R"));
  toy::expect_sound(*toy_.store);
}

TEST_F(Compaction, IsRefusedWhileTheStoreIsInUse) {
  toy_.open();
  EXPECT_EQ(toy::code(compact(toy_.places().folder)), ErrorCode::kLocked);
  toy_.close();
  EXPECT_EQ(toy::code(compact(toy_.places().folder / "nothing")), ErrorCode::kNotFound);
}

TEST_F(Compaction, IsRefusedWhileSomethingReadsTheStore) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const auto ledger = toy_.places().folder / "ledger";
  const pid_t reader = fork();
  if (reader == 0) {
    const auto env = Environment::open(ledger, 256 << 20, Environment::Mode::kOpen);
    static_cast<void>(!write(ends[1], env ? "y" : "n", 1));
    pause();
    _exit(0);
  }
  char ready = 'n';
  ASSERT_EQ(read(ends[0], &ready, 1), 1);
  ASSERT_EQ(ready, 'y');
  EXPECT_EQ(toy::code(compact(toy_.places().folder)), ErrorCode::kBusy);
  kill(reader, SIGKILL);
  int status = 0;
  waitpid(reader, &status, 0);
  EXPECT_TRUE(compact(toy_.places().folder));
  close(ends[0]);
  close(ends[1]);
}

TEST_F(Compaction, MayBeCutShortAtAnyCall) {
  const auto kept = toy_.folder.path() / "kept";
  std::filesystem::copy(toy_.places().folder, kept, std::filesystem::copy_options::recursive);
  const auto fresh = [&] {
    std::filesystem::remove_all(toy_.places().folder);
    std::filesystem::copy(kept, toy_.places().folder, std::filesystem::copy_options::recursive);
  };
  unsigned calls = 0;
  {
    const FaultyCalls counting(FaultyCalls::Fault::kError, 0);
    ASSERT_TRUE(compact(toy_.places().folder));
    calls = FaultyCalls::count();
  }
  ASSERT_GT(calls, 10U);
  for (unsigned at = 1; at <= calls; at += at < 8 || at + 8 > calls ? 1 : calls / 6) {
    SCOPED_TRACE("call " + std::to_string(at) + " of " + std::to_string(calls));
    fresh();
    {
      const FaultyCalls crashing(FaultyCalls::Fault::kCrash, at);
      static_cast<void>(compact(toy_.places().folder));
    }
    const NoSync quick;
    expect_as_before();
    ASSERT_TRUE(compact(toy_.places().folder));
    EXPECT_EQ(purged_on_disk(), 0U);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace alpr::store
