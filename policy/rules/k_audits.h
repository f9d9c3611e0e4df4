// Section K: sample audits of how the system was used (I12-K-5), large enough to say something
// (K-7). Planned and concluded by the Coordinator, seeded by two persons, judged by trained
// custodians who never judge their own acts.
//
// What follows from the log's headers or from figures (populations, sizes, draws, limits) the
// caller works out and hands in; `plateledger-verify audit` works it out again. Pure; the
// sequencer's thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/records/audits.h"
#include "policy/registers/audits.h"
#include "policy/rules/access.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

inline constexpr std::size_t kAuditItemsMax = 5'000;  // drawn and certain, of one audit
inline constexpr std::size_t kAuditCertainMax = 500;
inline constexpr std::size_t kAuditStrataMax = 12;  // as figures::kStrataMax
inline constexpr std::size_t kVerdictsMax = 5'000;  // of one command
inline constexpr std::size_t kSeedEntriesMax = 20;  // persons
inline constexpr std::int64_t kAuditRiskBp = 500;   // where a plan says nothing else
inline constexpr std::int64_t kAuditTolerableBp = 500;
inline constexpr std::int64_t kAuditExpectedBp = 100;
inline constexpr std::int64_t kDiscoveryTolerableBp = 50;

struct AskedStratum {
  std::string name;
  std::optional<std::vector<std::int64_t>> kinds;  // absent: all of the population
  std::optional<TimeUs> from;                      // absent: as the plan
  std::optional<TimeUs> to;
  std::optional<std::vector<std::string>> purposes = {};  // of queries; absent: all
  template <typename M>
  void members(M& m) {
    m("name", name);
    m("kinds", kinds);
    m("from", from);
    m("to", to);
    m("purposes", purposes);
  }
};

// The closed lists are texts here: a value outside them is refused on the record.
struct PlanAudit {
  std::string population;
  TimeUs from;
  TimeUs to;                                        // the events before it
  std::optional<std::vector<AskedStratum>> strata;  // absent: one of all
  std::optional<std::vector<Sequence>> certain;     // looked at in any case
  std::optional<std::string> method;                // ATTRIBUTE
  std::optional<std::string> spread;                // PROPORTIONAL
  std::optional<std::int64_t> risk_bp;
  std::optional<std::int64_t> tolerable_bp;
  std::optional<std::int64_t> expected_bp;
  std::optional<std::int64_t> n;     // absent: as many as are needed
  std::optional<std::int64_t> size;  // of a kept checkpoint; absent: the newest
  std::string beacon;                // DRAND, NIST, LOTTERY
  std::string round;
  TimeUs beacon_at;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("population", population);
    m("from", from);
    m("to", to);
    m("strata", strata);
    m("certain", certain);
    m("method", method);
    m("spread", spread);
    m("risk_bp", risk_bp);
    m("tolerable_bp", tolerable_bp);
    m("expected_bp", expected_bp);
    m("n", n);
    m("size", size);
    m("beacon", beacon);
    m("round", round);
    m("beacon_at", beacon_at);
    m("reason", reason);
  }
};

// The plan's closed values and strata before anything is counted. kRefused is why there can be no
// such plan: values outside the lists, strata that overlap or go beyond the population.
struct AuditOutline {
  AuditPopulation population{};
  AuditMethod method{};
  AuditSpread spread{};
  std::int64_t risk_bp = 0;
  std::int64_t tolerable_bp = 0;
  std::int64_t expected_bp = 0;
  std::vector<AuditStratum> strata;  // with names, kinds and times
};
Result<AuditOutline> outline(const PlanAudit& command);

// The population as the headers below the checkpoint have it.
struct ClosedPopulation {
  std::int64_t size = 0;
  Digest root{};
  TimeUs last;  // of the last event below it
  AuditOutline outline;
  std::vector<Sequence> certain;  // rising
  std::vector<Sequence> strays;   // of the certain ones, those that are in no stratum
  std::int64_t n = 0;
  std::int64_t needed = 0;
  bool significant = false;
};

// COORDINATOR (I12-L-3).
Gate gate_audit_plan(const State& state, const Actor& actor, const Moment& moment);
// `closed` is kRefused where there can be no such plan; other errors are not judged. audit.planned.
Decision decide(const State& state, const Actor& actor, const PlanAudit& command,
                const Result<ClosedPopulation>& closed, const Moment& moment);

struct EnterSeed {
  Sequence audit;
  std::string value;
  TimeUs published_at;
  template <typename M>
  void members(M& m) {
    m("audit", audit);
    m("value", value);
    m("published_at", published_at);
  }
};
struct Drawn {
  std::string value;  // as it is recorded
  Digest plan{};
  Digest seed{};
  std::vector<AuditSample> samples;
};
// What another person entered before, where this agrees with it: then there is something to draw.
std::optional<SeedEntryRow> agreeing_entry(const AuditRow& audit, std::string_view username,
                                           const EnterSeed& command);
// Who: COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE. audit.seed-entered; with the second who
// entered the same audit.seeded follows, for which `drawn` is needed (kBusy without it: it was
// entered meanwhile).
Decision decide(const State& state, const Actor& actor, const EnterSeed& command,
                const std::optional<Drawn>& drawn, const Moment& moment);

// Trained, and COORDINATOR or ADMINISTRATOR: the records have plates and names.
Gate gate_audit_review(const State& state, const Actor& actor, const Moment& moment);

struct DiscloseWorksheet {
  Sequence audit;
  WorksheetForm form{};
  std::int64_t items = 0;
  std::int64_t own = 0;
  Digest sha256{};
};
// audit.worksheet-disclosed.
Decision decide(const State& state, const Actor& actor, const DiscloseWorksheet& command,
                const Moment& moment);

// A sampled event as the caller found it in the log.
struct SampledEvent {
  std::int64_t kind = 0;
  bool gone = false;                // a read that is past its 30 days, held or not
  std::vector<std::string> people;  // usernames of those whose act it is or who it is about
};
struct ShowSampledRead {
  Sequence audit;
  Sequence item;
};
// audit.image-disclosed: the picture of a read in the sample of an audit of READS. kGone past its
// 30 days, also where a hold keeps it: an audit is no reason to hold (I12-G-1, G-2).
Decision decide(const State& state, const Actor& actor, const ShowSampledRead& command,
                const SampledEvent& event, const Moment& moment);

struct JudgedItem {
  Sequence item;
  std::vector<TestResult> results;
  std::string evidence;  // where it can be seen, or why it could not be examined
  std::string note;
  template <typename M>
  void members(M& m) {
    m("item", item);
    m("results", results);
    m("evidence", evidence);
    m("note", note);
  }
};
struct RecordVerdicts {
  Sequence audit;
  std::vector<JudgedItem> verdicts;
  template <typename M>
  void members(M& m) {
    m("audit", audit);
    m("verdicts", verdicts);
  }
};
// All or none. A verdict that is on the record already is passed over; of two that differ the
// better is refused and the worse is recorded, once. `events` are those of the verdicts, in order.
Decision decide(const State& state, const Actor& actor, const RecordVerdicts& command,
                const std::vector<SampledEvent>& events, const Moment& moment);

struct ConcludeAudit {
  Sequence audit;
  std::string finding;
  template <typename M>
  void members(M& m) {
    m("audit", audit);
    m("finding", finding);
  }
};
// Deviations of each stratum, for the figures: what is left unexamined is one (only a discovery
// audit ends with items left).
std::vector<std::int64_t> deviations_of(const AuditRow& audit, const AuditTally& tally);
struct AuditFigures {
  std::vector<std::int64_t> strata;  // upper limits
  std::int64_t upper = 0;
  std::int64_t tolerable = 0;
  std::int64_t lower_both = 0;
  std::int64_t upper_both = 0;
  bool accepted = false;
};
// COORDINATOR. audit.concluded; accepted only where the plan was significant (I12-K-7).
Decision decide(const State& state, const Actor& actor, const ConcludeAudit& command,
                const AuditTally& tally, const AuditFigures& figures, const Moment& moment);

}  // namespace alpr::policy
