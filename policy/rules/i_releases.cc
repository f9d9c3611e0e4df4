#include "policy/rules/i_releases.h"

#include <algorithm>
#include <array>

#include "policy/registers/reads_index.h"
#include "policy/rules/i_grounds.h"
#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

bool extracts(const State& state, const SharingRow& row, const Actor& by, const Moment& moment) {
  return row.asked.by.username == by.username ||
         holds_role(state, by.username, Role::kCoordinator, moment);
}

Refusal not_yours() {
  return {{"I12-I-10", "I12-L-3"},
          "role-missing",
          "Data is extracted by the member who entered the request, or the ALPR Coordinator."};
}

std::optional<Error> gone(const State& state, const std::vector<Sequence>& reads,
                          std::string_view case_number, TimeUs now) {
  for (const Sequence read : reads) {
    const auto row = state.reads.find(read);
    if (row && state.reads.may_show(*row, case_number, now)) continue;
    return Error{ErrorCode::kGone, "read " + std::to_string(read.value) +
                                       " is past its 30 days and not held for this case "
                                       "(I12-G-1): release the others, by naming them"};
  }
  return std::nullopt;
}

std::optional<Error> release_fault(const ReleaseSharing& c) {
  if (c.delivery)
    if (auto fault = text_fault("delivery", *c.delivery, kNarrativeMax)) return fault;
  if (!c.onward_use) return std::nullopt;
  if (auto fault = text_fault("onward_use.person", c.onward_use->person, kShortTextMax))
    return fault;
  return text_fault("onward_use.certified_on", c.onward_use->certified_on, kShortTextMax);
}

// Who releases what, and what the order asks for then (I12-I-8, I-10, E-2, E-3, C3-7).
Result<std::optional<Refusal>> release_refusal(const State& state, const SharingRow& row,
                                               const Actor& by, const ReleaseSharing& command,
                                               const Moment& moment) {
  using Answer = std::optional<Refusal>;
  if (!extracts(state, row, by, moment)) return Answer(not_yours());
  if (row.state == SharingState::kPending || row.state == SharingState::kDenied)
    return Answer(Refusal{{"I12-I-8", "I12-I-13"},
                          "not-honored",
                          "Nothing is released before the Administrator has honored the "
                          "request."});
  auto again = judge_again(state, row);
  if (!again || *again) return again;
  if (auto refusal = judge_onward_use(command.onward_use)) return Answer(refusal);
  RequiredFacts facts;
  facts.text(command.delivery, "delivery: how it is forwarded to the requester", "I12-I-10");
  return Answer(facts.refusal());
}

}  // namespace

Result<std::vector<Sequence>> released_reads(const SharingRow& row, const ReleaseSharing& command) {
  if (!command.reads) return row.asked.reads;
  std::vector<Sequence> reads = *command.reads;
  std::sort(reads.begin(), reads.end());
  const bool twice = std::adjacent_find(reads.begin(), reads.end()) != reads.end();
  const bool asked =
      std::includes(row.asked.reads.begin(), row.asked.reads.end(), reads.begin(), reads.end());
  if (reads.empty() || twice || !asked)
    return fail(ErrorCode::kMalformed, "reads: name some of those asked for, each once");
  return reads;
}

Decision decide(const State& state, const Actor& actor, const ReleaseSharing& command,
                const Result<Digest>& content, const Moment& moment) {
  if (auto e = release_fault(command)) return not_judged(*e);
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop("sharing.release")) return *stop;
  const SharingFound found =
      need_sharing(state, open.actor, command.request, SharingStage::kRelease, moment);
  if (found.stopped) return *found.stopped;
  const SharingRow& row = *found.row;
  const auto refusal = release_refusal(state, row, open.actor, command, moment);
  if (!refusal) return not_judged(refusal.error());
  if (*refusal)
    return refuse_sharing(moment, open.actor,
                          {SharingStage::kRelease, row.asked.recipient, row.request, std::nullopt},
                          **refusal);
  if (row.state != SharingState::kHonored)
    return Decision::not_judged(ErrorCode::kConflict, "withdrawn or released before");
  auto reads = released_reads(row, command);
  if (!reads) return not_judged(reads.error());
  const std::string& case_number = *row.asked.grounds.case_number;
  if (auto e = gone(state, *reads, case_number, moment.now)) return not_judged(*e);
  if (!content) return not_judged(content.error());
  SharingReleased record;
  record.policy = moment.policy->version;
  record.request = row.request;
  record.count = static_cast<std::int64_t>(reads->size());
  record.content_sha256 = *content;
  record.events = std::move(*reads);
  record.recipient = row.asked.recipient;
  record.recipient_name = row.asked.recipient_name;
  record.case_number = case_number;
  record.onward_use = *command.onward_use;
  record.delivery = *command.delivery;
  record.by = open.actor;
  return Decision{}.then(record);
}

Decision decide(const State& state, const Actor& actor, const ExportPackage& command,
                const Moment& moment) {
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop("sharing.export")) return *stop;
  const SharingFound found =
      need_sharing(state, open.actor, command.request, SharingStage::kExport, moment);
  if (found.stopped) return *found.stopped;
  const SharingRow& row = *found.row;
  const RefusedAt at{SharingStage::kExport, row.asked.recipient, row.request, std::nullopt};
  if (!extracts(state, row, open.actor, moment))
    return refuse_sharing(moment, open.actor, at, not_yours());
  const auto again = judge_again(state, row);
  if (!again) return not_judged(again.error());
  if (*again) return refuse_sharing(moment, open.actor, at, **again);
  if (!row.release) return Decision::not_judged(ErrorCode::kNotFound, "nothing was released");
  const SharingReleased& released = row.release->released;
  FileExported record{moment.policy->version, ExportedFile::kPackage,  row.release->release,
                      std::nullopt,           released.content_sha256, open.actor};
  std::vector<Sequence> reads = released.events;
  if (command.image_of) {
    if (std::find(reads.begin(), reads.end(), *command.image_of) == reads.end())
      return Decision::not_judged(ErrorCode::kNotFound, "this read was not released");
    reads = {*command.image_of};
  }
  if (auto e = gone(state, reads, released.case_number, moment.now)) return not_judged(*e);
  if (command.image_of) {
    record.file = ExportedFile::kImage;
    record.read = command.image_of;
    record.sha256 = command.image_sha256;
  }
  return Decision{}.then(record);
}

Decision decide(const State& state, const Actor& actor, const ExportDocument& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "document.export";
  constexpr std::array kCustodians{Role::kCoordinator, Role::kAdministrator};
  const Gate open = gate(state, actor, moment, Need::kAccount);
  if (auto stop = open.stop(kAction)) return *stop;
  const auto row = find_document(state.rows, command.document);
  if (!row) return not_judged(row.error());
  if (!*row) return Decision::not_judged(ErrorCode::kNotFound, "no such document");
  if ((*row)->by != open.actor.username &&
      !holds_any_role(state, open.actor.username, kCustodians, moment))
    return refuse(moment, open.actor, kAction,
                  {{"I12-I-9", "I12-L-3"},
                   "role-missing",
                   "Requests are kept in a secure folder, for the ALPR Coordinator and "
                   "Administrator."});
  return Decision{}.then(FileExported{moment.policy->version, ExportedFile::kDocument,
                                      command.document, std::nullopt, (*row)->sha256, open.actor});
}

}  // namespace alpr::policy
