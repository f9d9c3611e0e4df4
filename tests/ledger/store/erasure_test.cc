// Proves that a purge goes in bounded steps that nobody has to wait for and that hide everything at
// once, whatever is held, released and appended meanwhile; and that a late purge is on the record.
// Stops between the steps with the retention's hook, and lets the keyring fail.
#include "ledger/store/erasure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/chain/encoding.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/store_core.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

using toy::ToyStore;

constexpr EraseLimits kSmall{3, 5};

// Calls `at` at each step of a purge while it lives.
class AtSteps {
 public:
  explicit AtSteps(std::function<void(const std::string&)> at) {
    current() = std::move(at);
    retention_hook() = [](const char* step) { current()(step); };
  }
  ~AtSteps() { retention_hook() = nullptr; }
  AtSteps(const AtSteps&) = delete;
  AtSteps& operator=(const AtSteps&) = delete;

 private:
  static std::function<void(const std::string&)>& current() {
    static std::function<void(const std::string&)> only;
    return only;
  }
};

std::uint64_t payloads(const ToyStore& toy, const std::vector<Sequence>& of) {
  const auto txn = toy.store->core().env->begin_read();
  return static_cast<std::uint64_t>(std::count_if(of.begin(), of.end(), [&](Sequence seq) {
    return read_payload_row(*txn, seq)->has_value();
  }));
}

std::vector<Sequence> of_kind(const Store& store, std::uint16_t kind) {
  std::vector<Sequence> out;
  for (std::uint64_t seq = 0; seq < store.size(); ++seq) {
    if (store.header({seq})->kind == kind) out.push_back({seq});
  }
  return out;
}

TEST(Erasure, I12_G_1_GoesInBoundedStepsAndHidesAllAtOnce) {
  ToyStore toy;
  std::vector<Sequence> reads;
  for (int i = 0; i < 20; ++i) {
    reads.push_back(toy.must_append(toy::read("P" + std::to_string(i))));
    toy.must_append(toy::note("ann", static_cast<std::uint64_t>(i), reads.back()));
  }
  ASSERT_TRUE(toy.hold({reads[4]}));
  const auto released = toy.hold({reads[9]});
  ASSERT_TRUE(released);
  toy.must_append(toy::hold_released(*released));
  toy.clock->advance(kRetentionUs);
  std::vector<std::uint64_t> left;
  const AtSteps steps([&](const std::string& step) {
    if (step != "tombstone-committed" && step != "some-erased") return;
    left.push_back(payloads(toy, reads));
    for (const Sequence read : reads) {
      const auto row = toy.store->registers()->get(toy::kReads, chain::RowKey().number(read.value));
      ASSERT_TRUE(row) << row.error().detail;
      EXPECT_EQ(row->has_value(), read == reads[4]) << read.value;
      EXPECT_EQ(toy.store->event(read).has_value(), read == reads[4]) << read.value;
    }
    // Whoever writes meanwhile does.
    toy.must_append(toy::note("bob", left.size(), reads[0]));
    const auto live = toy.store->dump_registers();
    ASSERT_TRUE(live) << live.error().detail;
    ASSERT_TRUE(toy.store->rebuild_registers(toy::fold));
    EXPECT_EQ(toy.store->dump_registers().value(), *live);
  });
  Retention retention(*toy.store, *toy.sequencer, {}, kSmall);
  const auto report = retention.run();
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->events, 19U);
  EXPECT_EQ(report->held, 1U);
  EXPECT_EQ(left.front(), 20U);
  EXPECT_EQ(left.back(), 1U);
  EXPECT_GE(left.size(), 8U);
  for (std::size_t i = 1; i < left.size(); ++i) EXPECT_LE(left[i - 1] - left[i], kSmall.events);
  // Nothing of them is left in any table.
  const auto txn = toy.store->core().env->begin_read();
  ASSERT_TRUE(txn->scan(Db::kScoped, {}, [&](const Row& row) {
    EXPECT_EQ(chain::get_be64(row.key.data()), reads[4].value);
    return true;
  }));
  toy::expect_sound(*toy.store);
}

TEST(Erasure, WhatStopsBetweenTwoStepsIsFinishedByTheNextStart) {
  ToyStore toy;
  std::vector<Sequence> reads;
  for (int i = 0; i < 10; ++i) reads.push_back(toy.must_append(toy::read("P")));
  toy.clock->advance(kRetentionUs);
  // A clock that steps stops the purge before keys.destroyed, as a crash would.
  int steps = 0;
  const AtSteps at([&](const std::string& step) {
    if (step == "some-erased" && ++steps == 2) toy.clock->step(2 * toy::kDay);
  });
  Retention retention(*toy.store, *toy.sequencer, {}, kSmall);
  EXPECT_EQ(toy::code(retention.run()), ErrorCode::kClock);
  EXPECT_EQ(retention.range(bucket_of(toy::kStart))->value().state, 1);
  toy.clock->step(-2 * toy::kDay);
  toy.reopen();
  const auto finished = Retention(*toy.store, *toy.sequencer).finish_pending();
  ASSERT_TRUE(finished) << finished.error().detail;
  EXPECT_EQ(finished->finished, 1U);
  EXPECT_EQ(payloads(toy, reads), 0U);
  EXPECT_EQ(of_kind(*toy.store, chain::kind::kKeysDestroyed).size(), 1U);
}

TEST(Erasure, I12_G_3_AReleaseBetweenPlanAndTombstoneIsCovered) {
  ToyStore toy;
  const Sequence kept = toy.must_append(toy::read("A"));
  const Sequence released = toy.must_append(toy::read("B"));
  ASSERT_TRUE(toy.hold({kept}));
  const auto hold = toy.hold({released});
  ASSERT_TRUE(hold);
  toy.clock->advance(kRetentionUs);
  bool once = false;
  const AtSteps at([&](const std::string& step) {
    if (step != "planned" || once) return;
    once = true;
    toy.must_append(toy::hold_released(*hold));
  });
  const auto report = toy.purge();
  ASSERT_TRUE(report) << report.error().detail;
  ASSERT_TRUE(once);
  ASSERT_EQ(report->tombstones.size(), 1U);
  EXPECT_EQ(report->events, 1U);
  EXPECT_EQ(toy::code(toy.store->vault().held_key(released)), ErrorCode::kGone);
  EXPECT_EQ(payloads(toy, {released}), 0U);
  EXPECT_TRUE(toy.store->event(kept));
}

TEST(Erasure, I12_G_2_OverlappingHoldsReleasedAroundThePurge) {
  ToyStore toy;
  const Sequence read = toy.must_append(toy::read("A"));
  const Sequence other = toy.must_append(toy::read("B"));
  const auto first = toy.hold({read, other});
  toy.must_append(toy::read("C"));
  const auto second = toy.hold({read});
  ASSERT_TRUE(first && second);
  toy.clock->advance(kRetentionUs);
  bool released = false;
  const AtSteps at([&](const std::string& step) {
    if (step != "keys-destroyed" || released) return;
    released = true;
    toy.must_append(toy::hold_released(*first));
    // What is past due gets no further hold, not even beside one that keeps it.
    EXPECT_EQ(toy::code(toy.hold({read})), ErrorCode::kRefused);
  });
  ASSERT_EQ(toy.purge()->tombstones.size(), 1U);
  ASSERT_TRUE(released);
  EXPECT_TRUE(toy.store->event(read));
  EXPECT_EQ(toy::code(toy.store->event(other)), ErrorCode::kGone);
  auto report = toy.purge();  // what the first hold alone had kept
  ASSERT_EQ(report->tombstones.size(), 1U);
  EXPECT_EQ(report->events, 1U);
  EXPECT_EQ(report->held, 1U);
  EXPECT_TRUE(toy.store->event(read));
  toy.must_append(toy::hold_released(*second));
  report = toy.purge();
  EXPECT_EQ(report->events, 1U);
  EXPECT_EQ(payloads(toy, {read, other}), 0U);
  ASSERT_TRUE(toy.store->rebuild_registers(toy::fold));
  toy::expect_sound(*toy.store);
}

TEST(Erasure, EachPurgedEventKnowsItsTombstone) {
  ToyStore toy;
  const Sequence plain = toy.must_append(toy::read("A"));
  const Sequence held = toy.must_append(toy::read("B"));
  const Sequence kept = toy.must_append(toy::read("C"));
  const Sequence note = toy.must_append(toy::note("ann", 1));
  const auto hold = toy.hold({held});
  ASSERT_TRUE(hold && toy.hold({kept}));
  EXPECT_EQ(toy.store->tombstone_of(plain).value(), std::nullopt);
  toy.clock->advance(kRetentionUs);
  const Sequence first = toy.purge()->tombstones.at(0);
  toy.must_append(toy::hold_released(*hold));
  EXPECT_EQ(toy.store->tombstone_of(held).value(), std::nullopt);
  const Sequence second = toy.purge()->tombstones.at(0);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(toy.store->tombstone_of(plain).value(), first);
    EXPECT_EQ(toy.store->tombstone_of(held).value(), second);
    EXPECT_EQ(toy.store->tombstone_of(kept).value(), std::nullopt);
    EXPECT_EQ(toy.store->tombstone_of(note).value(), std::nullopt);
    EXPECT_EQ(toy::code(toy.store->tombstone_of({99})), ErrorCode::kNotFound);
    ASSERT_TRUE(toy.store->rebuild_registers(toy::fold));
  }
}

TEST(Erasure, AReleaseOfWhatIsLongDueIsLateOnlyAnHourLater) {
  ToyStore toy;
  const auto hold = toy.hold({toy.must_append(toy::read("A"))});
  toy.clock->advance(kRetentionUs);
  ASSERT_TRUE(toy.purge());
  toy.clock->advance(20 * toy::kDay);
  toy.must_append(toy::hold_released(*hold));
  const Retention retention(*toy.store, *toy.sequencer);
  EXPECT_EQ(retention.overdue(kOverdueUs).value(), 0U);
  toy.clock->advance(kOverdueUs);
  EXPECT_EQ(retention.overdue(kOverdueUs).value(), 0U);
  toy.clock->advance(1);
  EXPECT_EQ(retention.overdue(kOverdueUs).value(), 1U);
}

TEST(Erasure, I12_G_4_ALatePurgeIsOnTheRecordOnceABucketAndHour) {
  ToyStore toy;
  toy.must_append(toy::read("A"));
  toy.clock->advance(kBucketUs);
  toy.must_append(toy::read("B"));
  toy.clock->advance(kRetentionUs - kBucketUs);
  static FileCalls real;
  real = file_calls();
  file_calls().exchange = [](const char*, const char*) {
    errno = EIO;
    return -1;
  };
  Retention retention(*toy.store, *toy.sequencer);
  EXPECT_EQ(toy::code(retention.run()), ErrorCode::kIo);
  EXPECT_TRUE(of_kind(*toy.store, chain::kind::kPurgeOverdue).empty());
  toy.clock->advance(kOverdueUs + 1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(toy::code(retention.run()), ErrorCode::kIo);
    toy.clock->advance(60 * kSecondUs);
  }
  auto alarms = of_kind(*toy.store, chain::kind::kPurgeOverdue);
  ASSERT_EQ(alarms.size(), 1U);
  const auto alarm = toy.store->event(alarms[0]);
  EXPECT_EQ(toy::value_of(alarm->members, "bucket"), std::to_string(bucket_of(toy::kStart).value));
  EXPECT_EQ(toy::value_of(alarm->members, "due"), std::to_string(due_time(toy::kStart).value));
  // A new start remembers it from the record.
  Retention again(*toy.store, *toy.sequencer);
  EXPECT_EQ(toy::code(again.run()), ErrorCode::kIo);
  EXPECT_EQ(of_kind(*toy.store, chain::kind::kPurgeOverdue).size(), 1U);
  toy.clock->advance(kOverdueUs);
  EXPECT_EQ(toy::code(again.run()), ErrorCode::kIo);
  EXPECT_EQ(of_kind(*toy.store, chain::kind::kPurgeOverdue).size(), 3U);  // both buckets by now
  file_calls() = real;
  const auto report = again.run();
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(again.overdue(0).value(), 0U);
  toy.clock->advance(kOverdueUs);
  ASSERT_TRUE(again.run());
  EXPECT_EQ(of_kind(*toy.store, chain::kind::kPurgeOverdue).size(), 3U);
  EXPECT_EQ(
      toy::code(toy.append({chain::kind::kPurgeOverdue, {}, {{"bucket", "1"}, {"due", "1"}}})),
      ErrorCode::kRefused);
}

}  // namespace
}  // namespace alpr::store
