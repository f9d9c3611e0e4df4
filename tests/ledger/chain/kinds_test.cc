// Proves that the ledger's own kinds keep their numbers, classes and open members, and that a
// registry finds them. By reading the registry as data and by registries that must not be made.
#include "ledger/chain/kinds.h"

#include <gtest/gtest.h>

namespace alpr::chain {
namespace {

TEST(Kinds, TheLedgersOwnKindsKeepTheirNumbersAndClasses) {
  const KindRegistry registry(ledger_kinds());
  ASSERT_EQ(registry.all().size(), 9u);
  const std::vector<std::pair<std::string_view, Retention>> expected = {
      {"log.started", Retention::kOpen},        {"key.rotated", Retention::kOpen},
      {"reads.purged", Retention::kOpen},       {"keys.destroyed", Retention::kOpen},
      {"list.purged", Retention::kOpen},        {"hold.placed", Retention::kPermanent},
      {"hold.released", Retention::kPermanent}, {"clock.stepped", Retention::kPermanent},
      {"clock.heartbeat", Retention::kOpen}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Kind* found = registry.find(static_cast<std::uint16_t>(i + 1));
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->name, expected[i].first);
    EXPECT_EQ(found->retention, expected[i].second);
    EXPECT_EQ(found->form, Form::kByMember);
    EXPECT_EQ(registry.find(found->name), found);
    EXPECT_FALSE(found->why.empty());
  }
  EXPECT_EQ(registry.find(std::uint16_t{10}), nullptr);
  EXPECT_EQ(registry.find("reads.unpurged"), nullptr);
}

TEST(Kinds, AHoldShowsItsEventsAndSealsItsPeople) {
  const KindRegistry registry(ledger_kinds());
  const Kind* hold = registry.find("hold.placed");
  ASSERT_NE(hold, nullptr);
  for (const std::string_view open : {"reason", "events", "review_by"}) {
    EXPECT_TRUE(hold->is_open(open)) << open;
  }
  for (const std::string_view sealed : {"case_number", "requester", "by", "instrument"}) {
    EXPECT_FALSE(hold->is_open(sealed)) << sealed;
  }
}

TEST(KindsDeathTest, TwoKindsOfOneNumberOrNameAreAProgrammersError) {
  const Kind a{40, "a", Retention::kPermanent, Form::kByMember, {"x"}, {}, ""};
  const Kind same_number{40, "b", Retention::kPermanent, Form::kByMember, {"x"}, {}, ""};
  const Kind same_name{41, "a", Retention::kPermanent, Form::kByMember, {"x"}, {}, ""};
  const Kind stray_open{42, "c", Retention::kPermanent, Form::kByMember, {"x"}, {"y"}, ""};
  EXPECT_DEATH(KindRegistry({a, same_number}), "check failed");
  EXPECT_DEATH(KindRegistry({a, same_name}), "check failed");
  EXPECT_DEATH(KindRegistry({stray_open}), "check failed");
}

}  // namespace
}  // namespace alpr::chain
