// Breaches of sections C.2(B), C.3 and G: queries, what they showed, what is held.
#include "policy/records/holds.h"
#include "policy/registers/holds.h"
#include "policy/rules/c2b_queries.h"
#include "policy/rules/g_holds.h"
#include "tests/forgeries/forger.h"

namespace alpr::forgeries {
namespace {

using namespace policy;
using namespace policy::testing;

// A query whose grounds are changed after the rules had them.
std::function<Sequence(Forger&)> with_grounds(std::function<void(QueryGrounds&)> change) {
  return [change](Forger& f) {
    QueryPerformed e = f.honest_query();
    change(e.grounds);
    return f.forge(e);
  };
}

std::function<Sequence(Forger&)> without(bool Attestations::*attestation) {
  return with_grounds([attestation](QueryGrounds& g) { (*g.attestations).*attestation = false; });
}

HoldPlaced honest_hold(Forger& f, Sequence request) {
  std::vector<EventFacts> facts;
  const auto asked = find_hold_request(f.world.rows, request);
  for (const Sequence read : (*asked)->asked.events) {
    const chain::Header& header = f.world.log.at(read.value).header;
    facts.push_back({read, header.retention, header.time, true});
  }
  return f.honest<HoldPlaced>(decide(f.state(), f.coordinator,
                                     DecideHold{request, Verdict::kApprove, "agreed"}, facts,
                                     f.moment()));
}

HoldRequested honest_hold_request(Forger& f) {
  return f.honest<HoldRequested>(decide(f.state(), f.officer,
                                        RequestHold{f.reads,
                                                    "ACTIVE_CRIMINAL",
                                                    "22-000123",
                                                    std::nullopt,
                                                    "evidence",
                                                    {f.world.now.value + 60 * kDay * kSecondUs}},
                                        f.moment()));
}

std::vector<Forgery> of_grounds() {
  return {
      {"I12-C2B-1", "a query for a purpose outside the order's list",
       with_grounds([](QueryGrounds& g) { g.purpose = "TRAFFIC"; })},
      {"I12-C2B-1", "a query in response to court process without its instrument",
       [](Forger& f) {
         QueryPerformed e = f.honest_query();
         e.purpose = QueryPurpose::kCourtProcess;
         e.grounds.purpose = "COURT_PROCESS";
         return f.forge(e);
       }},
      {"I12-C2B-2", "a query on a hunch, without the facts of reasonable suspicion",
       with_grounds([](QueryGrounds& g) { g.facts.reset(); })},
      {"I12-C2B-4", "a query that does not say what was searched for",
       [](Forger& f) {
         QueryPerformed e = f.honest_query();
         e.elements = {};
         return f.forge(e);
       }},
      {"I12-C2B-5", "a query under another person's name",
       [](Forger& f) {
         QueryPerformed e = f.honest_query();
         e.by = f.impostor(e.by);
         return f.forge(e);
       }},
      {"I12-C2B-6", "a query without a case number",
       with_grounds([](QueryGrounds& g) { g.case_number = " "; })},
      {"I12-C2B-7", "a query that says it showed fewer reads than it did",
       [](Forger& f) {
         QueryPerformed e = f.honest_query();
         e.result_count = 0;
         return f.forge(e);
       }},
      {"I12-C2B-7", "a page of results behind no page",
       [](Forger& f) {
         const Sequence query = f.query(f.officer, {f.reads[1]});
         return f.forge(
             QueryPageDisclosed{1, 1, f.honest_query().by, query, f.reads[1], false, {f.reads[0]}});
       }},
      {"I12-C3-0", "a page of another person's query",
       [](Forger& f) {
         const Sequence query = f.permit(
             decide(f.state(), f.officer, f.query_of(), Found{{f.reads[0]}, true}, f.moment()));
         QueryPageDisclosed e = f.honest<QueryPageDisclosed>(
             decide(f.state(), f.officer, DisclosePage{query, f.reads[0]},
                    Found{{f.reads[1]}, false}, f.moment()));
         e.by = f.second;
         return f.forge(e);
       }},
  };
}

std::vector<Forgery> of_attestations() {
  return {
      {"I12-C3-3", "a query whose author did not attest that it harasses nobody",
       without(&Attestations::not_harassment)},
      {"I12-C3-3", "a repeated lookup of one plate that raised no review",
       [](Forger& f) {
         Sequence last;
         const std::int64_t count = f.moment().policy->parameters.query_repeat_count;
         for (std::int64_t i = 0; i < count; ++i) {
           f.advance(60);
           const Decision decision =
               decide(f.state(), f.officer, f.query_of(), Found{{}, false}, f.moment());
           last = f.append(decision.events.front());
         }
         f.advance(60);
         f.query(f.second, {});  // in the place of the review
         return last;
       }},
      {"I12-C3-4", "a query whose author did not attest that no protected trait is its reason",
       without(&Attestations::not_protected_characteristic)},
      {"I12-C3-5", "a query whose author did not attest that it is not personal",
       without(&Attestations::not_personal)},
      {"I12-C3-6", "a query whose author did not attest that it leaves free speech alone",
       without(&Attestations::not_first_amendment)},
      {"I12-C3-7", "a query whose author did not attest that it is not about reproductive care",
       without(&Attestations::not_reproductive_care)},
      {"I12-E-3", "a query whose author did not attest that it is not for immigration enforcement",
       without(&Attestations::not_immigration_enforcement)},
      {"I12-C3-c1", "a query without a right to know",
       with_grounds([](QueryGrounds& g) { g.right_to_know.reset(); })},
      {"I12-C3-c2", "a query without a need to know",
       with_grounds([](QueryGrounds& g) { g.need_to_know = ""; })},
  };
}

std::vector<Forgery> of_showing() {
  return {
      {"I12-C2B-7", "a picture of a read that no query disclosed",
       [](Forger& f) {
         const Sequence query = f.query(f.officer, {f.reads[1]});
         ImageDisclosed e = f.honest<ImageDisclosed>(decide(
             f.state(), f.officer, DiscloseImage{f.reads[1], query, std::nullopt}, f.moment()));
         e.read = f.reads[0];
         return f.forge(e);
       }},
      {"I12-F-2", "a picture of a hit that was never shown to this person",
       [](Forger& f) {
         return f.forge(ImageDisclosed{1, f.honest_query().by, f.reads[0], std::nullopt, f.hit});
       }},
      {"I12-G-1", "a query that showed a read 30 days and a second old",
       [](Forger& f) {
         f.advance(30 * kDay + 1);
         QueryPerformed e = f.honest<QueryPerformed>(decide(
             f.state(), f.world.log_in("second"), f.query_of(), Found{{}, false}, f.moment()));
         e.disclosed = {f.reads[1]};
         e.result_count = 1;
         return f.forge(e);
       }},
      {"I12-G-1", "a query for another case that showed a held read past its 30 days",
       [](Forger& f) {
         f.held({f.reads[1]});
         f.advance(30 * kDay + 1);
         PerformQuery query = f.query_of();
         query.grounds.case_number = "22-999999";
         QueryPerformed e = f.honest<QueryPerformed>(
             decide(f.state(), f.world.log_in("second"), query, Found{{}, false}, f.moment()));
         e.disclosed = {f.reads[1]};
         e.result_count = 1;
         return f.forge(e);
       }},
  };
}

std::vector<Forgery> of_holds() {
  return {
      {"I12-G-2", "a hold that nobody asked for",
       [](Forger& f) {
         HoldPlaced e = honest_hold(f, f.asked_for_hold(f.reads));
         e.request = Sequence{e.request.value - 1};
         return f.forge(e);
       }},
      {"I12-G-2", "a hold without a justification",
       [](Forger& f) {
         HoldRequested e = honest_hold_request(f);
         e.justification = "";
         return f.forge(e);
       }},
      {"I12-G-2", "a hold for another agency without the instrument that obliges us",
       [](Forger& f) {
         HoldRequested e = honest_hold_request(f);
         e.reason = HoldReason::kOtherAgencyLegalObligation;
         return f.forge(e);
       }},
      {"I12-G-2", "a hold that is reviewed after half a year",
       [](Forger& f) {
         HoldRequested e = honest_hold_request(f);
         e.review_by = {f.world.now.value + 180 * kDay * kSecondUs};
         return f.forge(e);
       }},
      {"I12-G-2", "a hold approved by the one who asked for it",
       [](Forger& f) {
         HoldRequested asked = honest_hold_request(f);
         asked.by =
             f.honest<HoldRequested>(decide(f.state(), f.coordinator,
                                            RequestHold{f.reads, "ACTIVE_CRIMINAL", "22-000123",
                                                        std::nullopt, "evidence", asked.review_by},
                                            f.moment()))
                 .by;
         const Sequence request = f.forge(asked);
         return f.forge(HoldPlaced{1, asked.reason, asked.events, asked.review_by, request,
                                   asked.case_number, asked.by, asked.by, std::nullopt,
                                   asked.justification});
       }},
      {"I12-L-3", "a hold approved by an officer",
       [](Forger& f) {
         HoldPlaced e = honest_hold(f, f.asked_for_hold(f.reads));
         e.by = f.second;
         return f.forge(e);
       }},
      {"I12-G-2", "a hold of more than was asked for",
       [](Forger& f) {
         HoldPlaced e = honest_hold(f, f.asked_for_hold({f.reads[0]}));
         e.events = f.reads;
         return f.forge(e);
       }},
      {"I12-G-1", "a hold of a read that was past its 30 days",
       [](Forger& f) {
         const Sequence request = f.asked_for_hold(f.reads);
         const HoldPlaced e = honest_hold(f, request);
         f.advance(30 * kDay + 1);
         return f.forge(e);
       }},
      {"I12-G-3", "a hold released without a reason",
       [](Forger& f) {
         const Sequence hold = f.held(f.reads);
         HoldReleased e = f.honest<HoldReleased>(
             decide(f.state(), f.coordinator, ReleaseHold{hold, "closed"}, f.moment()));
         e.reason = " ";
         return f.forge(e);
       }},
  };
}

}  // namespace

std::vector<Forgery> forgeries_of_queries() {
  std::vector<Forgery> all = of_grounds();
  for (const auto& topic : {of_attestations(), of_showing(), of_holds()})
    all.insert(all.end(), topic.begin(), topic.end());
  return all;
}

}  // namespace alpr::forgeries
