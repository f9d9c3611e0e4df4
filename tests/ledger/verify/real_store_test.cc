// Proves that what ledger/store writes holds before the verifier, which shares none of its code, at
// every stage of its life: fresh, with images and holds, after purges, after a release, and while
// it is open. A month passes on a simulated clock.
#include "ledger/chain/kinds.h"
#include "ledger/verify/rules.h"
#include "ledger/verify/verify.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::verify {
namespace {

namespace toy = store::toy;

class RealStore : public ::testing::Test {
 protected:
  Report verify(bool with_keys = true) {
    Options options;
    options.key = toy_.store->log_vkey();
    if (with_keys) {
      auto keys = Keys::parse(toy_.store->vault().export_keys());
      EXPECT_TRUE(keys) << keys.error().detail;
      if (keys) options.keys = std::move(*keys);
    }
    const auto report = verify_store(toy_.places().folder, toy::kinds(), options);
    EXPECT_TRUE(report) << report.error().detail;
    return report.value_or(Report{});
  }
  void expect_holds(std::string_view when, bool with_keys = true) {
    const Report report = verify(with_keys);
    EXPECT_TRUE(report.holds()) << when << "\n" << to_text(report);
    EXPECT_TRUE(report.anchored);
    EXPECT_EQ(report.size, toy_.store->size());
    if (with_keys) {
      EXPECT_EQ(report.levels.at(1).not_checked, 0U) << when;
    }
  }
  Sequence hold(const toy::ToyStore::Image& image) {
    chain::Draft draft = toy::hold_placed({image.read});
    for (chain::Member& member : draft.members) {
      if (member.name == "review_by") {
        member.value = std::to_string(toy_.clock->now().value + 80 * toy::kDay);
      }
    }
    Sequence seq;
    const auto commit = toy_.sequencer->run([&](store::Transaction& transaction) -> Result<void> {
      const std::array<Sequence, 1> events = {image.read};
      const std::array<store::Transaction::ImageOf, 1> images = {
          store::Transaction::ImageOf{image.read, image.place, image.sha256}};
      if (const auto held = transaction.hold(events, images); !held) return held;
      const auto appended = transaction.append(draft);
      if (!appended) return tl::unexpected(appended.error());
      seq = *appended;
      return {};
    });
    EXPECT_TRUE(commit) << commit.error().detail;
    return seq;
  }
  // Lets time pass as a server would live through it: a purge every half hour.
  void live_through(std::int64_t us) {
    constexpr std::int64_t kStep = 1'800 * kSecondUs;
    for (std::int64_t passed = 0; passed < us; passed += kStep) {
      toy_.clock->advance(kStep);
      const auto purged = toy_.purge();
      ASSERT_TRUE(purged) << purged.error().detail;
    }
  }

  toy::ToyStore toy_;
};

TEST_F(RealStore, HoldsFromItsFirstEventOn) {
  expect_holds("fresh");
  for (int i = 0; i < 300; ++i) toy_.must_append(toy::notice("number " + std::to_string(i)));
  expect_holds("with a full tile");
}

TEST_F(RealStore, HoldsThroughAMonthWithHoldsAndPurges) {
  std::vector<toy::ToyStore::Image> images;
  for (int i = 0; i < 12; ++i) {
    images.push_back(toy_.must_append_image("7ABC12" + std::to_string(i),
                                            Bytes(500, static_cast<std::uint8_t>(i))));
    toy_.must_append(toy::visit("ann", 3));
    toy_.must_append(toy::note("ann", 1, images.back().read));
    toy_.clock->advance(5 * 60 * kSecondUs);
  }
  const Sequence first = hold(images[2]);
  const Sequence second = hold(images[7]);
  expect_holds("on hold");
  expect_holds("without keys", /*with_keys=*/false);
  ASSERT_TRUE(toy_.append(toy::hold_released(second)));
  live_through(29 * toy::kDay + 86'400 * kSecondUs / 2);
  expect_holds("before anything is due");
  live_through(toy::kDay);
  expect_holds("after the purge");
  ASSERT_TRUE(toy_.append(toy::hold_released(first)));
  expect_holds("released, not yet purged");
  live_through(1'800 * kSecondUs);
  expect_holds("released and purged");
  toy_.reopen();
  expect_holds("opened again");
}

TEST_F(RealStore, I12_G_1_APurgeThatDidNotRunIsNamed) {
  toy_.must_append(toy::read("7ABC123"));
  toy_.clock->advance(31 * toy::kDay);
  toy_.must_append(toy::notice("a month later"));
  const Report report = verify();
  EXPECT_FALSE(report.holds());
  ASSERT_EQ(report.levels.at(1).findings.size(), 1U);
  EXPECT_EQ(report.levels[1].findings[0].rule, rule::kPurge);
  EXPECT_EQ(report.levels[1].findings[0].seq, 1U);
}

}  // namespace
}  // namespace alpr::verify
