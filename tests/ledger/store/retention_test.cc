// Proves that what is due is purged, by a tombstone that says exactly what, that what is held
// survives until released, and that a purge cut short anywhere is finished by the next start. Lets
// 30 days pass on a simulated clock, and ends a forked process at every step of a purge.
#include "ledger/store/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "ledger/chain/encoding.h"
#include "ledger/chain/merkle.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/event_walk.h"
#include "ledger/store/store_core.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

using toy::ToyStore;

constexpr std::int64_t kThirtyDays = kRetentionUs;

std::string open_member(const Store& store, Sequence seq, std::string_view name) {
  const auto event = store.event(seq);
  EXPECT_TRUE(event) << event.error().detail;
  return event ? toy::value_of(event->members, name) : std::string();
}

Digest root_of(const Store& store, const std::vector<Sequence>& events) {
  std::vector<Digest> leaves;
  for (const Sequence seq : events) {
    leaves.push_back(chain::leaf_hash(chain::encode(*store.header(seq))));
  }
  return chain::root_of(leaves);
}

bool has_payload(const ToyStore& toy, Sequence seq) {
  const auto txn = toy.store->core().env->begin_read();
  return read_payload_row(*txn, seq)->has_value();
}

TEST(Retention, I12_G_1_ReadsAreGoneThirtyDaysAfterTheyCame) {
  ToyStore toy;
  const Bytes image(3000, 0x21);
  const auto read = toy.must_append_image("7ABC123", image);
  const Sequence visit = toy.must_append(toy::visit("bob", 1));
  const Sequence note = toy.must_append(toy::note("ann", 1, read.read));
  const Bucket bucket = bucket_of(toy.clock->now());

  toy.clock->advance(kThirtyDays - 1);
  EXPECT_TRUE(toy.store->event(read.read));
  auto report = toy.purge();
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report->tombstones.empty());

  // To the second, before any purge has run.
  toy.clock->advance(1);
  EXPECT_EQ(toy::code(toy.store->event(read.read)), ErrorCode::kGone);
  EXPECT_EQ(toy::code(toy.store->image(read.read, bucket, read.place, read.sha256)),
            ErrorCode::kGone);

  report = toy.purge();
  ASSERT_TRUE(report) << report.error().detail;
  ASSERT_EQ(report->tombstones.size(), 1U);
  EXPECT_EQ(report->events, 2U);
  EXPECT_EQ(report->held, 0U);
  const Sequence tombstone = report->tombstones[0];
  EXPECT_EQ(open_member(*toy.store, tombstone, "bucket"), std::to_string(bucket.value));
  EXPECT_EQ(open_member(*toy.store, tombstone, "first"), "1");
  EXPECT_EQ(open_member(*toy.store, tombstone, "last"), "2");
  EXPECT_EQ(open_member(*toy.store, tombstone, "count"), "2");
  EXPECT_EQ(open_member(*toy.store, tombstone, "held"), "[]");
  EXPECT_EQ(open_member(*toy.store, tombstone, "root"),
            "\"" + chain::hex(root_of(*toy.store, {read.read, visit})) + "\"");
  const Sequence destroyed{tombstone.value + 1};
  EXPECT_EQ(open_member(*toy.store, destroyed, "tombstone"), std::to_string(tombstone.value));
  const Bytes keyring = bytes_of(toy.places().folder / "keyring" / "erasable.keyring");
  EXPECT_EQ(open_member(*toy.store, destroyed, "digest"),
            "\"" + chain::hex(chain::sha256(keyring)) + "\"");

  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(toy::code(toy.store->event(read.read)), ErrorCode::kGone);
    EXPECT_EQ(toy::code(toy.store->event(visit)), ErrorCode::kGone);
    EXPECT_FALSE(has_payload(toy, read.read));
    EXPECT_EQ(toy::code(toy.store->vault().bucket_key(bucket)), ErrorCode::kGone);
    EXPECT_TRUE(std::filesystem::is_empty(toy.places().folder / "evidence" / "held"));
    EXPECT_FALSE(std::filesystem::exists(toy.places().folder / "evidence" /
                                         (std::to_string(bucket.value) + ".evd")));
    const auto rows = toy.store->registers();
    EXPECT_FALSE(rows->get(toy::kReads, chain::RowKey().number(read.read.value))->has_value());
    EXPECT_FALSE(rows->get(toy::kVisits, chain::RowKey().number(visit.value))->has_value());
    EXPECT_TRUE(toy.store->event(note));  // permanent
    EXPECT_TRUE(rows->get(toy::kSubjects, chain::RowKey().text("\"ann\""))->has_value());
    toy::expect_sound(*toy.store);
    toy.reopen();
  }
  EXPECT_EQ(Retention(*toy.store, *toy.sequencer).overdue(0).value(), 0U);
}

TEST(Retention, OnlyWhatIsDueGoes) {
  ToyStore toy;
  const Sequence old = toy.must_append(toy::read("OLD"));
  toy.clock->advance(kBucketUs);
  const Sequence young = toy.must_append(toy::read("YOUNG"));
  toy.clock->advance(kThirtyDays - kBucketUs);
  ASSERT_EQ(toy.purge()->tombstones.size(), 1U);
  EXPECT_FALSE(toy.store->event(old));
  EXPECT_TRUE(toy.store->event(young));
}

TEST(Retention, ABucketGoesWhenItsLastEventIsDue) {
  ToyStore toy;
  toy.must_append(toy::read("FIRST"));
  toy.clock->advance(600 * kSecondUs);
  toy.must_append(toy::read("LAST"));
  toy.clock->advance(kThirtyDays - 1);
  EXPECT_TRUE(toy.purge()->tombstones.empty());
  EXPECT_EQ(Retention(*toy.store, *toy.sequencer).overdue(0).value(), 0U);
  toy.clock->advance(1);
  toy.clock->advance(5);
  EXPECT_EQ(Retention(*toy.store, *toy.sequencer).overdue(3).value(), 1U);
  EXPECT_EQ(toy.purge()->events, 2U);
}

struct Held {
  ToyStore toy;
  ToyStore::Image image;
  Sequence other;
  Sequence note;
  Sequence hold;
  Held() {
    image = toy.must_append_image("HELDPLATE", Bytes(2000, 0x31));
    other = toy.must_append(toy::read("OTHERPLATE"));
    note = toy.must_append(toy::note("ann", 1, image.read));
    const auto placed = toy.hold({image.read}, {{image.read, image.place, image.sha256}});
    EXPECT_TRUE(placed) << placed.error().detail;
    hold = placed.value_or(Sequence{});
  }
};

TEST(Retention, I12_G_2_AHeldReadSurvivesWithItsImageAndRows) {
  Held held;
  ToyStore& toy = held.toy;
  EXPECT_EQ(toy.store->holds_on(held.image.read), std::vector<Sequence>{held.hold});
  const Bucket bucket = bucket_of(toy.clock->now());
  const std::string before = toy.store->event(held.image.read)->json;
  EXPECT_THAT(before, ::testing::HasSubstr("HELDPLATE"));
  toy.clock->advance(kThirtyDays);
  const auto report = toy.purge();
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->events, 1U);
  EXPECT_EQ(report->held, 1U);
  EXPECT_EQ(open_member(*toy.store, report->tombstones[0], "held"),
            "[" + std::to_string(held.image.read.value) + "]");
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(toy.store->event(held.image.read)->json, before);
    EXPECT_EQ(
        toy.store->image(held.image.read, bucket, held.image.place, held.image.sha256).value(),
        Bytes(2000, 0x31));
    EXPECT_EQ(toy::code(toy.store->event(held.other)), ErrorCode::kGone);
    const auto rows = toy.store->registers();
    EXPECT_TRUE(rows->get(toy::kReads, chain::RowKey().number(held.image.read.value))->has_value());
    EXPECT_FALSE(rows->get(toy::kReads, chain::RowKey().number(held.other.value))->has_value());
    EXPECT_FALSE(toy.on_disk("HELDPLATE"));
    toy.reopen();
  }
  // Nothing more to do while the hold stands.
  EXPECT_TRUE(toy.purge()->tombstones.empty());
}

// Whoever walks the log passes over what is gone, and comes by everything else.
TEST(Retention, AWalkPassesOverWhatIsGone) {
  Held held;
  ToyStore& toy = held.toy;
  toy.clock->advance(kThirtyDays);
  ASSERT_TRUE(toy.purge());
  const Store& store = *toy.store;
  const std::uint64_t size = store.size();
  std::vector<std::uint64_t> kept;
  for (std::uint64_t seq = 0; seq < size; ++seq)
    if (has_payload(toy, {seq})) kept.push_back(seq);
  ASSERT_LT(kept.size(), size);
  const auto seqs_of = [](const Result<std::vector<chain::HeaderBytes>>& headers) {
    std::vector<std::uint64_t> seqs;
    for (const chain::HeaderBytes& bytes : headers.value())
      seqs.push_back(chain::decode_header(bytes)->seq.value);
    return seqs;
  };
  EXPECT_EQ(seqs_of(walk_kept(store, {0}, {size}, 100)), kept);
  EXPECT_EQ(seqs_of(walk_kept(store, {1}, {kept.back()}, 1)), std::vector{kept[1]});
  EXPECT_TRUE(walk_kept(store, {size}, {size + 9}, 100)->empty());
  EXPECT_EQ(walk_headers(store, {0}, 100).value(), store.header_range({0}, 100).value());
  EXPECT_EQ(seqs_of(walk_headers(store, {2}, 1)), std::vector<std::uint64_t>{2});
  EXPECT_TRUE(walk_headers(store, {size}, 5)->empty());
  EXPECT_EQ(toy::code(walk_headers(store, {0}, kWalkMax + 1)), ErrorCode::kTooLarge);
}

TEST(Retention, I12_G_3_AReleasePastDuePurges) {
  Held held;
  ToyStore& toy = held.toy;
  toy.clock->advance(kThirtyDays);
  ASSERT_TRUE(toy.purge());
  toy.must_append(toy::hold_released(held.hold));
  EXPECT_EQ(toy::code(toy.store->event(held.image.read)), ErrorCode::kGone);
  EXPECT_EQ(Retention(*toy.store, *toy.sequencer).overdue(-1).value(), 1U);
  const auto report = toy.purge();
  ASSERT_TRUE(report) << report.error().detail;
  ASSERT_EQ(report->tombstones.size(), 1U);
  EXPECT_EQ(report->events, 1U);
  EXPECT_EQ(open_member(*toy.store, report->tombstones[0], "count"), "1");
  EXPECT_EQ(open_member(*toy.store, report->tombstones[0], "root"),
            "\"" + chain::hex(root_of(*toy.store, {held.image.read})) + "\"");
  EXPECT_EQ(toy::code(toy.store->vault().held_key(held.image.read)), ErrorCode::kGone);
  EXPECT_TRUE(std::filesystem::is_empty(toy.places().folder / "evidence" / "held"));
  EXPECT_FALSE(has_payload(toy, held.image.read));
  EXPECT_FALSE(toy.store->registers()
                   ->get(toy::kNotesOfRead, chain::RowKey().number(1).number(3))
                   ->has_value());
  EXPECT_TRUE(toy.purge()->tombstones.empty());
  toy::expect_sound(*toy.store);
}

TEST(Retention, AReleaseBeforeDueWaitsForTheBucket) {
  Held held;
  ToyStore& toy = held.toy;
  toy.must_append(toy::hold_released(held.hold));
  EXPECT_TRUE(toy.store->event(held.image.read));
  EXPECT_TRUE(toy.purge()->tombstones.empty());
  toy.clock->advance(kThirtyDays);
  const auto report = toy.purge();
  EXPECT_EQ(report->tombstones.size(), 1U);
  EXPECT_EQ(report->events, 2U);
  EXPECT_EQ(toy::code(toy.store->vault().held_key(held.image.read)), ErrorCode::kGone);
  EXPECT_FALSE(has_payload(toy, held.image.read));
}

TEST(Retention, OfTwoHoldsTheLastOneCounts) {
  Held held;
  ToyStore& toy = held.toy;
  const auto second = toy.hold({held.image.read});
  ASSERT_TRUE(second) << second.error().detail;
  toy.must_append(toy::hold_released(held.hold));
  toy.clock->advance(kThirtyDays);
  EXPECT_EQ(toy.purge()->held, 1U);
  EXPECT_TRUE(toy.store->event(held.image.read));
  toy.must_append(toy::hold_released(*second));
  EXPECT_EQ(toy.purge()->events, 1U);
}

TEST(Retention, ABucketWhoseEventsAreAllHeldStillLosesItsKey) {
  ToyStore toy;
  const Sequence read = toy.must_append(toy::read("A"));
  const Bucket bucket = bucket_of(toy.clock->now());
  ASSERT_TRUE(toy.hold({read}));
  toy.clock->advance(kThirtyDays);
  const auto report = toy.purge();
  ASSERT_EQ(report->tombstones.size(), 1U);
  EXPECT_EQ(open_member(*toy.store, report->tombstones[0], "count"), "0");
  EXPECT_EQ(open_member(*toy.store, report->tombstones[0], "root"),
            "\"" + chain::hex(chain::empty_root()) + "\"");
  EXPECT_EQ(toy::code(toy.store->vault().bucket_key(bucket)), ErrorCode::kGone);
  EXPECT_TRUE(toy.store->event(read));
}

TEST(Retention, I12_G_2_WhatIsDueOrUnknownCannotBeHeld) {
  ToyStore toy;
  const Sequence read = toy.must_append(toy::read("A"));
  const Sequence note = toy.must_append(toy::note("ann", 1));
  EXPECT_EQ(toy::code(toy.hold({note})), ErrorCode::kRefused);
  EXPECT_EQ(toy::code(toy.hold({{99}})), ErrorCode::kRefused);
  EXPECT_EQ(toy::code(toy.append(toy::hold_placed({read}))),
            ErrorCode::kRefused);  // without hold()
  EXPECT_EQ(toy::code(toy.append(toy::hold_placed({}))), ErrorCode::kMalformed);
  toy.clock->advance(kThirtyDays);
  EXPECT_EQ(toy::code(toy.hold({read})), ErrorCode::kRefused);
  ASSERT_TRUE(toy.purge());
  EXPECT_EQ(toy::code(toy.hold({read})), ErrorCode::kRefused);
}

TEST(Retention, AHoldThatDoesNotCommitLeavesNoKeyAndNoCopy) {
  ToyStore toy;
  const auto image = toy.must_append_image("A", Bytes(100, 1));
  const auto outcome = toy.sequencer->run([&](Transaction& transaction) -> Result<void> {
    const Transaction::ImageOf of{image.read, image.place, image.sha256};
    const auto held = transaction.hold(std::vector<Sequence>{image.read}, std::vector{of});
    if (!held) return held;
    return fail(ErrorCode::kRefused, "no");
  });
  EXPECT_EQ(toy::code(outcome), ErrorCode::kRefused);
  EXPECT_EQ(toy::code(toy.store->vault().held_key(image.read)), ErrorCode::kGone);
  EXPECT_TRUE(std::filesystem::is_empty(toy.places().folder / "evidence" / "held"));
  EXPECT_TRUE(toy.store->event(image.read));
}

TEST(Retention, TheDomainIsAskedBeforeABucketsFirstTombstone) {
  ToyStore toy;
  toy.must_append(toy::read("A"));
  const Bucket bucket = bucket_of(toy.clock->now());
  toy.clock->advance(kBucketUs);
  std::vector<std::uint64_t> asked;
  Retention retention(*toy.store, *toy.sequencer, [&](Bucket b) -> Result<void> {
    asked.push_back(b.value);
    toy.must_append(toy::notice("summary"));
    return {};
  });
  EXPECT_EQ(retention.closed_buckets({0}).value(), std::vector<Bucket>{bucket});
  EXPECT_EQ(retention.closed_buckets({bucket.value + 1}).value(), std::vector<Bucket>{});
  EXPECT_EQ(retention.range(bucket)->value().events, 1U);
  toy.clock->advance(kThirtyDays);
  ASSERT_TRUE(retention.run());
  EXPECT_EQ(asked, std::vector<std::uint64_t>{bucket.value});
  EXPECT_EQ(retention.range(bucket)->value().state, 2);
  EXPECT_TRUE(retention.closed_buckets({0})->empty());
}

TEST(Retention, ASteppedClockPurgesNothing) {
  ToyStore toy;
  const Sequence read = toy.must_append(toy::read("A"));
  toy.clock->step(kThirtyDays + toy::kDay);
  EXPECT_EQ(toy::code(toy.purge()), ErrorCode::kClock);
  toy.clock->step(-kThirtyDays - toy::kDay);
  ASSERT_TRUE(toy.sequencer->confirm_clock(toy::clock_stepped()));
  EXPECT_TRUE(toy.store->event(read));
}

TEST(Retention, AListIsDestroyedThirtyDaysAfterItWasSuperseded) {
  ToyStore toy;
  std::uint64_t id = 0;
  ASSERT_TRUE(toy.sequencer->run([&](Transaction& transaction) -> Result<void> {
    const auto blob = transaction.store_blob(Bytes(100, 9));
    if (!blob) return tl::unexpected(blob.error());
    id = *blob;
    const auto seq = transaction.append(toy::notice("list"));
    if (!seq) return tl::unexpected(seq.error());
    return {};
  }));
  const Sequence superseded = toy.must_append(toy::notice("next list"));
  Retention retention(*toy.store, *toy.sequencer);
  EXPECT_EQ(toy::code(retention.purge_blob(id, {1}, superseded, 5)), ErrorCode::kRefused);
  EXPECT_EQ(toy::code(retention.purge_blob(id + 1, {1}, superseded, 5)), ErrorCode::kNotFound);
  toy.clock->advance(kThirtyDays);
  const auto purged = retention.purge_blob(id, {1}, superseded, 5);
  ASSERT_TRUE(purged) << purged.error().detail;
  EXPECT_EQ(toy::code(toy.store->blob(id)), ErrorCode::kGone);
  EXPECT_TRUE(std::filesystem::is_empty(toy.places().folder / "blobs"));
  EXPECT_EQ(toy::code(retention.purge_blob(id, {1}, superseded, 5)), ErrorCode::kNotFound);
  toy.reopen();
  toy::expect_sound(*toy.store);
}

// Ends a forked process at `step` of a purge of the held and the other read's bucket, past the
// release.
void crash_at(ToyStore& toy, const char* step, const std::function<void(ToyStore&)>& purge) {
  toy.close();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    static std::string at;
    at = step;
    retention_hook() = [](const char* reached) {
      if (at == reached) _exit(7);
    };
    toy.open();
    purge(toy);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_EQ(WEXITSTATUS(status), 7) << step;
  toy.open();
}

class RetentionCrash : public testing::TestWithParam<const char*> {};
class ListCrash : public testing::TestWithParam<const char*> {};

TEST_P(RetentionCrash, IsFinishedByTheNextStart) {
  Held held;
  ToyStore& toy = held.toy;
  toy.must_append(toy::hold_released(held.hold));
  const Bucket bucket = bucket_of(toy.clock->now());
  toy.clock->advance(kThirtyDays);
  crash_at(toy, GetParam(), [](ToyStore& crashing) { static_cast<void>(crashing.purge()); });

  // Nothing comes back, finished or not.
  EXPECT_EQ(toy::code(toy.store->event(held.image.read)), ErrorCode::kGone);
  EXPECT_EQ(toy::code(toy.store->event(held.other)), ErrorCode::kGone);
  const bool finished = std::string(GetParam()) == "purge-finished";
  ASSERT_TRUE(toy.store->rebuild_registers(toy::fold));
  Retention retention(*toy.store, *toy.sequencer);
  const auto report = retention.finish_pending();
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->finished, finished ? 0U : 1U);
  EXPECT_EQ(toy::code(toy.store->vault().bucket_key(bucket)), ErrorCode::kGone);
  EXPECT_EQ(toy::code(toy.store->vault().held_key(held.image.read)), ErrorCode::kGone);
  EXPECT_FALSE(has_payload(toy, held.image.read));
  EXPECT_FALSE(has_payload(toy, held.other));
  EXPECT_TRUE(std::filesystem::is_empty(toy.places().folder / "evidence" / "held"));
  EXPECT_EQ(retention.range(bucket)->value().state, 2);
  EXPECT_EQ(retention.overdue(0).value(), 0U);
  EXPECT_TRUE(retention.run()->tombstones.empty());
  // One tombstone, one keys.destroyed.
  std::map<int, int> kinds;
  ASSERT_TRUE(toy.store->visit({0}, [&](const chain::EventView& event) -> Result<void> {
    ++kinds[event.header.kind];
    return {};
  }));
  EXPECT_EQ(kinds[chain::kind::kReadsPurged], 1);
  EXPECT_EQ(kinds[chain::kind::kKeysDestroyed], 1);
  toy::expect_sound(*toy.store);
}

TEST_P(ListCrash, IsFinishedByTheNextStart) {
  ToyStore toy;
  std::uint64_t id = 0;
  ASSERT_TRUE(toy.sequencer->run([&](Transaction& transaction) -> Result<void> {
    const auto blob = transaction.store_blob(Bytes(100, 9));
    if (!blob) return tl::unexpected(blob.error());
    id = *blob;
    const auto seq = transaction.append(toy::notice("list"));
    if (!seq) return tl::unexpected(seq.error());
    return {};
  }));
  toy.clock->advance(kThirtyDays);
  crash_at(toy, GetParam(), [id](ToyStore& crashing) {
    Retention retention(*crashing.store, *crashing.sequencer);
    static_cast<void>(retention.purge_blob(id, {1}, {1}, 5));
  });
  Retention retention(*toy.store, *toy.sequencer);
  ASSERT_TRUE(retention.finish_pending());
  EXPECT_EQ(toy::code(toy.store->blob(id)), ErrorCode::kGone);
  EXPECT_TRUE(std::filesystem::is_empty(toy.places().folder / "blobs"));
  EXPECT_EQ(retention.finish_pending()->finished, 0U);
}

INSTANTIATE_TEST_SUITE_P(Steps, RetentionCrash,
                         testing::Values("tombstone-committed", "keys-destroyed", "files-unlinked",
                                         "some-erased", "purge-finished"));
INSTANTIATE_TEST_SUITE_P(Steps, ListCrash,
                         testing::Values("tombstone-committed", "keys-destroyed", "files-unlinked",
                                         "purge-finished"));

}  // namespace
}  // namespace alpr::store
