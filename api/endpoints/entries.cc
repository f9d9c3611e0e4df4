// The department's own hot-list entries (custom BOLO).
#include "api/api.h"
#include "policy/rules/c2b2_entries.h"

namespace alpr::api {

namespace {

struct EntryList {
  Sequence disclosure;  // the event that records this look
  Digest leaf{};
  std::string receipt;
  std::vector<policy::EntryRow> entries;
  template <typename M>
  void members(M& m) {
    m("disclosure", disclosure);
    m("leaf", leaf);
    m("receipt", receipt);
    m("entries", entries);
  }
};

// Approvals and removals change what the next upload is matched with.
template <typename Command>
Endpoint list_changing(Context& context, Endpoint endpoint, std::vector<FromPath> from_path) {
  endpoint.answer_status = 201;
  endpoint.answer = members_of<Written>();
  return with_body<Command>(
      std::move(endpoint), std::move(from_path),
      [&context](const Call& call, const Command& command) {
        return answer(context, context.service.perform([&](const policy::State& state,
                                                           store::Transaction& transaction,
                                                           const policy::Moment& moment) {
          transaction.end_batch();
          return policy::decide(state, *call.actor, command, moment);
        }));
      });
}

Response list(Context& context, const Call& call) {
  policy::ListEntries command;
  const auto limit = call.number("limit", 1, policy::kEntriesShownMax, policy::kEntriesShownMax);
  if (!limit) return problem(limit.error());
  command.limit = *limit;
  if (const auto state = call.query.find("state"); state != call.query.end()) {
    command.state = policy::enum_from_text<policy::EntryState>(state->second);
    if (!command.state)
      return problem(Error{ErrorCode::kMalformed,
                           "state: one of " + policy::enum_choices<policy::EntryState>()});
  }
  std::vector<policy::EntryRow> entries;
  const Outcome outcome =
      context.service.perform([&](const policy::State& state, store::Transaction&,
                                  const policy::Moment& moment) -> policy::Decision {
        auto selected = policy::select_entries(state, command, moment);
        if (!selected)
          return policy::Decision::not_judged(selected.error().code, selected.error().detail);
        entries = std::move(*selected);
        return policy::decide(state, *call.actor, command, entries, moment);
      });
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  return json_answer(EntryList{event.seq, event.leaf, event.receipt, std::move(entries)});
}

}  // namespace

void add_entry_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(command_endpoint<policy::RequestEntry>(
      context,
      {.method = "POST",
       .path = "/v1/hot-list-entries",
       .summary = "Ask for an entry of the custom list, or its update",
       .who = "a trained user",
       .rules = {"I12-A-4", "I12-C2A1-2", "I12-C2B2-1", "I12-C2B2-4", "I12-C2B2-5", "I12-C2B2-6",
                 "I12-C2B2-7", "I12-C2B2-8", "I12-C3-4"}},
      {}));
  endpoints.add(without_body(
      {.method = "GET",
       .path = "/v1/hot-list-entries",
       .summary = "Entries of the custom list, newest first; the look is recorded first",
       .who = "a trained user",
       .rules = {"I12-A-5"},
       .query = {"limit", "state"},
       .answer = members_of<EntryList>()},
      [&context](const Call& call) { return list(context, call); }));
  endpoints.add(list_changing<policy::DecideEntry>(
      context,
      {.method = "POST",
       .path = "/v1/hot-list-entries/{request}/decision",
       .summary = "Approve or deny an entry that another person asked for",
       .who = "ADMINISTRATOR",
       .rules = {"I12-C2B2-2", "I12-L-2"}},
      {{"request", "request"}}));
  endpoints.add(
      list_changing<policy::RemoveEntry>(context,
                                         {.method = "POST",
                                          .path = "/v1/hot-list-entries/{request}/removal",
                                          .summary = "Remove or withdraw an entry",
                                          .who = "its requester, ADMINISTRATOR or COORDINATOR",
                                          .rules = {"I12-C2B2-1"}},
                                         {{"request", "request"}}));
}

}  // namespace alpr::api
