// Data that others ask for: the request with its grounds, the decision, the release (I12-I).
//
// Sealed but for what a keyless auditor counts by: route, purpose, class and jurisdiction of the
// recipient, numbers of reads, outcomes and the rules of refusals. Nothing here holds a plate.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/queries.h"
#include "policy/records/recipients.h"

namespace alpr::policy {

// The only two (I12-I-1).
enum class SharingRoute { kLegalObligation, kDiscretionary };
template <>
struct EnumTexts<SharingRoute> {
  static constexpr std::array texts{std::pair{SharingRoute::kLegalObligation, "LEGAL_OBLIGATION"},
                                    std::pair{SharingRoute::kDiscretionary, "DISCRETIONARY"}};
};

// What section I names, each for the recipients that it names it for.
enum class SharingPurpose {
  kProsecution,
  kCriminalDefense,
  kCriminalInvestigation,
  kAdministrativeInvestigation,
  kCivilLitigation,
  kOtherByCourtOrder
};
template <>
struct EnumTexts<SharingPurpose> {
  static constexpr std::array texts{
      std::pair{SharingPurpose::kProsecution, "PROSECUTION"},
      std::pair{SharingPurpose::kCriminalDefense, "CRIMINAL_DEFENSE"},
      std::pair{SharingPurpose::kCriminalInvestigation, "CRIMINAL_INVESTIGATION"},
      std::pair{SharingPurpose::kAdministrativeInvestigation, "ADMINISTRATIVE_INVESTIGATION"},
      std::pair{SharingPurpose::kCivilLitigation, "CIVIL_LITIGATION"},
      std::pair{SharingPurpose::kOtherByCourtOrder, "OTHER_BY_COURT_ORDER"}};
};

enum class SharingRight { kCourtOrder, kStatute, kCaseLaw, kSwornStatus };  // I12-I-11
template <>
struct EnumTexts<SharingRight> {
  static constexpr std::array texts{std::pair{SharingRight::kCourtOrder, "COURT_ORDER"},
                                    std::pair{SharingRight::kStatute, "STATUTE"},
                                    std::pair{SharingRight::kCaseLaw, "CASE_LAW"},
                                    std::pair{SharingRight::kSwornStatus, "SWORN_STATUS"}};
};

enum class ShareOutcome { kHonored, kDenied };
template <>
struct EnumTexts<ShareOutcome> {
  static constexpr std::array texts{std::pair{ShareOutcome::kHonored, "HONORED"},
                                    std::pair{ShareOutcome::kDenied, "DENIED"}};
};

enum class SharingStage { kRequest, kDecision, kRelease, kExport };
template <>
struct EnumTexts<SharingStage> {
  static constexpr std::array texts{
      std::pair{SharingStage::kRequest, "REQUEST"}, std::pair{SharingStage::kDecision, "DECISION"},
      std::pair{SharingStage::kRelease, "RELEASE"}, std::pair{SharingStage::kExport, "EXPORT"}};
};

// As asked for: closed lists are texts here, because a value outside them is a refusal on the
// record, not a typing error (architecture invariant 3). Of all that follows.
struct SharingInstrument {
  std::string type;  // SUBPOENA, WARRANT, COURT_ORDER
  std::string number;
  std::string court;
  std::string court_jurisdiction;  // CALIFORNIA; others go to the City Attorney (AMB-8)
  std::string issued_on;           // YYYY-MM-DD
  std::string return_on;           // YYYY-MM-DD
  template <typename M>
  void members(M& m) {
    m("type", type);
    m("number", number);
    m("court", court);
    m("court_jurisdiction", court_jurisdiction);
    m("issued_on", issued_on);
    m("return_on", return_on);
  }
};

struct SharingGrounds {
  std::optional<std::string> route;
  std::optional<std::string> purpose;
  std::optional<SharingInstrument> instrument;    // LEGAL_OBLIGATION
  std::optional<Sequence> document;               // DISCRETIONARY: the written request, filed
  std::optional<std::string> law;                 // of evidence or discovery, for the DA's classes
  std::optional<std::string> da_transmittal;      // DEFENSE_VIA_DA: the DA's reference
  std::optional<std::string> requesting_person;   // name
  std::optional<RightToKnowClaim> right_to_know;  // or SWORN_STATUS, with rank and number
  std::optional<std::string> need_to_know;
  std::optional<std::string> case_number;  // of the case or investigation it is for
  std::optional<Attestations> attestations;
  template <typename M>
  void members(M& m) {
    m("route", route);
    m("purpose", purpose);
    m("instrument", instrument);
    m("document", document);
    m("law", law);
    m("da_transmittal", da_transmittal);
    m("requesting_person", requesting_person);
    m("right_to_know", right_to_know);
    m("need_to_know", need_to_know);
    m("case_number", case_number);
    m("attestations", attestations);
  }
};

// A written request as it came. The folder of I12-I-9 is this log.
struct DocumentFiled {
  static constexpr KindSpec kKind{
      103, "document.filed", chain::Retention::kPermanent, chain::Form::kByMember,
      "a written request from outside, sealed as it came (I12-I-7, I-9)"};
  std::int64_t policy = 0;
  std::int64_t bytes = 0;
  Digest sha256{};
  std::string content;  // base64
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("bytes", bytes);
    m("sha256", sha256);
    m("content", content);
    m("by", by);
  }
};

struct SharingRequested {
  static constexpr KindSpec kKind{
      104, "sharing.requested", chain::Retention::kPermanent, chain::Form::kByMember,
      "somebody outside asks for reads, by one of the two routes (I12-I-1, I-2, I-7, I-12)"};
  std::int64_t policy = 0;
  SharingRoute route{};
  SharingPurpose purpose{};
  RecipientClass recipient_class{};
  Jurisdiction jurisdiction{};
  std::int64_t count = 0;  // of reads
  Sequence recipient;
  std::string recipient_name;
  std::vector<Sequence> reads;
  std::optional<std::vector<Sequence>> hits;  // as asked: their reads are among `reads`
  std::optional<Sequence> query;              // the same
  SharingGrounds grounds;
  std::optional<Digest> document_sha256;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("route", route);
    m.open("purpose", purpose);
    m.open("class", recipient_class);
    m.open("jurisdiction", jurisdiction);
    m.open("count", count);
    m("recipient", recipient);
    m("recipient_name", recipient_name);
    m("reads", reads);
    m("hits", hits);
    m("query", query);
    m("grounds", grounds);
    m("document_sha256", document_sha256);
    m("by", by);
  }
};

struct SharingDecided {
  static constexpr KindSpec kKind{
      105, "sharing.decided", chain::Retention::kPermanent, chain::Form::kByMember,
      "the Administrator honored or denied a request, and why (I12-I-8, I-13, I-14, I-15)"};
  std::int64_t policy = 0;
  Sequence request;
  ShareOutcome outcome{};
  std::string requester;  // username of who entered it, differs from by.username
  std::string reason;
  std::optional<Attestations> attestations;  // HONORED: of who decides
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("request", request);
    m.open("outcome", outcome);
    m("requester", requester);
    m("reason", reason);
    m("attestations", attestations);
    m("by", by);
  }
};

struct SharingWithdrawn {
  static constexpr KindSpec kKind{106, "sharing.withdrawn", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a request for data that is not pursued further (I12-I-9)"};
  std::int64_t policy = 0;
  Sequence request;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("request", request);
    m("reason", reason);
    m("by", by);
  }
};

// What the recipient signed before anything was handed over (I12-E-3, C3-7).
struct OnwardUse {
  std::string person;
  std::string certified_on;  // YYYY-MM-DD
  bool not_immigration_enforcement = false;
  bool not_reproductive_care = false;
  bool not_passed_on = false;  // to out-of-state or federal agencies (I12-E-2)
  template <typename M>
  void members(M& m) {
    m("person", person);
    m("certified_on", certified_on);
    m("not_immigration_enforcement", not_immigration_enforcement);
    m("not_reproductive_care", not_reproductive_care);
    m("not_passed_on", not_passed_on);
  }
};

struct SharingReleased {
  static constexpr KindSpec kKind{
      107, "sharing.released", chain::Retention::kPermanent, chain::Form::kByMember,
      "what an honored request was given, by digest, extracted by a member (I12-I-10, E-3, E-4)"};
  std::int64_t policy = 0;
  Sequence request;
  std::int64_t count = 0;
  Digest content_sha256{};       // of the package's content; its salts make it say nothing
  std::vector<Sequence> events;  // the reads, in the package's order
  Sequence recipient;
  std::string recipient_name;
  std::string case_number;
  OnwardUse onward_use;
  std::string delivery;  // how the member forwards it
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("request", request);
    m.open("count", count);
    m.open("content_sha256", content_sha256);
    m("events", events);
    m("recipient", recipient);
    m("recipient_name", recipient_name);
    m("case_number", case_number);
    m("onward_use", onward_use);
    m("delivery", delivery);
    m("by", by);
  }
};

struct SharingRefused {
  static constexpr KindSpec kKind{
      108, "sharing.refused", chain::Retention::kPermanent, chain::Form::kByMember,
      "sharing that the order forbids, at request, decision, release or export (I12-E-2, E-3)"};
  std::int64_t policy = 0;
  SharingStage stage{};
  std::vector<std::string> rules;
  std::string slug;
  std::string reason;
  std::optional<Sequence> recipient;
  std::optional<Sequence> request;
  std::optional<SharingGrounds> grounds;  // REQUEST: as asked
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("stage", stage);
    m.open("rules", rules);
    m.open("slug", slug);
    m("reason", reason);
    m("recipient", recipient);
    m("request", request);
    m("grounds", grounds);
    m("by", by);
  }
};

enum class ExportedFile { kPackage, kImage, kDocument };
template <>
struct EnumTexts<ExportedFile> {
  static constexpr std::array texts{std::pair{ExportedFile::kPackage, "PACKAGE"},
                                    std::pair{ExportedFile::kImage, "IMAGE"},
                                    std::pair{ExportedFile::kDocument, "DOCUMENT"}};
};

struct FileExported {
  static constexpr KindSpec kKind{
      109, "file.exported", chain::Retention::kPermanent, chain::Form::kByMember,
      "a file left the system, recorded before its bytes did (I12-E-4)"};
  std::int64_t policy = 0;
  ExportedFile file{};
  Sequence of;                   // the sharing.released or document.filed it belongs to
  std::optional<Sequence> read;  // IMAGE
  Digest sha256{};               // of the package's content, the picture, the document
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("file", file);
    m.open("of", of);
    m("read", read);
    m("sha256", sha256);
    m("by", by);
  }
};

inline std::vector<chain::Kind> sharing_kinds() {
  return {kind_of<DocumentFiled>(),    kind_of<SharingRequested>(), kind_of<SharingDecided>(),
          kind_of<SharingWithdrawn>(), kind_of<SharingReleased>(),  kind_of<SharingRefused>(),
          kind_of<FileExported>()};
}

}  // namespace alpr::policy
