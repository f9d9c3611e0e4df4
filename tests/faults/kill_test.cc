// Proves that a process killed at any moment loses nothing that it acknowledged and leaves nothing
// half done. A child uploads, holds, releases and purges on a simulated clock and tells each
// acknowledged event through a pipe; it is killed with SIGKILL at a random moment, and the store is
// opened again, finished and checked from its headers. PLATELEDGER_KILLS sets how often (20 unless
// set).
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <chrono>
#include <random>
#include <thread>

#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

// What the child tells: an event that was acknowledged, and the time of its simulated clock.
struct Told {
  std::uint64_t seq;
  std::int64_t time;
  std::uint64_t number;  // what stands in its payload
  std::uint64_t kind;
};

int kills() {
  const char* set = ::getenv("PLATELEDGER_KILLS");
  return set == nullptr ? 20 : std::stoi(set);
}

class Child {
 public:
  Child(const StorePlaces& places, TimeUs now, unsigned seed) : random_(seed) {
    clock_ = std::make_shared<SimulatedClock>(now);
    auto opened = Store::open(places, clock_, toy::kinds(), toy::small_settings());
    if (!opened) ::_exit(9);
    store_ = std::move(*opened);
    sequencer_ = Sequencer::start(*store_, toy::fold, {});
    Retention retention(*store_, *sequencer_);
    if (!retention.finish_pending()) ::_exit(8);
  }

  // Until killed.
  [[noreturn]] void work(int pipe) {
    for (std::uint64_t round = 0;; ++round) {
      upload(pipe, round);
      if (round % 5 == 4) hold_and_release(round);
      clock_->advance(static_cast<std::int64_t>(random_() % 3 + 1) * toy::kDay);
      Retention retention(*store_, *sequencer_);
      if (!retention.run()) ::_exit(7);
    }
  }

 private:
  void upload(int pipe, std::uint64_t round) {
    std::vector<Told> told;
    const std::uint64_t count = random_() % 20 + 1;
    const auto commit = sequencer_->run([&](Transaction& transaction) -> Result<void> {
      told.clear();
      for (std::uint64_t i = 0; i < count; ++i) {
        const bool read = i % 3 != 0;
        const std::uint64_t number = round * 100 + i;
        if (read) {
          if (const auto place = transaction.store_image(Bytes(500, 1)); !place) {
            return tl::unexpected(place.error());
          }
        }
        const auto seq = transaction.append(read ? toy::read("P" + std::to_string(number))
                                                 : toy::note("ann", number));
        if (!seq) return tl::unexpected(seq.error());
        told.push_back(
            {seq->value, transaction.now().value, number, read ? toy::kRead : toy::kNote});
      }
      return {};
    });
    if (!commit) ::_exit(6);
    last_ = told.back().kind == toy::kRead ? Sequence{told.back().seq} : last_;
    // At most PIPE_BUF at a time, so that a kill leaves no half of one.
    for (const Told& one : told) {
      if (::write(pipe, &one, sizeof one) != sizeof one) ::_exit(5);
    }
  }

  void hold_and_release(std::uint64_t round) {
    if (!last_ || !store_->event(*last_)) return;
    Sequence hold;
    const std::vector<Sequence> events = {*last_};
    const auto placed = sequencer_->run([&](Transaction& transaction) -> Result<void> {
      if (const auto held = transaction.hold(events, {}); !held) return held;
      const auto seq = transaction.append(toy::hold_placed(events));
      if (!seq) return tl::unexpected(seq.error());
      hold = *seq;
      return {};
    });
    if (!placed) ::_exit(4);
    if (round % 2 == 0) return;
    const auto released = sequencer_->run([&](Transaction& transaction) -> Result<void> {
      const auto seq = transaction.append(toy::hold_released(hold));
      if (!seq) return tl::unexpected(seq.error());
      return {};
    });
    if (!released) ::_exit(3);
  }

  std::mt19937_64 random_;
  std::shared_ptr<SimulatedClock> clock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Sequencer> sequencer_;
  std::optional<Sequence> last_;
};

// Lets a child work for a random while, kills it, and returns what it told.
std::vector<Told> work_and_kill(const StorePlaces& places, TimeUs now, unsigned seed) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    Child(places, now, seed).work(ends[1]);
  }
  ::close(ends[1]);
  std::mt19937_64 random(seed);
  std::thread killer([pid, after = 20 + random() % 300] {
    std::this_thread::sleep_for(std::chrono::milliseconds(after));
    ::kill(pid, SIGKILL);
  });
  std::vector<Told> told;
  Told one{};
  while (::read(ends[0], &one, sizeof one) == sizeof one) told.push_back(one);
  killer.join();
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself, with " << WEXITSTATUS(status);
  return told;
}

void expect_there(const Store& store, const Told& one, TimeUs now) {
  const auto header = store.header({one.seq});
  ASSERT_TRUE(header) << one.seq << " was acknowledged and is lost";
  ASSERT_EQ(header->kind, one.kind);
  ASSERT_EQ(header->time.value, one.time);
  const auto event = store.event({one.seq});
  const std::string number = std::to_string(one.number);
  if (one.kind == toy::kNote) {
    ASSERT_EQ(toy::value_of(event->members, "number"), number);
  } else if (due_time({one.time}) > now || !store.holds_on({one.seq}).empty()) {
    ASSERT_EQ(event->json, "{\"plate\":\"P" + number + "\"}");
  } else {
    ASSERT_EQ(toy::code(event), ErrorCode::kGone);
  }
}

TEST(Kill, NothingAcknowledgedIsLostAndNoPurgeStaysHalfDone) {
  TemporaryFolder folder;
  const StorePlaces places = default_places(folder.path() / "store");
  ASSERT_TRUE(Store::create(places, "example.org/killed", toy::small_settings()));
  TimeUs now = toy::kStart;
  {
    auto store = Store::open(places, std::make_shared<SimulatedClock>(now), toy::kinds(),
                             toy::small_settings());
    ASSERT_TRUE(store) << store.error().detail;
    const auto sequencer = Sequencer::start(**store, toy::fold, {});
    ASSERT_TRUE(sequencer->run([&](Transaction& transaction) -> Result<void> {
      const auto seq = transaction.append(genesis_draft((*store)->log_vkey(), /*simulated=*/true));
      if (!seq) return tl::unexpected(seq.error());
      return {};
    }));
  }
  std::vector<Told> all;
  for (int round = 0; round < kills(); ++round) {
    const auto told = work_and_kill(places, now, static_cast<unsigned>(round + 1));
    all.insert(all.end(), told.begin(), told.end());

    auto store = Store::open(places, std::make_shared<SimulatedClock>(now), toy::kinds(),
                             toy::small_settings());
    ASSERT_TRUE(store) << "round " << round << ": " << store.error().detail;
    // The simulated clock went as far as the last event says.
    now = std::max(now, (*store)->header({(*store)->size() - 1})->time);
    const auto clock = std::make_shared<SimulatedClock>(now);
    store->reset();
    store = Store::open(places, clock, toy::kinds(), toy::small_settings());
    ASSERT_TRUE(store) << store.error().detail;
    const auto sequencer = Sequencer::start(**store, toy::fold, {});
    Retention retention(**store, *sequencer);
    const auto finished = retention.run();
    ASSERT_TRUE(finished) << "round " << round << ": " << finished.error().detail;
    EXPECT_EQ(retention.overdue(0).value(), 0U);
    EXPECT_EQ(retention.finish_pending()->finished, 0U);
    toy::expect_sound(**store);
    for (const Told& one : all) {
      expect_there(**store, one, now);
      if (testing::Test::HasFatalFailure()) return;
    }
    const auto live = (*store)->dump_registers();
    ASSERT_TRUE(live) << live.error().detail;
    ASSERT_TRUE((*store)->rebuild_registers(toy::fold));
    ASSERT_EQ((*store)->dump_registers().value(), *live);
  }
  EXPECT_GT(all.size(), static_cast<std::size_t>(kills()));
}

}  // namespace
}  // namespace alpr::store
