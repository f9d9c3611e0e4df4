// Proves that dropping every register and folding the surviving events gives what the live fold
// gave, and that at every point exactly the events that must be there are there. Runs random
// histories of uploads, notes, holds, releases, purges and restarts against a plain in-memory
// account of them.
#include <gtest/gtest.h>

#include <random>

#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

using toy::ToyStore;

constexpr int kSteps = 90;

struct Account {
  struct Event {
    std::string json;
    TimeUs time;
    std::set<Sequence> holds;
  };
  std::map<Sequence, Event> thirty_day;
  std::map<Sequence, std::vector<Sequence>> holds;
};

class History {
 public:
  explicit History(unsigned seed) : random_(seed) {}

  void step() {
    switch (pick(12)) {
      case 0:
      case 1:
      case 2:
        return upload();
      case 3:
      case 4:
        return write_note();
      case 5:
        return place_hold();
      case 6:
        return release();
      case 7:
      case 8:
        return toy_.clock->advance(static_cast<std::int64_t>(1 + pick(40 * 60)) * kSecondUs);
      case 9:
        return toy_.clock->advance(static_cast<std::int64_t>(1 + pick(12)) * toy::kDay);
      case 10:
        return purge();
      default:
        return pick(3) == 0 ? toy_.reopen() : purge();
    }
  }

  // What must be there is, what must not be is not.
  void check() {
    for (const auto& [seq, event] : account_.thirty_day) {
      const bool over = due_time(event.time) <= toy_.clock->now() && event.holds.empty();
      const auto got = toy_.store->event(seq);
      if (over) {
        ASSERT_EQ(toy::code(got), ErrorCode::kGone) << seq.value;
      } else {
        ASSERT_TRUE(got) << seq.value << ": " << got.error().detail;
        ASSERT_EQ(got->json, event.json);
      }
    }
  }

  void expect_rebuild_equals_live() {
    const auto live = toy_.store->dump_registers();
    ASSERT_TRUE(live) << live.error().detail;
    const auto rebuilt = toy_.store->rebuild_registers(toy::fold);
    ASSERT_TRUE(rebuilt) << rebuilt.error().detail;
    ASSERT_EQ(toy_.store->dump_registers().value(), *live);
  }

  void finish() {
    toy_.clock->advance(kRetentionUs);
    purge();
    check();
    expect_rebuild_equals_live();
    toy::expect_sound(*toy_.store);
    // Rows of purged events are gone, all of them.
    for (const auto& [seq, event] : account_.thirty_day) {
      const auto row = toy_.store->registers()->get(toy::kReads, chain::RowKey().number(seq.value));
      ASSERT_TRUE(row);
      ASSERT_TRUE(!event.holds.empty() || !row->has_value()) << seq.value;
    }
  }

 private:
  std::uint64_t pick(std::uint64_t below) {
    return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(random_);
  }

  // An event of thirty days, or none.
  std::optional<Sequence> some_event() {
    if (account_.thirty_day.empty()) return std::nullopt;
    auto at = account_.thirty_day.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(pick(account_.thirty_day.size())));
    return at->first;
  }

  void upload() {
    for (std::uint64_t left = 1 + pick(4); left > 0; --left) {
      const std::string name = "P" + std::to_string(pick(1000));
      const chain::Draft draft = pick(3) == 0 ? toy::visit(name, pick(9)) : toy::read(name);
      const Sequence seq = toy_.must_append(draft);
      account_.thirty_day[seq] = {toy_.store->event(seq)->json, toy_.store->header(seq)->time, {}};
    }
  }

  void write_note() {
    static const std::vector<std::string> subjects = {"ann", "bob", "cyd", "forget"};
    const std::optional<Sequence> about = pick(2) == 0 ? some_event() : std::nullopt;
    toy_.must_append(toy::note(subjects[pick(subjects.size())], pick(100), about));
  }

  void place_hold() {
    std::set<Sequence> events;
    for (int tries = 0; tries < 3; ++tries) {
      if (const auto seq = some_event()) events.insert(*seq);
    }
    bool holdable = !events.empty();
    for (const Sequence seq : events) {
      if (due_time(account_.thirty_day.at(seq).time) <= toy_.clock->now()) holdable = false;
    }
    const std::vector<Sequence> list(events.begin(), events.end());
    const auto hold = toy_.hold(list);
    ASSERT_EQ(hold.has_value(), holdable) << (hold ? "held" : hold.error().detail);
    if (!hold) return;
    account_.holds[*hold] = list;
    for (const Sequence seq : list) account_.thirty_day.at(seq).holds.insert(*hold);
  }

  void release() {
    if (account_.holds.empty()) return;
    auto at = account_.holds.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(pick(account_.holds.size())));
    toy_.must_append(toy::hold_released(at->first));
    for (const Sequence seq : at->second) account_.thirty_day.at(seq).holds.erase(at->first);
    account_.holds.erase(at);
  }

  void purge() {
    const auto report = toy_.purge();
    ASSERT_TRUE(report) << report.error().detail;
    ASSERT_EQ(Retention(*toy_.store, *toy_.sequencer).overdue(0).value(), 0U);
  }

  std::mt19937_64 random_;
  NoSync no_sync_;  // the vault's: nothing here loses power
  ToyStore toy_;
  Account account_;
};

class Rebuild : public testing::TestWithParam<unsigned> {};

TEST_P(Rebuild, EqualsLiveOnARandomHistory) {
  History history(GetParam());
  for (int step = 0; step < kSteps; ++step) {
    history.step();
    if (step % 10 == 0) history.check();
    if (step % 30 == 29) history.expect_rebuild_equals_live();
    if (HasFatalFailure()) FAIL() << "at step " << step << " of seed " << GetParam();
  }
  history.finish();
}

INSTANTIATE_TEST_SUITE_P(Seeds, Rebuild, testing::Range(1U, 21U));

}  // namespace
}  // namespace alpr::store
