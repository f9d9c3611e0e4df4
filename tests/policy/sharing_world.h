// What the tests of sharing do again and again: register a recipient, ask with grounds that are in
// order, honor. Through the rules themselves; a refusal where none is expected fails the test.
#pragma once

#include "policy/rules/i_recipients.h"
#include "policy/rules/i_releases.h"
#include "policy/rules/i_sharing.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy::testing {

inline Attestations attested() { return {true, true, true, true, true, true}; }

inline OnwardUse certified() { return {"Dana Attorney", "2026-01-05", true, true, true}; }

inline SharingInstrument court_order() {
  return {"COURT_ORDER", "22-CV-1",    "Superior Court, Alameda",
          "CALIFORNIA",  "2026-01-02", "2026-02-01"};
}

// By legal obligation, in order for a recipient of this class.
inline SharingGrounds grounds_for(RecipientClass recipient_class) {
  SharingGrounds g;
  g.route = "LEGAL_OBLIGATION";
  g.instrument = court_order();
  g.requesting_person = "Dana Attorney";
  g.right_to_know = RightToKnowClaim{"COURT_ORDER", "22-CV-1"};
  g.need_to_know = "assigned to the case";
  g.case_number = "22-000123";
  g.attestations = attested();
  switch (recipient_class) {
    case RecipientClass::kDistrictAttorney:
      g.purpose = "PROSECUTION";
      g.law = "Evidence Code 1271";
      break;
    case RecipientClass::kDefenseViaDa:
      g.purpose = "CRIMINAL_DEFENSE";
      g.law = "Penal Code 1054.1";
      g.da_transmittal = "DA-2026-17";
      break;
    case RecipientClass::kCaLawEnforcement:
      g.purpose = "CRIMINAL_INVESTIGATION";
      break;
    case RecipientClass::kCivilOrOtherByCourtOrder:
      g.purpose = "CIVIL_LITIGATION";
      break;
    case RecipientClass::kOtherCityDepartment:
      g.purpose = "OTHER_BY_COURT_ORDER";
      break;
  }
  return g;
}

class SharingWorld {
 public:
  SharingWorld()
      : officer(world.trained("officer", "SWORN")),
        coordinator(world.trained("coordinator", "SWORN")),
        admin(trained_admin(world)) {
    world.grant("coordinator", Role::kCoordinator);
    world.enrol_device(kReader);
    const Sequence upload = send(world, 1, {"7ABC123", "8XYZ987"});
    reads = {{upload.value + 1}, {upload.value + 2}};
  }

  Decision register_one(const std::string& name, const std::string& of_class,
                        const std::string& jurisdiction = "CALIFORNIA") {
    return decide(world.state(), coordinator,
                  RegisterRecipient{name, of_class, jurisdiction, "records desk"}, world.moment());
  }
  Sequence recipient(RecipientClass of_class, const std::string& jurisdiction = "CALIFORNIA") {
    const std::string text(to_text(of_class));
    const std::string name = text + " " + std::to_string(world.log.size());
    return world.permit(register_one(name, text, jurisdiction));
  }
  void move(Sequence recipient, const std::string& jurisdiction) {
    world.permit(decide(world.state(), coordinator,
                        MoveRecipient{recipient, jurisdiction, "their letterhead"},
                        world.moment()));
  }
  Decision ask(Sequence recipient, const SharingGrounds& grounds) {
    return decide(world.state(), officer,
                  RequestSharing{recipient, reads, std::nullopt, std::nullopt, grounds},
                  world.moment());
  }
  Sequence asked(RecipientClass of_class) {
    return world.permit(ask(recipient(of_class), grounds_for(of_class)));
  }
  Decision honor(const Actor& by, Sequence request) {
    return decide(world.state(), by, DecideSharing{request, "HONORED", "in order", attested()},
                  world.moment());
  }
  Decision release(const Actor& by, const ReleaseSharing& command) {
    return decide(world.state(), by, command, Result<Digest>(Digest{7}), world.moment());
  }
  ReleaseSharing release_of(Sequence request) const {
    return {request, std::nullopt, certified(), "encrypted disk, by hand"};
  }
  Sequence filed() {
    return world.permit(
        decide(world.state(), officer, FileDocument{"%PDF-1.7 a letter"}, world.moment()));
  }

  World world;
  Actor officer;
  Actor coordinator;
  Actor admin;
  std::vector<Sequence> reads;
};

}  // namespace alpr::policy::testing
