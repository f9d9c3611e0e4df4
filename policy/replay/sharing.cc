// Recipients, requests from outside, releases, files that left; requests of the public (I12-E, H,
// I).
#include "policy/registers/sharing.h"

#include <algorithm>
#include <array>

#include "ledger/chain/encoding.h"
#include "policy/records/records_requests.h"
#include "policy/registers/hits.h"
#include "policy/registers/queries.h"
#include "policy/registers/recipients.h"
#include "policy/replay/judge.h"
#include "policy/replay/reads_seen.h"
#include "policy/rules/h_records_requests.h"
#include "policy/rules/i_grounds.h"
#include "policy/rules/i_recipients.h"
#include "policy/rules/i_releases.h"
#include "policy/rules/i_sharing.h"
#include "policy/rules/repeated_requests.h"

namespace alpr::policy {
namespace {

Again registered(const Scene& s, const RecipientRegistered& e) {
  return decided(decide(s.state, e.by,
                        RegisterRecipient{e.name, std::string(to_text(e.recipient_class)),
                                          std::string(to_text(e.jurisdiction)), e.contact},
                        s.moment));
}

Again moved(const Scene& s, const RecipientMoved& e) {
  return decided(decide(s.state, e.by,
                        MoveRecipient{e.recipient, std::string(to_text(e.jurisdiction)), e.reason},
                        s.moment));
}

Again filed(const Scene& s, const DocumentFiled& e) {
  const auto bytes = chain::parse_base64(e.content);
  if (!bytes) return breach({"I12-I-7"}, "the document that it files does not read");
  return decided(decide(s.state, e.by, FileDocument{std::string(as_text(*bytes))}, s.moment));
}

// The reads asked for one by one are those that neither a hit nor the query stands for; and whether
// a hit's read is known still.
struct AskedFor {
  RequestSharing command;
  std::vector<Sequence> looked_at;
  bool erased = false;
};

Result<AskedFor> asked_for(const Scene& s, const SharingRequested& e) {
  AskedFor asked;
  asked.command.recipient = e.recipient;
  asked.command.grounds = e.grounds;
  asked.command.query = e.query;
  asked.looked_at = e.reads;
  std::vector<Sequence> by_others;
  for (const Sequence hit : e.hits.value_or(std::vector<Sequence>{})) {
    const auto row = find_hit(s.state.rows, hit);
    if (!row) return tl::unexpected(row.error());
    if (!*row) asked.erased = true;
    if (*row) by_others.push_back((*row)->raised.read);
  }
  if (e.query) {
    const auto row = find_query(s.state.rows, *e.query);
    if (!row) return tl::unexpected(row.error());
    if (*row) by_others.insert(by_others.end(), (*row)->disclosed.begin(), (*row)->disclosed.end());
  }
  asked.looked_at.insert(asked.looked_at.end(), by_others.begin(), by_others.end());
  if (!asked.erased) asked.command.hits = e.hits;
  std::vector<Sequence> one_by_one;
  for (const Sequence read : e.reads)
    if (std::find(by_others.begin(), by_others.end(), read) == by_others.end())
      one_by_one.push_back(read);
  if (!one_by_one.empty()) asked.command.reads = std::move(one_by_one);
  return asked;
}

Again requested(const Scene& s, const SharingRequested& e) {
  const auto asked = asked_for(s, e);
  if (!asked) return undecidable(asked.error().detail);
  ReadsIndex reads;
  see_reads(s.past, asked->looked_at, reads);
  Again again = decided(decide(state_with(s.state, reads), e.by, asked->command, s.moment));
  if (!asked->erased) return again;
  return again.without({"hits"}).unless_seen(
      "whose hits are erased, and with them of which reads "
      "they were");
}

Again decided_on(const Scene& s, const SharingDecided& e) {
  return decided(
      decide(s.state, e.by,
             DecideSharing{e.request, std::string(to_text(e.outcome)), e.reason, e.attestations},
             s.moment));
}

Again withdrawn(const Scene& s, const SharingWithdrawn& e) {
  return decided(decide(s.state, e.by, WithdrawSharing{e.request, e.reason}, s.moment));
}

Again released(const Scene& s, const SharingReleased& e) {
  ReadsIndex reads;
  see_reads(s.past, e.events, reads);
  return decided(decide(state_with(s.state, reads), e.by,
                        ReleaseSharing{e.request, e.events, e.onward_use, e.delivery},
                        Result<Digest>(e.content_sha256), s.moment));
}

Again exported(const Scene& s, const FileExported& e) {
  if (e.file == ExportedFile::kDocument)
    return decided(decide(s.state, e.by, ExportDocument{e.of}, s.moment));
  const auto request = s.past.request_of(e.of);
  if (!request) return breach({"I12-I-10", "I12-E-4"}, "a file left that was not released");
  const auto row = find_sharing(s.state.rows, *request);
  if (!row) return undecidable(row.error().detail);
  ReadsIndex reads;
  if (*row && (*row)->release) see_reads(s.past, (*row)->release->released.events, reads);
  if ((e.file == ExportedFile::kImage) != e.read.has_value())
    return breach({"I12-E-4"}, "a picture names its read, and a package none");
  return decided(decide(state_with(s.state, reads), e.by, ExportPackage{*request, e.read, e.sha256},
                        s.moment));
}

// ---- refusals: by what is on the record of the command ----

Attestations all_attested() { return {true, true, true, true, true, true}; }

// The best that could have been asked for. Where even that is refused, so was what was asked for.
Decision best_case(const Scene& s, const SharingRefused& e, ReadsIndex& reads) {
  const Sequence request = e.request.value_or(Sequence{});
  const auto row = find_sharing(s.state.rows, request);
  if (row && *row) {
    see_reads(s.past, (*row)->asked.reads, reads);
  }
  const State state = state_with(s.state, reads);
  switch (e.stage) {
    case SharingStage::kDecision:
      return decide(state, e.by,
                    DecideSharing{request, std::string(to_text(ShareOutcome::kHonored)), "agreed",
                                  all_attested()},
                    s.moment);
    case SharingStage::kRelease: {
      ReleaseSharing command{request, std::nullopt, std::nullopt, "by hand"};
      if (row && *row) {
        command.onward_use = OnwardUse{(*row)->asked.grounds.requesting_person.value_or("?"),
                                       "2022-10-18", true, true, true};
      }
      return decide(state, e.by, command, Result<Digest>(Digest{}), s.moment);
    }
    case SharingStage::kExport:
    case SharingStage::kRequest:
      break;
  }
  return decide(state, e.by, ExportPackage{request}, s.moment);
}

// A refusal does not say which reads were asked for: the same document or case has to do.
Again refused_repeat(const Scene& s, const SharingRefused& e) {
  std::optional<Digest> document;
  if (e.grounds->document) {
    const auto filed = find_document(s.state.rows, *e.grounds->document);
    if (!filed) return undecidable(filed.error().detail);
    if (*filed) document = (*filed)->sha256;
  }
  auto refusal = refuse_repeated(
      s.state, {*e.recipient, document, e.grounds->case_number, std::nullopt}, s.moment);
  if (!refusal) return undecidable(refusal.error().detail);
  Again again;
  again.refusal = true;
  again.roughly = true;
  Decision decision;
  decision.refusal = std::move(*refusal);
  again.decisions.push_back(std::move(decision));
  return again;
}

Again refused_request(const Scene& s, const SharingRefused& e) {
  if (!e.recipient || !e.grounds)
    return undecidable("whose recipient or grounds are not on the record");
  const auto recipient = find_recipient(s.state.rows, *e.recipient);
  if (!recipient) return undecidable(recipient.error().detail);
  if (!*recipient) return breach({"I12-E-2"}, "it refuses a recipient that is not registered");
  if (e.slug == kRequestRepeated) return refused_repeat(s, e);
  Again again;
  again.refusal = true;
  Decision decision;
  if (auto refusal = judge_sharing(**recipient, *e.grounds))
    decision = refuse_sharing(s.moment, e.by, {e.stage, e.recipient, e.request, e.grounds},
                              std::move(*refusal));
  again.decisions.push_back(std::move(decision));
  return again;
}

// These say that something was missing in a command that the record does not have.
bool said_missing(std::string_view slug) {
  constexpr std::array kSlugs{"outcome-missing", "reason-missing", "attestation-missing",
                              "required-fact-missing", "certification-missing"};
  return std::find(kSlugs.begin(), kSlugs.end(), slug) != kSlugs.end();
}

Again refused(const Scene& s, const SharingRefused& e) {
  if (e.stage == SharingStage::kRequest && e.slug != "public-request") return refused_request(s, e);
  ReadsIndex reads;
  Decision best = best_case(s, e, reads);
  const bool same = best.refusal && best.refusal->slug == e.slug;
  if (!same && (said_missing(e.slug) || best.error))
    return undecidable("whose command is not on the record");
  Again again;
  again.refusal = true;
  again.roughly = true;
  again.decisions.push_back(std::move(best));
  return again;
}

// ---- the public's ----

Again records_requested(const Scene& s, const RecordsRequested& e) {
  return decided(decide(s.state, e.by,
                        EnterRecordsRequest{e.requester, e.received_on, e.statute,
                                            std::string(to_text(e.record_class)), e.described},
                        s.moment));
}

Again records_decided(const Scene& s, const RecordsDecided& e) {
  return decided(
      decide(s.state, e.by,
             DecideRecordsRequest{e.request, std::string(to_text(e.outcome)), e.basis, e.reason},
             s.moment));
}

Again records_closed(const Scene& s, const RecordsClosed& e) {
  return decided(decide(s.state, e.by, CloseRecordsRequest{e.request, e.how}, s.moment));
}

}  // namespace

std::span<const Judge> sharing_judges() {
  static const std::array all{
      judging<RecipientRegistered, registered>("I12-E-2"),
      judging<RecipientMoved, moved>("I12-E-2"),
      judging<DocumentFiled, filed>("I12-I-7"),
      judging<SharingRequested, requested>("I12-I-1"),
      judging<SharingDecided, decided_on>("I12-I-8"),
      judging<SharingWithdrawn, withdrawn>("I12-I-9"),
      judging<SharingReleased, released>("I12-I-10"),
      judging<FileExported, exported>("I12-E-4"),
      judging<SharingRefused, refused>("I12-I-1"),
      judging<RecordsRequested, records_requested>("I12-H-1"),
      judging<RecordsDecided, records_decided>("I12-E-6"),
      judging<RecordsClosed, records_closed>("I12-H-1"),
  };
  return all;
}

}  // namespace alpr::policy
