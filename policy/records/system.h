// The order in force, and commands refused under it.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

// The numbers of the order and of the system, all in one document, so that changing one is an event
// (policy-brief section 10, rule 9). Its canonical JSON is what `parameters_sha256` digests.
struct Parameters {
  std::int64_t retention_seconds = 0;        // I12-G-1
  std::int64_t hotlist_refresh_seconds = 0;  // I12-C2B1-1
  std::int64_t hotlist_blob_seconds = 0;     // a superseded list version is destroyed after this
  std::int64_t idle_lock_seconds = 0;        // I12-K-1
  std::int64_t login_failures_max = 0;       // this many in a row lock the account
  std::int64_t login_failures_seconds = 0;   // within this time
  std::int64_t login_lock_seconds = 0;
  std::int64_t sessions_per_user_max = 0;
  std::int64_t activation_code_seconds = 0;
  std::int64_t hold_review_seconds = 0;        // I12-G-2
  std::int64_t hotlist_entry_seconds_max = 0;  // I12-C2B2
  template <typename M>
  void members(M& m) {
    m("retention_seconds", retention_seconds);
    m("hotlist_refresh_seconds", hotlist_refresh_seconds);
    m("hotlist_blob_seconds", hotlist_blob_seconds);
    m("idle_lock_seconds", idle_lock_seconds);
    m("login_failures_max", login_failures_max);
    m("login_failures_seconds", login_failures_seconds);
    m("login_lock_seconds", login_lock_seconds);
    m("sessions_per_user_max", sessions_per_user_max);
    m("activation_code_seconds", activation_code_seconds);
    m("hold_review_seconds", hold_review_seconds);
    m("hotlist_entry_seconds_max", hotlist_entry_seconds_max);
  }
};

struct PolicyAdopted {
  static constexpr KindSpec kKind{
      32, "policy.adopted", chain::Retention::kOpen, chain::Form::kByMember,
      "the order's version and parameters that later decisions were judged under (I12-HDR-1)"};
  std::int64_t version = 0;
  std::string order;
  TimeUs effective;
  std::string
      department;  // whose order it is: the only organisation whose people get accounts (I12-I-10)
  Parameters parameters;
  Digest parameters_sha256{};
  template <typename M>
  void members(M& m) {
    m("version", version);
    m("order", order);
    m("effective", effective);
    m("department", department);
    m("parameters", parameters);
    m("parameters_sha256", parameters_sha256);
  }
};

struct CommandRefused {
  static constexpr KindSpec kKind{50, "command.refused", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "what the order forbade, with the rules that did (invariant 3); "
                                  "action, rules and slug are open so that "
                                  "refusals can be counted without keys"};
  std::int64_t policy = 0;
  std::string action;
  std::vector<std::string> rules;
  std::string slug;
  std::string reason;
  std::optional<Actor> by;  // absent before login
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("action", action);
    m.open("rules", rules);
    m.open("slug", slug);
    m("reason", reason);
    m("by", by);
  }
};

}  // namespace alpr::policy
