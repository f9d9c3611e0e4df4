// The closed lists of the order (policy-brief section 11). Nothing is added to them but by a new
// order.
#pragma once

#include "policy/records/describe.h"

namespace alpr::policy {

enum class UserClass {
  kSworn,
  kPst,
  kOtherDesignated,
  kAuditor
};  // kAuditor: PAC, read-only verifier (AMB-15)
enum class Role {
  kChiefDesignee,
  kAdministrator,
  kCoordinator,
  kTrainingSection,
  kItUnit,
  kPolicyCoordinator,
  kPacAuditor  // the Commission's, for users of class kAuditor alone (AMB-15)
};
enum class TrainingTopic {
  kLaw,
  kPolicy,
  kEquipment,
  kAccessingData,
  kSafeguarding,
  kSharing,
  kReportingBreaches,
  kPostBreach
};
enum class HotlistSource { kSvs, kNcic, kCaDoj, kAmber, kSilver, kCustomBolo };
enum class BoloPurpose { kMissingOrAtRisk, kWitnessLocate, kBurglary, kGrandTheft, kViolentCrime };
enum class QueryPurpose {
  kMissingOrAtRisk,
  kWitnessLocate,
  kBurglary,
  kGrandTheft,
  kViolentCrime,
  kCourtProcess
};
enum class CourtInstrument { kSubpoena, kWarrant, kCourtOrder };
enum class LegalStandard { kReasonableSuspicion, kProbableCause, kWarrant, kCourtOrder };
enum class RightToKnow { kCourtOrder, kStatute, kCaseLaw };
enum class HoldReason { kActiveCriminal, kMissingOrAtRisk, kOtherAgencyLegalObligation };
enum class HitState { kUnvalidated, kMisread, kNotConfirmed, kFullyValidated, kActioned, kClosed };
enum class EntryState { kRequested, kActive, kDenied, kExpired, kRemoved };
enum class MatchKind { kExact, kOcrEquivalent };
enum class Verdict { kApprove, kDeny };  // of a second person on a request
enum class RequestState { kPending, kApproved, kDenied };
enum class DeviceKind { kFixed, kMobile };
enum class LocationClass {
  kPublicRightOfWay,
  kPublicProperty,
  kPrivateVisibleFromPublic,
  kPrivateNotVisible
};

template <>
struct EnumTexts<UserClass> {
  static constexpr std::array texts{std::pair{UserClass::kSworn, "SWORN"},
                                    std::pair{UserClass::kPst, "PST"},
                                    std::pair{UserClass::kOtherDesignated, "OTHER_DESIGNATED"},
                                    std::pair{UserClass::kAuditor, "AUDITOR"}};
};
template <>
struct EnumTexts<Role> {
  static constexpr std::array texts{std::pair{Role::kChiefDesignee, "CHIEF_DESIGNEE"},
                                    std::pair{Role::kAdministrator, "ADMINISTRATOR"},
                                    std::pair{Role::kCoordinator, "COORDINATOR"},
                                    std::pair{Role::kTrainingSection, "TRAINING_SECTION"},
                                    std::pair{Role::kItUnit, "IT_UNIT"},
                                    std::pair{Role::kPolicyCoordinator, "POLICY_COORDINATOR"},
                                    std::pair{Role::kPacAuditor, "PAC_AUDITOR"}};
};
template <>
struct EnumTexts<TrainingTopic> {
  static constexpr std::array texts{
      std::pair{TrainingTopic::kLaw, "LAW"},
      std::pair{TrainingTopic::kPolicy, "POLICY"},
      std::pair{TrainingTopic::kEquipment, "EQUIPMENT"},
      std::pair{TrainingTopic::kAccessingData, "ACCESSING_DATA"},
      std::pair{TrainingTopic::kSafeguarding, "SAFEGUARDING"},
      std::pair{TrainingTopic::kSharing, "SHARING"},
      std::pair{TrainingTopic::kReportingBreaches, "REPORTING_BREACHES"},
      std::pair{TrainingTopic::kPostBreach, "POST_BREACH"}};
};
template <>
struct EnumTexts<HotlistSource> {
  static constexpr std::array texts{std::pair{HotlistSource::kSvs, "SVS"},
                                    std::pair{HotlistSource::kNcic, "NCIC"},
                                    std::pair{HotlistSource::kCaDoj, "CA_DOJ"},
                                    std::pair{HotlistSource::kAmber, "AMBER"},
                                    std::pair{HotlistSource::kSilver, "SILVER"},
                                    std::pair{HotlistSource::kCustomBolo, "CUSTOM_BOLO"}};
};
template <>
struct EnumTexts<BoloPurpose> {
  static constexpr std::array texts{std::pair{BoloPurpose::kMissingOrAtRisk, "MISSING_OR_AT_RISK"},
                                    std::pair{BoloPurpose::kWitnessLocate, "WITNESS_LOCATE"},
                                    std::pair{BoloPurpose::kBurglary, "BURGLARY"},
                                    std::pair{BoloPurpose::kGrandTheft, "GRAND_THEFT"},
                                    std::pair{BoloPurpose::kViolentCrime, "VIOLENT_CRIME"}};
};
template <>
struct EnumTexts<QueryPurpose> {
  static constexpr std::array texts{std::pair{QueryPurpose::kMissingOrAtRisk, "MISSING_OR_AT_RISK"},
                                    std::pair{QueryPurpose::kWitnessLocate, "WITNESS_LOCATE"},
                                    std::pair{QueryPurpose::kBurglary, "BURGLARY"},
                                    std::pair{QueryPurpose::kGrandTheft, "GRAND_THEFT"},
                                    std::pair{QueryPurpose::kViolentCrime, "VIOLENT_CRIME"},
                                    std::pair{QueryPurpose::kCourtProcess, "COURT_PROCESS"}};
};
template <>
struct EnumTexts<CourtInstrument> {
  static constexpr std::array texts{std::pair{CourtInstrument::kSubpoena, "SUBPOENA"},
                                    std::pair{CourtInstrument::kWarrant, "WARRANT"},
                                    std::pair{CourtInstrument::kCourtOrder, "COURT_ORDER"}};
};
template <>
struct EnumTexts<LegalStandard> {
  static constexpr std::array texts{
      std::pair{LegalStandard::kReasonableSuspicion, "REASONABLE_SUSPICION"},
      std::pair{LegalStandard::kProbableCause, "PROBABLE_CAUSE"},
      std::pair{LegalStandard::kWarrant, "WARRANT"},
      std::pair{LegalStandard::kCourtOrder, "COURT_ORDER"}};
};
template <>
struct EnumTexts<RightToKnow> {
  static constexpr std::array texts{std::pair{RightToKnow::kCourtOrder, "COURT_ORDER"},
                                    std::pair{RightToKnow::kStatute, "STATUTE"},
                                    std::pair{RightToKnow::kCaseLaw, "CASE_LAW"}};
};
template <>
struct EnumTexts<HoldReason> {
  static constexpr std::array texts{
      std::pair{HoldReason::kActiveCriminal, "ACTIVE_CRIMINAL"},
      std::pair{HoldReason::kMissingOrAtRisk, "MISSING_OR_AT_RISK"},
      std::pair{HoldReason::kOtherAgencyLegalObligation, "OTHER_AGENCY_LEGAL_OBLIGATION"}};
};
template <>
struct EnumTexts<HitState> {
  static constexpr std::array texts{std::pair{HitState::kUnvalidated, "UNVALIDATED"},
                                    std::pair{HitState::kMisread, "MISREAD"},
                                    std::pair{HitState::kNotConfirmed, "NOT_CONFIRMED"},
                                    std::pair{HitState::kFullyValidated, "FULLY_VALIDATED"},
                                    std::pair{HitState::kActioned, "ACTIONED"},
                                    std::pair{HitState::kClosed, "CLOSED"}};
};
template <>
struct EnumTexts<EntryState> {
  static constexpr std::array texts{
      std::pair{EntryState::kRequested, "REQUESTED"}, std::pair{EntryState::kActive, "ACTIVE"},
      std::pair{EntryState::kDenied, "DENIED"}, std::pair{EntryState::kExpired, "EXPIRED"},
      std::pair{EntryState::kRemoved, "REMOVED"}};
};
template <>
struct EnumTexts<MatchKind> {
  static constexpr std::array texts{std::pair{MatchKind::kExact, "EXACT"},
                                    std::pair{MatchKind::kOcrEquivalent, "OCR_EQUIVALENT"}};
};
template <>
struct EnumTexts<Verdict> {
  static constexpr std::array texts{std::pair{Verdict::kApprove, "APPROVE"},
                                    std::pair{Verdict::kDeny, "DENY"}};
};
template <>
struct EnumTexts<RequestState> {
  static constexpr std::array texts{std::pair{RequestState::kPending, "PENDING"},
                                    std::pair{RequestState::kApproved, "APPROVED"},
                                    std::pair{RequestState::kDenied, "DENIED"}};
};
template <>
struct EnumTexts<DeviceKind> {
  static constexpr std::array texts{std::pair{DeviceKind::kFixed, "FIXED"},
                                    std::pair{DeviceKind::kMobile, "MOBILE"}};
};
template <>
struct EnumTexts<LocationClass> {
  static constexpr std::array texts{
      std::pair{LocationClass::kPublicRightOfWay, "PUBLIC_RIGHT_OF_WAY"},
      std::pair{LocationClass::kPublicProperty, "PUBLIC_PROPERTY"},
      std::pair{LocationClass::kPrivateVisibleFromPublic, "PRIVATE_VISIBLE_FROM_PUBLIC"},
      std::pair{LocationClass::kPrivateNotVisible, "PRIVATE_NOT_VISIBLE"}};
};

}  // namespace alpr::policy
