// Plans and seeds of sample audits.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "policy/records/audit_worksheets.h"
#include "policy/records/queries.h"
#include "policy/rules/k_audits.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kPlanners{Role::kCoordinator};
constexpr std::array kSeeders{Role::kCoordinator, Role::kAdministrator, Role::kChiefDesignee};

tl::unexpected<Error> impossible(std::string what) {
  return fail(ErrorCode::kRefused, std::move(what));
}

std::optional<Error> faults(const PlanAudit& c) {
  if (auto e = text_fault("round", c.round, kShortTextMax)) return e;
  if (auto e = text_fault("reason", c.reason, kNarrativeMax)) return e;
  for (const auto& [name, text] : {std::pair{"population", &c.population}, {"beacon", &c.beacon}})
    if (auto e = text_fault(name, *text, kShortTextMax)) return e;
  for (const auto& [name, time] :
       {std::pair{"from", c.from}, {"to", c.to}, {"beacon_at", c.beacon_at}})
    if (auto e = time_fault(name, time)) return e;
  if (c.certain && c.certain->size() > kAuditCertainMax)
    return Error{ErrorCode::kMalformed, fmt::format("certain: at most {}", kAuditCertainMax)};
  if (c.certain &&
      std::set<Sequence>(c.certain->begin(), c.certain->end()).size() != c.certain->size())
    return Error{ErrorCode::kMalformed, "certain: an event is named twice"};
  if (!c.strata) return std::nullopt;
  for (const AskedStratum& stratum : *c.strata)
    if (auto e = text_fault("strata.name", stratum.name, kShortTextMax)) return e;
  return std::nullopt;
}

bool share_a_kind(const AuditStratum& a, const AuditStratum& b) {
  return std::ranges::any_of(a.kinds, [&](std::int64_t kind) {
    return std::ranges::find(b.kinds, kind) != b.kinds.end();
  });
}

// Where one names none it has all.
bool share_a_purpose(const AuditStratum& a, const AuditStratum& b) {
  if (!a.purposes || !b.purposes) return true;
  return std::ranges::any_of(*a.purposes, [&](QueryPurpose purpose) {
    return std::ranges::find(*b.purposes, purpose) != b.purposes->end();
  });
}

Result<std::vector<QueryPurpose>> purposes_of(const AskedStratum& asked,
                                              const std::vector<std::int64_t>& kinds) {
  if (!std::ranges::all_of(kinds,
                           [](std::int64_t kind) { return kind == QueryPerformed::kKind.number; }))
    return impossible("only queries have a purpose to be split by");
  std::set<QueryPurpose> purposes;
  for (const std::string& text : *asked.purposes) {
    const auto purpose = enum_from_text<QueryPurpose>(text);
    if (!purpose) return impossible("queries have these purposes: " + enum_choices<QueryPurpose>());
    if (!purposes.insert(*purpose).second) return impossible("a stratum names a purpose twice");
  }
  if (purposes.empty()) return impossible("a stratum of no purpose has no queries");
  return std::vector<QueryPurpose>(purposes.begin(), purposes.end());
}

Result<AuditStratum> stratum_of(const PlanAudit& command, const AskedStratum& asked,
                                std::span<const std::int64_t> kinds) {
  AuditStratum stratum;
  stratum.name = asked.name;
  stratum.from = asked.from.value_or(command.from);
  stratum.to = asked.to.value_or(command.to);
  stratum.kinds = asked.kinds.value_or(std::vector<std::int64_t>(kinds.begin(), kinds.end()));
  std::ranges::sort(stratum.kinds);
  if (blank(asked.name)) return impossible("a stratum needs a name");
  if (stratum.kinds.empty() || std::ranges::adjacent_find(stratum.kinds) != stratum.kinds.end() ||
      !std::ranges::includes(kinds, stratum.kinds))
    return impossible("a stratum has kinds that the population does not have");
  if (stratum.from < command.from || command.to < stratum.to || stratum.to <= stratum.from)
    return impossible("a stratum's times are not within the plan's");
  if (!asked.purposes) return stratum;
  auto purposes = purposes_of(asked, stratum.kinds);
  if (!purposes) return tl::unexpected(purposes.error());
  stratum.purposes = std::move(*purposes);
  return stratum;
}

Result<std::vector<AuditStratum>> strata_of(const PlanAudit& command,
                                            std::span<const std::int64_t> kinds) {
  const std::vector<AskedStratum> asked =
      command.strata.value_or(std::vector{AskedStratum{"ALL", {}, {}, {}}});
  if (asked.empty() || asked.size() > kAuditStrataMax)
    return impossible(fmt::format("a plan has 1 to {} strata", kAuditStrataMax));
  std::vector<AuditStratum> strata;
  for (const AskedStratum& one : asked) {
    auto stratum = stratum_of(command, one, kinds);
    if (!stratum) return tl::unexpected(stratum.error());
    for (const AuditStratum& other : strata) {
      if (other.name == stratum->name) return impossible("two strata have one name");
      if (other.from < stratum->to && stratum->from < other.to && share_a_kind(other, *stratum) &&
          share_a_purpose(other, *stratum))
        return impossible("two strata overlap: an event would be in both");
    }
    strata.push_back(std::move(*stratum));
  }
  return strata;
}

std::optional<Refusal> judge(const PlanAudit& c, const ClosedPopulation& closed) {
  // Nothing is held for an audit, so what it draws must still be there to be looked at.
  if (closed.outline.population == AuditPopulation::kReads && due_time(c.from) <= c.beacon_at)
    return Refusal{{"I12-G-1", "I12-K-5"},
                   "reads-due",
                   "reads of this time are past their 30 days before they are drawn"};
  if (closed.last < c.to)
    return Refusal{{"I12-K-5"},
                   "window-not-closed",
                   "events can still come into this time: ask for `to` at most " +
                       std::to_string(closed.last.value)};
  if (!closed.strays.empty())
    return Refusal{
        {"I12-K-5"},
        "item-not-in-population",
        fmt::format("event {} is in no stratum of this population", closed.strays.front().value)};
  if (closed.n + static_cast<std::int64_t>(closed.certain.size()) >
      static_cast<std::int64_t>(kAuditItemsMax))
    return Refusal{{"I12-K-7"},
                   "sample-too-large",
                   fmt::format("this takes {} items, over {}: audit a shorter time", closed.n,
                               kAuditItemsMax)};
  return std::nullopt;
}

std::optional<Refusal> judge(const EnterSeed& c, const AuditRow& row, const Moment& moment) {
  if (c.published_at < row.plan.beacon_at || c.published_at <= row.planned_at)
    return Refusal{{"I12-K-5"},
                   "beacon-too-early",
                   "this value was out before the time that the plan names: whoever planned could "
                   "have known it"};
  if (c.published_at > moment.now)
    return Refusal{{"I12-K-5"}, "beacon-in-future", "this value is not published yet"};
  if (!beacon_text(row.plan.beacon, c.value))
    return Refusal{{"I12-K-5"},
                   "beacon-value",
                   "not a value of this beacon: DRAND has 64 hexadecimal digits, NIST 128, "
                   "LOTTERY numbers with one space between"};
  return std::nullopt;
}

}  // namespace

Result<AuditOutline> outline(const PlanAudit& c) {
  AuditOutline all;
  const auto population = enum_from_text<AuditPopulation>(c.population);
  if (!population)
    return impossible("there are these populations: " + enum_choices<AuditPopulation>());
  const auto method = enum_from_text<AuditMethod>(c.method.value_or("ATTRIBUTE"));
  if (!method) return impossible("there are these methods: " + enum_choices<AuditMethod>());
  const auto spread = enum_from_text<AuditSpread>(c.spread.value_or("PROPORTIONAL"));
  if (!spread)
    return impossible("a sample is spread in these ways: " + enum_choices<AuditSpread>());
  const bool discovery = method == AuditMethod::kDiscovery;
  all.population = *population;
  all.method = *method;
  all.spread = *spread;
  all.risk_bp = c.risk_bp.value_or(kAuditRiskBp);
  all.tolerable_bp = c.tolerable_bp.value_or(discovery ? kDiscoveryTolerableBp : kAuditTolerableBp);
  all.expected_bp = c.expected_bp.value_or(discovery ? 0 : kAuditExpectedBp);
  if (discovery && all.expected_bp != 0)
    return impossible("a discovery audit leaves room for no deviation: expected_bp is 0");
  if (method == AuditMethod::kCensus && c.n)
    return impossible("a census looks at all items: leave n out");
  if (c.to <= c.from) return impossible("to: it is not after from");
  auto strata = strata_of(c, audited_kinds(*population));
  if (!strata) return tl::unexpected(strata.error());
  all.strata = std::move(*strata);
  return all;
}

Gate gate_audit_plan(const State& state, const Actor& actor, const Moment& moment) {
  return gate_role(state, actor, moment, kPlanners, {"I12-K-5", "I12-L-3"});
}

Decision decide(const State& state, const Actor& actor, const PlanAudit& command,
                const Result<ClosedPopulation>& closed, const Moment& moment) {
  constexpr std::string_view kAction = "audit.plan";
  if (auto error = faults(command)) return not_judged(*error);
  const Gate access = gate_audit_plan(state, actor, moment);
  if (auto stopped = access.stop(kAction)) return *stopped;
  const auto refused = [&](Refusal refusal) {
    return refuse(moment, access.actor, kAction, std::move(refusal));
  };
  if (!closed && closed.error().code != ErrorCode::kRefused) return not_judged(closed.error());
  if (!closed) return refused({{"I12-K-7"}, "plan-impossible", closed.error().detail});
  if (blank(command.reason))
    return refused({{"I12-K-5"}, "reason-missing", "say what the audit is for"});
  const auto beacon = enum_from_text<BeaconSource>(command.beacon);
  if (!beacon || blank(command.round))
    return refused({{"I12-K-5"},
                    "beacon-missing",
                    "name the randomness to come: one of " + enum_choices<BeaconSource>() +
                        ", and which round or draw of it"});
  if (command.beacon_at <= moment.now)
    return refused({{"I12-K-5"},
                    "beacon-too-early",
                    "the randomness must be of later than the plan, or whoever plans knows it"});
  if (auto refusal = judge(command, *closed)) return refused(std::move(*refusal));
  const auto counted = audit_count(state.rows, closed->outline.population);
  if (!counted) return not_judged(counted.error());
  const AuditOutline& o = closed->outline;
  AuditPlanned plan{moment.policy->version,
                    o.population,
                    counted->planned + 1,
                    kWorksheetVersion,
                    closed->size,
                    closed->root,
                    o.method,
                    o.spread,
                    o.risk_bp,
                    o.tolerable_bp,
                    o.expected_bp,
                    o.strata,
                    closed->certain,
                    closed->n,
                    closed->needed,
                    closed->significant,
                    *beacon,
                    command.round,
                    command.beacon_at,
                    command.reason,
                    access.actor};
  return Decision{}.then(plan);
}

std::optional<SeedEntryRow> agreeing_entry(const AuditRow& audit, std::string_view username,
                                           const EnterSeed& command) {
  const auto value = beacon_text(audit.plan.beacon, command.value);
  if (!value) return std::nullopt;
  for (const SeedEntryRow& entry : audit.entries) {
    if (entry.by.username != username && entry.value == *value &&
        entry.published_at == command.published_at)
      return entry;
  }
  return std::nullopt;
}

Decision decide(const State& state, const Actor& actor, const EnterSeed& command,
                const std::optional<Drawn>& drawn, const Moment& moment) {
  constexpr std::string_view kAction = "audit.seed";
  if (auto e = text_fault("value", command.value, kShortTextMax)) return not_judged(*e);
  if (auto e = time_fault("published_at", command.published_at)) return not_judged(*e);
  const Gate access = gate_role(state, actor, moment, kSeeders, {"I12-K-5", "I12-L-3"});
  if (auto stopped = access.stop(kAction)) return *stopped;
  const auto row = find_audit(state.rows, command.audit);
  if (!row) return not_judged(row.error());
  if (!*row) return Decision::not_judged(ErrorCode::kNotFound, "no such audit");
  const AuditRow& audit = **row;
  if (audit.state != AuditState::kPlanned)
    return Decision::not_judged(ErrorCode::kConflict, "this audit has its seed already");
  if (auto refusal = judge(command, audit, moment))
    return refuse(moment, access.actor, kAction, std::move(*refusal));
  const auto entered_before = [&](const SeedEntryRow& e) {
    return e.by.username == actor.username;
  };
  if (audit.entries.size() >= kSeedEntriesMax &&
      std::ranges::none_of(audit.entries, entered_before))
    return Decision::not_judged(ErrorCode::kConflict, "too many people entered a value");
  const std::string value = beacon_text(audit.plan.beacon, command.value).value();
  Decision decision;
  decision.then(AuditSeedEntered{moment.policy->version, command.audit, value, command.published_at,
                                 access.actor});
  const auto other = agreeing_entry(audit, actor.username, command);
  if (!other) return decision;
  if (!drawn || drawn->value != value)
    return Decision::not_judged(ErrorCode::kBusy, "it was entered meanwhile; enter it again");
  return decision.then(AuditSeeded{moment.policy->version, command.audit, audit.plan.beacon,
                                   audit.plan.round, value, command.published_at, drawn->plan,
                                   drawn->seed, drawn->samples, other->by, access.actor});
}

}  // namespace alpr::policy
