// Sections H and I: a request that is entered twice would be counted twice, decided by two people
// and released twice. One that repeats an open one is refused, and the refusal names that one; one
// that was denied, withdrawn, released or closed may be made again. Of the added rules
// (REPEATED_REQUESTS, docs/decisions/0058). Pure; the sequencer's thread.
#pragma once

#include <optional>
#include <vector>

#include "policy/rules/decision.h"
#include "policy/rules/h_records_requests.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// What of a sharing request makes it the same as another: its recipient, and either the written
// request that it came with, by digest, or its case and its reads.
struct AskedOnce {
  Sequence recipient;
  std::optional<Digest> document_sha256;
  std::optional<std::string> case_number;
  std::optional<std::vector<Sequence>> reads;  // in order of seq; absent: not known, so any
};

// The open request that it repeats: pending, or honored and not yet released. Case numbers are
// compared without case, spaces and punctuation. kCorrupt.
Result<std::optional<Sequence>> open_request_like(const State& state, const AskedOnce& asked);
// The refusal that names it, where the version in force has the rule. kCorrupt.
Result<std::optional<Refusal>> refuse_repeated(const State& state, const AskedOnce& asked,
                                               const Moment& moment);
// The same of a request of the public: nobody closed it, and it has the same requester, day, class
// and description, compared in the same way. kCorrupt.
Result<std::optional<Refusal>> refuse_repeated(const State& state, const EnterRecordsRequest& asked,
                                               const Moment& moment);

inline constexpr std::string_view kRequestRepeated = "request-repeated";

}  // namespace alpr::policy
