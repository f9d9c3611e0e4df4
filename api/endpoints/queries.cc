// Investigative queries and the pictures of what they disclosed.
#include "policy/registers/queries.h"

#include "api/api.h"
#include "api/gone.h"
#include "api/images.h"
#include "ledger/chain/encoding.h"
#include "policy/registers/plate_text.h"
#include "policy/rules/c2b_queries.h"

namespace alpr::api {

namespace {

struct ShownRead {
  Sequence read;
  std::string plate;
  policy::MatchKind match{};
  TimeUs captured_at;
  TimeUs uploaded_at;
  std::string device;
  std::string place;
  std::int64_t latitude_e7 = 0;
  std::int64_t longitude_e7 = 0;
  std::int64_t confidence_ppm = 0;
  std::string image;  // where its picture is
  template <typename M>
  void members(M& m) {
    m("read", read);
    m("plate", plate);
    m("match", match);
    m("captured_at", captured_at);
    m("uploaded_at", uploaded_at);
    m("device", device);
    m("place", place);
    m("latitude_e7", latitude_e7);
    m("longitude_e7", longitude_e7);
    m("confidence_ppm", confidence_ppm);
    m("image", image);
  }
};

struct QueryAnswer {
  Sequence query;
  Digest leaf{};
  std::string receipt;
  std::vector<ShownRead> results;  // newest upload first
  bool more = false;               // there are further matches: narrow the query
  template <typename M>
  void members(M& m) {
    m("query", query);
    m("leaf", leaf);
    m("receipt", receipt);
    m("results", results);
    m("more", more);
  }
};

// Searches first, records what it would disclose, and reveals it only when that is durable
// (I12-C2B-7).
Response perform_query(Context& context, const Call& call, policy::PerformQuery query) {
  if (query.elements.plate) {
    auto normal = policy::normalise_pattern(*query.elements.plate);
    if (!normal)
      return problem(Error{ErrorCode::kMalformed, "elements.plate: " + normal.error().detail});
    query.elements.plate = std::move(*normal);
  }
  if (auto checked = policy::check_elements(query.elements); !checked)
    return problem(checked.error());
  const std::string case_number = query.grounds.case_number.value_or("");
  policy::SearchResult search;
  policy::Found found;
  if (!policy::judge_grounds(query.grounds, context.service.policy()->parameters) &&
      !policy::too_broad(query.elements)) {
    search = context.service.reads().search(query.elements, case_number, context.service.now(),
                                            policy::kResultsMax);
    for (const policy::ReadMatch& match : search.matches) found.reads.push_back(match.row.seq);
    found.more = search.more;
  }
  const Outcome outcome = context.service.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, *call.actor, query, found, moment);
      });
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  QueryAnswer answer{event.seq, event.leaf, event.receipt, {}, found.more};
  const TimeUs now = context.service.now();
  for (const policy::ReadMatch& match : search.matches) {
    const policy::ReadRow& row = match.row;
    // Due times are checked again: what fell due since the search is not revealed (I12-G-1).
    if (!context.service.reads().may_show(row, case_number, now)) continue;
    answer.results.push_back({row.seq, row.plate, match.match, row.captured, row.uploaded,
                              row.device, row.place, row.latitude_e7, row.longitude_e7,
                              row.confidence_ppm,
                              "/v1/queries/" + std::to_string(event.seq.value) + "/reads/" +
                                  std::to_string(row.seq.value) + "/image"});
  }
  return json_answer(answer, 201);
}

}  // namespace

Response disclose_image(Context& context, const policy::Actor& actor,
                        const policy::DiscloseImage& command) {
  const Outcome outcome = context.service.perform(actor, command);
  if (outcome.error) return event_problem(context.service.store(), command.read, *outcome.error);
  if (!outcome.done()) return not_done(outcome);
  const auto row = context.service.reads().find(command.read);
  if (!row) {
    return event_problem(context.service.store(), command.read,
                         {ErrorCode::kGone, "this read is past its 30 days (I12-G-1)"});
  }
  // The store checks the due time again, and that the bytes are those the read committed to.
  const auto image = context.service.store().image(row->seq, bucket_of(row->uploaded),
                                                   {static_cast<std::uint64_t>(row->image_offset),
                                                    static_cast<std::uint64_t>(row->image_length)},
                                                   row->image_sha256);
  if (!image) return event_problem(context.service.store(), row->seq, image.error());
  const Written event = written(context, outcome.commit.first);
  return {200,
          row->image_type,
          std::string(as_text(*image)),
          {{"X-Plateledger-Event", std::to_string(event.seq.value)},
           {"X-Plateledger-Leaf", chain::hex(event.leaf)},
           {"X-Plateledger-Receipt", event.receipt}}};
}

void add_query_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(with_body<policy::PerformQuery>(
      {.method = "POST",
       .path = "/v1/queries",
       .summary = "An investigative query: recorded, signed, and then answered",
       .who = "a trained user",
       .rules = {"I12-B-4", "I12-C2B-1", "I12-C2B-2", "I12-C2B-3", "I12-C2B-4", "I12-C2B-5",
                 "I12-C2B-6", "I12-C2B-7", "I12-C3-c1", "I12-C3-c2", "I12-G-1"},
       .answer_status = 201,
       .answer = members_of<QueryAnswer>()},
      {}, [&context](const Call& call, policy::PerformQuery query) {
        return perform_query(context, call, std::move(query));
      }));
  endpoints.add(without_body(
      {.method = "GET",
       .path = "/v1/queries/{query}/reads/{read}/image",
       .summary = "The picture of a read that one's own query disclosed; recorded first",
       .who = "the user who performed the query",
       .rules = {"I12-C2B-7", "I12-F-2", "I12-G-1"},
       .answer_type = "image/*"},
      [&context](const Call& call) {
        const auto query = call.seq("query");
        if (!query) return problem(query.error());
        const auto read = call.seq("read");
        if (!read) return problem(read.error());
        return disclose_image(context, *call.actor, {*read, *query, std::nullopt});
      }));
}

}  // namespace alpr::api
