// The order's versions: proposed by one person as a whole document, adopted by another (I12-HDR-1,
// HDR-2, L-1).
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/enums.h"

namespace alpr::policy {

// Rules that came into the software after its first version and go beyond the order's own text, in
// the order in which they came. Each counts for what is decided under a version that names it, so
// that no log is judged by a rule that was not there (docs/decisions/0058). New ones go to the end.
enum class AddedRule {
  kUnusualHours,        // I12-C3-3: a query at an hour unusual for its person is looked at again
  kSelfCheckDecisions,  // I12-K-4: an audit of the system has all of SystemCheck, each once
  kRepeatedRequests,    // I12-I-9, H-1: a request that repeats an open one is refused
};
template <>
struct EnumTexts<AddedRule> {
  static constexpr std::array texts{
      std::pair{AddedRule::kUnusualHours, "UNUSUAL_HOURS"},
      std::pair{AddedRule::kSelfCheckDecisions, "SELF_CHECK_DECISIONS"},
      std::pair{AddedRule::kRepeatedRequests, "REPEATED_REQUESTS"}};
};

// The numbers and lists of the order and of the system, all in one document, so that changing one
// is an event (policy-brief section 10, rule 9). Its canonical JSON is what `parameters_sha256`
// digests.
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
  std::int64_t stop_record_seconds = 0;   // I12-C2A2-1: from the first step to the stop's record
  std::int64_t confidence_sure_ppm = 0;   // I12-C2A-8: a read below it is shown as uncertain
  std::int64_t query_repeat_count = 0;    // I12-C3-3: this many lookups of a plate by one person
  std::int64_t query_repeat_seconds = 0;  // within this time are looked at again
  std::int64_t queries_a_day = 0;         // I12-C3-3: more by one person are looked at again
  std::optional<std::int64_t> retraining_seconds;  // AMB-12: a course counts this long
  std::optional<std::int64_t>
      tiles_published_after_seconds;           // the log's tiles for everybody, this late
  std::vector<HotlistSource> hotlist_sources;  // of the order's six (I12-C2A1-1)
  // Those that are open to nobody without a grant (I12-C3-b); absent: none.
  std::optional<std::vector<HotlistSource>> sources_by_grant;
  std::vector<BoloPurpose> bolo_purposes;     // of the order's five (I12-C2A1-2)
  std::vector<QueryPurpose> query_purposes;   // of the order's six (I12-C2B-1)
  std::vector<std::string> validation_steps;  // besides the order's four (I12-C2A-7)
  // Words in a query's grounds for which it is looked at again (policy/rules/c3_reviews.h).
  std::vector<std::string> screen_immigration;        // I12-E-3
  std::vector<std::string> screen_reproductive_care;  // I12-C3-7
  std::vector<std::string> screen_first_amendment;    // I12-C3-6
  std::optional<std::vector<AddedRule>> added_rules;  // absent: none, as before there were any
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
    m("stop_record_seconds", stop_record_seconds);
    m("confidence_sure_ppm", confidence_sure_ppm);
    m("query_repeat_count", query_repeat_count);
    m("query_repeat_seconds", query_repeat_seconds);
    m("queries_a_day", queries_a_day);
    m("retraining_seconds", retraining_seconds);
    m("tiles_published_after_seconds", tiles_published_after_seconds);
    m("hotlist_sources", hotlist_sources);
    m("sources_by_grant", sources_by_grant);
    m("bolo_purposes", bolo_purposes);
    m("query_purposes", query_purposes);
    m("validation_steps", validation_steps);
    m("screen_immigration", screen_immigration);
    m("screen_reproductive_care", screen_reproductive_care);
    m("screen_first_amendment", screen_first_amendment);
    m("added_rules", added_rules);
  }
};

struct PolicyAdopted {
  static constexpr KindSpec kKind{
      32, "policy.adopted", chain::Retention::kPermanent, chain::Form::kByMember,
      "the order's version and parameters that later decisions were judged under (I12-HDR-1); the "
      "first stands in the log's first commit, each other was approved by a second person"};
  std::optional<std::int64_t> policy;  // that it was decided under; absent in the first commit
  std::int64_t version = 0;
  std::string order;
  TimeUs effective;  // decisions from here on are judged under it
  std::string
      department;  // whose order it is: the only organisation whose people get accounts (I12-I-10)
  Parameters parameters;
  Digest parameters_sha256{};
  std::optional<Digest> before;                     // parameters_sha256 of the version before
  std::optional<std::vector<std::string>> changes;  // names of the parameters that differ
  std::optional<Sequence> proposal;                 // seq of policy.proposed
  std::optional<std::string> reason;
  std::optional<Actor> by;  // who approved it
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("version", version);
    m.open("order", order);
    m.open("effective", effective);
    m.open("department", department);
    m.open("parameters", parameters);
    m.open("parameters_sha256", parameters_sha256);
    m.open("before", before);
    m.open("changes", changes);
    m.open("proposal", proposal);
    m("reason", reason);
    m("by", by);
  }
};

struct PolicyProposed {
  static constexpr KindSpec kKind{51, "policy.proposed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a whole new version of the order's parameters, waiting for a "
                                  "second person (I12-HDR-1, L-1)"};
  std::int64_t policy = 0;
  std::int64_t version = 0;
  TimeUs effective;
  Parameters parameters;
  Digest document_sha256{};  // of the TOML text as it was handed in
  std::string justification;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("version", version);
    m.open("effective", effective);
    m.open("parameters", parameters);
    m.open("document_sha256", document_sha256);
    m("justification", justification);
    m("by", by);
  }
};

struct PolicyDenied {
  static constexpr KindSpec kKind{52, "policy.denied", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a proposed version that the Chief's designee did not adopt"};
  std::int64_t policy = 0;
  Sequence proposal;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("proposal", proposal);
    m("reason", reason);
    m("by", by);
  }
};

}  // namespace alpr::policy
