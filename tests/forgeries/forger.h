// A small department whose log is honest up to a point, and the hand of an operator who has all its
// keys and writes one more event that the rules would not have made. The log is written as a store,
// signed and sealed as the real one, for the verifier to read. One thread; deterministic.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/verify/verify.h"
#include "policy/rules/c2b_queries.h"
#include "tests/ledger/verify/store_maker.h"
#include "tests/policy/hits_world.h"
#include "tests/policy/sharing_world.h"
#include "tests/policy/world.h"

namespace alpr::forgeries {

using policy::testing::kAdmin;
using policy::testing::kChief;
using policy::testing::kIt;
using policy::testing::kReader;
using policy::testing::kTrainer;
using policy::testing::World;

inline constexpr std::int64_t kHour = 3'600;  // seconds
inline constexpr std::int64_t kDay = 24 * kHour;

class Forger {
 public:
  Forger() : Forger(policy::kAddedRules) {}
  // A department whose log begins with the document of older software.
  explicit Forger(std::size_t added_rules);
  Forger(const Forger&) = delete;
  Forger& operator=(const Forger&) = delete;

  World world;
  policy::Actor officer, second, coordinator, admin, chief, it, trainer;
  std::vector<Sequence> reads;  // of one batch: the first is on the list
  Sequence list;                // hotlist.loaded
  Sequence hit;

  policy::State state() const { return world.state(); }
  policy::Moment moment() const { return world.moment(); }
  void advance(std::int64_t seconds) { world.advance(seconds); }
  Sequence permit(const policy::Decision& decision) { return world.permit(decision); }

  // The record that the rules would have made, for a forgery to change.
  template <policy::Record R>
  R honest(const policy::Decision& decision) const {
    for (const chain::Draft& draft : decision.events) {
      const chain::EventView event = policy::testing::event_of(draft, {}, {});
      if (auto record = policy::from_event<R>(event)) return std::move(*record);
    }
    return complain<R>(decision);
  }
  // Written as it is, whatever the rules say.
  template <policy::Record R>
  Sequence forge(const R& record) {
    return append(policy::to_draft(record));
  }
  Sequence append(const chain::Draft& draft);
  policy::Actor impostor(const policy::Actor& actor) const;  // another name on the same account

  // What follows is done by the rules.
  Sequence query(const policy::Actor& by, std::vector<Sequence> found);
  policy::QueryGrounds grounds() const;
  policy::PerformQuery query_of(std::string_view plate = "8XYZ987") const;
  policy::QueryPerformed honest_query() const;
  Sequence recipient(policy::RecipientClass of_class, std::string_view jurisdiction = "CALIFORNIA");
  Sequence asked(policy::RecipientClass of_class = policy::RecipientClass::kDistrictAttorney);
  policy::SharingRequested honest_request(policy::RecipientClass of_class);
  Sequence honored();
  Sequence held(std::vector<Sequence> events);  // hold.placed
  Sequence asked_for_hold(std::vector<Sequence> events);
  void adopt(const std::function<void(policy::Parameters&)>& change);  // in force when it returns
  void show_hit(const policy::Actor& to);

  // What is done to the store behind the world's log: purges, which are the ledger's own. Gives
  // back the event that the verifier must name.
  std::function<std::uint64_t(verify::testing::StoreMaker&)> behind;
  // The registry that the store is written by, where it is not the order's.
  std::optional<chain::KindRegistry> written_by;

  // Signs, seals and writes the log; what `behind` gave back.
  std::optional<std::uint64_t> write(const std::filesystem::path& store) const;
  std::string keys() const { return keys_; }  // of the store last written

 private:
  template <policy::Record R>
  static R complain(const policy::Decision& decision) {
    refuse_to_forge(decision);
    return R{};
  }
  static void refuse_to_forge(const policy::Decision& decision);
  mutable std::string keys_;
};

// One breach of a row, by the event that `write` gives back.
struct Forgery {
  std::string_view row;
  std::string_view what;  // for the page: what the operator wrote
  std::function<Sequence(Forger&)> write;
  std::string_view named = {};  // what the verifier says instead of the row, where it does
};
std::vector<Forgery> forgeries_of_people();
std::vector<Forgery> forgeries_of_queries();
std::vector<Forgery> forgeries_of_hits();
std::vector<Forgery> forgeries_of_batches();
std::vector<Forgery> forgeries_of_lists();
std::vector<Forgery> forgeries_of_sharing();
std::vector<Forgery> forgeries_of_oversight();
std::vector<Forgery> forgeries_of_time();
std::vector<Forgery> all_forgeries();

// The honest log, with something of every sort that the forgeries start from.
void live_honestly(Forger& f);

}  // namespace alpr::forgeries
