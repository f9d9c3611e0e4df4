// The annual report: who was given it, to whom it was delivered, and the one extension of its due
// date (I12-B-1, K-3, L-5; OMC 9.64.010, 9.64.040). Open is everything but who did it and in whose
// words: which report it is, anybody can check against the log.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

enum class ReportForm { kJson, kHtml, kCsv, kPdf, kXlsx };
template <>
struct EnumTexts<ReportForm> {
  static constexpr std::array texts{
      std::pair{ReportForm::kJson, "JSON"}, std::pair{ReportForm::kHtml, "HTML"},
      std::pair{ReportForm::kCsv, "CSV"}, std::pair{ReportForm::kPdf, "PDF"},
      std::pair{ReportForm::kXlsx, "XLSX"}};
};

// I12-L-5 names three.
enum class ReportRecipient { kChief, kPac, kPublicSafetyCommittee };
template <>
struct EnumTexts<ReportRecipient> {
  static constexpr std::array texts{
      std::pair{ReportRecipient::kChief, "CHIEF"}, std::pair{ReportRecipient::kPac, "PAC"},
      std::pair{ReportRecipient::kPublicSafetyCommittee, "PUBLIC_SAFETY_COMMITTEE"}};
};

// I12-K-3 names three; the responses to hits are the Commission's to see beside them (I12-C2A2-2).
enum class Attachment { kQueries, kSharing, kEntries, kResponses };
template <>
struct EnumTexts<Attachment> {
  static constexpr std::array texts{
      std::pair{Attachment::kQueries, "QUERIES"}, std::pair{Attachment::kSharing, "SHARING"},
      std::pair{Attachment::kEntries, "ENTRIES"}, std::pair{Attachment::kResponses, "RESPONSES"}};
};

struct ReportDisclosed {
  static constexpr KindSpec kKind{128, "report.disclosed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "somebody was given the figures of a period (I12-B-1, F-2, L-5)"};
  std::int64_t policy = 0;
  ReportForm form{};
  std::int64_t size = 0;  // of the log, at the checkpoint that the figures hold at
  Digest root{};
  TimeUs as_of;  // of the last event under it
  TimeUs from;
  TimeUs until;
  Digest sha256{};  // of what was given out
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("form", form);
    m.open("size", size);
    m.open("root", root);
    m.open("as_of", as_of);
    m.open("from", from);
    m.open("until", until);
    m.open("sha256", sha256);
    m("by", by);
  }
};

// Three of a year, one for each recipient, make its report delivered (I12-L-5).
struct ReportIssued {
  static constexpr KindSpec kKind{
      129, "report.issued", chain::Retention::kPermanent, chain::Form::kByMember,
      "the annual report went to one of the order's three recipients (I12-L-5)"};
  std::int64_t policy = 0;
  std::int64_t year = 0;
  ReportRecipient recipient{};
  Sequence report;  // its report.disclosed, of which the rest is copied
  std::int64_t size = 0;
  Digest root{};
  Digest sha256{};
  std::string delivery;  // how it was handed over
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("year", year);
    m.open("recipient", recipient);
    m.open("report", report);
    m.open("size", size);
    m.open("root", root);
    m.open("sha256", sha256);
    m("delivery", delivery);
    m("by", by);
  }
};

// OMC 9.64.040: one, of at most 60 days, that the Privacy Advisory Commission grants.
struct ReportExtended {
  static constexpr KindSpec kKind{
      130, "report.extended", chain::Retention::kPermanent, chain::Form::kByMember,
      "the Commission gave more time for a year's report, once (I12-L-5, OMC 9.64.040)"};
  std::int64_t policy = 0;
  std::int64_t year = 0;
  TimeUs until;
  std::string granted_by;  // the meeting that granted it
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("year", year);
    m.open("until", until);
    m("granted_by", granted_by);
    m("reason", reason);
    m("by", by);
  }
};

enum class Edition {
  kPublic,  // open members alone
  kSealed   // all members, sealed to the Commission's key
};
template <>
struct EnumTexts<Edition> {
  static constexpr std::array texts{std::pair{Edition::kPublic, "PUBLIC"},
                                    std::pair{Edition::kSealed, "SEALED"}};
};

struct AttachmentDisclosed {
  static constexpr KindSpec kKind{
      133, "attachment.disclosed", chain::Retention::kPermanent, chain::Form::kByMember,
      "a report's attachment was given out: of open members alone, or all of them sealed to the "
      "Commission's key (I12-C2B-8, K-3, E-5)"};
  std::int64_t policy = 0;
  Attachment attachment{};
  std::int64_t size = 0;  // of the log, up to which events were looked for
  TimeUs from;
  TimeUs until;
  std::int64_t events = 0;
  Digest sha256{};  // of what was given out; of the sealed edition before it is sealed
  Actor by;
  std::optional<Edition> edition;   // absent: PUBLIC
  std::optional<Digest> sealed_to;  // SHA-256 of the key
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("attachment", attachment);
    m.open("size", size);
    m.open("from", from);
    m.open("until", until);
    m.open("events", events);
    m.open("sha256", sha256);
    m("by", by);
    m.open("edition", edition);
    m.open("sealed_to", sealed_to);
  }
};

inline std::vector<chain::Kind> reports_kinds() {
  return {kind_of<ReportDisclosed>(), kind_of<ReportIssued>(), kind_of<ReportExtended>(),
          kind_of<AttachmentDisclosed>()};
}

}  // namespace alpr::policy
