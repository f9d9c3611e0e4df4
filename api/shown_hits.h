// Hits as a member is shown them, in a listing or as alerts: the look is on the record first
// (I12-DEF-3, C2A-8, F-2). Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/api.h"
#include "policy/rules/c2a_hits.h"

namespace alpr::api {

// `hit.raised` says how sure the read was (`confidence`) and how old the list (`list_age_s`).
struct HitShown {
  policy::HitRow hit;
  bool uncertain = false;  // its confidence is below the policy's
  policy::HitState state{};
  std::optional<policy::HitResponseRow> response;
  std::vector<std::string> missing;  // rules of the steps that full validation still needs
  template <typename M>
  void members(M& m) {
    m("hit", hit);
    m("uncertain", uncertain);
    m("state", state);
    m("response", response);
    m("missing", missing);
  }
};
HitShown shown(const policy::HitView& view, const policy::Parameters& parameters);

struct HitList {
  Sequence disclosure;  // the event that records this look
  Digest leaf{};
  std::string receipt;
  std::vector<HitShown> hits;
  template <typename M>
  void members(M& m) {
    m("disclosure", disclosure);
    m("leaf", leaf);
    m("receipt", receipt);
    m("hits", hits);
  }
};

// What may be shown now; only where the outcome is done().
struct DisclosedHits {
  Outcome outcome;
  Written event;
  std::vector<policy::HitView> hits;
};
// Selects, decides, and waits until hits.disclosed is durable. What fell due since is left out
// again (I12-G-1).
DisclosedHits disclose_hits(Context& context, const policy::Actor& actor,
                            const policy::ListHits& command);

}  // namespace alpr::api
