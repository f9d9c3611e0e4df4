// A vendor's list of searches held against the queries on the record. The server compares, so that
// nobody is given more of other people's queries than what differs, and that only once it is on the
// record.
#include "api/endpoints/reconciliations.h"

#include <algorithm>
#include <memory>
#include <mutex>

#include "api/audit_population.h"
#include "api/endpoints/log_access.h"
#include "ledger/chain/hash.h"
#include "policy/records/queries.h"
#include "policy/rules/k_reconciliations.h"
#include "reports/figures/reconcile.h"

namespace alpr::api {
namespace {

constexpr std::string_view kBodyType = "application/vnd.plateledger.reconciliation+json";
constexpr std::size_t kFileMax = std::size_t{32} << 20;
constexpr std::size_t kQueriesMax = 200'000;
constexpr std::int64_t kToleranceS = 120;
constexpr std::int64_t kGapS = 3 * 86'400;

struct ReconciliationAsked {
  TimeUs from;  // searches of [from, until)
  TimeUs until;
  std::optional<std::int64_t> tolerance_seconds;  // unless given 120
  std::optional<std::int64_t> gap_seconds;        // unless given three days
  std::optional<figures::ExportProfile> profile;  // unless given the built-in "flock"
  std::string file;                               // the vendor's, as it came
  template <typename M>
  void members(M& m) {
    m("from", from);
    m("until", until);
    m("tolerance_seconds", tolerance_seconds);
    m("gap_seconds", gap_seconds);
    m("profile", profile);
    m("file", file);
  }
};

struct ReconciliationAnswer {
  Sequence seq;
  Digest leaf{};
  std::string receipt;
  figures::Reconciliation result;  // the event's digest is of this member's canonical JSON
  template <typename M>
  void members(M& m) {
    m("seq", seq);
    m("leaf", leaf);
    m("receipt", receipt);
    m("result", result);
  }
};

template <typename Query>
Result<figures::LedgerQuery> query_of(const chain::EventView& event, bool refused) {
  const auto query = policy::from_event<Query>(event);
  if (!query) return tl::unexpected(query.error());
  return figures::LedgerQuery{
      event.header.seq, event.header.time,     query->by.username,
      query->by.name,   query->elements.plate, query->grounds.case_number.value_or(""),
      refused};
}

// Answered and refused ones of a time.
Result<std::vector<figures::LedgerQuery>> queries_between(const store::Store& store,
                                                          std::uint64_t size, TimeUs from,
                                                          TimeUs until) {
  std::vector<figures::LedgerQuery> found;
  const auto walked =
      walk_headers(store, size, from, until, [&](const chain::Header& header) -> Result<void> {
        const bool answered = header.kind == policy::QueryPerformed::kKind.number;
        if (!answered && header.kind != policy::QueryRefused::kKind.number) return {};
        if (found.size() == kQueriesMax)
          return fail(ErrorCode::kTooLarge,
                      "more than 200,000 queries on the record: compare a shorter time");
        const auto event = store.event(header.seq);
        if (!event) return tl::unexpected(event.error());
        auto query = answered ? query_of<policy::QueryPerformed>(*event, /*refused=*/false)
                              : query_of<policy::QueryRefused>(*event, /*refused=*/true);
        if (!query) return tl::unexpected(query.error());
        found.push_back(std::move(*query));
        return {};
      });
  if (!walked) return tl::unexpected(walked.error());
  return found;
}

struct Compared {
  figures::Reconciliation result;
  policy::ReconciledExport record;
};

Result<Compared> compare(Context& context, const ReconciliationAsked& asked) {
  const figures::ExportProfile& profile = asked.profile ? *asked.profile : figures::flock_profile();
  if (auto checked = figures::check_profile(profile); !checked)
    return tl::unexpected(checked.error());
  const figures::ReconcileQuestion question{asked.from, asked.until,
                                            asked.tolerance_seconds.value_or(kToleranceS),
                                            asked.gap_seconds.value_or(kGapS)};
  if (question.tolerance_s < 0 || question.tolerance_s > figures::kToleranceMaxS)
    return fail(ErrorCode::kMalformed, "tolerance_seconds: 0 to 86,400");
  const auto given = figures::read_export(asked.file, profile);
  if (!given) return fail(given.error().code, "file: " + given.error().detail);
  const store::Store& store = context.service.store();
  const std::uint64_t size = store.size();
  const std::int64_t around_us = question.tolerance_s * kSecondUs;
  const auto queries =
      queries_between(store, size, {std::max<std::int64_t>(0, asked.from.value - around_us)},
                      {asked.until.value + around_us});
  if (!queries) return tl::unexpected(queries.error());
  const auto policy = context.service.policy();
  auto result = figures::reconcile(
      *given, *queries, question,
      [&](std::string_view reason) -> std::optional<figures::ReasonFault> {
        const auto refusal =
            policy::judge_reason(policy->parameters, reason, figures::purpose_of(profile, reason));
        if (!refusal) return std::nullopt;
        return figures::ReasonFault{refusal->difference, std::string(refusal->rule), refusal->what};
      });
  if (!result) return tl::unexpected(result.error());
  Compared compared{std::move(*result), {}};
  policy::ReconciledExport& record = compared.record;
  record.size = static_cast<std::int64_t>(size);
  record.profile = profile.name;
  record.profile_sha256 = chain::sha256(as_bytes(policy::to_json_text(profile)));
  record.file_sha256 = chain::sha256(as_bytes(asked.file));
  record.rows = compared.result.rows;
  record.queries = compared.result.queries;
  record.matched = compared.result.matched;
  record.differences = compared.result.counts;
  record.result_sha256 = chain::sha256(as_bytes(policy::to_json_text(compared.result)));
  for (const figures::DifferenceShown& shown : compared.result.differences)
    if (shown.event) record.disclosed.push_back(*shown.event);
  std::vector<Sequence>& disclosed = record.disclosed;
  std::ranges::sort(disclosed);
  disclosed.erase(std::unique(disclosed.begin(), disclosed.end()), disclosed.end());
  return compared;
}

Response reconcile(Context& context, const Call& call, const ReconciliationAsked& asked,
                   std::mutex& turn) {
  const std::unique_lock lock(turn, std::try_to_lock);
  if (!lock.owns_lock())
    return problem(Error{ErrorCode::kBusy, "another export is being compared; try again shortly"});
  auto compared = compare(context, asked);
  if (!compared) return problem(compared.error());
  const Outcome outcome = context.service.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, *call.actor, policy::ReconcileExport{asked.from, asked.until},
                              compared->record, moment);
      });
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  return json_answer(
      ReconciliationAnswer{event.seq, event.leaf, event.receipt, std::move(compared->result)}, 201);
}

}  // namespace

void add_reconciliation_endpoints(Endpoints& endpoints, Context& context) {
  const auto turn = std::make_shared<std::mutex>();
  Endpoint endpoint = with_body<ReconciliationAsked>(
      {.method = "POST",
       .path = "/v1/reconciliations",
       .summary = "Hold a vendor's list of searches against the queries on the record; recorded "
                  "before what differs is shown",
       .who = "a trained COORDINATOR or ADMINISTRATOR",
       .rules = {"I12-K-5", "I12-C2B-1", "I12-F-2", "I12-L-3"},
       .answer_status = 201,
       .answer = members_of<ReconciliationAnswer>()},
      {}, [&context, turn](const Call& call, const ReconciliationAsked& asked) {
        return reconcile(context, call, asked, *turn);
      });
  endpoint.body_type = std::string(kBodyType);
  endpoint.body_max = kFileMax;
  // Nothing of the file is read for somebody who may not compare it.
  endpoint.handle = [&context, take = std::move(endpoint.handle)](const Call& call) {
    auto refused = refuse_unless(context, call, policy::gate_reconciliation, "export.reconcile");
    return refused ? std::move(*refused) : take(call);
  };
  endpoints.add(std::move(endpoint));
}

}  // namespace alpr::api
