// Who outside the Department may be given data at all, as the Coordinator registered them
// (I12-E-2, I-0, I-3 to I-6). What the class and jurisdiction of a recipient allow is decided each
// time anew, so a change counts from the moment it is on the record.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

enum class RecipientClass {
  kDistrictAttorney,
  kDefenseViaDa,
  kCaLawEnforcement,
  kCivilOrOtherByCourtOrder,
  kOtherCityDepartment
};
template <>
struct EnumTexts<RecipientClass> {
  static constexpr std::array texts{
      std::pair{RecipientClass::kDistrictAttorney, "DISTRICT_ATTORNEY"},
      std::pair{RecipientClass::kDefenseViaDa, "DEFENSE_VIA_DA"},
      std::pair{RecipientClass::kCaLawEnforcement, "CA_LAW_ENFORCEMENT"},
      std::pair{RecipientClass::kCivilOrOtherByCourtOrder, "CIVIL_OR_OTHER_BY_COURT_ORDER"},
      std::pair{RecipientClass::kOtherCityDepartment, "OTHER_CITY_DEPARTMENT"}};
};

// Of an agency, or of the court that a private party comes before. All but the first are refused
// (I12-E-2).
enum class Jurisdiction { kCalifornia, kOutOfState, kFederal };
template <>
struct EnumTexts<Jurisdiction> {
  static constexpr std::array texts{std::pair{Jurisdiction::kCalifornia, "CALIFORNIA"},
                                    std::pair{Jurisdiction::kOutOfState, "OUT_OF_STATE"},
                                    std::pair{Jurisdiction::kFederal, "FEDERAL"}};
};

struct RecipientRegistered {
  static constexpr KindSpec kKind{
      101, "recipient.registered", chain::Retention::kPermanent, chain::Form::kByMember,
      "an agency or party that data may be asked for by, with its class (I12-E-2, I-0)"};
  std::int64_t policy = 0;
  RecipientClass recipient_class{};
  Jurisdiction jurisdiction{};
  std::string name;
  std::string contact;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("class", recipient_class);
    m.open("jurisdiction", jurisdiction);
    m("name", name);
    m("contact", contact);
    m("by", by);
  }
};

struct RecipientMoved {
  static constexpr KindSpec kKind{102, "recipient.moved", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a recipient's jurisdiction is another than was said (I12-E-2)"};
  std::int64_t policy = 0;
  Sequence recipient;  // its recipient.registered
  Jurisdiction jurisdiction{};
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("recipient", recipient);
    m.open("jurisdiction", jurisdiction);
    m("reason", reason);
    m("by", by);
  }
};

inline std::vector<chain::Kind> recipients_kinds() {
  return {kind_of<RecipientRegistered>(), kind_of<RecipientMoved>()};
}

}  // namespace alpr::policy
