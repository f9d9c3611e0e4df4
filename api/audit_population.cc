#include "api/audit_population.h"

#include <algorithm>
#include <numeric>

#include "ledger/chain/header.h"
#include "ledger/chain/note.h"
#include "policy/records/audit_worksheets.h"
#include "policy/records/queries.h"
#include "reports/figures/audit_population.h"
#include "reports/figures/selection.h"

namespace alpr::api {

namespace {

constexpr std::uint64_t kHeadersAtOnce = 16'384;

// The first event of this time or later: header times never fall.
Result<std::uint64_t> first_at(const store::Store& store, std::uint64_t size, TimeUs time) {
  std::uint64_t low = 0;
  std::uint64_t high = size;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto header = store.header({middle});
    if (!header) return tl::unexpected(header.error());
    if (header->time < time)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

Result<figures::Population> walk(const store::Store& store, std::uint64_t size,
                                 const std::vector<policy::AuditStratum>& strata,
                                 const std::vector<Sequence>& certain) {
  TimeUs from = strata.front().from;
  TimeUs to = strata.front().to;
  for (const policy::AuditStratum& stratum : strata) {
    from = std::min(from, stratum.from);
    to = std::max(to, stratum.to);
  }
  figures::PopulationWalk population(strata, certain);
  const auto walked =
      walk_headers(store, size, from, to, [&](const chain::Header& header) -> Result<void> {
        if (!population.needs_purpose(header)) {
          population.see(header);
          return {};
        }
        const auto event = store.event(header.seq);
        if (!event) return tl::unexpected(event.error());
        const auto query = policy::from_event<policy::QueryPerformed>(*event);
        if (!query) return tl::unexpected(query.error());
        population.see(header, query->purpose);
        return {};
      });
  if (!walked) return tl::unexpected(walked.error());
  return population.finish();
}

Result<chain::Checkpoint> checkpoint_of(store::Store& store,
                                        const std::optional<std::int64_t>& size) {
  if (size && *size < 1) return fail(ErrorCode::kNotFound, "no checkpoint of this size is kept");
  auto note =
      size ? store.checkpoint(static_cast<std::uint64_t>(*size)) : store.newest_checkpoint();
  if (!note) return tl::unexpected(note.error());
  const auto parsed = chain::parse_note(*note);
  if (!parsed) return tl::unexpected(parsed.error());
  return chain::parse_checkpoint_text(parsed->text);
}

}  // namespace

Result<void> walk_headers(const store::Store& store, std::uint64_t size, TimeUs from, TimeUs to,
                          const std::function<Result<void>(const chain::Header&)>& visit) {
  const auto begin = first_at(store, size, from);
  if (!begin) return tl::unexpected(begin.error());
  const auto end = first_at(store, size, to);
  if (!end) return tl::unexpected(end.error());
  for (std::uint64_t at = *begin; at < *end;) {
    const auto headers = store.header_range({at}, std::min(kHeadersAtOnce, *end - at));
    if (!headers) return tl::unexpected(headers.error());
    for (const chain::HeaderBytes& bytes : *headers) {
      const auto header = chain::decode_header(bytes);
      if (!header) return tl::unexpected(header.error());
      if (auto visited = visit(*header); !visited) return visited;
    }
    at += headers->size();
  }
  return {};
}

Result<Closing> close_population(store::Store& store, const policy::PlanAudit& command) {
  auto asked = policy::outline(command);
  if (!asked) return tl::unexpected(asked.error());
  const auto checkpoint = checkpoint_of(store, command.size);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  const auto last = store.header({checkpoint->size - 1});
  if (!last) return tl::unexpected(last.error());
  auto found = walk(store, checkpoint->size, asked->strata,
                    command.certain.value_or(std::vector<Sequence>()));
  if (!found) return tl::unexpected(found.error());
  Closing closing;
  closing.question = {asked->risk_bp,
                      asked->tolerable_bp,
                      asked->expected_bp,
                      asked->spread == policy::AuditSpread::kEach ? figures::Spread::kEach
                                                                  : figures::Spread::kProportional,
                      {},
                      command.n};
  std::vector<std::int64_t>& populations = closing.question.populations;
  for (const policy::AuditStratum& stratum : found->strata)
    populations.push_back(stratum.population);
  if (asked->method == policy::AuditMethod::kCensus)
    closing.question.n = std::accumulate(populations.begin(), populations.end(), std::int64_t{0});
  auto sizes = figures::plan_sizes(closing.question);
  if (!sizes) return fail(ErrorCode::kRefused, sizes.error().detail);
  closing.sizes = std::move(*sizes);
  policy::ClosedPopulation& closed = closing.closed;
  closed.size = static_cast<std::int64_t>(checkpoint->size);
  closed.root = checkpoint->root;
  closed.last = last->time;
  closed.outline = std::move(*asked);
  closed.outline.strata = std::move(found->strata);
  for (std::size_t i = 0; i < closed.outline.strata.size(); ++i) {
    closed.outline.strata[i].n = closing.sizes.strata[i].n;
    closed.outline.strata[i].expected = closing.sizes.strata[i].k;
  }
  closed.certain = std::move(found->certain);
  closed.strays = std::move(found->strays);
  closed.n = closing.sizes.n;
  closed.needed = closing.sizes.needed;
  closed.significant = closing.sizes.significant;
  return closing;
}

Result<policy::Drawn> draw_audit(const store::Store& store, const policy::AuditRow& audit,
                                 std::string_view typed) {
  const policy::AuditPlanned& plan = audit.plan;
  auto value = policy::beacon_text(plan.beacon, typed);
  if (!value) return tl::unexpected(value.error());
  const auto bytes = policy::beacon_bytes(plan.beacon, *value);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto header = store.header(audit.audit);
  if (!header) return tl::unexpected(header.error());
  const auto found = walk(store, static_cast<std::uint64_t>(plan.size), plan.strata, plan.certain);
  if (!found) return tl::unexpected(found.error());
  policy::Drawn drawn;
  drawn.value = std::move(*value);
  drawn.plan = chain::leaf_hash(chain::encode(*header));
  drawn.seed = figures::sample_seed(plan.root, drawn.plan, *bytes);
  drawn.samples = figures::draw_samples(plan, found->items, drawn.seed);
  return drawn;
}

}  // namespace alpr::api
