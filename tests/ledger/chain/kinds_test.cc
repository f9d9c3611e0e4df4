// Proves that the ledger's own kinds keep their numbers, classes and open members, and that a
// registry finds them. By reading the registry as data and by registries that must not be made.
#include "ledger/chain/kinds.h"

#include <gtest/gtest.h>

namespace alpr::chain {
namespace {

TEST(Kinds, TheLedgersOwnKindsKeepTheirNumbersAndClasses) {
  const KindRegistry registry(ledger_kinds());
  struct Expected {
    std::uint16_t number;
    std::string_view name;
    Retention retention;
  };
  const std::vector<Expected> expected = {{1, "log.started", Retention::kOpen},
                                          {2, "key.rotated", Retention::kOpen},
                                          {3, "reads.purged", Retention::kOpen},
                                          {4, "keys.destroyed", Retention::kOpen},
                                          {5, "list.purged", Retention::kOpen},
                                          {6, "hold.placed", Retention::kPermanent},
                                          {7, "hold.released", Retention::kPermanent},
                                          {8, "clock.stepped", Retention::kPermanent},
                                          {9, "clock.heartbeat", Retention::kOpen},
                                          {15, "master.rotated", Retention::kOpen},
                                          {16, "backup.begun", Retention::kOpen},
                                          {17, "recovery.enrolled", Retention::kOpen},
                                          {18, "archive.disclosed", Retention::kPermanent},
                                          {20, "purge.overdue", Retention::kOpen}};
  ASSERT_EQ(registry.all().size(), expected.size());
  for (const Expected& one : expected) {
    const Kind* found = registry.find(one.number);
    ASSERT_NE(found, nullptr) << one.number;
    EXPECT_EQ(found->name, one.name);
    EXPECT_EQ(found->retention, one.retention) << one.name;
    EXPECT_EQ(found->form, Form::kByMember) << one.name;
    EXPECT_EQ(registry.find(found->name), found);
    EXPECT_FALSE(found->why.empty()) << one.name;
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
