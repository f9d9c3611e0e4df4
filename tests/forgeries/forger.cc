#include "tests/forgeries/forger.h"

#include <gtest/gtest.h>

#include "ledger/chain/note.h"
#include "policy/records/holds.h"
#include "policy/records/kinds.h"
#include "policy/registers/fold.h"
#include "policy/rules/c2b_queries.h"
#include "policy/rules/g_holds.h"
#include "policy/rules/parameters.h"
#include "policy/rules/policies.h"

namespace alpr::forgeries {
namespace {

using namespace policy;
using namespace policy::testing;

// The place of log.started in the world; the store has one of its own.
std::vector<chain::Draft> genesis() {
  const auto open = [](std::string name, std::string value) {
    return chain::Member{std::move(name), std::move(value), true};
  };
  const std::string vkey = chain::format_vkey(
      {std::string(kOrigin), chain::KeyType::kEd25519, key_named("log").public_key()});
  return {{chain::kind::kLogStarted,
           {},
           {open("format", "1"), open("vkey", '"' + vkey + '"'), open("log_id", "\"\""),
            open("bucket_seconds", "900"), open("simulated", "true")}}};
}

}  // namespace

Forger::Forger(std::size_t added_rules) : world(genesis(), added_rules) {
  chief = world.holder(kChief);
  it = world.holder(kIt);
  trainer = world.holder(kTrainer);
  officer = world.trained("officer", "SWORN");
  second = world.trained("second", "SWORN");
  coordinator = world.trained("coordinator", "SWORN");
  world.grant("coordinator", Role::kCoordinator);
  admin = trained_admin(world);
  advance(kHour);
  world.enrol_device(kReader);
  world.enrol_device("car-1", DeviceKind::kMobile);
  list = permit(load(world, coordinator, list_to_load(world, "SVS", {std::string(kSvsRow)})));
  const Sequence upload = send(world, 1, {"7ABC123", "8XYZ987"});
  reads = {{upload.value + 1}, {upload.value + 2}};
  hit = hits_since(world, upload).front();
}

void Forger::refuse_to_forge(const Decision& decision) {
  ADD_FAILURE() << "no honest record: "
                << (decision.refusal ? decision.refusal->reason
                    : decision.error ? decision.error->detail
                                     : "another kind");
}

// As World::append(), but a state that has no place for the event is no failure of the test, and
// the index of reads, which takes none that is malformed, does not see it.
Sequence Forger::append(const chain::Draft& draft) {
  const Sequence seq{world.log.size()};
  world.log.push_back(event_of(draft, seq, world.now));
  const std::span<const chain::EventView> last(&world.log.back(), 1);
  static_cast<void>(policy::fold()(world.log.back(), world.rows));
  static_cast<void>(world.plates.committed(last));
  return seq;
}

Actor Forger::impostor(const Actor& actor) const {
  Actor other = actor;
  other.name = "Somebody Else";
  return other;
}

QueryGrounds Forger::grounds() const {
  QueryGrounds g;
  g.purpose = "BURGLARY";
  g.legal_standard = "REASONABLE_SUSPICION";
  g.facts = "seen leaving the place";
  g.right_to_know = RightToKnowClaim{"STATUTE", "Penal Code 459"};
  g.need_to_know = "the case is assigned to me";
  g.case_number = "22-000123";
  g.narrative = "looking for the vehicle";
  g.attestations = attested();
  return g;
}

PerformQuery Forger::query_of(std::string_view plate) const {
  PerformQuery query;
  query.elements.plate = std::string(plate);
  query.grounds = grounds();
  return query;
}

Sequence Forger::query(const Actor& by, std::vector<Sequence> found) {
  return permit(decide(state(), by, query_of(), Found{std::move(found), false}, moment()));
}

QueryPerformed Forger::honest_query() const {
  return honest<QueryPerformed>(
      decide(state(), officer, query_of(), Found{{reads[1]}, false}, moment()));
}

Sequence Forger::recipient(RecipientClass of_class, std::string_view jurisdiction) {
  const std::string text(to_text(of_class));
  const std::string name = text + " " + std::to_string(world.log.size());
  return permit(decide(state(), coordinator,
                       RegisterRecipient{name, text, std::string(jurisdiction), "records desk"},
                       moment()));
}

SharingRequested Forger::honest_request(RecipientClass of_class) {
  const Sequence to = recipient(of_class);
  return honest<SharingRequested>(decide(
      state(), officer,
      RequestSharing{to, reads, std::nullopt, std::nullopt, grounds_for(of_class)}, moment()));
}

Sequence Forger::asked(RecipientClass of_class) { return forge(honest_request(of_class)); }

Sequence Forger::honored() {
  const Sequence request = asked();
  permit(
      decide(state(), admin, DecideSharing{request, "HONORED", "in order", attested()}, moment()));
  return request;
}

Sequence Forger::asked_for_hold(std::vector<Sequence> events) {
  return permit(decide(state(), officer,
                       RequestHold{std::move(events),
                                   "ACTIVE_CRIMINAL",
                                   "22-000123",
                                   std::nullopt,
                                   "evidence in the case",
                                   {world.now.value + 60 * kDay * kSecondUs}},
                       moment()));
}

Sequence Forger::held(std::vector<Sequence> events) {
  std::vector<EventFacts> facts;
  for (const Sequence event : events) {
    const chain::Header& header = world.log.at(event.value).header;
    facts.push_back({event, header.retention, header.time, true});
  }
  const Sequence request = asked_for_hold(std::move(events));
  return permit(decide(state(), coordinator, DecideHold{request, Verdict::kApprove, "agreed"},
                       facts, moment()));
}

void Forger::adopt(const std::function<void(Parameters&)>& change) {
  const Moment before = moment();
  Parameters parameters = before.policy->parameters;
  change(parameters);
  const TimeUs effective{world.now.value + kHour * kSecondUs};
  const Sequence proposal =
      permit(decide(state(), admin,
                    ProposePolicy{before.policy->version + 1, std::string(kOrder), effective,
                                  parameters, Digest{}, "a narrower practice"},
                    before));
  permit(decide(state(), chief, DecidePolicy{proposal, Verdict::kApprove, "agreed"}, moment()));
  advance(kHour);
}

void Forger::show_hit(const Actor& to) {
  const auto hits = select_hits(state(), to.username, ListHits{hit, std::nullopt}, moment());
  ASSERT_TRUE(hits.has_value());
  permit(decide(state(), to, ListHits{hit, std::nullopt}, *hits, moment()));
}

std::optional<std::uint64_t> Forger::write(const std::filesystem::path& store) const {
  verify::testing::StoreMaker maker(/*simulated=*/true, written_by ? *written_by : policy::kinds(),
                                    world.log.front().header.time);
  for (std::size_t i = 1; i < world.log.size(); ++i) {
    const chain::EventView& event = world.log[i];
    maker.at(event.header.time);
    if (const auto placed = from_event<HoldPlaced>(event)) {
      std::vector<std::uint64_t> held;
      for (const Sequence one : placed->events) held.push_back(one.value);
      maker.hold_as(event.members, held);
    } else if (const auto released = from_event<HoldReleased>(event)) {
      maker.release_as(event.members, released->hold.value);
    } else if (event.header.form == chain::Form::kWhole) {
      maker.append_whole(event.header.kind, event.json);
    } else {
      maker.append(event.header.kind, event.members);
    }
  }
  std::optional<std::uint64_t> named;
  if (behind) named = behind(maker);
  maker.commit();
  maker.write(store);
  keys_ = maker.keys_json();
  return named;
}

std::vector<Forgery> all_forgeries() {
  std::vector<Forgery> all;
  for (const auto& topic : {forgeries_of_people(), forgeries_of_queries(), forgeries_of_hits(),
                            forgeries_of_batches(), forgeries_of_lists(), forgeries_of_sharing(),
                            forgeries_of_oversight(), forgeries_of_time()})
    all.insert(all.end(), topic.begin(), topic.end());
  return all;
}

void live_honestly(Forger& f) {
  f.show_hit(f.officer);
  validate(f.world, f.officer, f.hit);
  f.permit(decide(f.state(), f.officer, stop_command(f.world, f.hit), f.moment()));
  f.query(f.officer, {f.reads[1]});
  approved_entry(f.world, f.officer, entry_command(f.world, "9ZZZ999"));
  f.held(f.reads);
  f.honored();
  f.adopt([](Parameters& p) { p.queries_a_day = 40; });
}

}  // namespace alpr::forgeries
