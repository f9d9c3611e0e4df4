// A vehicle's copy of the lists.
#include "api/api.h"
#include "ledger/chain/box_key.h"
#include "ledger/chain/keys.h"
#include "policy/rules/a3_shift_lists.h"
#include "recognition/upload/shift_answer.h"

namespace alpr::api {

namespace {

constexpr int kAttempts = 3;  // a list that changes while it is copied is copied again

// All members of lists.taken are open, so the list that the header commits to shows them.
Result<recognition::ShiftProof> proof_of(store::Store& store, Sequence taken) {
  const auto event = store.event(taken);
  if (!event) return tl::unexpected(event.error());
  chain::MemberList list;
  for (std::size_t i = 0; i < event->members.size(); ++i) {
    const chain::Member& member = event->members[i];
    const auto index = static_cast<std::uint16_t>(i);
    chain::ListedMember& shown = list.emplace_back();
    shown.state = chain::ListedMember::State::kOpen;
    shown.name = member.name;
    shown.value = member.value;
    shown.digest = chain::member_digest(Salt{}, index, member.name, member.value);
  }
  auto tlog = store.tlog_proof(taken);
  if (!tlog) return tl::unexpected(tlog.error());
  const chain::HeaderBytes header = chain::encode(event->header);
  return recognition::ShiftProof{Bytes(header.begin(), header.end()), chain::encode(list),
                                 std::move(*tlog)};
}

// Whoever the snapshot already shows to be nobody makes no copy, but is judged on the record.
bool worth_a_copy(Context& context, const policy::TakeLists& command) {
  const auto snapshot = context.service.snapshot();
  return !policy::judge_take(snapshot.state, context.settings.origin, command, snapshot.moment);
}

Outcome refuse(Context& context, const policy::TakeLists& command) {
  return context.service.perform([&](const policy::State& state, store::Transaction&,
                                     const policy::Moment& moment) -> policy::Decision {
    auto judged = policy::judge_take(state, context.settings.origin, command, moment);
    // What changed between the two looks is seen by asking again.
    if (!judged) return policy::Decision::not_judged(ErrorCode::kBusy, "ask again");
    return std::move(*judged);
  });
}

Response take(Context& context, const Call& call, const policy::TakeLists& command) {
  const std::string& origin = context.settings.origin;
  if (call.request.header("authorization") != "Device " + command.device)
    return problem(Error{ErrorCode::kMalformed,
                         "the path names another device than the Authorization header"});
  Outcome outcome;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (!worth_a_copy(context, command)) {
      outcome = refuse(context, command);
      break;
    }
    Salt salt{};
    chain::random_bytes(salt);
    const auto copy =
        policy::make_copy(context.service.plates(), context.service.policy()->parameters, origin,
                          command.device, context.service.now(), salt);
    if (!copy) return problem(copy.error());
    const auto sealed = chain::seal_to(command.shift_key, as_bytes(copy->text));
    if (!sealed)
      return problem(Error{ErrorCode::kMalformed, "shift_key: " + sealed.error().detail});
    outcome = context.service.perform(
        [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
          return policy::decide(state, origin, command, *copy, moment);
        });
    if (outcome.done()) {
      const auto proof = proof_of(context.service.store(), outcome.commit.first);
      if (!proof) return problem(proof.error());
      const Bytes body = recognition::encode_shift_answer(*proof, *sealed);
      return {201, std::string(recognition::kShiftListContentType), std::string(as_text(body)), {}};
    }
    if (!outcome.error || outcome.error->code != ErrorCode::kBusy) break;
  }
  return not_done(outcome);
}

}  // namespace

void add_shift_list_endpoints(Endpoints& endpoints, Context& context) {
  Endpoint endpoint = with_body<policy::TakeLists>(
      {.method = "POST",
       .path = "/v1/devices/{device}/lists",
       .access = Access::kDevice,
       .summary = "Give a vehicle its copy of the active lists for a shift, sealed to it; which "
                  "versions is recorded first",
       .who = "an enrolled mobile reader",
       .rules = {"I12-A-3", "I12-DEF-1", "I12-F-3", "I12-C2A-8"},
       .answer_type = std::string(recognition::kShiftListContentType),
       .answer_status = 201},
      {{"device", "device", FromPath::As::kText}},
      [&context](const Call& call, const policy::TakeLists& command) {
        return take(context, call, command);
      });
  endpoints.add(std::move(endpoint));
}

}  // namespace alpr::api
