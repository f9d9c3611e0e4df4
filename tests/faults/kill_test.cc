// Proves that a process killed at any moment loses nothing that it acknowledged and leaves nothing
// half done. A child uploads, holds, releases and purges on a simulated clock and tells each
// acknowledged event through a pipe; it is killed with SIGKILL at a random moment, and the store is
// opened again, finished, and put before the verifier. 50 kills; 10,000 where PLATELEDGER_FULL is
// set; PLATELEDGER_KILLS says another number.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <chrono>
#include <random>
#include <thread>

#include "tests/faults/recovered.h"
#include "tests/ledger/store/one_image.h"

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
  if (set != nullptr) return std::stoi(set);
  return ::getenv("PLATELEDGER_FULL") == nullptr ? 50 : 10'000;
}

// A store is killed so often before a new one takes its place, so that the rounds stay cheap.
constexpr int kRoundsPerStore = 25;

class Child {
 public:
  Child(const StorePlaces& places, TimeUs now, unsigned seed) : random_(seed) {
    // A killed process loses nothing that the kernel has.
    file_calls().fdatasync = [](int) { return 0; };
    file_calls().fsync = [](int) { return 0; };
    clock_ = std::make_shared<SimulatedClock>(now);
    auto opened = Store::open(places, clock_, toy::kinds(), toy::small_settings());
    if (!opened) ::_exit(9);
    store_ = std::move(*opened);
    sequencer_ = Sequencer::start(*store_, toy::fold, {});
    Retention retention(*store_, *sequencer_);
    if (!retention.finish_pending()) ::_exit(8);
    find_holds();
  }

  // Until killed.
  [[noreturn]] void work(int pipe) {
    for (std::uint64_t round = 0;; ++round) {
      upload(pipe, round);
      if (round % 5 == 4) hold();
      if (round % 5 == 0) release_some();
      purge();
      const auto until =
          clock_->now().value + static_cast<std::int64_t>(random_() % 3 + 1) * toy::kDay;
      // Stops where something is due, as a purge every half hour would.
      while (clock_->now().value < until) {
        clock_->advance(std::min(until, next_due(until)) - clock_->now().value);
        purge();
      }
    }
  }

 private:
  void upload(int pipe, std::uint64_t round) {
    std::vector<Told> told;
    const std::uint64_t count = random_() % 20 + 1;
    const Bytes image(500, 1);
    const auto staged = toy::stage_image(*store_, image);
    if (!staged) ::_exit(6);
    const auto commit = sequencer_->run([&](Transaction& transaction) -> Result<void> {
      told.clear();
      for (std::uint64_t i = 0; i < count; ++i) {
        const bool read = i % 3 != 0;
        const std::uint64_t number = round * 100 + i;
        if (read) {
          if (const auto place = toy::store_image(transaction, image, *staged); !place) {
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

  void purge() {
    Retention retention(*store_, *sequencer_);
    if (!retention.run()) ::_exit(7);
  }

  // When the next bucket's last event is due, or `otherwise`.
  std::int64_t next_due(std::int64_t otherwise) {
    const auto txn = store_->core().env->begin_read();
    std::int64_t next = otherwise;
    const auto scanned = txn->scan(Db::kBuckets, {}, [&](const Row& row) {
      const auto bucket = parse_bucket(row.value);
      if (!bucket || bucket->state != BucketState::kLive) return true;
      const auto last = read_header(*txn, bucket->last);
      const std::int64_t due = due_time(last->time).value;
      if (due > clock_->now().value) next = std::min(next, due);
      return true;
    });
    if (!scanned) ::_exit(4);
    return next;
  }

  // Those of former lives too.
  void find_holds() {
    const auto txn = store_->core().env->begin_read();
    const auto rows = held_rows(*txn, {0}, {~std::uint64_t{0}});
    if (!rows) ::_exit(4);
    for (const HeldRow& row : *rows) {
      holds_.insert(row.holds.begin(), row.holds.end());
    }
  }

  void hold() {
    if (!last_ || !store_->event(*last_)) return;
    const std::vector<Sequence> events = {*last_};
    const auto placed = sequencer_->run([&](Transaction& transaction) -> Result<void> {
      if (const auto held = transaction.hold(events, {}); !held) return held;
      const auto seq =
          transaction.append(toy::hold_placed(events, {transaction.now().value + 90 * toy::kDay}));
      if (!seq) return tl::unexpected(seq.error());
      return {};
    });
    if (!placed) ::_exit(4);
    holds_.insert(placed->first);
  }

  // One at random, and each that is to be reviewed soon.
  void release_some() {
    const std::set<Sequence> before = holds_;
    for (const Sequence hold : before) {
      const std::int64_t age = clock_->now().value - store_->header(hold)->time.value;
      if (age < 60 * toy::kDay && random_() % before.size() != 0) continue;
      const auto released = sequencer_->run([&](Transaction& transaction) -> Result<void> {
        const auto seq = transaction.append(toy::hold_released(hold));
        if (!seq) return tl::unexpected(seq.error());
        return {};
      });
      if (!released) ::_exit(3);
      holds_.erase(hold);
    }
  }

  std::mt19937_64 random_;
  std::shared_ptr<SimulatedClock> clock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Sequencer> sequencer_;
  std::optional<Sequence> last_;
  std::set<Sequence> holds_;
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
  // After so many acknowledgements, so that a slow machine kills as far on as a fast one, and a
  // moment later, to meet whatever follows.
  std::mt19937_64 random(seed);
  const std::size_t enough = random() % 50;
  std::vector<Told> told;
  Told one{};
  while (told.size() <= enough && ::read(ends[0], &one, sizeof one) == sizeof one) {
    told.push_back(one);
  }
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 15'000));
  ::kill(pid, SIGKILL);
  while (::read(ends[0], &one, sizeof one) == sizeof one) told.push_back(one);
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
      << "the child ended by itself, with status " << status;
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

void begin(const StorePlaces& places) {
  ASSERT_TRUE(Store::create(places, "example.org/killed", toy::small_settings()));
  auto store = Store::open(places, std::make_shared<SimulatedClock>(toy::kStart), toy::kinds(),
                           toy::small_settings());
  ASSERT_TRUE(store) << store.error().detail;
  const auto sequencer = Sequencer::start(**store, toy::fold, {});
  ASSERT_TRUE(sequencer->run([&](Transaction& transaction) -> Result<void> {
    const auto seq = transaction.append(genesis_draft((*store)->log_vkey(), /*simulated=*/true));
    if (!seq) return tl::unexpected(seq.error());
    return {};
  }));
}

// Opens what a kill left, finishes it, and checks it; gives the time that it is there.
void expect_survived(const StorePlaces& places, const std::vector<Told>& all, TimeUs& now) {
  const auto clock = std::make_shared<SimulatedClock>(now);
  auto store = Store::open(places, clock, toy::kinds(), toy::small_settings());
  ASSERT_TRUE(store) << store.error().detail;
  // The simulated clock went at least as far as the last event says.
  const TimeUs last = (*store)->header({(*store)->size() - 1})->time;
  clock->advance(std::max<std::int64_t>(0, last.value - now.value));
  now = clock->now();
  {
    const auto sequencer = Sequencer::start(**store, toy::fold, {});
    Retention retention(**store, *sequencer);
    const auto finished = retention.run();
    ASSERT_TRUE(finished) << finished.error().detail;
    EXPECT_EQ(retention.overdue(0).value(), 0U);
    EXPECT_EQ(retention.finish_pending()->finished, 0U);
  }
  expect_recovered(**store);
  for (const Told& one : all) {
    expect_there(**store, one, now);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Kill, NothingAcknowledgedIsLostAndNoPurgeStaysHalfDone) {
  const NoSync quick;
  std::size_t told = 0;
  std::size_t purges = 0;
  for (int first = 0; first < kills(); first += kRoundsPerStore) {
    TemporaryFolder folder;
    const StorePlaces places = default_places(folder.path() / "store");
    begin(places);
    TimeUs now = toy::kStart;
    std::vector<Told> all;
    for (int round = first; round < std::min(first + kRoundsPerStore, kills()); ++round) {
      SCOPED_TRACE("round " + std::to_string(round));
      const auto some = work_and_kill(places, now, static_cast<unsigned>(round + 1));
      all.insert(all.end(), some.begin(), some.end());
      expect_survived(places, all, now);
      if (HasFailure()) return;
    }
    told += all.size();
    purges += now.value > due_time(toy::kStart).value;
  }
  EXPECT_GT(told, static_cast<std::size_t>(kills()));
  EXPECT_GT(purges, 0U) << "no store lived long enough to purge";
}

}  // namespace
}  // namespace alpr::store
