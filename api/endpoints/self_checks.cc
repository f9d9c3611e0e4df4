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

Result<SystemCheckResult> check_clock(Service& service) {
  const std::uint64_t size = service.store().size();
  const auto last = service.store().header({size - 1});
  if (!last) return tl::unexpected(last.error());
  const std::int64_t behind_us = service.now().value - last->time.value;
  const bool moves = behind_us >= -kStillUs && behind_us <= kStillUs;
  return SystemCheckResult{SystemCheck::kClock, moves && !service.sequencer().clock_stopped(),
                           fmt::format("the last event was {} s ago", behind_us / kSecondUs)};
}

// What was found of events before the last check stands in that one, and fails no later one: nobody
// can mend the record.
Result<Sequence> last_check(Service& service) {
  const auto checks = policy::list_self_checks(*service.snapshot().rows, kChecksMax);
  if (!checks) return tl::unexpected(checks.error());
  return checks->empty() ? Sequence{} : checks->back().event;
}

struct Walked {
  std::uint64_t gone_early = 0;  // thirty-day events without a payload before their time
  std::uint64_t decided = 0;
  std::uint64_t found = 0;  // decided otherwise than recorded, since the last check
  std::string first;        // of these
  bool lost = false;
  std::string broken;  // where the walk ended: a payload that no tombstone took, or that is damaged
};

// Every event with what is left of it, as levels erasure and policy of the verifier look at it, the
// second by the same judges. Takes 10 to 20 us an event of the log.
Result<Walked> walk(Service& service) {
  const auto since = last_check(service);
  if (!since) return tl::unexpected(since.error());
  Walked walked;
  policy::Replay replay([&](const policy::ReplayFinding& finding) {
    if (since->value < finding.seq.value && ++walked.found == 1)
      walked.first = fmt::format("; event {}: {}", finding.seq.value, finding.what);
  });
  const std::uint64_t size = service.store().size();
  const TimeUs now = service.now();
  const auto see = [&](const chain::EventView& event) -> Result<void> {
    if (event.header.seq.value >= size) return {};
    const bool thirty_day = event.header.retention == chain::Retention::kThirtyDay;
    if (thirty_day && !event.have_payload && now < due_time(event.header.time)) ++walked.gone_early;
    replay.take(event, event.have_payload ? policy::Seen::kWhole
                       : thirty_day       ? policy::Seen::kErased
                                          : policy::Seen::kSealed);
    return {};
  };
  const auto visited = service.store().visit({0}, see);
  if (!visited && visited.error().code != ErrorCode::kCorrupt)
    return tl::unexpected(visited.error());
  if (!visited) {
    walked.broken = visited.error().detail;
    return walked;
  }
  replay.finish(now);
  walked.decided = replay.decided();
  walked.lost = replay.lost().has_value();
  return walked;
}

Result<SystemCheckResult> check_purges(Service& service, const Walked& walked) {
  if (!walked.broken.empty()) return SystemCheckResult{SystemCheck::kPurge, false, walked.broken};
  const auto overdue = service.retention().overdue(store::kOverdueUs);
  if (!overdue) return tl::unexpected(overdue.error());
  return SystemCheckResult{
      SystemCheck::kPurge, *overdue == 0 && walked.gone_early == 0,
      fmt::format("{} purges are due for more than an hour, {} events are gone before their time",
                  *overdue, walked.gone_early)};
}

SystemCheckResult check_decisions(const Walked& walked) {
  if (!walked.broken.empty())
    return {SystemCheck::kDecisions, false, "the record does not read to its end"};
  return {SystemCheck::kDecisions, walked.found == 0 && !walked.lost,
          fmt::format("{} decided again, {} found otherwise{}", walked.decided, walked.found,
                      walked.first)};
}

Result<std::vector<SystemCheckResult>> checks_of(Context& context) {
  Service& service = context.service;
  const auto walked = walk(service);
  if (!walked) return tl::unexpected(walked.error());
  std::vector<Result<SystemCheckResult>> all{check_chain(service.store()),
                                             check_purges(service, *walked), check_clock(service)};
  const auto snapshot = service.snapshot();
  all.push_back(policy::check_refresh(snapshot.state, snapshot.moment));
  all.push_back(policy::check_gates(snapshot.state, snapshot.moment));
  all.emplace_back(check_decisions(*walked));
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
