// Breaches of sections A, C.2(A)(1), C.2(B) 1 and 2: hot lists, their freshness, custom entries,
// vehicles' copies.
#include "policy/records/shift_lists.h"
#include "policy/registers/devices.h"
#include "policy/rules/roles.h"
#include "tests/forgeries/forger.h"

namespace alpr::forgeries {
namespace {

using namespace policy;
using namespace policy::testing;

HotlistLoaded honest_load(Forger& f) {
  f.advance(kHour);
  return f.honest<HotlistLoaded>(
      load(f.world, f.coordinator, list_to_load(f.world, "SVS", {std::string(kSvsRow)})));
}

std::function<Sequence(Forger&)> with_load(std::function<void(Forger&, HotlistLoaded&)> change) {
  return [change](Forger& f) {
    HotlistLoaded e = honest_load(f);
    change(f, e);
    return f.forge(e);
  };
}

EntryRequested honest_entry(Forger& f) {
  return f.honest<EntryRequested>(
      decide(f.state(), f.officer, entry_command(f.world, "9ZZZ999"), f.moment()));
}

std::function<Sequence(Forger&)> with_entry(std::function<void(Forger&, EntryRequested&)> change) {
  return [change](Forger& f) {
    EntryRequested e = honest_entry(f);
    change(f, e);
    return f.forge(e);
  };
}

EntryApproved honest_approval(Forger& f, Sequence request) {
  return f.honest<EntryApproved>(decide(
      f.state(), f.admin, DecideEntry{request, Verdict::kApprove, "documented"}, f.moment()));
}

std::vector<Forgery> of_lists() {
  return {
      {"I12-A-4", "custom entries loaded from a file, past their approval",
       with_load([](Forger&, HotlistLoaded& e) {
         e.source = HotlistSource::kCustomBolo;
         e.previous.reset();
       })},
      {"I12-C2A1-1", "a list of a source that the order in force does not name",
       [](Forger& f) {
         f.adopt([](Parameters& p) { p.hotlist_sources = {HotlistSource::kSvs}; });
         HotlistLoaded e = honest_load(f);
         e.source = HotlistSource::kNcic;
         e.previous.reset();
         e.delta.reset();
         return f.forge(e);
       }},
      {"I12-DEF-2", "a list of a source that the order in force does not name, by a feed",
       [](Forger& f) {
         f.adopt([](Parameters& p) { p.hotlist_sources = {HotlistSource::kSvs}; });
         HotlistLoaded e = honest_load(f);
         e.source = HotlistSource::kNcic;
         e.previous.reset();
         e.delta.reset();
         e.by.reset();
         e.feed = "ncic";
         return f.forge(e);
       }},
      {"I12-C2A1-4", "a list that its source made tomorrow",
       with_load([](Forger& f, HotlistLoaded& e) {
         e.source_time = {f.world.now.value + kDay * kSecondUs};
       })},
      {"I12-C2B1-2", "an older list over a newer one", with_load([](Forger& f, HotlistLoaded& e) {
         e.source_time = {f.world.now.value - 30 * kDay * kSecondUs};
       })},
      {"I12-C2B1-2", "an empty list over a full one",
       with_load([](Forger&, HotlistLoaded& e) { e.rows = 0; })},
      {"I12-L-1", "a list loaded by an officer",
       with_load([](Forger& f, HotlistLoaded& e) { e.by = f.honest_query().by; })},
      {"I12-C2B1-1", "a missed refresh that nothing tells of",
       [](Forger& f) {
         for (int hour = 0; hour < 26; ++hour) {
           f.advance(kHour);
           f.query(f.second, {});
         }
         return f.list;
       }},
      {"I12-A-3", "a vehicle's copy of a version that newer data had overwritten",
       [](Forger& f) {
         f.forge(honest_load(f));
         const auto device = find_device(f.world.rows, "car-1");
         ListsTaken e;
         e.policy = 1;
         e.device = "car-1";
         e.enrolled = (*device)->enrolled;
         e.lists = {{HotlistSource::kSvs, f.list, {}, 1}};
         e.made_at = f.world.now;
         e.valid_until = {f.world.now.value + kDay * kSecondUs};
         e.asked_at = f.world.now;
         return f.forge(e);
       }},
      {"I12-A-3", "a copy of the lists for a reader on a pole",
       [](Forger& f) {
         const auto device = find_device(f.world.rows, kReader);
         ListsTaken e;
         e.policy = 1;
         e.device = std::string(kReader);
         e.enrolled = (*device)->enrolled;
         e.made_at = e.asked_at = e.valid_until = f.world.now;
         return f.forge(e);
       }},
  };
}

std::vector<Forgery> of_entries() {
  return {
      {"I12-C2A1-2", "a custom entry for a purpose that the order in force does not name",
       [](Forger& f) {
         const EntryRequested e = honest_entry(f);
         f.adopt([](Parameters& p) { p.bolo_purposes = {BoloPurpose::kMissingOrAtRisk}; });
         EntryRequested late = e;
         late.policy = 2;
         return f.forge(late);
       }},
      {"I12-C2A1-3", "a custom entry that never ends", with_entry([](Forger& f, EntryRequested& e) {
         e.expires_at = {f.world.now.value + 3'650 * kDay * kSecondUs};
       })},
      {"I12-C2B2-1", "a custom entry without the general offense report",
       with_entry([](Forger&, EntryRequested& e) { e.offense_report_no = ""; })},
      {"I12-C2B2-2", "a custom entry approved by the one who asked for it",
       [](Forger& f) {
         EntryRequested asked = honest_entry(f);
         const Sequence before = f.forge(asked);
         asked.by = honest_approval(f, before).by;
         EntryApproved e = honest_approval(f, before);
         e.request = f.forge(asked);
         e.requester = asked.by.username;
         return f.forge(e);
       }},
      {"I12-C2B2-2", "a custom entry approved by an officer",
       [](Forger& f) {
         EntryApproved e = honest_approval(f, f.forge(honest_entry(f)));
         e.by = f.second;
         return f.forge(e);
       }},
      {"I12-L-2", "a custom entry approved after the Administrator's role had ended",
       [](Forger& f) {
         const Sequence request = f.forge(honest_entry(f));
         const EntryApproved e = honest_approval(f, request);
         f.world.grant("second", Role::kAdministrator);
         f.permit(decide(
             f.state(), f.chief,
             EndRole{std::string(kAdmin), f.world.user(kAdmin).grants.front().grant, "moved on"},
             f.moment()));
         return f.forge(e);
       }},
      {"I12-C2B2-4", "a custom entry under another member's name",
       with_entry([](Forger& f, EntryRequested& e) { e.by = f.impostor(e.by); })},
      {"I12-C2B2-5", "a custom entry without a case number",
       with_entry([](Forger&, EntryRequested& e) { e.case_number = ""; })},
      {"I12-C2B2-6", "a custom entry without a justification",
       with_entry([](Forger&, EntryRequested& e) { e.justification = " "; })},
      {"I12-C2B2-8", "a description of a suspect without a case number",
       with_entry([](Forger&, EntryRequested& e) {
         e.plate.reset();
         e.descriptor = "a blue van with a ladder";
         e.case_number = "";
       })},
      {"I12-C3-4",
       "a custom entry whose author did not attest that no protected trait is its reason",
       with_entry([](Forger&, EntryRequested& e) { e.not_protected_characteristic = false; })},
      {"I12-A-5", "custom entries shown to somebody who never took the course",
       [](Forger& f) {
         const Sequence request = f.forge(honest_entry(f));
         f.world.enrol("rookie", "SWORN");
         return f.forge(EntriesDisclosed{1, {request}, f.world.log_in("rookie")});
       }},
  };
}

}  // namespace

std::vector<Forgery> forgeries_of_lists() {
  std::vector<Forgery> all = of_lists();
  const auto entries = of_entries();
  all.insert(all.end(), entries.begin(), entries.end());
  return all;
}

}  // namespace alpr::forgeries
