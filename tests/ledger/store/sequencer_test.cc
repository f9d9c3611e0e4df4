// Proves that what the sequencer acknowledges is in the log, sealed, folded, signed and readable,
// and that a job's failure costs only itself. Drives a store in a temporary folder on a simulated
// clock through a made-up domain.
#include "ledger/store/sequencer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <thread>

#include "tests/ledger/store/one_image.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

using toy::ToyStore;

TEST(Sequencer, AppendedEventsReadBackAsTheyWereGiven) {
  ToyStore toy;
  const Sequence read = toy.must_append(toy::read("7ABC123"));
  const Sequence note = toy.must_append(toy::note("ann", 4, read));
  const Sequence notice = toy.must_append(toy::notice("hello"));
  const Sequence visit = toy.must_append(toy::visit("bob", 2));
  const Sequence digest = toy.must_append({toy::kDigest, "{\"sum\":7}", {}});
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(toy.store->size(), 6U);
    EXPECT_EQ(toy.store->event(read)->json, "{\"plate\":\"7ABC123\"}");
    EXPECT_EQ(toy.store->event(note)->json, "{\"subject\":\"ann\",\"number\":4,\"read\":1}");
    EXPECT_TRUE(toy.store->event(note)->members[1].open);
    EXPECT_FALSE(toy.store->event(note)->members[0].open);
    EXPECT_EQ(toy.store->event(notice)->json, "{\"text\":\"hello\"}");
    EXPECT_EQ(toy.store->event(visit)->json, "{\"who\":\"bob\",\"door\":2}");
    EXPECT_EQ(toy.store->event(digest)->json, "{\"sum\":7}");
    EXPECT_EQ(toy::code(toy.store->event({6})), ErrorCode::kNotFound);
    const auto rows = toy.store->registers();
    EXPECT_EQ(rows->get(toy::kReads, chain::RowKey().number(1))->value(),
              "{\"plate\":\"7ABC123\"}");
    EXPECT_EQ(rows->get(toy::kSubjects, chain::RowKey().text("\"ann\""))->value(), "1");
    toy::expect_sound(*toy.store);
    toy.reopen();
  }
}

// Holds the writer up, so that what is submitted meanwhile goes into one batch.
class Plug {
 public:
  explicit Plug(Sequencer& sequencer) {
    sequencer.submit(
        [this](Transaction&) -> Result<void> {
          std::unique_lock lock(mutex_);
          inside_ = true;
          changed_.notify_all();
          changed_.wait(lock, [this] { return pulled_; });
          return {};
        },
        [](const Result<Commit>&) {});
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return inside_; });
  }
  void pull() {
    const std::lock_guard lock(mutex_);
    pulled_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool inside_ = false;
  bool pulled_ = false;
};

Sequencer::Work appending(const chain::Draft& draft) {
  return [draft](Transaction& transaction) -> Result<void> {
    const auto seq = transaction.append(draft);
    if (!seq) return tl::unexpected(seq.error());
    return {};
  };
}

// Submits all while the writer is held up; the outcomes in order.
std::vector<Result<Commit>> in_one_batch(Sequencer& sequencer, std::vector<Sequencer::Work> jobs) {
  std::vector<std::promise<Result<Commit>>> promises(jobs.size());
  Plug plug(sequencer);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    sequencer.submit(jobs[i], [&promise = promises[i]](Result<Commit> commit) {
      promise.set_value(std::move(commit));
    });
  }
  plug.pull();
  std::vector<Result<Commit>> outcomes;
  for (auto& promise : promises) outcomes.push_back(promise.get_future().get());
  return outcomes;
}

TEST(Sequencer, ABatchIsOneCommitWithOneTimeAndOneCheckpoint) {
  ToyStore toy;
  std::vector<Sequencer::Work> jobs;
  for (std::uint64_t i = 0; i < 10; ++i) jobs.push_back(appending(toy::note("ann", i)));
  const auto outcomes = in_one_batch(*toy.sequencer, jobs);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_TRUE(outcomes[i]) << outcomes[i].error().detail;
    EXPECT_EQ(outcomes[i]->first.value, 1 + i);
    EXPECT_EQ(outcomes[i]->count, 1U);
    EXPECT_EQ(outcomes[i]->size, 11U);
  }
  EXPECT_EQ(toy::code(toy.store->checkpoint(5)), ErrorCode::kNotFound);
  EXPECT_TRUE(toy.store->checkpoint(11));
  // Each of them saw those ahead of it.
  const auto notes = toy.store->registers()->get(toy::kSubjects, chain::RowKey().text("\"ann\""));
  EXPECT_EQ(notes->value(), "10");
}

TEST(Sequencer, AJobThatFailsBeforeItsFirstChangeFailsAlone) {
  ToyStore toy;
  std::atomic<int> runs = 0;
  const auto counted = [&runs](Transaction& transaction) {
    ++runs;
    return appending(toy::notice("good"))(transaction);
  };
  const auto refuses = [](Transaction&) -> Result<void> {
    return fail(ErrorCode::kRefused, "not allowed");
  };
  const auto outcomes = in_one_batch(*toy.sequencer, {counted, refuses, counted});
  EXPECT_TRUE(outcomes[0]);
  EXPECT_EQ(toy::code(outcomes[1]), ErrorCode::kRefused);
  EXPECT_TRUE(outcomes[2]);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(outcomes[0]->size, 3U);
}

TEST(Sequencer, AfterAJobThatFailsLateEveryJobRunsAgainAlone) {
  ToyStore toy;
  std::atomic<int> runs = 0;
  const auto counted = [&runs](Transaction& transaction) {
    ++runs;
    return appending(toy::note("ann", 1))(transaction);
  };
  const auto late = [](Transaction& transaction) -> Result<void> {
    if (const auto done = appending(toy::note("ann", 2))(transaction); !done) return done;
    return fail(ErrorCode::kRefused, "after all not");
  };
  const auto outcomes = in_one_batch(*toy.sequencer, {counted, late, counted});
  EXPECT_TRUE(outcomes[0]);
  EXPECT_EQ(toy::code(outcomes[1]), ErrorCode::kRefused);
  EXPECT_TRUE(outcomes[2]);
  // The first twice, the third not before the batch was given up.
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(toy.store->size(), 3U);
  const auto notes = toy.store->registers()->get(toy::kSubjects, chain::RowKey().text("\"ann\""));
  EXPECT_EQ(notes->value(), "2");
  toy::expect_sound(*toy.store);
}

TEST(Sequencer, AJobCannotHideAFailedAppend) {
  ToyStore toy;
  const auto hides = [](Transaction& transaction) -> Result<void> {
    EXPECT_EQ(toy::code(transaction.append(toy::note("poison", 1))), ErrorCode::kConflict);
    return {};
  };
  const auto outcomes = in_one_batch(*toy.sequencer, {appending(toy::notice("a")), hides});
  EXPECT_TRUE(outcomes[0]);
  EXPECT_EQ(toy::code(outcomes[1]), ErrorCode::kConflict);
  EXPECT_EQ(toy.store->size(), 2U);
  toy::expect_sound(*toy.store);
}

TEST(Sequencer, AJobThatEndsItsBatchIsTheLastInIt) {
  ToyStore toy;
  const auto ends = [](Transaction& transaction) {
    transaction.end_batch();
    return appending(toy::notice("last"))(transaction);
  };
  const auto next = appending(toy::notice("next"));
  const auto outcomes = in_one_batch(*toy.sequencer, {next, ends, next});
  EXPECT_EQ(outcomes[0]->size, 3U);
  EXPECT_EQ(outcomes[1]->size, 3U);
  EXPECT_EQ(outcomes[2]->size, 4U);
}

TEST(Sequencer, AJobWithoutEventsChangesNothing) {
  ToyStore toy;
  const std::string before = toy.store->newest_checkpoint().value();
  const auto outcome = toy.sequencer->run([](Transaction&) -> Result<void> { return {}; });
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->count, 0U);
  EXPECT_EQ(outcome->size, 1U);
  EXPECT_EQ(toy.store->newest_checkpoint().value(), before);
}

TEST(Sequencer, AFullInboxAnswersBusyAtOnce) {
  ToyStore toy;
  toy.close();
  SequencerSettings settings;
  settings.inbox_max = 3;
  toy.open(settings);
  std::atomic<int> committed = 0;
  std::atomic<int> busy = 0;
  {
    Plug plug(*toy.sequencer);
    for (int i = 0; i < 5; ++i) {
      toy.sequencer->submit(appending(toy::notice("n")), [&](const Result<Commit>& commit) {
        if (commit) ++committed;
        if (!commit && commit.error().code == ErrorCode::kBusy) ++busy;
      });
    }
    EXPECT_EQ(busy, 2);
    plug.pull();
    toy.close();  // finishes what is in the inbox
  }
  EXPECT_EQ(committed, 3);
  toy.open();
  EXPECT_EQ(toy.store->size(), 4U);
}

TEST(Sequencer, SixtyFourProducersLoseNothing) {
  ToyStore toy;
  constexpr int kEach = 8;
  std::mutex mutex;
  std::map<std::uint64_t, std::string> acknowledged;
  std::vector<std::thread> producers;
  for (int p = 0; p < 64; ++p) {
    producers.emplace_back([&, p] {
      for (int i = 0; i < kEach; ++i) {
        const std::string text = std::to_string(p) + ":" + std::to_string(i);
        const auto commit = toy.sequencer->run(appending(toy::notice(text)));
        ASSERT_TRUE(commit) << commit.error().detail;
        const std::lock_guard lock(mutex);
        acknowledged[commit->first.value] = "{\"text\":\"" + text + "\"}";
      }
    });
  }
  for (auto& producer : producers) producer.join();
  EXPECT_EQ(acknowledged.size(), 64U * kEach);
  EXPECT_EQ(toy.store->size(), 1 + 64U * kEach);
  for (const auto& [seq, json] : acknowledged) EXPECT_EQ(toy.store->event({seq})->json, json);
  toy::expect_sound(*toy.store);
}

TEST(Sequencer, CommittedSeesEveryEventOnceBeforeItsCallerHasTheAnswer) {
  ToyStore toy;
  toy.sequencer.reset();
  std::vector<std::uint64_t> seen;
  toy.sequencer =
      Sequencer::start(*toy.store, toy::fold, [&](std::span<const chain::EventView> events) {
        for (const auto& event : events) {
          EXPECT_TRUE(event.have_payload);
          seen.push_back(event.header.seq.value);
        }
      });
  for (std::uint64_t i = 1; i <= 5; ++i) {
    toy.must_append(toy::notice("n"));
    EXPECT_EQ(seen.size(), i);
    EXPECT_EQ(seen.back(), i);
  }
}

TEST(Sequencer, DraftsThatAreNotOfTheirKindAreRefused) {
  ToyStore toy;
  const auto refused = [&toy](chain::Draft draft) { return toy::code(toy.append(draft)); };
  EXPECT_EQ(refused({999, "{}", {}}), ErrorCode::kMalformed);
  EXPECT_EQ(refused({toy::kRead, {}, {{"plate", "\"A\""}}}), ErrorCode::kMalformed);
  EXPECT_EQ(refused({toy::kNotice, "{\"text\":\"a\"}", {}}), ErrorCode::kMalformed);
  EXPECT_EQ(refused({toy::kRead, "{\"plate\": \"A\"}", {}}), ErrorCode::kMalformed);
  EXPECT_EQ(refused({toy::kRead, "{\"colour\":\"A\"}", {}}), ErrorCode::kMalformed);
  EXPECT_EQ(refused({toy::kRead, "{\"image\":\"A\",\"plate\":\"B\"}", {}}), ErrorCode::kMalformed);
  EXPECT_EQ(refused({toy::kRead, "[1]", {}}), ErrorCode::kMalformed);
  EXPECT_EQ(refused({toy::kRead, "{\"plate\":1.5}", {}}), ErrorCode::kMalformed);
  EXPECT_EQ(refused({toy::kNote, {}, {{"number", "1"}, {"subject", "\"a\""}}}),
            ErrorCode::kMalformed);
  EXPECT_EQ(refused({toy::kNote, {}, {{"subject", "a"}}}), ErrorCode::kMalformed);
  EXPECT_EQ(refused({toy::kNote, {}, {{"subject", "\"a\""}, {"subject", "\"a\""}}}),
            ErrorCode::kMalformed);
  EXPECT_EQ(refused(toy::notice(std::string(1 << 20, 'x'))), ErrorCode::kTooLarge);
  EXPECT_EQ(refused(genesis_draft(toy.store->log_vkey(), true)), ErrorCode::kRefused);
  EXPECT_EQ(refused(toy::clock_stepped()), ErrorCode::kRefused);
  EXPECT_EQ(refused({chain::kind::kKeysDestroyed, {}, {{"tombstone", "1"}}}), ErrorCode::kRefused);
  EXPECT_EQ(refused(toy::hold_released({0})), ErrorCode::kRefused);
  EXPECT_EQ(toy.store->size(), 1U);
  EXPECT_TRUE(toy.append(toy::notice(std::string((1 << 20) - 100, 'x'))));
}

TEST(Sequencer, OpenFlagsComeFromTheRegistryNotFromTheDraft) {
  ToyStore toy;
  chain::Draft draft = toy::note("secret-subject", 1);
  draft.members[0].open = true;
  const Sequence seq = toy.must_append(draft);
  EXPECT_FALSE(toy.store->event(seq)->members[0].open);
  EXPECT_FALSE(toy.on_disk("secret-subject"));
}

TEST(Sequencer, AStepOfTheClockStopsAppendsUntilItIsConfirmed) {
  ToyStore toy;
  toy.must_append(toy::notice("before"));
  EXPECT_EQ(toy::code(toy.sequencer->confirm_clock(toy::clock_stepped())), ErrorCode::kConflict);
  toy.clock->step(301 * kSecondUs);
  EXPECT_EQ(toy::code(toy.append(toy::notice("no"))), ErrorCode::kClock);
  EXPECT_TRUE(toy.sequencer->clock_stopped());
  toy.clock->step(-301 * kSecondUs);  // setting it back is no confirmation
  EXPECT_EQ(toy::code(toy.append(toy::notice("no"))), ErrorCode::kClock);
  EXPECT_EQ(toy::code(toy.sequencer->confirm_clock(toy::notice("x"))), ErrorCode::kMalformed);
  const auto confirmed = toy.sequencer->confirm_clock(toy::clock_stepped());
  ASSERT_TRUE(confirmed) << confirmed.error().detail;
  EXPECT_EQ(toy.store->header(confirmed->first)->kind, chain::kind::kClockStepped);
  EXPECT_FALSE(toy.sequencer->clock_stopped());
  EXPECT_TRUE(toy.append(toy::notice("after")));
  toy::expect_sound(*toy.store);
}

TEST(Sequencer, SmallStepsAddUpToOneThatCounts) {
  ToyStore toy;
  toy.clock->step(200 * kSecondUs);
  EXPECT_TRUE(toy.append(toy::notice("a")));
  toy.clock->step(200 * kSecondUs);
  EXPECT_EQ(toy::code(toy.append(toy::notice("b"))), ErrorCode::kClock);
}

TEST(Sequencer, AClockThatRunsBackwardsByLessUsesThePreviousTime) {
  ToyStore toy;
  const Sequence first = toy.must_append(toy::notice("a"));
  toy.clock->step(-200 * kSecondUs);
  const Sequence second = toy.must_append(toy::notice("b"));
  EXPECT_EQ(toy.store->header(first)->time, toy.store->header(second)->time);
  toy.clock->step(-200 * kSecondUs);
  EXPECT_EQ(toy::code(toy.append(toy::notice("c"))), ErrorCode::kClock);
  ASSERT_TRUE(toy.sequencer->confirm_clock(toy::clock_stepped()));
  const Sequence third = toy.must_append(toy::notice("d"));
  EXPECT_EQ(toy.store->header(third)->time, toy.store->header(first)->time);
  toy::expect_sound(*toy.store);
}

// A real machine's clock, in the test's hands.
class MachineClock final : public Clock {
 public:
  MachineClock(std::int64_t wall, std::int64_t boot, std::string id)
      : wall_(wall), boot_(boot), id_(std::move(id)) {}
  TimeUs now() const override { return {wall_}; }
  TimeUs boot() const override { return {boot_}; }
  std::string boot_id() const override { return id_; }

 private:
  std::int64_t wall_;
  std::int64_t boot_;
  std::string id_;
};

TEST(Sequencer, ARestartIsHeldAgainstTheLastCommitsClock) {
  ToyStore toy;
  constexpr std::int64_t kMinute = 60 * kSecondUs;
  const auto stops = [&toy](std::int64_t wall, std::int64_t boot, const std::string& id) {
    toy.close();
    auto opened = Store::open(toy.places(),
                              std::make_shared<MachineClock>(toy::kStart.value + wall, boot, id),
                              toy::kinds(), toy::small_settings());
    EXPECT_TRUE(opened) << opened.error().detail;
    toy.store = std::move(*opened);
    toy.sequencer = Sequencer::start(*toy.store, toy::fold, {});
    return toy.append(toy::notice("n")) ? false : toy.sequencer->clock_stopped();
  };
  EXPECT_FALSE(stops(kMinute, 5 * kMinute, "first"));
  // The machine ran on: both clocks moved alike.
  EXPECT_FALSE(stops(3 * kMinute, 7 * kMinute, "first"));
  EXPECT_TRUE(stops(20 * kMinute, 8 * kMinute, "first"));
  // It was started again: up to a day ahead, and hardly behind.
  EXPECT_FALSE(stops(3 * kMinute + toy::kDay - 1, kMinute, "second"));
  EXPECT_TRUE(stops(3 * kMinute + 3 * toy::kDay, kMinute, "third"));
  EXPECT_TRUE(stops(-10 * kMinute, kMinute, "third"));
}

TEST(Sequencer, AnUncertainCommitStopsTheWriter) {
  ToyStore toy;
  static std::string reason;
  reason.clear();
  const FatalExit before =
      std::exchange(fatal_exit(), [](const std::string& why) { reason = why; });
  // Only the evidence file's sync fails: the vault has what it needs.
  const FileCalls calls = file_calls();
  file_calls().fdatasync = [](int fd) {
    const auto name = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd));
    if (name.extension() != ".evd") return ::fdatasync(fd);
    errno = EIO;
    return -1;
  };
  const auto outcome = toy.sequencer->run([](Transaction& transaction) -> Result<void> {
    const auto place = toy::store_image(transaction, Bytes(100, 7));
    if (!place) return tl::unexpected(place.error());
    return appending(toy::read("A"))(transaction);
  });
  file_calls() = calls;
  EXPECT_EQ(toy::code(outcome), ErrorCode::kIo);
  fatal_exit() = before;
  EXPECT_NE(reason.find("uncertain"), std::string::npos);
  EXPECT_EQ(toy::code(toy.append(toy::notice("n"))), ErrorCode::kIo);
  toy.reopen();
  EXPECT_EQ(toy.store->size(), 1U);
  EXPECT_TRUE(toy.append(toy::notice("n")));
}

TEST(Sequencer, ImagesAreSealedAndReadBack) {
  ToyStore toy;
  const Bytes image(5000, 0x5a);
  const auto stored = toy.must_append_image("7ABC123", image);
  const Bucket bucket = bucket_of(toy.clock->now());
  EXPECT_EQ(toy.store->image(stored.read, bucket, stored.place, stored.sha256).value(), image);
  EXPECT_FALSE(toy.on_disk(as_text(BytesView(image).first(64))));
  Digest other = stored.sha256;
  other[0] ^= 1;
  EXPECT_EQ(toy::code(toy.store->image(stored.read, bucket, stored.place, other)),
            ErrorCode::kCorrupt);
}

TEST(Sequencer, StagedImagesAreOfTheBucketThatIsOpenWhenTheyAreStored) {
  ToyStore toy;
  const Bytes picture(5000, 0x5a);
  const Image one{picture, chain::sha256(picture)};
  EXPECT_FALSE(toy.store->stage_images({&one, 1}).value());  // the bucket has no key yet
  toy.must_append_image("7ABC123", Bytes(100, 1));
  for (const bool late : {false, true}) {
    const auto staged = toy.store->stage_images({&one, 1}).value();
    ASSERT_TRUE(staged);
    if (late) toy.clock->advance(kBucketUs);
    EvidencePlace place;
    Sequence read;
    const auto commit = toy.sequencer->run([&](Transaction& transaction) -> Result<void> {
      const auto places = transaction.store_images({&one, 1}, &*staged);
      if (!places) return tl::unexpected(places.error());
      place = places->front();
      const auto appended = transaction.append(toy::read("8XYZ987", place, one.sha256));
      if (!appended) return tl::unexpected(appended.error());
      read = *appended;
      return {};
    });
    ASSERT_TRUE(commit);
    const Bucket open = bucket_of(toy.clock->now());
    EXPECT_EQ(toy.store->image(read, open, place, one.sha256).value(), picture);
    EXPECT_EQ(open == staged->bucket, !late);
    EXPECT_EQ(place == staged->places.front(), !late);
  }
}

TEST(Sequencer, StagedImagesAreSyncedBeforeTheJobAndNotByIt) {
  ToyStore toy;
  toy.must_append_image("7ABC123", Bytes(100, 1));
  const Bytes picture(5000, 0x5a);
  const auto evidence_calls = [] {
    std::vector<std::string> calls;
    for (const std::string& call : FaultyCalls::trace())
      if (call.ends_with(".evd")) calls.push_back(call.substr(0, call.find(' ')));
    return calls;
  };
  std::optional<StagedImages> staged;
  {
    const FaultyCalls calls(FaultyCalls::Fault::kError, 0);
    staged = toy::stage_image(*toy.store, picture).value();
    EXPECT_EQ(evidence_calls(), (std::vector<std::string>{"pwrite", "fdatasync"}));
  }
  const FaultyCalls calls(FaultyCalls::Fault::kError, 0);
  EXPECT_TRUE(toy.sequencer->run([&](Transaction& transaction) -> Result<void> {
    const auto place = toy::store_image(transaction, picture, staged);
    if (!place) return tl::unexpected(place.error());
    return appending(toy::read("8XYZ987"))(transaction);
  }));
  EXPECT_TRUE(evidence_calls().empty());
}

TEST(Sequencer, AFailedSyncOfStagedImagesStopsTheProcess) {
  ToyStore toy;
  toy.must_append_image("7ABC123", Bytes(100, 1));
  static std::string reason;
  reason.clear();
  const FatalExit before =
      std::exchange(fatal_exit(), [](const std::string& why) { reason = why; });
  {
    const FaultyCalls calls(FaultyCalls::Fault::kError, 2);
    EXPECT_EQ(toy::code(toy::stage_image(*toy.store, Bytes(100, 2))), ErrorCode::kIo);
    EXPECT_EQ(FaultyCalls::trace().back().substr(0, 9), "fdatasync");
  }
  fatal_exit() = before;
  EXPECT_NE(reason.find("recovery"), std::string::npos);
}

TEST(Sequencer, RegisterRowsAndPayloadsAreNeverInClearOnDisk) {
  ToyStore toy;
  const Sequence read = toy.must_append(toy::read("PLATEAAA"));
  toy.must_append(toy::note("SUBJECTBBB", 1, read));
  toy.must_append(toy::visit("VISITORCCC", 3));
  toy.must_append(toy::notice("NOTICEDDD"));
  EXPECT_FALSE(toy.on_disk("PLATEAAA"));
  EXPECT_FALSE(toy.on_disk("SUBJECTBBB"));
  EXPECT_FALSE(toy.on_disk("VISITORCCC"));
  EXPECT_TRUE(toy.on_disk("NOTICEDDD"));  // what is open is found, so the search works
}

}  // namespace
}  // namespace alpr::store
