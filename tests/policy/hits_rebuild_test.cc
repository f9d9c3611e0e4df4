// Proves that the registers of reads, lists, hits and stops, and the plate index, come out the same
// when the surviving events are folded again. By random histories with purges, compared as
// canonical text.
#include <gtest/gtest.h>

#include <random>

#include "policy/registers/hits.h"
#include "policy/registers/hotlists.h"
#include "policy/registers/plate_index.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class History {
 public:
  explicit History(std::uint32_t seed)
      : random_(seed), officer_(world.trained("officer", "SWORN")) {
    trained_admin(world);
    world.enrol_device(kReader);
  }

  void step() {
    switch (random_() % 8) {
      case 0:
        load_list();
        break;
      case 1:
      case 2:
        send(world, ++batch_, {plate(), plate(), plate()});
        break;
      case 3:
        ask_for_entry();
        break;
      case 4:
      case 5:
        answer_hit();
        break;
      case 6:
        show_hits();
        break;
      default:
        close_day();
    }
  }

  World world;

 private:
  std::string plate() {
    return "8XY" + std::string(1, "0O1I"[random_() % 4]) + std::to_string(random_() % 3);
  }

  void load_list() {
    const std::vector<std::string> sources{"SVS", "NCIC"};
    const std::vector<std::string> rows{plate() + ",STOLEN", plate() + ",STOLEN",
                                        plate() + ",WANTED"};
    world.apply(
        load(world, world.holder(kAdmin), list_to_load(world, sources[random_() % 2], rows)));
  }
  void ask_for_entry() {
    RequestEntry command = entry_command(world, plate());
    const auto entries = list_entries(world.rows).value();
    if (!entries.empty() && entries.back().state == EntryState::kActive && random_() % 2 == 0) {
      command.supersedes = entries.back().request;
    }
    const Decision asked = decide(world.state(), officer_, command, world.moment());
    if (asked.error) return;  // what it would supersede has expired
    const Sequence request = world.permit(asked);
    const Actor admin = world.holder(kAdmin);
    const auto choice = random_() % 4;
    if (choice == 0) return;
    if (choice == 1) {
      world.permit(
          decide(world.state(), officer_, RemoveEntry{request, "mistaken"}, world.moment()));
      return;
    }
    const Verdict verdict = choice == 2 ? Verdict::kDeny : Verdict::kApprove;
    world.permit(
        decide(world.state(), admin, DecideEntry{request, verdict, "seen"}, world.moment()));
  }
  void answer_hit() {
    const auto hits = newest_hits(world.rows, world.now, world.moment().next, 3, [](const HitRow&) {
                        return Result<bool>(true);
                      }).value();
    if (hits.empty()) return;
    const HitRow& hit = hits[random_() % hits.size()];
    const std::vector<RecordStep> steps{plate_step(hit.hit, hit.raised.plate),
                                        visual_step(hit.hit, true),
                                        clets_step(hit.hit, CletsResult::kConfirmed),
                                        checks_step(world, hit.hit, CheckResult::kMatch),
                                        following_step(hit.hit),
                                        visual_step(hit.hit, false)};
    world.apply(decide(world.state(), officer_, steps[random_() % steps.size()], world.moment()));
    if (random_() % 3 != 0) return;
    DocumentStop stop = stop_command(world, hit.hit);
    stop.action = StopAction::kFreedomNotRestricted;
    stop.disposition = "NO_ACTION";
    const Decision documented = decide(world.state(), officer_, stop, world.moment());
    if (documented.error) return;  // documented before
    const Sequence record = world.permit(documented);
    world.permit(decide(world.state(), officer_, FollowUpStop{record, "none"}, world.moment()));
  }
  void show_hits() {
    const auto views = select_hits(world.state(), officer_.username, {}, world.moment()).value();
    world.permit(decide(world.state(), officer_, ListHits{}, views, world.moment()));
  }
  // Summaries of the day's buckets, staleness, and the purge of what is due by then.
  void close_day() {
    std::map<std::uint64_t, std::vector<chain::EventView>> buckets;
    for (const chain::EventView& event : world.log) {
      if (event.header.retention != chain::Retention::kThirtyDay || !event.have_payload) continue;
      buckets[bucket_of(event.header.time).value].push_back(event);
    }
    world.advance(2 * 86'400);
    for (const auto& [bucket, events] : buckets) {
      const Decision summary = summarise(world.state(), {bucket}, events, world.moment());
      if (!summary.error) world.permit(summary);
      if (world.now < due_time(events.back().header.time)) continue;
      for (const chain::EventView& event : events) world.purge(event.header.seq);
      ++purges;
    }
    world.apply(check_freshness(world.state(), world.moment()));
  }

 public:
  int purges = 0;

 private:
  std::mt19937 random_;
  Actor officer_;
  std::uint64_t batch_ = 0;
};

TEST(HitsRebuild, I12_G_1_RebuildEqualsLiveOnRandomHistories) {
  int purges = 0;
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    History history(seed);
    for (int i = 0; i < 160; ++i) history.step();
    purges += history.purges;
    World& world = history.world;
    const MemoryRegisters fresh = world.rebuilt();
    ASSERT_EQ(fresh.dump(), world.rows.dump()) << "seed " << seed;
    PlateIndex index([&](std::uint64_t id) -> Result<std::string> { return world.blobs.at(id); });
    const auto loaded = index.load(fresh);
    ASSERT_TRUE(loaded.has_value());
    ASSERT_EQ(index.dump(), world.plates.dump()) << "seed " << seed;
  }
  EXPECT_GT(purges, 10) << "the histories must reach past 30 days";
}

}  // namespace
}  // namespace alpr::policy
