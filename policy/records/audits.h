// Sample audits (I12-K-5, K-7) and the review of training records (K-6).
//
// Every number that a redraw needs is open, so that a verifier without keys repeats plan, draw and
// evaluation; who did it, what they wrote and what they typed in is sealed. Kinds are the
// registry's numbers, seqs rise.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/self_checks.h"

namespace alpr::policy {

// What can be audited; which kinds each has stands in audit_populations.h.
enum class AuditPopulation {
  kQueries,
  kHotlists,
  kStops,
  kTrainings,
  kHolds,
  kPurges,
  kReads,
  kSharing
};
// kDiscovery: none is tolerated, and one find ends the audit. kCensus: all items are looked at.
enum class AuditMethod { kAttribute, kDiscovery, kCensus };
// How a sample goes to strata (reports/figures/stratify.h).
enum class AuditSpread { kProportional, kEach };
// Where the randomness comes from that nobody can know when the plan is made.
enum class BeaconSource { kDrand, kNist, kLottery };
// kUnexaminable: whatever could not be looked at counts as a deviation and is never replaced.
enum class ItemVerdict { kPass, kDeviation, kUnexaminable };
enum class WorksheetForm { kJson, kCsv, kXlsx };

// A part of the population: all headers below the checkpoint of one of these kinds whose time lies
// in [from, to), but for the plan's certain items.
struct AuditStratum {
  std::string name;
  std::vector<std::int64_t> kinds;
  TimeUs from;
  TimeUs to;
  std::int64_t population = 0;
  Digest list_sha256{};       // of their seqs in order (reports/figures/selection.h)
  std::int64_t n = 0;         // to be looked at
  std::int64_t expected = 0;  // deviations that the plan leaves room for
  std::optional<std::vector<QueryPurpose>> purposes;  // of queries, for these alone; absent: all
  template <typename M>
  void members(M& m) {
    m("name", name);
    m("kinds", kinds);
    m("from", from);
    m("to", to);
    m("population", population);
    m("list_sha256", list_sha256);
    m("n", n);
    m("expected", expected);
    m("purposes", purposes);
  }
};

struct AuditPlanned {
  static constexpr KindSpec kKind{116, "audit.planned", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a sample audit's population, closed, and its size, before the "
                                  "randomness exists; all plans are numbered (I12-K-5, K-7)"};
  std::int64_t policy = 0;
  AuditPopulation population{};
  std::int64_t number = 0;     // of this population's plans, from 1
  std::int64_t worksheet = 0;  // version of its tests
  std::int64_t size = 0;       // of the checkpoint that closes it
  Digest root{};
  AuditMethod method{};
  AuditSpread spread{};
  std::int64_t risk_bp = 0;
  std::int64_t tolerable_bp = 0;
  std::int64_t expected_bp = 0;
  std::vector<AuditStratum> strata;
  std::vector<Sequence> certain;  // looked at in any case, and no part of any stratum
  std::int64_t n = 0;             // of all strata
  std::int64_t needed = 0;        // that can show what is asked
  bool significant = false;       // n is large enough (I12-K-7)
  BeaconSource beacon{};
  std::string round;  // which value of it
  TimeUs beacon_at;   // not published before
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("population", population);
    m.open("number", number);
    m.open("worksheet", worksheet);
    m.open("size", size);
    m.open("root", root);
    m.open("method", method);
    m.open("spread", spread);
    m.open("risk_bp", risk_bp);
    m.open("tolerable_bp", tolerable_bp);
    m.open("expected_bp", expected_bp);
    m.open("strata", strata);
    m.open("certain", certain);
    m.open("n", n);
    m.open("needed", needed);
    m.open("significant", significant);
    m.open("beacon", beacon);
    m.open("round", round);
    m.open("beacon_at", beacon_at);
    m("reason", reason);
    m("by", by);
  }
};

struct AuditSeedEntered {
  static constexpr KindSpec kKind{117, "audit.seed-entered", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "what one person read as the beacon's value; it counts once "
                                  "another read the same (I12-K-5)"};
  std::int64_t policy = 0;
  Sequence audit;
  std::string value;
  TimeUs published_at;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("audit", audit);
    m("value", value);
    m("published_at", published_at);
    m("by", by);
  }
};

struct AuditSample {
  std::string stratum;
  std::vector<Sequence> items;  // in the order in which they were drawn
  template <typename M>
  void members(M& m) {
    m("stratum", stratum);
    m("items", items);
  }
};

struct AuditSeeded {
  static constexpr KindSpec kKind{118, "audit.seeded", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "the beacon's value as two people read it, and the sample that "
                                  "follows from it (I12-K-5)"};
  std::int64_t policy = 0;
  Sequence audit;
  BeaconSource beacon{};
  std::string round;
  std::string value;
  TimeUs published_at;
  Digest plan{};  // leaf hash of the audit.planned
  Digest seed{};
  std::vector<AuditSample> samples;
  Actor first;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("audit", audit);
    m.open("beacon", beacon);
    m.open("round", round);
    m.open("value", value);
    m.open("published_at", published_at);
    m.open("plan", plan);
    m.open("seed", seed);
    m.open("samples", samples);
    m("first", first);
    m("by", by);
  }
};

struct AuditWorksheetDisclosed {
  static constexpr KindSpec kKind{119, "audit.worksheet-disclosed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a reviewer was given the sampled records, but for those of "
                                  "their own acts (I12-K-5, F-2)"};
  std::int64_t policy = 0;
  Sequence audit;
  WorksheetForm form{};
  std::int64_t items = 0;
  std::int64_t own = 0;  // left out
  Digest sha256{};
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("audit", audit);
    m.open("form", form);
    m.open("items", items);
    m.open("own", own);
    m("sha256", sha256);
    m("by", by);
  }
};

struct AuditImageDisclosed {
  static constexpr KindSpec kKind{124, "audit.image-disclosed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a reviewer was shown the picture of a sampled read (I12-K-5, "
                                  "F-2)"};
  std::int64_t policy = 0;
  Sequence audit;
  Sequence item;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("audit", audit);
    m.open("item", item);
    m("by", by);
  }
};

struct TestResult {
  std::string test;
  ItemVerdict verdict{};
  template <typename M>
  void members(M& m) {
    m("test", test);
    m("verdict", verdict);
  }
};

struct AuditVerdictRecorded {
  static constexpr KindSpec kKind{120, "audit.verdict-recorded", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "how a sampled event fared in each test of the worksheet "
                                  "(I12-K-5)"};
  std::int64_t policy = 0;
  Sequence audit;
  Sequence item;
  std::vector<TestResult> results;  // every test of the worksheet, in its order
  bool deviation = false;           // not every one was passed
  std::string evidence;
  std::string note;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("audit", audit);
    m.open("item", item);
    m.open("results", results);
    m.open("deviation", deviation);
    m("evidence", evidence);
    m("note", note);
    m("by", by);
  }
};

struct StratumConcluded {
  std::string name;
  std::int64_t examined = 0;
  std::int64_t deviations = 0;  // what was not examined is one
  std::int64_t upper = 0;       // of the stratum can deviate
  template <typename M>
  void members(M& m) {
    m("name", name);
    m("examined", examined);
    m("deviations", deviations);
    m("upper", upper);
  }
};

struct AuditConcluded {
  static constexpr KindSpec kKind{121, "audit.concluded", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "what a sample audit has shown: deviations, the exact limit, and "
                                  "whether the population is accepted (I12-K-5, K-7)"};
  std::int64_t policy = 0;
  Sequence audit;
  std::vector<StratumConcluded> strata;
  std::int64_t certain_deviations = 0;  // among the certain items
  std::int64_t deviations = 0;          // of the strata
  std::int64_t upper = 0;               // no more than these deviate, at the plan's risk
  std::int64_t tolerable = 0;           // so many must not be accepted
  std::int64_t lower_both = 0;          // two-sided, half the risk at each end
  std::int64_t upper_both = 0;
  bool stopped = false;      // a discovery audit that ended with a find
  bool significant = false;  // else: "not statistically significant" (I12-K-7)
  bool accepted = false;
  std::string finding;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("audit", audit);
    m.open("strata", strata);
    m.open("certain_deviations", certain_deviations);
    m.open("deviations", deviations);
    m.open("upper", upper);
    m.open("tolerable", tolerable);
    m.open("lower_both", lower_both);
    m.open("upper_both", upper_both);
    m.open("stopped", stopped);
    m.open("significant", significant);
    m.open("accepted", accepted);
    m("finding", finding);
    m("by", by);
  }
};

struct TrainingsReviewed {
  static constexpr KindSpec kKind{122, "trainings.reviewed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "every access of a time was compared with the training that the "
                                  "person had then (I12-K-6)"};
  std::int64_t policy = 0;
  TimeUs from;
  TimeUs to;
  std::int64_t size = 0;            // of the log that was looked at
  std::int64_t accesses = 0;        // of the events in that time
  std::int64_t people = 0;          // whose they are
  std::vector<Sequence> untrained;  // accesses of somebody who was not trained then
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("from", from);
    m.open("to", to);
    m.open("size", size);
    m.open("accesses", accesses);
    m.open("people", people);
    m.open("untrained", untrained);
    m("by", by);
  }
};

inline std::vector<chain::Kind> audits_kinds() {
  return {kind_of<AuditPlanned>(),         kind_of<AuditSeedEntered>(),
          kind_of<AuditSeeded>(),          kind_of<AuditWorksheetDisclosed>(),
          kind_of<AuditVerdictRecorded>(), kind_of<AuditConcluded>(),
          kind_of<TrainingsReviewed>(),    kind_of<SystemChecked>(),
          kind_of<AuditImageDisclosed>()};
}

template <>
struct EnumTexts<AuditPopulation> {
  static constexpr std::array texts{std::pair{AuditPopulation::kQueries, "QUERIES"},
                                    std::pair{AuditPopulation::kHotlists, "HOT_LISTS"},
                                    std::pair{AuditPopulation::kStops, "STOPS"},
                                    std::pair{AuditPopulation::kTrainings, "TRAININGS"},
                                    std::pair{AuditPopulation::kHolds, "HOLDS"},
                                    std::pair{AuditPopulation::kPurges, "PURGES"},
                                    std::pair{AuditPopulation::kReads, "READS"},
                                    std::pair{AuditPopulation::kSharing, "SHARING"}};
};
template <>
struct EnumTexts<AuditMethod> {
  static constexpr std::array texts{std::pair{AuditMethod::kAttribute, "ATTRIBUTE"},
                                    std::pair{AuditMethod::kDiscovery, "DISCOVERY"},
                                    std::pair{AuditMethod::kCensus, "CENSUS"}};
};
template <>
struct EnumTexts<AuditSpread> {
  static constexpr std::array texts{std::pair{AuditSpread::kProportional, "PROPORTIONAL"},
                                    std::pair{AuditSpread::kEach, "EACH"}};
};
template <>
struct EnumTexts<BeaconSource> {
  static constexpr std::array texts{std::pair{BeaconSource::kDrand, "DRAND"},
                                    std::pair{BeaconSource::kNist, "NIST"},
                                    std::pair{BeaconSource::kLottery, "LOTTERY"}};
};
template <>
struct EnumTexts<ItemVerdict> {
  static constexpr std::array texts{std::pair{ItemVerdict::kPass, "PASS"},
                                    std::pair{ItemVerdict::kDeviation, "DEVIATION"},
                                    std::pair{ItemVerdict::kUnexaminable, "UNEXAMINABLE"}};
};
template <>
struct EnumTexts<WorksheetForm> {
  static constexpr std::array texts{std::pair{WorksheetForm::kJson, "JSON"},
                                    std::pair{WorksheetForm::kCsv, "CSV"},
                                    std::pair{WorksheetForm::kXlsx, "XLSX"}};
};

}  // namespace alpr::policy
