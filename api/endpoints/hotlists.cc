// General hot lists.
#include "policy/registers/hotlists.h"

#include "api/api.h"
#include "ledger/chain/encoding.h"
#include "policy/rules/c2b1_hotlists.h"

namespace alpr::api {

namespace {

struct HotlistList {
  std::vector<policy::HotlistRow> lists;
  template <typename M>
  void members(M& m) {
    m("lists", lists);
  }
};

Response load(Context& context, const Call& call) {
  const auto given = call.query.find("source_time");
  if (given == call.query.end())
    return problem(Error{ErrorCode::kMalformed,
                         "source_time: say when the source made the file, e.g. "
                         "2026-11-23T04:00:00Z"});
  const auto source_time = chain::parse_time(given->second);
  if (!source_time)
    return problem(Error{ErrorCode::kMalformed, "source_time: " + source_time.error().detail});
  const policy::LoadHotlist command{call.path.find("source")->second, *source_time,
                                    call.request.body};
  const policy::PreparedHotlist prepared = policy::prepare_hotlist(command);
  const Outcome outcome =
      context.service.perform([&](const policy::State& state, store::Transaction& transaction,
                                  const policy::Moment& moment) -> policy::Decision {
        if (auto judged = policy::judge_hotlist(state, *call.actor, command, prepared, moment))
          return *judged;
        const auto blob = transaction.store_blob(as_bytes(prepared.list->canonical));
        if (!blob) return policy::Decision::not_judged(blob.error().code, blob.error().detail);
        transaction.end_batch();  // the next upload matches against this list
        return policy::decide(state, *call.actor, command, prepared, *blob, moment);
      });
  return answer(context, outcome);
}

}  // namespace

void add_hotlist_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(without_body({.method = "POST",
                              .path = "/v1/hot-lists/{source}",
                              .summary = "Load a general list from CSV; it replaces the one before",
                              .who = "ADMINISTRATOR, COORDINATOR or IT_UNIT, trained",
                              .rules = {"I12-C2A1-1", "I12-C2A1-3", "I12-C2A1-4", "I12-C2B1-2"},
                              .query = {"source_time"},
                              .body_type = "text/csv",
                              .body_max = context.settings.hotlist_bytes_max,
                              .answer_status = 201,
                              .answer = members_of<Written>()},
                             [&context](const Call& call) { return load(context, call); }));
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/v1/hot-lists",
                    .summary = "The active version of each general list and its age; no plates",
                    .who = "anybody logged in",
                    .rules = {"I12-C2A-8", "I12-C2A1-4"},
                    .answer = members_of<HotlistList>()},
                   [&context](const Call&) {
                     auto lists = policy::active_lists(*context.service.snapshot().rows);
                     if (!lists) return problem(lists.error());
                     return json_answer(HotlistList{std::move(*lists)});
                   }));
}

}  // namespace alpr::api
