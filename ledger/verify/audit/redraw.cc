#include "ledger/verify/audit/redraw.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "ledger/chain/encoding.h"
#include "ledger/chain/merkle.h"
#include "ledger/verify/audit/story.h"
#include "ledger/verify/chain_level.h"
#include "ledger/verify/payload_check.h"
#include "policy/records/audit_worksheets.h"
#include "policy/records/open_part.h"
#include "policy/records/queries.h"
#include "reports/figures/audit_population.h"
#include "reports/figures/selection.h"

namespace alpr::audit {
namespace {

using policy::AuditPlanned;

// A part whose first difference is told; equal where there was none.
class Comparing {
 public:
  Comparing(Report& report, std::string name) : report_(report) { part_.name = std::move(name); }
  void expect(bool equal, std::string what) {
    if (equal || part_.equal == false) return;
    part_.equal = false;
    part_.what = verify::printable(what);
  }
  void finish(std::string found) {
    if (!part_.equal) {
      part_.equal = true;
      part_.what = verify::printable(found);
    }
    report_.parts.push_back(std::move(part_));
  }
  void not_there(std::string why) {
    part_.what = std::move(why);
    report_.parts.push_back(std::move(part_));
  }

 private:
  Report& report_;
  Part part_;
};

// What the headers below the plan's checkpoint give.
struct Closed {
  Digest root{};
  std::uint64_t size = 0;
  TimeUs last;
  figures::Population population;
};

// From the query's open members, which its header commits to; nullopt: they do not read.
Result<std::optional<policy::QueryPurpose>> purpose_of(verify::Source& source,
                                                       const chain::Header& header) {
  const auto row = source.get(verify::Database::kPayloads, verify::number_key(header.seq.value));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  const auto parsed = verify::parse_row(**row);
  const auto members = parsed ? verify::open_members(header, *parsed)
                              : Result<chain::Json>(tl::unexpected(parsed.error()));
  if (!members) return std::nullopt;
  const auto query = policy::from_json<policy::OpenPart<policy::QueryPerformed>>(*members);
  if (!query) return std::nullopt;
  return std::optional(query->record.purpose);
}

Result<Closed> close(verify::Source& source, const AuditPlanned& plan) {
  figures::PopulationWalk walk(plan.strata, plan.certain);
  chain::CompactRange tree;
  Closed closed;
  const auto size = static_cast<std::uint64_t>(plan.size);
  const auto headers = source.cursor(verify::Database::kHeaders);
  auto row = headers->first();
  for (; row && *row && tree.size() < size; row = headers->next()) {
    const auto header = chain::decode_header(headers->value());
    if (!header) continue;  // the chain does not hold then
    tree.append(chain::leaf_hash(chain::encode(*header)));
    closed.last = header->time;
    std::optional<policy::QueryPurpose> purpose;
    if (walk.needs_purpose(*header)) {
      const auto read = purpose_of(source, *header);
      if (!read) return tl::unexpected(read.error());
      purpose = *read;
    }
    walk.see(*header, purpose);
  }
  if (!row) return tl::unexpected(row.error());
  closed.size = tree.size();
  closed.root = tree.root();
  closed.population = walk.finish();
  return closed;
}

class Redraw {
 public:
  Redraw(const Story& story, const Closed& closed, Report& report)
      : story_(story),
        plan_(story.plan->record),
        planned_(story.plan->header),
        closed_(closed),
        report_(report) {}

  void run() {
    compare_plan();
    compare_population();
    compare_size();
    compare_seed();
    compare_sample();
    compare_verdicts();
    compare_conclusion();
  }

 private:
  void compare_plan() {
    Comparing part(report_, "plan");
    part.expect(story_.unread.empty(), story_.unread.empty() ? "" : story_.unread.front());
    part.expect(plan_.number == story_.plans_before,
                fmt::format("it says that it is plan {} of its population; it is plan {}",
                            plan_.number, story_.plans_before));
    part.expect(planned_.time < plan_.beacon_at,
                "the randomness that it names was out before the plan");
    part.expect(plan_.worksheet == policy::kWorksheetVersion,
                "it names a worksheet that this version does not know");
    const auto kinds = policy::audited_kinds(plan_.population);
    for (const policy::AuditStratum& stratum : plan_.strata) {
      part.expect(std::ranges::all_of(stratum.kinds,
                                      [&](std::int64_t kind) {
                                        return std::ranges::find(kinds, kind) != kinds.end();
                                      }),
                  "stratum " + stratum.name + " has kinds that are not of the population");
    }
    part.finish(fmt::format("plan {} of {}, at {}", plan_.number, policy::to_text(plan_.population),
                            chain::format_time(planned_.time)));
  }

  void compare_population() {
    Comparing part(report_, "population");
    part.expect(closed_.size == static_cast<std::uint64_t>(plan_.size) &&
                    planned_.seq.value >= closed_.size,
                "the checkpoint that closes it is not one of before the plan");
    part.expect(closed_.root == plan_.root, "the checkpoint has another root");
    std::int64_t items = 0;
    for (std::size_t i = 0; i < plan_.strata.size(); ++i) {
      const policy::AuditStratum& said = plan_.strata[i];
      const policy::AuditStratum& found = closed_.population.strata[i];
      part.expect(said.to <= closed_.last,
                  "stratum " + said.name + ": its time was not over at the checkpoint");
      part.expect(said.population == found.population,
                  fmt::format("stratum {}: {} items instead of {}", said.name, found.population,
                              said.population));
      part.expect(said.list_sha256 == found.list_sha256,
                  fmt::format("stratum {}: other items than the plan commits to", said.name));
      items += found.population;
    }
    part.expect(closed_.population.strays.empty(),
                "an item that is looked at in any case is in no stratum");
    part.finish(fmt::format("{} items in {} strata, closed at {} events", items,
                            plan_.strata.size(), plan_.size));
  }

  void compare_size() {
    Comparing part(report_, "size");
    const auto sizes = figures::plan_sizes(figures::question_of(plan_));
    part.expect(sizes.has_value(), sizes ? "" : sizes.error().detail);
    if (sizes) {
      part.expect(sizes->needed == plan_.needed,
                  fmt::format("{} items are needed, not {}", sizes->needed, plan_.needed));
      part.expect(sizes->significant == plan_.significant,
                  "whether it is statistically significant comes out otherwise");
      for (std::size_t i = 0; i < plan_.strata.size(); ++i)
        part.expect(sizes->strata[i].n == plan_.strata[i].n &&
                        sizes->strata[i].k == plan_.strata[i].expected,
                    fmt::format("stratum {}: {} items to look at, not {}", plan_.strata[i].name,
                                sizes->strata[i].n, plan_.strata[i].n));
      part.expect(sizes->n == plan_.n, "the sizes do not add up");
      for (const policy::AuditStratum& stratum : plan_.strata)
        part.expect(plan_.method != policy::AuditMethod::kCensus || stratum.n == stratum.population,
                    "it calls itself a census and leaves items out");
    }
    part.finish(fmt::format("{} items, {} are needed{}", plan_.n, plan_.needed,
                            plan_.significant ? "" : ": NOT STATISTICALLY SIGNIFICANT"));
  }

  void compare_seed() {
    Comparing part(report_, "seed");
    if (story_.seeds.empty()) return part.not_there("no beacon's value is recorded yet");
    const auto& told = story_.seeds.front();
    const policy::AuditSeeded& seeded = told.record;
    part.expect(story_.seeds.size() == 1,
                fmt::format("it was drawn {} times: first by event {}, again by event {}",
                            story_.seeds.size(), told.header.seq.value,
                            story_.seeds.back().header.seq.value));
    part.expect(told.header.seq > planned_.seq, "it was drawn before it was planned");
    part.expect(seeded.beacon == plan_.beacon && seeded.round == plan_.round,
                "the value is of another beacon or round than the plan names");
    part.expect(seeded.published_at >= plan_.beacon_at && seeded.published_at > planned_.time,
                "the value was out before the time that the plan names");
    part.expect(seeded.published_at <= told.header.time,
                "the value was recorded before it was out");
    part.expect(seeded.plan == story_.plan->leaf, "it commits to another plan");
    const auto bytes = policy::beacon_bytes(seeded.beacon, seeded.value);
    part.expect(bytes.has_value(), "the value is none of this beacon");
    if (bytes)
      part.expect(figures::sample_seed(closed_.root, story_.plan->leaf, *bytes) == seeded.seed,
                  "the seed is not what root, plan and value give");
    report_.beacon = fmt::format("{} {}: {}, published {}", policy::to_text(seeded.beacon),
                                 verify::printable(seeded.round), verify::printable(seeded.value),
                                 chain::format_time(seeded.published_at));
    part.finish(chain::hex(seeded.seed));
  }

  void compare_sample() {
    Comparing part(report_, "sample");
    if (story_.seeds.empty()) return part.not_there("nothing is drawn yet");
    const policy::AuditSeeded& seeded = story_.seeds.front().record;
    const auto bytes = policy::beacon_bytes(seeded.beacon, seeded.value);
    const Digest seed =
        bytes ? figures::sample_seed(closed_.root, story_.plan->leaf, *bytes) : seeded.seed;
    const auto drawn = figures::draw_samples(plan_, closed_.population.items, seed);
    part.expect(seeded.samples.size() == drawn.size(), "it has not as many strata as the plan");
    for (std::size_t i = 0; i < std::min(drawn.size(), seeded.samples.size()); ++i) {
      part.expect(seeded.samples[i].stratum == drawn[i].stratum &&
                      seeded.samples[i].items == drawn[i].items,
                  fmt::format("stratum {}: {}", drawn[i].stratum,
                              difference(seeded.samples[i].items, drawn[i].items)));
    }
    part.finish(fmt::format("{} items drawn as recorded", plan_.n));
  }

  static std::string difference(const std::vector<Sequence>& said,
                                const std::vector<Sequence>& drawn) {
    for (std::size_t i = 0; i < std::max(said.size(), drawn.size()); ++i) {
      if (i >= said.size()) return fmt::format("event {} was drawn and left out", drawn[i].value);
      if (i >= drawn.size()) return fmt::format("event {} was added", said[i].value);
      if (said[i] != drawn[i])
        return fmt::format("event {} stands where event {} was drawn", said[i].value,
                           drawn[i].value);
    }
    return "equal";
  }

  void compare_verdicts() {
    Comparing part(report_, "verdicts");
    if (story_.seeds.empty()) return part.not_there("nothing is drawn yet");
    for (std::size_t i = 0; i < plan_.strata.size(); ++i) {
      if (i >= story_.seeds.front().record.samples.size()) break;
      for (const Sequence item : story_.seeds.front().record.samples[i].items) stratum_[item] = i;
    }
    const std::set<Sequence> certain(plan_.certain.begin(), plan_.certain.end());
    for (const auto& told : story_.verdicts) {
      const policy::AuditVerdictRecorded& verdict = told.record;
      const std::string event = fmt::format("event {}: ", told.header.seq.value);
      part.expect(stratum_.contains(verdict.item) || certain.contains(verdict.item),
                  event + fmt::format("judges event {}, which was not drawn", verdict.item.value));
      part.expect(told.header.seq > story_.seeds.front().header.seq,
                  event + "was recorded before the draw");
      part.expect(
          story_.conclusions.empty() || told.header.seq < story_.conclusions.front().header.seq,
          event + "was recorded after the conclusion");
      const bool passed = std::ranges::all_of(verdict.results, [](const policy::TestResult& one) {
        return one.verdict == policy::ItemVerdict::kPass;
      });
      part.expect(verdict.deviation != passed && !verdict.results.empty(),
                  event + "its tests do not add up to what it says");
      const auto before = judged_.find(verdict.item);
      part.expect(
          before == judged_.end() || (!before->second && verdict.deviation),
          event + fmt::format("judges event {} anew, and not for the worse", verdict.item.value));
      judged_[verdict.item] = judged_[verdict.item] || verdict.deviation;
    }
    const auto all = static_cast<std::int64_t>(stratum_.size() + certain.size());
    part.finish(fmt::format("{} of {} items judged", judged_.size(), all));
  }

  void compare_conclusion() {
    Comparing part(report_, "conclusion");
    if (story_.conclusions.empty()) return part.not_there("it is not concluded yet");
    const policy::AuditConcluded& said = story_.conclusions.front().record;
    part.expect(story_.conclusions.size() == 1, "it is concluded more than once");
    std::vector<std::int64_t> examined(plan_.strata.size(), 0);
    std::vector<std::int64_t> deviations(plan_.strata.size(), 0);
    std::int64_t certain = 0;
    bool found = false;
    for (const auto& [item, deviates] : judged_) {
      found = found || deviates;
      const auto at = stratum_.find(item);
      if (at == stratum_.end()) {
        certain += deviates ? 1 : 0;
        continue;
      }
      ++examined[at->second];
      deviations[at->second] += deviates ? 1 : 0;
    }
    const bool left = judged_.size() < stratum_.size() + plan_.certain.size();
    const bool discovery = plan_.method == policy::AuditMethod::kDiscovery;
    part.expect(!left || (discovery && found), "it was concluded before every item was judged");
    part.expect(said.stopped == left, "whether it was stopped early comes out otherwise");
    std::int64_t together = 0;
    for (std::size_t i = 0; i < deviations.size(); ++i) {
      deviations[i] += plan_.strata[i].n - examined[i];  // what nobody examined deviates
      together += deviations[i];
    }
    compare_figures(part, said, examined, deviations);
    part.expect(said.deviations == together && said.certain_deviations == certain,
                fmt::format("{} deviations and {} among the certain items, not {} and {}", together,
                            certain, said.deviations, said.certain_deviations));
    part.expect(said.significant == plan_.significant,
                "whether it is statistically significant comes out otherwise");
    part.finish(fmt::format("{} deviations, at most {} in all: {}", said.deviations, said.upper,
                            said.accepted ? "accepted" : "not accepted"));
  }

  void compare_figures(Comparing& part, const policy::AuditConcluded& said,
                       const std::vector<std::int64_t>& examined,
                       const std::vector<std::int64_t>& deviations) const {
    const auto shown = figures::evaluate(plan_, deviations);
    part.expect(shown.has_value(), shown ? "" : shown.error().detail);
    part.expect(said.strata.size() == deviations.size(), "it has not as many strata as the plan");
    if (!shown || said.strata.size() != deviations.size()) return;
    for (std::size_t i = 0; i < deviations.size(); ++i) {
      const policy::StratumConcluded& one = said.strata[i];
      part.expect(one.examined == examined[i] && one.deviations == deviations[i],
                  fmt::format("stratum {}: {} judged and {} deviations, not {} and {}",
                              plan_.strata[i].name, examined[i], deviations[i], one.examined,
                              one.deviations));
      part.expect(one.upper == shown->strata[i],
                  fmt::format("stratum {}: the limit is {}, not {}", plan_.strata[i].name,
                              shown->strata[i], one.upper));
    }
    part.expect(said.upper == shown->upper && said.tolerable == shown->tolerable,
                fmt::format("the limit is {} of {}, not {} of {}", shown->upper, shown->tolerable,
                            said.upper, said.tolerable));
    part.expect(
        said.lower_both == shown->interval.lower && said.upper_both == shown->interval.upper,
        "the two-sided interval comes out otherwise");
    const bool found = std::ranges::any_of(judged_, [](const auto& one) { return one.second; });
    const bool barred = plan_.method == policy::AuditMethod::kDiscovery && found;
    part.expect(said.accepted == (shown->accepted && plan_.significant && !barred),
                "whether it is accepted comes out otherwise");
  }

  const Story& story_;
  const AuditPlanned& plan_;
  const chain::Header& planned_;
  const Closed& closed_;
  Report& report_;
  std::map<Sequence, std::size_t> stratum_;  // of what was drawn, by the record
  std::map<Sequence, bool> judged_;          // whether it deviates
};

}  // namespace

Result<Report> redraw(verify::Source& source, const verify::Options& options, std::uint64_t audit) {
  if (source.bundle() != nullptr && source.bundle()->from != 0)
    return fail(ErrorCode::kMalformed,
                "an audit is redrawn from a whole log: this bundle begins in the middle");
  verify::LevelReport level;
  verify::LevelReport unused;
  const auto state = verify::check_chain(source, options, verify::Snapshots::kOne, level, unused);
  if (!state) return tl::unexpected(state.error());
  Report report;
  report.audit = audit;
  report.anchored = state->anchored;
  report.simulated = state->simulated;
  report.size = state->size;
  Comparing chain(report, "chain");
  chain.expect(level.findings_count == 0,
               level.findings.empty() ? "" : level.findings.front().what);
  chain.expect(state->complete, "the chain could not be walked to its end");
  chain.finish(fmt::format("{} events, {}", state->size,
                           state->anchored ? "signed with the key given"
                                           : "no key given: a log signed anew would look so too"));
  const auto story = story_of(source, audit, state->size);
  if (!story) return tl::unexpected(story.error());
  if (!story->plan)
    return fail(ErrorCode::kMalformed, story->unread.empty()
                                           ? fmt::format("event {} is no plan of an audit", audit)
                                           : story->unread.front());
  const auto closed = close(source, story->plan->record);
  if (!closed) return tl::unexpected(closed.error());
  Redraw(*story, *closed, report).run();
  return report;
}

}  // namespace alpr::audit
