// The decision table of C2SP tlog-witness, add-checkpoint. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/merkle.h"
#include "ledger/chain/note.h"
#include "ledger/chain/witness_request.h"

namespace alpr::witness {

// What the witness cosigned last of an origin; none yet: size 0.
struct Recorded {
  std::uint64_t size = 0;
  Digest root = chain::empty_root();
  bool operator==(const Recorded&) const = default;
};

// The HTTP statuses of the table.
enum class Verdict : int {
  kCosign = 200,
  kMalformed = 400,
  kNotSigned = 403,
  kUnknownLog = 404,
  kOtherSize = 409,
  kInconsistent = 422,
};

// What a signed checkpoint says of its log, whatever the answer.
enum class Suspicion {
  kNone,
  kTwoHistories,  // the log signed two roots of one size: proof by itself
  kNoProof,       // consistency was claimed and not shown: the sender's fault, or the log's
};

struct Judgement {
  Verdict verdict = Verdict::kMalformed;
  Suspicion suspicion = Suspicion::kNone;
  std::string why;  // where it is not kCosign
};

// A request that passed steps 1 to 3: well formed, of a known log, signed by it.
struct Submission {
  chain::AddCheckpoint request;
  chain::Note note;  // with the signatures of known log keys alone
  chain::Checkpoint checkpoint;
};

// Steps 1 to 3. `known` are all log keys that the witness trusts.
struct Opened {
  Judgement judgement;  // kCosign: `submission` is filled
  Submission submission;
};
Opened open_submission(std::string_view body, const std::vector<chain::VerifierKey>& known);

// Steps 4 to 9, in their order.
Judgement judge(const Submission& submission, const Recorded& recorded);

}  // namespace alpr::witness
