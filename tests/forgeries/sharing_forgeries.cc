// Breaches of sections E, H and I: what is asked for, honored, released, and what leaves.
#include "policy/records/records_requests.h"
#include "policy/rules/h_records_requests.h"
#include "tests/forgeries/forger.h"

namespace alpr::forgeries {
namespace {

using namespace policy;
using namespace policy::testing;

// A request that was in order, until its grounds were changed.
std::function<Sequence(Forger&)> with_grounds(RecipientClass of_class,
                                              std::function<void(SharingRequested&)> change) {
  return [of_class, change](Forger& f) {
    SharingRequested e = f.honest_request(of_class);
    change(e);
    return f.forge(e);
  };
}

SharingDecided honest_decision(Forger& f, Sequence request) {
  return f.honest<SharingDecided>(decide(
      f.state(), f.admin, DecideSharing{request, "HONORED", "in order", attested()}, f.moment()));
}

std::function<Sequence(Forger&)> with_decision(
    std::function<void(Forger&, SharingDecided&)> change) {
  return [change](Forger& f) {
    SharingDecided e = honest_decision(f, f.asked());
    change(f, e);
    return f.forge(e);
  };
}

SharingReleased honest_release(Forger& f, Sequence request) {
  return f.honest<SharingReleased>(
      decide(f.state(), f.officer, ReleaseSharing{request, std::nullopt, certified(), "by hand"},
             Result<Digest>(Digest{7}), f.moment()));
}

constexpr RecipientClass kDa = RecipientClass::kDistrictAttorney;

std::vector<Forgery> of_recipients() {
  return {
      {"I12-E-2", "a request of a federal agency",
       [](Forger& f) {
         SharingRequested e = f.honest_request(RecipientClass::kCaLawEnforcement);
         f.permit(decide(f.state(), f.coordinator,
                         MoveRecipient{e.recipient, "FEDERAL", "their letterhead"}, f.moment()));
         e.jurisdiction = Jurisdiction::kFederal;
         return f.forge(e);
       }},
      {"I12-E-2", "a request of an agency of another state, on a court order, said to be ours",
       [](Forger& f) {
         SharingRequested e = f.honest_request(RecipientClass::kCivilOrOtherByCourtOrder);
         f.permit(decide(f.state(), f.coordinator,
                         MoveRecipient{e.recipient, "OUT_OF_STATE", "their letterhead"},
                         f.moment()));
         return f.forge(e);
       }},
      {"I12-E-2", "a release to an agency that had moved out of state since it was honored",
       [](Forger& f) {
         const Sequence request = f.honored();
         const SharingReleased e = honest_release(f, request);
         f.permit(decide(f.state(), f.coordinator,
                         MoveRecipient{e.recipient, "OUT_OF_STATE", "their letterhead"},
                         f.moment()));
         return f.forge(e);
       }},
      {"I12-E-3", "an immigration agency registered as Californian",
       [](Forger& f) {
         RecipientRegistered e = f.honest<RecipientRegistered>(
             decide(f.state(), f.coordinator,
                    RegisterRecipient{"County Sheriff", "CA_LAW_ENFORCEMENT", "CALIFORNIA", "desk"},
                    f.moment()));
         e.name = "U.S. Immigration and Customs Enforcement";
         return f.forge(e);
       }},
      {"I12-E-3",
       "a request whose author did not attest that it is not for immigration enforcement",
       with_grounds(kDa,
                    [](SharingRequested& e) {
                      e.grounds.attestations->not_immigration_enforcement = false;
                    })},
      {"I12-E-3", "a release whose recipient did not certify its use",
       [](Forger& f) {
         SharingReleased e = honest_release(f, f.honored());
         e.onward_use.not_immigration_enforcement = false;
         return f.forge(e);
       }},
      {"I12-C3-7", "a request whose author did not attest that it is not about reproductive care",
       with_grounds(
           kDa,
           [](SharingRequested& e) { e.grounds.attestations->not_reproductive_care = false; })},
  };
}

// What is there already, once more; and what was taken back.
std::vector<Forgery> of_repeats() {
  return {
      {"I12-I-1", "a recipient registered again under another spelling",
       [](Forger& f) {
         const auto register_one = [&](const std::string& name) {
           return decide(f.state(), f.coordinator,
                         RegisterRecipient{name, "CA_LAW_ENFORCEMENT", "CALIFORNIA", "desk"},
                         f.moment());
         };
         f.permit(register_one("Alameda County Sheriff's Office"));
         RecipientRegistered e = f.honest<RecipientRegistered>(register_one("Another Office"));
         e.name = "ALAMEDA COUNTY SHERIFFS OFFICE";
         return f.forge(e);
       }},
      {"I12-I-9", "a request that repeats an open one",
       [](Forger& f) {
         const SharingRequested e = f.honest_request(RecipientClass::kCaLawEnforcement);
         f.forge(e);
         return f.forge(e);
       }},
      {"I12-I-10", "a release of a request that was withdrawn after it was honored",
       [](Forger& f) {
         const Sequence request = f.honored();
         const SharingReleased e = honest_release(f, request);
         f.permit(decide(f.state(), f.officer, WithdrawSharing{request, "not needed any more"},
                         f.moment()));
         return f.forge(e);
       }},
  };
}

std::vector<Forgery> of_grounds() {
  return {
      {"I12-I-0", "a request of another City department on a subpoena",
       with_grounds(RecipientClass::kOtherCityDepartment,
                    [](SharingRequested& e) { e.grounds.instrument->type = "SUBPOENA"; })},
      {"I12-I-1", "a request by no route",
       with_grounds(kDa, [](SharingRequested& e) { e.grounds.route.reset(); })},
      {"I12-I-2", "a request by obligation without the instrument's number",
       with_grounds(kDa, [](SharingRequested& e) { e.grounds.instrument->number = ""; })},
      {"I12-I-3", "the District Attorney's request without the law of evidence it rests on",
       with_grounds(kDa, [](SharingRequested& e) { e.grounds.law.reset(); })},
      {"I12-I-4", "the defense's request that did not come through the District Attorney",
       with_grounds(RecipientClass::kDefenseViaDa,
                    [](SharingRequested& e) { e.grounds.da_transmittal.reset(); })},
      {"I12-I-5", "an agency's request for no investigation",
       with_grounds(RecipientClass::kCaLawEnforcement,
                    [](SharingRequested& e) {
                      e.purpose = SharingPurpose::kCivilLitigation;
                      e.grounds.purpose = "CIVIL_LITIGATION";
                    })},
      {"I12-I-6", "a civil litigant's request on a subpoena",
       with_grounds(RecipientClass::kCivilOrOtherByCourtOrder,
                    [](SharingRequested& e) { e.grounds.instrument->type = "SUBPOENA"; })},
      {"I12-I-7", "a request at discretion that nobody wrote",
       with_grounds(RecipientClass::kCaLawEnforcement,
                    [](SharingRequested& e) {
                      e.route = SharingRoute::kDiscretionary;
                      e.grounds.route = "DISCRETIONARY";
                      e.grounds.instrument.reset();
                    })},
      {"I12-I-11", "a request without a right to know",
       with_grounds(kDa, [](SharingRequested& e) { e.grounds.right_to_know.reset(); })},
      {"I12-I-12", "a request that does not name who asks",
       with_grounds(kDa, [](SharingRequested& e) { e.grounds.requesting_person.reset(); })},
      {"I12-I-1", "a request that counts fewer reads than it names",
       with_grounds(kDa, [](SharingRequested& e) { e.count = 0; })},
  };
}

std::vector<Forgery> of_decisions() {
  return {
      {"I12-I-8", "a request honored by the one who entered it",
       [](Forger& f) {
         SharingRequested asked = f.honest_request(kDa);
         asked.by = honest_decision(f, f.forge(asked)).by;
         SharingDecided e = honest_decision(f, f.asked());
         e.request = f.forge(asked);
         e.requester = asked.by.username;
         return f.forge(e);
       }},
      {"I12-I-8", "a request honored by the Chief's designee, who is not the Administrator",
       [](Forger& f) {
         f.world.train(kChief);
         SharingDecided e = honest_decision(f, f.asked());
         e.by = f.chief;
         return f.forge(e);
       }},
      {"I12-I-14", "a request denied without a reason",
       with_decision([](Forger&, SharingDecided& e) {
         e.outcome = ShareOutcome::kDenied;
         e.attestations.reset();
         e.reason = "";
       })},
      {"I12-I-15", "a request decided under another officer's name",
       with_decision([](Forger& f, SharingDecided& e) { e.by = f.impostor(e.by); })},
      {"I12-I-13", "a release of what nobody had honored",
       [](Forger& f) {
         SharingReleased e = honest_release(f, f.honored());
         e.request = f.asked();
         return f.forge(e);
       }},
      {"I12-I-10", "a release by a member who had nothing to do with the request",
       [](Forger& f) {
         SharingReleased e = honest_release(f, f.honored());
         e.by = f.honest<QueryPerformed>(
                     decide(f.state(), f.second, f.query_of(), Found{{}, false}, f.moment()))
                    .by;
         return f.forge(e);
       }},
      {"I12-I-10", "a release of reads that nobody asked for",
       [](Forger& f) {
         SharingReleased e = honest_release(f, f.honored());
         f.advance(60);
         const Sequence upload = send(f.world, 2, {"9AAA111"});
         e.events.push_back({upload.value + 1});
         e.count = 3;
         return f.forge(e);
       }},
      {"I12-I-10", "a release of reads past their 30 days",
       [](Forger& f) {
         const SharingReleased e = honest_release(f, f.honored());
         f.advance(30 * kDay + 1);
         return f.forge(e);
       }},
      {"I12-E-4", "a file that left and was never released",
       [](Forger& f) {
         return f.forge(FileExported{1, ExportedFile::kPackage, f.asked(), std::nullopt, Digest{7},
                                     f.honest_query().by});
       }},
      {"I12-I-9", "a request's document given to another member",
       [](Forger& f) {
         const Sequence document =
             f.permit(decide(f.state(), f.officer, FileDocument{"%PDF-1.7 a letter"}, f.moment()));
         FileExported e = f.honest<FileExported>(
             decide(f.state(), f.officer, ExportDocument{document}, f.moment()));
         e.by = f.second;
         return f.forge(e);
       }},
  };
}

RecordsDecided honest_answer(Forger& f) {
  const Sequence request =
      f.permit(decide(f.state(), f.coordinator,
                      EnterRecordsRequest{"A Reporter", "2023-11-01", "Gov. Code 7920.000",
                                          "NON_INVESTIGATORY", "how many readers there are"},
                      f.moment()));
  return f.honest<RecordsDecided>(decide(
      f.state(), f.coordinator,
      DecideRecordsRequest{request, "DENIED", "Gov. Code 7922.000", "too much work"}, f.moment()));
}

std::vector<Forgery> of_the_public() {
  return {
      {"I12-H-1", "a request of the public, answered by sharing",
       [](Forger& f) {
         SharingDecided e = honest_decision(f, f.asked());
         e.request = honest_answer(f).request;
         return f.forge(e);
       }},
      {"I12-E-6", "a non-investigatory record denied, and not listed as an exception",
       [](Forger& f) {
         RecordsDecided e = honest_answer(f);
         e.exception = false;
         return f.forge(e);
       }},
      {"I12-H-1", "a request of the public entered twice under two spellings",
       [](Forger& f) {
         RecordsRequested e = f.honest<RecordsRequested>(
             decide(f.state(), f.coordinator,
                    EnterRecordsRequest{"A Reporter", "2023-11-01", "Gov. Code 7920.000",
                                        "NON_INVESTIGATORY", "how many readers there are"},
                    f.moment()));
         f.forge(e);
         e.requester = "a. reporter";
         return f.forge(e);
       }},
      {"I12-E-6", "a request of the public closed before it was answered",
       [](Forger& f) {
         return f.forge(RecordsClosed{1, honest_answer(f).request, "by letter", f.coordinator});
       }},
  };
}

}  // namespace

std::vector<Forgery> forgeries_of_sharing() {
  std::vector<Forgery> all = of_recipients();
  for (const auto& topic : {of_repeats(), of_grounds(), of_decisions(), of_the_public()})
    all.insert(all.end(), topic.begin(), topic.end());
  return all;
}

}  // namespace alpr::forgeries
