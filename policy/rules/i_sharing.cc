#include "policy/rules/i_sharing.h"

#include <array>
#include <set>

#include "ledger/chain/hash.h"
#include "policy/registers/hits.h"
#include "policy/registers/queries.h"
#include "policy/registers/reads_index.h"
#include "policy/registers/recipients.h"
#include "policy/registers/records_requests.h"
#include "policy/rules/i_grounds.h"
#include "policy/rules/repeated_requests.h"
#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

std::optional<Error> fault(std::string_view member, const std::optional<std::string>& text,
                           std::size_t max) {
  return text ? text_fault(member, *text, max) : std::nullopt;
}

std::optional<Error> data_fault(const RequestSharing& c) {
  const auto size = [](const auto& list) { return list ? list->size() : 0; };
  if (size(c.reads) + size(c.hits) > kSharedReadsMax)
    return Error{ErrorCode::kMalformed, "reads: over " + std::to_string(kSharedReadsMax)};
  if (size(c.reads) + size(c.hits) == 0 && !c.query)
    return Error{ErrorCode::kMalformed, "reads: say which reads, which hits, or which query"};
  return std::nullopt;
}

Error gone(std::string_view what, Sequence seq) {
  return {ErrorCode::kGone,
          std::string(what) + " " + std::to_string(seq.value) +
              " is not there, or past its 30 days and not held for this case (I12-G-1)"};
}

bool may_show(const State& state, Sequence read, const std::string& case_number, TimeUs now) {
  const auto row = state.reads.find(read);
  return row && state.reads.may_show(*row, case_number, now);
}

// In order of seq, each once.
Result<std::vector<Sequence>> asked_reads(const State& state, const RequestSharing& c, TimeUs now) {
  const std::string case_number = c.grounds.case_number.value_or("");
  std::set<Sequence> all;
  for (const Sequence read : c.reads.value_or(std::vector<Sequence>{})) {
    if (!may_show(state, read, case_number, now)) return tl::unexpected(gone("read", read));
    all.insert(read);
  }
  for (const Sequence hit : c.hits.value_or(std::vector<Sequence>{})) {
    const auto row = find_hit(state.rows, hit);
    if (!row) return tl::unexpected(row.error());
    if (!*row || !may_show(state, (*row)->raised.read, case_number, now))
      return tl::unexpected(gone("hit", hit));
    all.insert((*row)->raised.read);
  }
  if (c.query) {
    const auto row = find_query(state.rows, *c.query);
    if (!row) return tl::unexpected(row.error());
    if (!*row) return fail(ErrorCode::kNotFound, "query: no such query");
    for (const Sequence read : (*row)->disclosed)
      if (may_show(state, read, case_number, now)) all.insert(read);
  }
  if (all.size() > kSharedReadsMax)
    return fail(ErrorCode::kMalformed, "reads: over " + std::to_string(kSharedReadsMax));
  return std::vector<Sequence>(all.begin(), all.end());
}

Result<std::optional<Digest>> digest_of_document(const State& state,
                                                 const std::optional<Sequence>& document) {
  if (!document) return std::optional<Digest>();
  const auto row = find_document(state.rows, *document);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kNotFound, "grounds.document: no such document");
  return std::optional<Digest>((*row)->sha256);
}

}  // namespace

Decision refuse_sharing(const Moment& moment, const Actor& by, const RefusedAt& at,
                        Refusal refusal) {
  Decision decision;
  decision.then(SharingRefused{moment.policy->version, at.stage, refusal.rules, refusal.slug,
                               refusal.reason, at.recipient, at.request, at.grounds, by});
  decision.refusal = std::move(refusal);
  return decision;
}

SharingFound need_sharing(const State& state, const Actor& by, Sequence request, SharingStage stage,
                          const Moment& moment) {
  const auto of_public = find_records_request(state.rows, request);
  if (!of_public) return {std::nullopt, not_judged(of_public.error())};
  if (*of_public)
    return {std::nullopt,
            refuse_sharing(moment, by, {stage, std::nullopt, request, std::nullopt},
                           {{"I12-H-1"},
                            "public-request",
                            "This is a request of the public: it is answered in its own "
                            "register and never by sharing."})};
  auto row = find_sharing(state.rows, request);
  if (!row) return {std::nullopt, not_judged(row.error())};
  if (!*row)
    return {std::nullopt, Decision::not_judged(ErrorCode::kNotFound, "no such sharing request")};
  return {std::move(**row), std::nullopt};
}

Result<std::optional<Refusal>> judge_again(const State& state, const SharingRow& row) {
  const auto recipient = find_recipient(state.rows, row.asked.recipient);
  if (!recipient) return tl::unexpected(recipient.error());
  if (!*recipient) return fail(ErrorCode::kCorrupt, "a request without its recipient");
  return judge_sharing(**recipient, row.asked.grounds);
}

Gate gate_sharing_list(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kCustodians{Role::kCoordinator, Role::kAdministrator};
  return gate_role(state, actor, moment, kCustodians, {"I12-I-9", "I12-L-3"});
}

Decision decide(const State& state, const Actor& actor, const FileDocument& command,
                const Moment& moment) {
  if (!command.bytes.starts_with("%PDF-") || command.bytes.size() > kDocumentBytesMax)
    return Decision::not_judged(
        ErrorCode::kMalformed,
        "body: a PDF of at most " + std::to_string(kDocumentBytesMax) + " bytes");
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop("document.file")) return *stop;
  const BytesView bytes = as_bytes(command.bytes);
  return Decision{}.then(DocumentFiled{moment.policy->version,
                                       static_cast<std::int64_t>(bytes.size()),
                                       chain::sha256(bytes), chain::base64(bytes), open.actor});
}

Decision decide(const State& state, const Actor& actor, const RequestSharing& command,
                const Moment& moment) {
  if (auto e = grounds_fault(command.grounds)) return not_judged(*e);
  if (auto e = data_fault(command)) return not_judged(*e);
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop("sharing.request")) return *stop;
  const auto recipient = find_recipient(state.rows, command.recipient);
  if (!recipient) return not_judged(recipient.error());
  if (!*recipient) return Decision::not_judged(ErrorCode::kNotFound, "recipient: not registered");
  const auto document = digest_of_document(state, command.grounds.document);
  if (!document) return not_judged(document.error());
  if (auto refusal = judge_sharing(**recipient, command.grounds))
    return refuse_sharing(
        moment, open.actor,
        {SharingStage::kRequest, command.recipient, std::nullopt, command.grounds}, *refusal);
  auto reads = asked_reads(state, command, moment.now);
  if (!reads) return not_judged(reads.error());
  const auto repeated = refuse_repeated(
      state, {command.recipient, *document, command.grounds.case_number, *reads}, moment);
  if (!repeated) return not_judged(repeated.error());
  if (*repeated)
    return refuse_sharing(
        moment, open.actor,
        {SharingStage::kRequest, command.recipient, std::nullopt, command.grounds}, **repeated);
  SharingRequested record;
  record.policy = moment.policy->version;
  record.route = *enum_from_text<SharingRoute>(*command.grounds.route);
  record.purpose = *enum_from_text<SharingPurpose>(*command.grounds.purpose);
  record.recipient_class = (*recipient)->recipient_class;
  record.jurisdiction = (*recipient)->jurisdiction;
  record.count = static_cast<std::int64_t>(reads->size());
  record.recipient = command.recipient;
  record.recipient_name = (*recipient)->name;
  record.reads = std::move(*reads);
  record.hits = command.hits;
  record.query = command.query;
  record.grounds = command.grounds;
  record.document_sha256 = *document;
  record.by = open.actor;
  return Decision{}.then(record);
}

namespace {

// Who decides, and what a decision must say (I12-I-8, I-13, I-14).
std::optional<Refusal> decision_refusal(const State& state, const SharingRow& row, const Actor& by,
                                        const DecideSharing& command, const Moment& moment) {
  if (!holds_role(state, by.username, Role::kAdministrator, moment))
    return Refusal{{"I12-I-8", "I12-L-2"},
                   "role-missing",
                   "Only the ALPR Administrator (BOS Deputy Director or designee) decides, with "
                   "the role in force now."};
  if (row.asked.by.username == by.username)
    return Refusal{
        {"I12-I-8"}, "self-approval", "A request is decided by somebody else than who entered it."};
  RequiredFacts facts;
  facts.that(command.outcome && enum_from_text<ShareOutcome>(*command.outcome), "I12-I-13",
             "outcome-missing", "State outcome: " + enum_choices<ShareOutcome>() + ".");
  facts.that(command.reason && !blank(*command.reason), "I12-I-14", "reason-missing",
             "State the reason, for either outcome.");
  return facts.refusal();
}

}  // namespace

Decision decide(const State& state, const Actor& actor, const DecideSharing& command,
                const Moment& moment) {
  if (auto e = fault("outcome", command.outcome, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("reason", command.reason, kNarrativeMax)) return not_judged(*e);
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop("sharing.decide")) return *stop;
  const SharingFound found =
      need_sharing(state, open.actor, command.request, SharingStage::kDecision, moment);
  if (found.stopped) return *found.stopped;
  const SharingRow& row = *found.row;
  const RefusedAt at{SharingStage::kDecision, row.asked.recipient, row.request, std::nullopt};
  if (auto refusal = decision_refusal(state, row, open.actor, command, moment))
    return refuse_sharing(moment, open.actor, at, *refusal);
  if (row.state != SharingState::kPending)
    return Decision::not_judged(ErrorCode::kConflict, "decided or withdrawn before");
  SharingDecided record{moment.policy->version,
                        row.request,
                        *enum_from_text<ShareOutcome>(*command.outcome),
                        row.asked.by.username,
                        *command.reason,
                        std::nullopt,
                        open.actor};
  if (record.outcome == ShareOutcome::kDenied) return Decision{}.then(record);
  const auto again = judge_again(state, row);
  if (!again) return not_judged(again.error());
  if (*again) return refuse_sharing(moment, open.actor, at, **again);
  if (auto refusal = judge_attestations(command.attestations))
    return refuse_sharing(moment, open.actor, at, *refusal);
  if (row.asked.reads.empty())
    return Decision::not_judged(ErrorCode::kConflict, "it names no read that is held: deny it");
  record.attestations = command.attestations;
  return Decision{}.then(record);
}

Decision decide(const State& state, const Actor& actor, const WithdrawSharing& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "sharing.withdraw";
  if (auto e = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*e);
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop(kAction)) return *stop;
  const auto row = find_sharing(state.rows, command.request);
  if (!row) return not_judged(row.error());
  if (!*row) return Decision::not_judged(ErrorCode::kNotFound, "no such sharing request");
  if ((*row)->asked.by.username != open.actor.username &&
      !holds_role(state, open.actor.username, Role::kCoordinator, moment))
    return refuse(moment, open.actor, kAction,
                  {{"I12-I-9", "I12-L-3"},
                   "role-missing",
                   "A request is withdrawn by who entered it, or the ALPR Coordinator."});
  if (blank(command.reason))
    return refuse(moment, open.actor, kAction,
                  {{"I12-I-9"}, "reason-missing", "Say why it is withdrawn."});
  if ((*row)->state != SharingState::kPending && (*row)->state != SharingState::kHonored)
    return Decision::not_judged(ErrorCode::kConflict, "denied, withdrawn or released before");
  return Decision{}.then(
      SharingWithdrawn{moment.policy->version, command.request, command.reason, open.actor});
}

}  // namespace alpr::policy
