// Proves that whichever call of the write path fails, and however, nothing acknowledged is lost,
// nothing is half there, and purges complete. A child lives a month of a small store, with one call
// that answers EIO or ENOSPC, writes half, or is the last thing that the process does; the store is
// then opened again as after any end of a server, and put before the verifier. A sample of the
// calls, drawn from PLATELEDGER_SEED (1 unless set); all of them where PLATELEDGER_FULL is set.
#include <sys/wait.h>

#include <array>
#include <cstdlib>
#include <random>

#include "tests/faults/faulty_disk.h"
#include "tests/faults/recovered.h"
#include "tests/ledger/store/one_image.h"

namespace alpr::store {
namespace {

constexpr std::size_t kSample = 25;  // calls of each fault

// What the child tells: something that was acknowledged. At most PIPE_BUF, so never half told.
struct Told {
  enum What : std::uint64_t { kEvent, kHold, kBlob, kPurged, kCalls } what;
  std::uint64_t number;  // seq, blob or count
  EvidencePlace place;   // of an event's image; length 0: it has none
  std::int64_t time;
};

Bytes image_of(std::uint64_t number) { return Bytes(700, static_cast<std::uint8_t>(number)); }

// A month of a store. Goes on after errors, as a server does; an uncertain commit ends it with 3.
class Month {
 public:
  Month(const StorePlaces& places, int pipe)
      : clock_(std::make_shared<SimulatedClock>(toy::kStart)), pipe_(pipe) {
    auto opened = Store::open(places, clock_, toy::kinds(), toy::small_settings());
    if (!opened) ::_exit(3);  // as `serve` does
    store_ = std::move(*opened);
    sequencer_ = Sequencer::start(*store_, toy::fold, {});
    retention_.emplace(*store_, *sequencer_);
    if (!retention_->finish_pending()) ::_exit(3);
  }

  void live() {
    upload(1);
    load_list();
    hold();
    clock_->advance(kBucketUs);
    upload(4);
    hold();
    if (!holds_.empty()) release(holds_.front());
    clock_->advance(kRetentionUs - kBucketUs);
    purge();
    clock_->advance(kBucketUs);
    purge();
    if (holds_.size() > 1) release(holds_.back());
    upload(7);
    purge();
    // One failed call, and a server that did not end works as before. The call may have been this
    // append's own; then the next works.
    const auto append_the_end = [&] {
      return sequencer_->run([](Transaction& transaction) -> Result<void> {
        const auto seq = transaction.append(toy::notice("the end"));
        if (!seq) return tl::unexpected(seq.error());
        return {};
      });
    };
    auto last = append_the_end();
    if (!last) last = append_the_end();
    const auto overdue = retention_->overdue(0);
    if (!last || overdue != 0U) {
      std::fprintf(stderr, "the end: %s, %lld purges are overdue\n",
                   last ? "appended" : last.error().detail.c_str(),
                   overdue ? static_cast<long long>(*overdue) : -1LL);
      ::_exit(8);
    }
    tell({Told::kCalls, FaultyDisk::calls(), {}, 0});
  }

 private:
  void tell(const Told& told) {
    if (::write(pipe_, &told, sizeof told) != sizeof told) ::_exit(5);
  }

  void upload(std::uint64_t number) {
    for (std::uint64_t i = number; i < number + 3; ++i) {
      Told told{Told::kEvent, 0, {}, 0};
      const auto staged = toy::stage_image(*store_, image_of(i));
      if (!staged) continue;
      const auto commit = sequencer_->run([&](Transaction& transaction) -> Result<void> {
        const auto place = toy::store_image(transaction, image_of(i), *staged);
        if (!place) return tl::unexpected(place.error());
        const auto seq = transaction.append(toy::read("P" + std::to_string(i)));
        if (!seq) return tl::unexpected(seq.error());
        told = {Told::kEvent, seq->value, *place, transaction.now().value};
        const auto note = transaction.append(toy::note("ann", i, *seq));
        if (!note) return tl::unexpected(note.error());
        return {};
      });
      if (!commit) continue;
      tell(told);
      tell({Told::kEvent, told.number + 1, {}, told.time});
      reads_.push_back({{told.number}, told.place, chain::sha256(image_of(i))});
    }
  }

  void load_list() {
    std::uint64_t id = 0;
    const auto commit = sequencer_->run([&](Transaction& transaction) -> Result<void> {
      const auto blob = transaction.store_blob(Bytes(300, 9));
      if (!blob) return tl::unexpected(blob.error());
      id = *blob;
      const auto seq = transaction.append(toy::notice("list"));
      if (!seq) return tl::unexpected(seq.error());
      return {};
    });
    if (!commit) return;
    tell({Told::kBlob, id, {}, 0});
    list_ = {id, commit->first};
    const auto next = sequencer_->run([](Transaction& transaction) -> Result<void> {
      const auto seq = transaction.append(toy::notice("next list"));
      if (!seq) return tl::unexpected(seq.error());
      return {};
    });
    if (next) superseded_ = next->first;
  }

  void hold() {
    if (reads_.empty()) return;
    const auto& read = reads_.back();
    const std::vector<Sequence> events = {read.event};
    const auto commit = sequencer_->run([&](Transaction& transaction) -> Result<void> {
      if (const auto held = transaction.hold(events, std::vector{read}); !held) return held;
      const auto seq =
          transaction.append(toy::hold_placed(events, {transaction.now().value + 89 * toy::kDay}));
      if (!seq) return tl::unexpected(seq.error());
      return {};
    });
    if (!commit) return;
    tell({Told::kHold, commit->first.value, {}, 0});
    holds_.push_back(commit->first);
  }

  void release(Sequence hold) {
    static_cast<void>(sequencer_->run([hold](Transaction& transaction) -> Result<void> {
      const auto seq = transaction.append(toy::hold_released(hold));
      if (!seq) return tl::unexpected(seq.error());
      return {};
    }));
  }

  // Twice, as a server does what failed half a minute later.
  void purge() {
    try_to_purge();
    clock_->advance(30 * kSecondUs);
    try_to_purge();
  }

  void try_to_purge() {
    const auto report = retention_->run();
    if (report) {
      for (const Sequence seq : report->tombstones) tell({Told::kPurged, seq.value, {}, 0});
    }
    if (!list_ || !superseded_) return;
    if (retention_->purge_blob(list_->first, list_->second, *superseded_, 3)) list_.reset();
  }

  std::shared_ptr<SimulatedClock> clock_;
  int pipe_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Sequencer> sequencer_;
  std::optional<Retention> retention_;
  std::vector<Transaction::ImageOf> reads_;
  std::vector<Sequence> holds_;
  std::optional<std::pair<std::uint64_t, Sequence>> list_;
  std::optional<Sequence> superseded_;
};

struct Outcome {
  std::vector<Told> told;
  int code = 0;
};

Outcome live_with(const StorePlaces& places, const DiskPlan& plan) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    const FaultyDisk disk(plan);
    fatal_exit() = [](const std::string&) { ::_exit(3); };
    Month(places, ends[1]).live();
    ::_exit(0);
  }
  ::close(ends[1]);
  Outcome outcome;
  Told one{};
  while (::read(ends[0], &one, sizeof one) == sizeof one) outcome.told.push_back(one);
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "the child was ended by signal " << WTERMSIG(status);
  outcome.code = WEXITSTATUS(status);
  return outcome;
}

class FaultSweep : public testing::Test {
 protected:
  FaultSweep() {
    const FaultyDisk quick({});
    toy_.close();
    made_ = toy_.places().folder;
  }

  // A copy of the store as it was made, to live a month in.
  StorePlaces fresh() {
    const auto folder = copies_.path() / "store";
    std::filesystem::remove_all(folder);
    std::filesystem::copy(made_, folder, std::filesystem::copy_options::recursive);
    return default_places(folder);
  }

  void expect_recovers(const Outcome& outcome);
  void sweep(const DiskPlan& plan);

  toy::ToyStore toy_;
  std::filesystem::path made_;
  TemporaryFolder copies_;
};

void expect_kept(Store& store, const Told& told, TimeUs now) {
  if (told.what == Told::kBlob) {
    const auto blob = store.blob(told.number);
    EXPECT_TRUE(blob || blob.error().code == ErrorCode::kGone) << blob.error().detail;
    return;
  }
  const Sequence seq{told.number};
  const auto header = store.header(seq);
  ASSERT_TRUE(header) << seq.value << " was acknowledged and is lost";
  if (told.what != Told::kEvent) return;
  const auto event = store.event(seq);
  if (header->kind == toy::kNote) {
    ASSERT_TRUE(event) << event.error().detail;
    return;
  }
  ASSERT_EQ(header->time.value, told.time);
  const auto image = [&] {
    const auto n = static_cast<std::uint8_t>(std::stoul(event->json.substr(11)));
    return store.image(seq, bucket_of({told.time}), told.place, chain::sha256(image_of(n)));
  };
  if (due_time({told.time}) > now || !store.holds_on(seq).empty()) {
    ASSERT_TRUE(event) << event.error().detail;
    ASSERT_TRUE(image()) << image().error().detail;
  } else {
    ASSERT_EQ(toy::code(event), ErrorCode::kGone);
  }
}

void FaultSweep::expect_recovers(const Outcome& outcome) {
  const FaultyDisk quick({});
  const StorePlaces places = default_places(copies_.path() / "store");
  const auto clock = std::make_shared<SimulatedClock>(toy::kStart);
  auto store = Store::open(places, clock, toy::kinds(), toy::small_settings());
  ASSERT_TRUE(store) << store.error().detail;
  // The clock went at least as far as the last event says.
  clock->advance((*store)->header({(*store)->size() - 1})->time.value - toy::kStart.value);
  EXPECT_EQ(finds_leftovers(**store, Purges::kMayBeUnderWay), "");
  EXPECT_EQ(verifier_finds(**store, Purges::kMayBeUnderWay), "");
  {
    const auto sequencer = Sequencer::start(**store, toy::fold, {});
    Retention retention(**store, *sequencer);
    const auto finished = retention.run();
    ASSERT_TRUE(finished) << finished.error().detail;
    EXPECT_EQ(retention.overdue(0).value(), 0U);
    EXPECT_EQ(retention.finish_pending()->finished, 0U);
  }
  expect_recovered(**store);
  for (const Told& told : outcome.told) {
    if (told.what != Told::kCalls) expect_kept(**store, told, clock->now());
  }
}

void FaultSweep::sweep(const DiskPlan& plan) {
  fresh();
  const Outcome whole = live_with(default_places(copies_.path() / "store"), {});
  ASSERT_EQ(whole.code, 0);
  expect_recovers(whole);
  ASSERT_EQ(whole.told.back().what, Told::kCalls);
  std::vector<unsigned> calls(whole.told.back().number);
  ASSERT_GT(calls.size(), 200U);
  for (unsigned i = 0; i < calls.size(); ++i) calls[i] = i + 1;
  if (const char* one = std::getenv("PLATELEDGER_CALL"); one != nullptr) {
    calls = {static_cast<unsigned>(std::stoul(one))};  // to look at what a sweep found
  } else if (std::getenv("PLATELEDGER_FULL") == nullptr) {
    const char* seed = std::getenv("PLATELEDGER_SEED");
    std::mt19937_64 random(seed == nullptr ? 1 : std::stoull(seed));
    std::shuffle(calls.begin(), calls.end(), random);
    calls.resize(kSample);
  }
  unsigned ended = 0;
  for (const unsigned at : calls) {
    fresh();
    const Outcome outcome =
        live_with(default_places(copies_.path() / "store"), {plan.fault, at, plan.error});
    const bool planned = outcome.code == 0 || outcome.code == 3 || outcome.code == 7;
    ended += outcome.code != 0;
    SCOPED_TRACE("call " + std::to_string(at) + ", the child ended with " +
                 std::to_string(outcome.code));
    ASSERT_TRUE(planned);
    expect_recovers(outcome);
    if (HasFailure()) return;
  }
  std::printf("%zu calls tried of %llu; %u ended the process\n", calls.size(),
              static_cast<unsigned long long>(whole.told.back().number), ended);
}

TEST_F(FaultSweep, ACallThatFailsWithAnInputOutputError) { sweep({DiskFault::kError, 0, EIO}); }
TEST_F(FaultSweep, ACallThatFindsNoSpace) { sweep({DiskFault::kError, 0, ENOSPC}); }
TEST_F(FaultSweep, AWriteThatIsCutShort) { sweep({DiskFault::kShort}); }
TEST_F(FaultSweep, AnEndBeforeACall) { sweep({DiskFault::kEnd}); }
TEST_F(FaultSweep, AnEndInTheMiddleOfAWrite) { sweep({DiskFault::kTornEnd}); }

}  // namespace
}  // namespace alpr::store
