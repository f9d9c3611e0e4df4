// Investigative queries and the pictures of what they disclosed.
#include "policy/registers/queries.h"

#include "api/api.h"
#include "api/images.h"
#include "policy/records/reads.h"
#include "policy/registers/devices.h"
#include "policy/registers/plate_text.h"
#include "policy/registers/query_elements.h"
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
  std::optional<std::string> color, make, model;
  std::optional<std::string> vehicle_source;  // who named them; absent: the reader itself
  std::string image;                          // where its picture is
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
    m("color", color);
    m("make", make);
    m("model", model);
    m("vehicle_source", vehicle_source);
    m("image", image);
  }
};

struct QueryAnswer {
  Sequence query;
  Sequence event;  // that this answer is on the record with: the query's, or the page's own
  Digest leaf{};
  std::string receipt;
  std::vector<ShownRead> results;   // newest upload first
  bool more = false;                // there are further matches
  std::optional<std::string> next;  // where the next page is
  template <typename M>
  void members(M& m) {
    m("query", query);
    m("event", event);
    m("leaf", leaf);
    m("receipt", receipt);
    m("results", results);
    m("more", more);
    m("next", next);
  }
};

// Devices of the police area that was asked for; nothing where none was.
Result<std::optional<std::vector<std::string>>> devices_of(Context& context,
                                                           const policy::QueryElements& elements) {
  std::optional<std::vector<std::string>> names;
  if (!elements.police_area) return names;
  const auto devices = policy::list_devices(*context.service.store().registers());
  if (!devices) return tl::unexpected(devices.error());
  names.emplace();
  for (const policy::DeviceRow& device : *devices)
    if (device.police_area == *elements.police_area) names->push_back(device.device);
  return names;
}

struct Searched {
  policy::SearchResult result;
  policy::Found found;  // its seqs
};

Result<Searched> search(Context& context, const policy::QueryElements& elements,
                        const std::string& case_number, std::optional<Sequence> before) {
  auto devices = devices_of(context, elements);
  if (!devices) return tl::unexpected(devices.error());
  Searched searched{
      context.service.reads().search(elements, {case_number, context.service.now(),
                                                policy::kResultsMax, before, std::move(*devices)}),
      {}};
  for (const policy::ReadMatch& match : searched.result.matches)
    searched.found.reads.push_back(match.row.seq);
  searched.found.more = searched.result.more;
  return searched;
}

std::optional<std::string> value_of(const std::optional<policy::ReadAttribute>& attribute) {
  return attribute ? std::optional(attribute->value) : std::nullopt;
}

// What is shown of a match. Due times are checked again: nothing of what fell due since the search
// (I12-G-1).
Result<std::optional<ShownRead>> shown(Context& context, Sequence query,
                                       const policy::ReadMatch& match,
                                       const std::string& case_number) {
  const policy::ReadRow& row = match.row;
  if (!context.service.reads().may_show(row, case_number, context.service.now()))
    return std::optional<ShownRead>();
  const auto event = context.service.store().event(row.seq);
  if (!event && event.error().code == ErrorCode::kGone) return std::optional<ShownRead>();
  if (!event) return tl::unexpected(event.error());
  const auto recorded = policy::from_event<policy::ReadRecorded>(*event);
  if (!recorded) return tl::unexpected(recorded.error());
  return ShownRead{row.seq,
                   row.plate,
                   match.match,
                   row.captured,
                   row.uploaded,
                   row.device,
                   recorded->read->place,
                   row.latitude_e7,
                   row.longitude_e7,
                   recorded->read->confidence_ppm,
                   value_of(recorded->read->color),
                   value_of(recorded->read->make),
                   value_of(recorded->read->model),
                   recorded->read->vehicle_source,
                   "/v1/queries/" + std::to_string(query.value) + "/reads/" +
                       std::to_string(row.seq.value) + "/image"};
}

// Reveals what the committed event lists.
Response reveal(Context& context, Sequence query, const Outcome& outcome, const Searched& searched,
                const std::string& case_number) {
  const Written event = written(context, outcome.commit.first);
  QueryAnswer answer{query, event.seq, event.leaf, event.receipt, {}, searched.found.more, {}};
  for (const policy::ReadMatch& match : searched.result.matches) {
    auto read = shown(context, query, match, case_number);
    if (!read) return problem(read.error());
    if (*read) answer.results.push_back(std::move(**read));
  }
  if (answer.more)
    answer.next = "/v1/queries/" + std::to_string(query.value) + "/after/" +
                  std::to_string(searched.found.reads.back().value);
  return json_answer(answer, 201);
}

// Searches first, records what it would disclose, and reveals it only when that is durable
// (I12-C2B-7).
Response perform_query(Context& context, const Call& call, policy::PerformQuery query) {
  if (query.elements.plate) {
    auto normal = policy::normalise_pattern(*query.elements.plate);
    if (!normal)
      return problem(Error{ErrorCode::kMalformed, "elements.plate: " + normal.error().detail});
    query.elements.plate = std::move(*normal);
  }
  if (auto checked = policy::check_elements(query.elements, context.service.now()); !checked)
    return problem(checked.error());
  const std::string case_number = query.grounds.case_number.value_or("");
  Searched searched;
  if (!policy::judge_grounds(query.grounds, context.service.policy()->parameters) &&
      !policy::too_broad(query.elements)) {
    auto done = search(context, query.elements, case_number, std::nullopt);
    if (!done) return problem(done.error());
    searched = std::move(*done);
  }
  const Outcome outcome = context.service.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, *call.actor, query, searched.found, moment);
      });
  if (!outcome.done()) return not_done(outcome);
  return reveal(context, outcome.commit.first, outcome, searched, case_number);
}

// The same search again, from where a page of it ended. Nothing is searched for somebody whose
// query it is not.
Response next_page(Context& context, const Call& call, const policy::DisclosePage& command) {
  const auto row = policy::find_query(*context.service.store().registers(), command.query);
  if (!row) return problem(row.error());
  Searched searched;
  std::string case_number;
  if (*row && (*row)->username == call.actor->username) {
    const auto event = context.service.store().event(command.query);
    if (!event) return problem(event.error());
    const auto query = policy::from_event<policy::QueryPerformed>(*event);
    if (!query) return problem(query.error());
    case_number = (*row)->case_number;
    auto done = search(context, query->elements, case_number, command.after);
    if (!done) return problem(done.error());
    searched = std::move(*done);
  }
  const Outcome outcome = context.service.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, *call.actor, command, searched.found, moment);
      });
  if (!outcome.done()) return not_done(outcome);
  return reveal(context, command.query, outcome, searched, case_number);
}

}  // namespace

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
       .path = "/v1/queries/{query}/after/{read}",
       .summary = "The page of one's own query after the one that ended with this read; recorded "
                  "first",
       .who = "the user who performed the query",
       .rules = {"I12-C2B-7", "I12-F-2", "I12-G-1"},
       .answer_status = 201,
       .answer = members_of<QueryAnswer>()},
      [&context](const Call& call) {
        const auto query = call.seq("query");
        if (!query) return problem(query.error());
        const auto read = call.seq("read");
        if (!read) return problem(read.error());
        return next_page(context, call, {*query, *read});
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
