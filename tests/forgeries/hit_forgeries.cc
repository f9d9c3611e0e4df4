// Breaches of sections B, C.2(A) and C.2(A)(2): reads, hits, their steps, stops.
#include <gtest/gtest.h>

#include "policy/records/stops.h"
#include "policy/rules/c2a2_stop_sheets.h"
#include "tests/forgeries/forger.h"

namespace alpr::forgeries {
namespace {

using namespace policy;
using namespace policy::testing;

ReadRecorded read_at(const Forger& f, Sequence read) {
  return from_event<ReadRecorded>(f.world.log.at(read.value)).value_or(ReadRecorded{});
}

// As the batch of the honest log had it, once more.
std::function<Sequence(Forger&)> with_hit(std::function<void(Forger&, HitRaised&)> change) {
  return [change](Forger& f) {
    HitRaised e = hit_at(f.world, f.hit);
    change(f, e);
    return f.forge(e);
  };
}

HitStepRecorded honest_step(Forger& f, const RecordStep& command) {
  return f.honest<HitStepRecorded>(decide(f.state(), f.officer, command, f.moment()));
}

StopDocumented honest_stop(Forger& f) {
  validate(f.world, f.officer, f.hit);
  return f.honest<StopDocumented>(
      decide(f.state(), f.officer, stop_command(f.world, f.hit), f.moment()));
}

std::function<Sequence(Forger&)> with_stop(std::function<void(Forger&, StopDocumented&)> change) {
  return [change](Forger& f) {
    StopDocumented e = honest_stop(f);
    change(f, e);
    return f.forge(e);
  };
}

std::vector<Forgery> of_reads() {
  return {
      {"I12-DEF-1", "a read from a reader that was never enrolled",
       [](Forger& f) {
         ReadRecorded e = read_at(f, f.reads[0]);
         e.device = "ghost-cam";
         return f.forge(e);
       }},
      {"I12-A-6", "a read that came with no upload",
       [](Forger& f) {
         ReadRecorded e = read_at(f, f.reads[0]);
         e.upload = f.list;
         return f.forge(e);
       }},
      {"I12-B-2", "a read without a plate",
       [](Forger& f) {
         ReadRecorded e = read_at(f, f.reads[0]);
         ReadContent read = *e.read;
         read.plate = "";
         e.read = std::move(read);
         return f.forge(e);
       }},
      {"I12-DEF-3", "a hit that began as validated",
       with_hit([](Forger&, HitRaised& e) { e.state = HitState::kFullyValidated; })},
      {"I12-B-3", "a hit of no read", with_hit([](Forger& f, HitRaised& e) { e.read = f.list; })},
      {"I12-B-3", "a hit of a plate that is not the listed one, called exact",
       with_hit([](Forger&, HitRaised& e) { e.plate = "8XYZ987"; })},
      {"I12-C2A-8", "a hit whose list is said to be new",
       with_hit([](Forger&, HitRaised& e) { e.list_age_s = 0; })},
      {"I12-D-2", "a hit of a list that was not loaded",
       with_hit([](Forger&, HitRaised& e) { e.entry.source = HotlistSource::kNcic; })},
  };
}

std::vector<Forgery> of_entries_hit() {
  return {
      {"I12-C2B1-2", "a hit of a version that newer data had overwritten",
       [](Forger& f) {
         const HitRaised e = hit_at(f.world, f.hit);
         f.advance(kHour);
         f.permit(
             load(f.world, f.coordinator, list_to_load(f.world, "SVS", {std::string(kSvsRow)})));
         HitRaised late = e;
         late.list_age_s = (f.world.now.value - late.entry.list_time.value) / kSecondUs;
         return f.forge(late);
       }},
      {"I12-C2B2-2", "an alert of a custom entry that waits for its approval",
       [](Forger& f) {
         const Sequence request =
             f.permit(decide(f.state(), f.officer, entry_command(f.world, "9ZZZ999"), f.moment()));
         HitRaised e = hit_at(f.world, f.hit);
         e.entry.source = HotlistSource::kCustomBolo;
         e.entry.request = request;
         e.entry.informational = true;
         return f.forge(e);
       }},
      {"I12-C2B2-3", "an alert of a custom entry that is not marked as information only",
       [](Forger& f) {
         const Sequence request =
             approved_entry(f.world, f.officer, entry_command(f.world, "9ZZZ999"));
         f.advance(60);
         const Sequence upload = send(f.world, 2, {"9ZZZ999"});
         HitRaised e = hit_at(f.world, hits_since(f.world, upload).front());
         EXPECT_EQ(e.entry.request, request);
         e.entry.informational = false;
         return f.forge(e);
       }},
      {"I12-C1-1", "hits shown to somebody who never took the course",
       [](Forger& f) {
         f.world.enrol("rookie", "SWORN");
         return f.forge(HitsDisclosed{1, {f.hit}, f.world.log_in("rookie")});
       }},
      {"I12-G-1", "a hit shown past its 30 days",
       [](Forger& f) {
         f.advance(30 * kDay + 1);
         return f.forge(HitsDisclosed{1, {f.hit}, f.honest_query().by});
       }},
      {"I12-B-1", "a bucket whose kept counts leave reads out",
       [](Forger& f) {
         f.advance(kHour);
         const Bucket bucket = bucket_of(f.world.log.at(f.hit.value).header.time);
         std::vector<chain::EventView> events;
         for (const chain::EventView& event : f.world.log)
           if (event.header.retention == chain::Retention::kThirtyDay) events.push_back(event);
         BucketSummarised e =
             f.honest<BucketSummarised>(summarise(f.state(), bucket, events, f.moment()));
         e.reads = 1;
         return f.forge(e);
       }},
  };
}

std::vector<Forgery> of_steps() {
  return {
      {"I12-C2A-1", "a CLETS answer of \"unavailable\" that counts as a confirmation",
       [](Forger& f) {
         HitStepRecorded e = honest_step(f, clets_step(f.hit, CletsResult::kUnavailable));
         e.done = true;
         return f.forge(e);
       }},
      {"I12-C2A-2", "a plate that was not the one read, and counts as confirmed",
       [](Forger& f) {
         HitStepRecorded e = honest_step(f, plate_step(f.hit, "9AAA111"));
         e.done = true;
         e.state = HitState::kUnvalidated;
         return f.forge(e);
       }},
      {"I12-C2A-3", "a hit validated before any step was taken",
       [](Forger& f) {
         return f.forge(
             HitValidated{1, f.hit, f.list, f.list, f.list, f.list, {}, f.honest_query().by});
       }},
      {"I12-C2A-3", "a step on a hit that was found misread",
       [](Forger& f) {
         HitStepRecorded e = honest_step(f, visual_step(f.hit, true));
         f.permit(decide(f.state(), f.officer, plate_step(f.hit, "9AAA111"), f.moment()));
         return f.forge(e);
       }},
      {"I12-C2A-4", "a visual check that failed, and counts as passed",
       [](Forger& f) {
         HitStepRecorded e = honest_step(f, visual_step(f.hit, false));
         e.done = true;
         e.state = HitState::kUnvalidated;
         return f.forge(e);
       }},
      {"I12-C2A-5", "a check of the vehicle that leaves a known attribute out",
       [](Forger& f) {
         HitStepRecorded e = honest_step(f, checks_step(f.world, f.hit, CheckResult::kMatch));
         e.checks->pop_back();
         return f.forge(e);
       }},
      {"I12-C2A-7", "a further step that the order in force does not name",
       [](Forger& f) {
         HitStepRecorded e = honest_step(f, following_step(f.hit));
         e.step = HitStep::kAdditional;
         e.additional = "SUPERVISOR";
         return f.forge(e);
       }},
      {"I12-C2A2-1", "a response that nobody documented in its time",
       [](Forger& f) {
         const Sequence step =
             f.permit(decide(f.state(), f.officer, following_step(f.hit), f.moment()));
         f.advance(2 * kDay);
         f.forge(f.honest<HitsDisclosed>(
             decide(f.state(), f.officer, ListHits{}, std::vector<HitView>(), f.moment())));
         return step;
       }},
  };
}

std::vector<Forgery> of_stops() {
  return {
      {"I12-C2A-1", "a vehicle recovered on an alert that CLETS did not confirm",
       [](Forger& f) {
         f.permit(decide(f.state(), f.officer, visual_step(f.hit, true), f.moment()));
         DocumentStop command = stop_command(f.world, f.hit);
         command.action = StopAction::kFreedomNotRestricted;
         command.disposition = "NO_ACTION";
         StopDocumented e =
             f.honest<StopDocumented>(decide(f.state(), f.officer, command, f.moment()));
         e.disposition = Disposition::kRecoveredVehicle;
         return f.forge(e);
       }},
      {"I12-C2A-3", "an arrest on a hit that was not validated",
       [](Forger& f) {
         DocumentStop command = stop_command(f.world, f.hit);
         command.action = StopAction::kFreedomNotRestricted;
         command.disposition = "NO_ACTION";
         StopDocumented e =
             f.honest<StopDocumented>(decide(f.state(), f.officer, command, f.moment()));
         e.action = StopAction::kFreedomRestricted;
         e.disposition = Disposition::kArrest;
         return f.forge(e);
       }},
      {"I12-C2A-7", "an arrest without the step that the order in force adds",
       [](Forger& f) {
         validate(f.world, f.officer, f.hit);
         const StopDocumented e = f.honest<StopDocumented>(
             decide(f.state(), f.officer, stop_command(f.world, f.hit), f.moment()));
         f.adopt([](Parameters& p) { p.validation_steps = {"SUPERVISOR_AGREES"}; });
         StopDocumented late = e;
         late.policy = 2;
         return f.forge(late);
       }},
      {"I12-C2A2-2", "the stop records given to an officer",
       [](Forger& f) {
         StopsDisclosed e = f.honest<StopsDisclosed>(decide(
             f.state(), f.coordinator,
             DiscloseStops{SheetForm::kCsv, 10, {}, f.world.now, 0, 0, Digest{}}, f.moment()));
         e.by = f.officer;
         return f.forge(e);
       }},
      {"I12-C2A2-3", "a stop under another member's name",
       with_stop([](Forger& f, StopDocumented& e) { e.by = f.impostor(e.by); })},
      {"I12-C2A2-4", "a stop without a justification",
       with_stop([](Forger&, StopDocumented& e) { e.justification = ""; })},
      {"I12-C2A2-5", "a stop without a case number",
       with_stop([](Forger&, StopDocumented& e) { e.case_number = ""; })},
      {"I12-C2A2-6", "a stop whose disposition is not what was done",
       with_stop([](Forger&, StopDocumented& e) { e.action = StopAction::kFreedomNotRestricted; })},
      {"I12-C2A2-7", "a stop that happens tomorrow", with_stop([](Forger& f, StopDocumented& e) {
         e.responded_at = {f.world.now.value + kDay * kSecondUs};
       })},
      {"I12-C2A2-8", "a stop without next steps",
       with_stop([](Forger&, StopDocumented& e) { e.next_steps = " "; })},
      {"I12-C2A2-1", "a second record of one stop",
       [](Forger& f) {
         const StopDocumented e = honest_stop(f);
         f.forge(e);
         return f.forge(e);
       }},
  };
}

}  // namespace

std::vector<Forgery> forgeries_of_hits() {
  std::vector<Forgery> all = of_reads();
  for (const auto& topic : {of_entries_hit(), of_steps(), of_stops()})
    all.insert(all.end(), topic.begin(), topic.end());
  return all;
}

}  // namespace alpr::forgeries
