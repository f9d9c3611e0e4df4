#include "ledger/verify/witness/witness.h"

#include <fmt/format.h>

namespace alpr::witness {

Result<std::unique_ptr<Witness>> Witness::open(const std::filesystem::path& folder, ClockS clock,
                                               Say say) {
  auto opened = StateFolder::open(folder);
  if (!opened) return tl::unexpected(opened.error());
  std::unique_ptr<Witness> witness(
      new Witness(std::move(*opened), std::move(clock), std::move(say)));
  if (auto loaded = witness->load(); !loaded) return tl::unexpected(loaded.error());
  return witness;
}

Result<void> Witness::load() {
  for (const chain::PolicyLog& log : folder_.logs()) {
    auto note = folder_.latest(log.key.name);
    if (!note) return tl::unexpected(note.error());
    Origin& origin = origins_[log.key.name];
    if (!*note) continue;
    // It parsed when its cosignature was checked.
    const chain::Checkpoint checkpoint =
        chain::parse_checkpoint_text(chain::parse_note(**note)->text).value();
    origin = {{checkpoint.size, checkpoint.root}, std::move(**note)};
  }
  return {};
}

std::vector<chain::VerifierKey> Witness::log_keys() const {
  std::vector<chain::VerifierKey> keys;
  for (const chain::PolicyLog& log : folder_.logs()) keys.push_back(log.key);
  return keys;
}

Answer Witness::add_checkpoint(std::string_view body) {
  const Opened opened = open_submission(body, log_keys());
  const auto refused = [](const Judgement& judgement) {
    return Answer{static_cast<int>(judgement.verdict), "text/plain; charset=utf-8",
                  judgement.why + "\n", judgement.suspicion};
  };
  if (opened.judgement.verdict != Verdict::kCosign) return refused(opened.judgement);
  const Submission& submission = opened.submission;

  const std::lock_guard lock(mutex_);
  Origin& origin = origins_[submission.checkpoint.origin];
  const Judgement judgement = judge(submission, origin.recorded);
  if (judgement.suspicion == Suspicion::kTwoHistories) {
    accuse_locked(Evidence::kProof, origin, submission.checkpoint.origin,
                  submission.request.checkpoint,
                  "the log signed two histories: two roots for one size");
  } else if (judgement.suspicion == Suspicion::kNoProof) {
    accuse_locked(Evidence::kUnproven, origin, submission.checkpoint.origin,
                  submission.request.checkpoint,
                  "a checkpoint of the log came without proof that it continues what was cosigned");
  }
  if (judgement.verdict == Verdict::kOtherSize) {
    return {409, std::string(chain::kSizeContentType),
            chain::format_recorded_size(origin.recorded.size), judgement.suspicion};
  }
  if (judgement.verdict != Verdict::kCosign) return refused(judgement);
  return cosign(submission, origin);
}

Answer Witness::cosign(const Submission& submission, Origin& origin) {
  const WitnessKey& key = folder_.key();
  chain::Note note = submission.note;
  note.signatures.push_back(chain::cosign_note(note.text, key.name, key.key, clock_()));
  std::string text = chain::format_note(note);
  // First the disk, then the answer: a crash in between costs the log a repeated question, and the
  // other order would let a restarted witness cosign a second history.
  if (auto stored = folder_.store(submission.checkpoint.origin, text); !stored) {
    say_("not cosigned, the state could not be written: " + stored.error().detail);
    return {500, "text/plain; charset=utf-8", "the witness could not record it\n",
            Suspicion::kNone};
  }
  origin = {{submission.checkpoint.size, submission.checkpoint.root}, std::move(text)};
  return {200, "text/plain; charset=utf-8", chain::signature_line(note.signatures.back()),
          Suspicion::kNone};
}

std::optional<std::string> Witness::latest(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [origin, state] : origins_)
    if (!state.note.empty() && chain::origin_name(origin) == name) return state.note;
  return std::nullopt;
}

Recorded Witness::recorded(std::string_view origin) const {
  const std::lock_guard lock(mutex_);
  const auto found = origins_.find(origin);
  return found == origins_.end() ? Recorded{} : found->second.recorded;
}

void Witness::accuse(std::string_view name, std::string_view note, std::string_view why) {
  const std::lock_guard lock(mutex_);
  const auto found = origins_.find(name);
  accuse_locked(Evidence::kUnproven, found == origins_.end() ? Origin{} : found->second, name, note,
                why);
}

void Witness::accuse_locked(Evidence kind, const Origin& origin, std::string_view name,
                            std::string_view note, std::string_view why) {
  const std::string text = fmt::format(
      "{}\n\n--- cosigned by this witness\n{}\n--- shown to it\n{}", why, origin.note, note);
  const auto kept = folder_.keep_evidence(kind, text);
  std::string where = "kept in the folder evidence/";
  if (!kept) where = "NOT kept: " + kept.error().detail;
  if (kept && !*kept) where = "NOT kept, the folder evidence/ is full";
  say_(fmt::format("{} {}: {}; {}", kind == Evidence::kProof ? "PROOF AGAINST" : "suspicious,",
                   name, why, where));
}

std::size_t Witness::proofs() const {
  const std::lock_guard lock(mutex_);
  return folder_.evidence_count(Evidence::kProof).value_or(0);
}

}  // namespace alpr::witness
