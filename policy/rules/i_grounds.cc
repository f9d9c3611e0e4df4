#include "policy/rules/i_grounds.h"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

// Purposes that the order forbids by name: said as they are meant, they are refused by their rule.
constexpr std::string_view kImmigration = "IMMIGRATION_ENFORCEMENT";
constexpr std::string_view kReproductive = "REPRODUCTIVE_CARE";

struct ClassRule {
  RecipientClass recipient_class;
  std::string_view rule;
  std::array<SharingPurpose, 2> purposes;
  bool court_order_only;
};
constexpr std::array kClassRules{
    ClassRule{RecipientClass::kDistrictAttorney,
              "I12-I-3",
              {SharingPurpose::kProsecution, SharingPurpose::kProsecution},
              false},
    ClassRule{RecipientClass::kDefenseViaDa,
              "I12-I-4",
              {SharingPurpose::kCriminalDefense, SharingPurpose::kCriminalDefense},
              false},
    ClassRule{
        RecipientClass::kCaLawEnforcement,
        "I12-I-5",
        {SharingPurpose::kCriminalInvestigation, SharingPurpose::kAdministrativeInvestigation},
        false},
    ClassRule{RecipientClass::kCivilOrOtherByCourtOrder,
              "I12-I-6",
              {SharingPurpose::kCivilLitigation, SharingPurpose::kOtherByCourtOrder},
              true},
    ClassRule{RecipientClass::kOtherCityDepartment,
              "I12-I-0",
              {SharingPurpose::kOtherByCourtOrder, SharingPurpose::kOtherByCourtOrder},
              true}};

const ClassRule& rule_of(RecipientClass recipient_class) {
  const auto found =
      std::find_if(kClassRules.begin(), kClassRules.end(),
                   [&](const ClassRule& rule) { return rule.recipient_class == recipient_class; });
  ALPR_CHECK(found != kClassRules.end());
  return *found;
}

template <typename E>
std::optional<E> listed(const std::optional<std::string>& text) {
  return text ? enum_from_text<E>(*text) : std::nullopt;
}

bool given(const std::optional<std::string>& text) { return text && !blank(*text); }

void judge_purpose(const ClassRule& of, const SharingGrounds& grounds, RequiredFacts& facts) {
  facts.that(grounds.purpose != kImmigration, "I12-E-3", "purpose-immigration-enforcement",
             "Nothing is shared for federal immigration enforcement.");
  facts.that(grounds.purpose != kReproductive, "I12-C3-7", "purpose-reproductive-care",
             "Nothing is shared to pursue reproductive health care.");
  const auto purpose = listed<SharingPurpose>(grounds.purpose);
  facts.that(purpose.has_value(), "I12-I-1", "purpose-not-allowed",
             "State purpose: " + enum_choices<SharingPurpose>() + ".");
  if (!purpose) return;
  facts.that(std::find(of.purposes.begin(), of.purposes.end(), *purpose) != of.purposes.end(),
             of.rule, "purpose-not-of-this-class",
             "This class of recipient is given data for " +
                 std::string(to_text(of.purposes.front())) + " or " +
                 std::string(to_text(of.purposes.back())) + ".");
}

void judge_instrument(const ClassRule& of, const SharingGrounds& grounds, RequiredFacts& facts) {
  const auto& i = grounds.instrument;
  const auto type = i ? enum_from_text<CourtInstrument>(i->type) : std::nullopt;
  const bool complete = type && !blank(i->number) && !blank(i->court) && valid_date(i->issued_on) &&
                        valid_date(i->return_on);
  facts.that(complete, "I12-I-2", "instrument-incomplete",
             "State the instrument: type (" + enum_choices<CourtInstrument>() +
                 "), number, court, issued_on and return_on (YYYY-MM-DD).");
  facts.that(i && i->court_jurisdiction == to_text(Jurisdiction::kCalifornia), "I12-E-2",
             "court-out-of-state-or-federal",
             "The instrument is honored where a court of California issued it (court_jurisdiction "
             "CALIFORNIA); refer others to the City Attorney.");
  facts.that(!of.court_order_only || type == CourtInstrument::kCourtOrder, of.rule,
             "court-order-needed",
             "This recipient is given data on a valid court order only; refer it to the City "
             "Attorney.");
}

void judge_obligation(const ClassRule& of, const SharingGrounds& grounds, RequiredFacts& facts) {
  judge_instrument(of, grounds, facts);
  switch (of.recipient_class) {
    case RecipientClass::kDistrictAttorney:
      facts.text(grounds.law, "law: the law of evidence it is given under", of.rule);
      break;
    case RecipientClass::kDefenseViaDa:
      facts.text(grounds.law, "law: the discovery law it is given under", of.rule);
      facts.that(given(grounds.da_transmittal), of.rule, "da-transmittal-missing",
                 "The defense is given data through the District Attorney: state da_transmittal.");
      break;
    case RecipientClass::kCaLawEnforcement:
    case RecipientClass::kCivilOrOtherByCourtOrder:
    case RecipientClass::kOtherCityDepartment:
      break;
  }
}

void judge_discretion(const ClassRule& of, const SharingGrounds& grounds, RequiredFacts& facts) {
  facts.that(of.recipient_class == RecipientClass::kCaLawEnforcement,
             of.recipient_class == RecipientClass::kDistrictAttorney ? "I12-I-7" : of.rule,
             "no-obligation",
             "Without a legal obligation data goes to California law-enforcement agencies only.");
  facts.that(grounds.document.has_value(), "I12-I-7", "document-missing",
             "The request must be in writing: file the document and name it.");
}

void judge_knowledge(const ClassRule& of, const SharingGrounds& grounds, RequiredFacts& facts) {
  const auto& right = grounds.right_to_know;
  const auto basis = right ? enum_from_text<SharingRight>(right->basis) : std::nullopt;
  facts.that(basis && !blank(right->citation), "I12-I-11", "right-to-know-missing",
             "State the right to know: basis (" + enum_choices<SharingRight>() +
                 ") and citation, or rank and number of a sworn officer.");
  const bool sworn = of.recipient_class == RecipientClass::kCaLawEnforcement ||
                     of.recipient_class == RecipientClass::kDistrictAttorney;
  facts.that(basis != SharingRight::kSwornStatus || sworn, "I12-I-11", "not-sworn",
             "Sworn status is a right to know of law enforcement only.");
  facts.that(given(grounds.need_to_know), "I12-I-11", "need-to-know-missing",
             "State need_to_know: the compelling reason, such as part in an investigation.");
  facts.text(grounds.requesting_person, "requesting_person: the name of who asks", "I12-I-12");
  facts.text(grounds.case_number, "case_number: the case or investigation it is for",
             of.recipient_class == RecipientClass::kCaLawEnforcement ? of.rule : "I12-I-12");
}

void attest(const Attestations& a, RequiredFacts& facts) {
  const auto one = [&](bool holds, std::string_view rule, std::string_view what) {
    facts.that(holds, rule, "attestation-missing",
               "Attest that the data is " + std::string(what) + ".");
  };
  one(a.not_harassment, "I12-C3-3", "not to harass or intimidate");
  one(a.not_protected_characteristic, "I12-C3-4",
      "not asked because of a protected characteristic");
  one(a.not_personal, "I12-C3-5", "not for a personal purpose");
  one(a.not_first_amendment, "I12-C3-6", "not to infringe First Amendment rights");
  one(a.not_reproductive_care, "I12-C3-7", "not to pursue reproductive health care");
  one(a.not_immigration_enforcement, "I12-E-3", "not for immigration enforcement");
}

}  // namespace

std::optional<Refusal> judge_sharing(const RecipientRow& recipient, const SharingGrounds& grounds) {
  RequiredFacts facts;
  const ClassRule& of = rule_of(recipient.recipient_class);
  facts.that(recipient.jurisdiction == Jurisdiction::kCalifornia, "I12-E-2",
             "recipient-out-of-state-or-federal",
             "Nothing is shared with out-of-state or federal agencies, also on a court order: "
             "refer it to the City Attorney.");
  judge_purpose(of, grounds, facts);
  const auto route = listed<SharingRoute>(grounds.route);
  facts.that(
      route.has_value(), "I12-I-1", "route-missing",
      "Data is shared by two routes only; state route: " + enum_choices<SharingRoute>() + ".");
  if (route == SharingRoute::kLegalObligation) judge_obligation(of, grounds, facts);
  if (route == SharingRoute::kDiscretionary) judge_discretion(of, grounds, facts);
  judge_knowledge(of, grounds, facts);
  attest(grounds.attestations.value_or(Attestations{}), facts);
  return facts.refusal();
}

std::optional<Refusal> judge_attestations(const std::optional<Attestations>& attestations) {
  RequiredFacts facts;
  attest(attestations.value_or(Attestations{}), facts);
  return facts.refusal();
}

std::optional<Refusal> judge_onward_use(const std::optional<OnwardUse>& use) {
  const OnwardUse u = use.value_or(OnwardUse{});
  RequiredFacts facts;
  facts.that(!blank(u.person) && valid_date(u.certified_on), "I12-E-3", "certification-missing",
             "State onward_use: the person who certified it and certified_on (YYYY-MM-DD).");
  facts.that(u.not_immigration_enforcement, "I12-E-3", "certification-missing",
             "The recipient certifies not_immigration_enforcement.");
  facts.that(u.not_reproductive_care, "I12-C3-7", "certification-missing",
             "The recipient certifies not_reproductive_care.");
  facts.that(u.not_passed_on, "I12-E-2", "certification-missing",
             "The recipient certifies not_passed_on: to no out-of-state or federal agency.");
  return facts.refusal();
}

std::optional<Error> grounds_fault(const SharingGrounds& g) {
  using Text = std::pair<const char*, const std::string*>;
  const auto of = [](const std::optional<std::string>& text) { return text ? &*text : nullptr; };
  std::vector<Text> texts{{"route", of(g.route)},
                          {"purpose", of(g.purpose)},
                          {"law", of(g.law)},
                          {"da_transmittal", of(g.da_transmittal)},
                          {"requesting_person", of(g.requesting_person)},
                          {"case_number", of(g.case_number)}};
  if (g.right_to_know) {
    texts.emplace_back("right_to_know.basis", &g.right_to_know->basis);
    texts.emplace_back("right_to_know.citation", &g.right_to_know->citation);
  }
  if (g.instrument) {
    const SharingInstrument& i = *g.instrument;
    for (const auto& one :
         {Text{"instrument.type", &i.type}, Text{"instrument.number", &i.number},
          Text{"instrument.court", &i.court},
          Text{"instrument.court_jurisdiction", &i.court_jurisdiction},
          Text{"instrument.issued_on", &i.issued_on}, Text{"instrument.return_on", &i.return_on}})
      texts.push_back(one);
  }
  for (const auto& [name, text] : texts) {
    if (text == nullptr) continue;
    if (auto fault = text_fault(std::string("grounds.") + name, *text, kShortTextMax)) return fault;
  }
  return g.need_to_know ? text_fault("grounds.need_to_know", *g.need_to_know, kNarrativeMax)
                        : std::nullopt;
}

}  // namespace alpr::policy
