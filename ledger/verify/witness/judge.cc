#include "ledger/verify/witness/judge.h"

#include <fmt/core.h>

#include <algorithm>

namespace alpr::witness {
namespace {

Judgement refuse(Verdict verdict, std::string why, Suspicion suspicion = Suspicion::kNone) {
  return {verdict, suspicion, std::move(why)};
}

// Steps 4 to 9 without the question what a refusal says of the log.
Judgement decide(const chain::AddCheckpoint& request, const chain::Checkpoint& checkpoint,
                 const Recorded& recorded) {
  if (request.old_size > checkpoint.size)
    return refuse(Verdict::kMalformed, "the old size is above the checkpoint's");
  if (request.old_size != recorded.size)
    return refuse(Verdict::kOtherSize, fmt::format("size {} is recorded", recorded.size));
  if (checkpoint.size == 0 && checkpoint.root != chain::empty_root())
    return refuse(Verdict::kInconsistent, "an empty tree has another root");
  if (request.old_size == 0 && !request.proof.empty())
    return refuse(Verdict::kInconsistent, "from size 0 there is nothing to prove");
  if (request.old_size == checkpoint.size) {
    if (checkpoint.root != recorded.root)
      return refuse(Verdict::kInconsistent, "another root is recorded for this size");
    if (!request.proof.empty())
      return refuse(Verdict::kInconsistent, "between equal sizes there is nothing to prove");
    return {Verdict::kCosign, Suspicion::kNone, {}};
  }
  if (request.old_size == 0) return {Verdict::kCosign, Suspicion::kNone, {}};
  if (!chain::verify_consistency(recorded.size, recorded.root, checkpoint.size, checkpoint.root,
                                 request.proof)) {
    return refuse(Verdict::kInconsistent, "the consistency proof does not verify",
                  Suspicion::kNoProof);
  }
  return {Verdict::kCosign, Suspicion::kNone, {}};
}

}  // namespace

Opened open_submission(std::string_view body, const std::vector<chain::VerifierKey>& known) {
  auto request = chain::parse_add_checkpoint(body);
  if (!request) return {refuse(Verdict::kMalformed, request.error().detail), {}};
  auto note = chain::parse_note(request->checkpoint);
  if (!note) return {refuse(Verdict::kMalformed, note.error().detail), {}};
  auto checkpoint = chain::parse_checkpoint_text(note->text);
  if (!checkpoint) return {refuse(Verdict::kMalformed, checkpoint.error().detail), {}};

  std::vector<chain::VerifierKey> keys;
  std::ranges::copy_if(known, std::back_inserter(keys), [&](const chain::VerifierKey& key) {
    return key.name == checkpoint->origin;
  });
  if (keys.empty()) return {refuse(Verdict::kUnknownLog, "this log is not known here"), {}};
  const auto verified = chain::verify_note(*note, keys);
  if (!verified) return {refuse(Verdict::kNotSigned, verified.error().detail), {}};
  // Unknown signatures are not passed on: this witness does not know what they claim.
  std::erase_if(note->signatures, [&](const chain::NoteSignature& signature) {
    return std::ranges::none_of(keys, [&](const chain::VerifierKey& key) {
      return key.name == signature.name && key.id() == signature.id;
    });
  });
  return {{Verdict::kCosign, Suspicion::kNone, {}},
          {std::move(*request), std::move(*note), std::move(*checkpoint)}};
}

Judgement judge(const Submission& submission, const Recorded& recorded) {
  const chain::Checkpoint& checkpoint = submission.checkpoint;
  Judgement judgement = decide(submission.request, checkpoint, recorded);
  // Whatever old size was claimed: the log signed both, and no honest log signs both.
  if (checkpoint.size == recorded.size && checkpoint.root != recorded.root && recorded.size > 0)
    judgement.suspicion = Suspicion::kTwoHistories;
  return judgement;
}

}  // namespace alpr::witness
