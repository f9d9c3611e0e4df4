// Section C.2(B), investigative queries, with the restrictions of C.3 that every query must meet.
//
// The search runs first, outside; the decision sees which reads it would disclose; the event that
// lists them is durable before anything is revealed (I12-C2B-7, architecture invariant 2). Pure;
// the sequencer's thread.
#pragma once

#include <vector>

#include "policy/records/queries.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

inline constexpr std::size_t kResultsMax = 500;  // reads a query discloses at most

struct PerformQuery {
  QueryElements elements;
  QueryGrounds grounds;
  template <typename M>
  void members(M& m) {
    m("elements", elements);
    m("grounds", grounds);
  }
};

// What the search found: the page that would be disclosed, in the order shown.
struct Found {
  std::vector<Sequence> reads;
  bool more = false;
};

// Judges the grounds alone, so that nobody's search runs before they may ask: nullopt, or every
// rule that is broken.
std::optional<Refusal> judge_grounds(const QueryGrounds& grounds, const Parameters& parameters);

// query.performed with exactly `found` disclosed, or query.refused. kMalformed (not judged) for
// elements that can't be searched for. I12-C2B-1 to 7, C3-a, C3-c1, C3-c2, C3-3 to C3-7, E-3, C1-1.
Decision decide(const State& state, const Actor& actor, const PerformQuery& query,
                const Found& found, const Moment& moment);

// The page of one's own query after the one that ended with the read `after`.
struct DisclosePage {
  Sequence query;
  Sequence after;
};
// query.page-disclosed with exactly `found` disclosed. Refused where the query is another person's
// or no page of it ended so. I12-C2B-7, F-2, G-1.
Decision decide(const State& state, const Actor& actor, const DisclosePage& command,
                const Found& found, const Moment& moment);

// The picture of a read that a query of the same person disclosed, or of a hit's read. I12-F-2,
// G-1, C2B-7.
struct DiscloseImage {
  Sequence read;
  std::optional<Sequence> query;
  std::optional<Sequence> hit;
};
Decision decide(const State& state, const Actor& actor, const DiscloseImage& command,
                const Moment& moment);

}  // namespace alpr::policy
