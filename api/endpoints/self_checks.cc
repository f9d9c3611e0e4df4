// The audit of the system's own function: each check is made now, and its outcome is an event
// whether it is good or bad.
#include <fmt/format.h>

#include "api/endpoints/log_access.h"
#include "ledger/chain/header.h"
#include "ledger/chain/merkle.h"
#include "ledger/chain/note.h"
#include "policy/registers/audits.h"
#include "policy/replay/replay.h"
#include "policy/rules/k_self_checks.h"

namespace alpr::api {

namespace {

using policy::SystemCheck;
using policy::SystemCheckResult;

// The log has a heartbeat every ten minutes; one without any event for an hour stood still.
constexpr std::int64_t kStillUs = 3'600 * kSecondUs;
constexpr std::size_t kChecksMax = 100'000;
constexpr std::uint64_t kHeadersAtOnce = 16'384;

struct SelfCheckAnswer {
  Sequence seq;
  Digest leaf{};
  std::string receipt;
  bool passed = false;
  std::vector<SystemCheckResult> checks;
  template <typename M>
  void members(M& m) {
    m("seq", seq);
    m("leaf", leaf);
    m("receipt", receipt);
    m("passed", passed);
    m("checks", checks);
  }
};

struct SelfCheckList {
  std::vector<policy::SelfCheckRow> checks;
  template <typename M>
  void members(M& m) {
    m("checks", checks);
  }
};

SystemCheckResult broken(std::uint64_t seq, std::string_view what) {
  return {SystemCheck::kChain, false, fmt::format("event {}: {}", seq, what)};
}

// Every header: in its place, linked to the one before, never back in time; and together the tree
// that the newest checkpoint signs. The verifier checks more, and trusts nothing of this server.
Result<SystemCheckResult> check_chain(store::Store& store) {
  const auto note = store.newest_checkpoint();
  if (!note) return tl::unexpected(note.error());
  const auto checkpoint = chain::open_checkpoint(*note, store.origin(), {store.log_vkey()});
  if (!checkpoint)
    return SystemCheckResult{SystemCheck::kChain, false,
                             "the newest checkpoint is not signed right"};
  chain::CompactRange tree;
  Digest previous = chain::genesis_previous(store.origin());
  TimeUs time;
  while (tree.size() < checkpoint->size) {
    const auto headers =
        store.header_range({tree.size()}, std::min(kHeadersAtOnce, checkpoint->size - tree.size()));
    if (!headers) return broken(tree.size(), "its header does not read");
    for (const chain::HeaderBytes& bytes : *headers) {
      const std::uint64_t seq = tree.size();
      const auto header = chain::decode_header(bytes);
      if (!header || header->seq.value != seq)
        return broken(seq, "its header is another's or none");
      if (header->previous != previous) return broken(seq, "it does not link to the one before");
      if (header->time < time) return broken(seq, "its time lies before the one before");
      time = header->time;
      previous = chain::leaf_hash(bytes);
      tree.append(previous);
    }
  }
  if (tree.root() != checkpoint->root)
    return SystemCheckResult{SystemCheck::kChain, false,
                             "the headers are not those that were signed"};
  return SystemCheckResult{SystemCheck::kChain, true,
                           fmt::format("{} events linked and signed", checkpoint->size)};
}

Result<SystemCheckResult> check_purges(Service& service) {
  const auto overdue = service.retention().overdue(store::kOverdueUs);
  if (!overdue) return tl::unexpected(overdue.error());
  return SystemCheckResult{SystemCheck::kPurge, *overdue == 0,
                           fmt::format("{} purges are due for more than an hour", *overdue)};
}

Result<SystemCheckResult> check_clock(Service& service) {
  const std::uint64_t size = service.store().size();
  const auto last = service.store().header({size - 1});
  if (!last) return tl::unexpected(last.error());
  const std::int64_t behind_us = service.now().value - last->time.value;
  const bool moves = behind_us >= -kStillUs && behind_us <= kStillUs;
  return SystemCheckResult{SystemCheck::kClock, moves && !service.sequencer().clock_stopped(),
                           fmt::format("the last event was {} s ago", behind_us / kSecondUs)};
}

// As level policy of the verifier, by the same judges. Takes 10 to 20 us an event of the log. What
// was found of events before the last check stands in that one, and fails no later one: nobody can
// mend the record.
Result<SystemCheckResult> check_decisions(Service& service) {
  const auto checks = policy::list_self_checks(*service.snapshot().rows, kChecksMax);
  if (!checks) return tl::unexpected(checks.error());
  const Sequence since = checks->empty() ? Sequence{} : checks->back().event;
  std::uint64_t found = 0;
  std::string first;
  policy::Replay replay([&](const policy::ReplayFinding& finding) {
    if (since.value < finding.seq.value && ++found == 1)
      first = fmt::format("; event {}: {}", finding.seq.value, finding.what);
  });
  const std::uint64_t size = service.store().size();
  const auto visited =
      service.store().visit({0}, [&](const chain::EventView& event) -> Result<void> {
        if (event.header.seq.value >= size) return {};
        const bool thirty_day = event.header.retention == chain::Retention::kThirtyDay;
        replay.take(event, event.have_payload ? policy::Seen::kWhole
                           : thirty_day       ? policy::Seen::kErased
                                              : policy::Seen::kSealed);
        return {};
      });
  if (!visited) return tl::unexpected(visited.error());
  replay.finish(service.now());
  return SystemCheckResult{
      SystemCheck::kDecisions, found == 0 && !replay.lost(),
      fmt::format("{} decided again, {} found otherwise{}", replay.decided(), found, first)};
}

Result<std::vector<SystemCheckResult>> checks_of(Context& context) {
  Service& service = context.service;
  std::vector<Result<SystemCheckResult>> all{check_chain(service.store()), check_purges(service),
                                             check_clock(service)};
  const auto snapshot = service.snapshot();
  all.push_back(policy::check_refresh(snapshot.state, snapshot.moment));
  all.push_back(policy::check_gates(snapshot.state, snapshot.moment));
  all.push_back(check_decisions(service));
  std::vector<SystemCheckResult> results;
  for (const Result<SystemCheckResult>& one : all) {
    if (!one) return tl::unexpected(one.error());
    results.push_back(*one);
  }
  return results;
}

Response check(Context& context, const Call& call) {
  if (auto refused = refuse_unless(context, call, policy::gate_self_check, "system.check"))
    return std::move(*refused);
  const auto size = static_cast<std::int64_t>(context.service.store().size());
  const auto checks = checks_of(context);
  if (!checks) return problem(checks.error());
  const Outcome outcome = context.service.perform(*call.actor, policy::CheckSystem{size, *checks});
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  const bool passed = std::ranges::all_of(*checks, &SystemCheckResult::passed);
  return json_answer(SelfCheckAnswer{event.seq, event.leaf, event.receipt, passed, *checks}, 201);
}

Response list(Context& context, const Call& call) {
  constexpr std::size_t kShownMax = 1000;
  if (auto refused = refuse_log(context, call)) return std::move(*refused);
  auto rows = policy::list_self_checks(*context.service.snapshot().rows, kShownMax);
  if (!rows) return problem(rows.error());
  return json_answer(SelfCheckList{std::move(*rows)});
}

}  // namespace

void add_self_check_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(without_body({.method = "POST",
                              .path = "/v1/self-checks",
                              .summary = "Audit the system's function now; good or bad, an event",
                              .who = "COORDINATOR, ADMINISTRATOR or IT_UNIT",
                              .rules = {"I12-K-4", "I12-L-4"},
                              .answer_status = 201,
                              .answer = members_of<SelfCheckAnswer>()},
                             [&context](const Call& call) { return check(context, call); }));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/self-checks",
                              .summary = "The audits of the system's function",
                              .who = std::string(kLogReaders),
                              .rules = {"I12-K-4", "I12-F-0"},
                              .answer = members_of<SelfCheckList>()},
                             [&context](const Call& call) { return list(context, call); }));
}

}  // namespace alpr::api
