// Queries that stand out: who looks at them, what they see, and what they found. And what makes a
// query stand out that only people know: places, and members' own plates.
#include "policy/registers/reviews.h"

#include <array>

#include "api/api.h"
#include "policy/rules/access.h"
#include "policy/rules/c3_reviews.h"

namespace alpr::api {
namespace {

constexpr std::size_t kShownMax = 1000;

struct ReviewList {
  std::vector<policy::ReviewRow> reviews;
  template <typename M>
  void members(M& m) {
    m("reviews", reviews);
  }
};

struct ShownReview {
  Sequence event;  // that this is on the record with
  Digest leaf{};
  std::string receipt;
  policy::ReviewRow review;
  policy::Actor by;  // who asked
  TimeUs asked_at;
  policy::QueryPurpose purpose{};
  policy::LegalStandard legal_standard{};
  std::int64_t result_count = 0;
  policy::QueryElements elements;
  policy::QueryGrounds grounds;
  template <typename M>
  void members(M& m) {
    m("event", event);
    m("leaf", leaf);
    m("receipt", receipt);
    m("review", review);
    m("by", by);
    m("asked_at", asked_at);
    m("purpose", purpose);
    m("legal_standard", legal_standard);
    m("result_count", result_count);
    m("elements", elements);
    m("grounds", grounds);
  }
};

// What the list names is open in the log, but for the person; so it is for those who review.
Response list(Context& context, const Call& call) {
  const auto snapshot = context.service.snapshot();
  constexpr std::array kReviewers{policy::Role::kCoordinator, policy::Role::kAdministrator,
                                  policy::Role::kChiefDesignee};
  const policy::Gate open = policy::gate_role(snapshot.state, *call.actor, snapshot.moment,
                                              kReviewers, {"I12-L-4", "I12-C3-3"});
  if (open.error) return problem(*open.error);
  if (open.refusal) {
    return not_done(
        context.service.perform([&](const policy::State&, store::Transaction&,
                                    const policy::Moment&) { return *open.stop("reviews.list"); }));
  }
  auto rows = policy::list_reviews(*snapshot.rows, kShownMax);
  if (!rows) return problem(rows.error());
  return json_answer(ReviewList{std::move(*rows)});
}

Response show(Context& context, const Call& call) {
  const auto seq = call.seq("review");
  if (!seq) return problem(seq.error());
  const policy::DiscloseReview command{*seq};
  const auto row = policy::find_review(*context.service.store().registers(), *seq);
  if (!row) return problem(row.error());
  const Outcome outcome = context.service.perform(*call.actor, command);
  if (!outcome.done()) return not_done(outcome);
  if (!*row) return problem(Error{ErrorCode::kBusy, "the review was raised just now: ask again"});
  const auto event = context.service.store().event((*row)->query);
  if (!event) return problem(event.error());
  const auto query = policy::from_event<policy::QueryPerformed>(*event);
  if (!query) return problem(query.error());
  const Written disclosed = written(context, outcome.commit.first);
  return json_answer(ShownReview{disclosed.seq, disclosed.leaf, disclosed.receipt, **row, query->by,
                                 event->header.time, query->purpose, query->legal_standard,
                                 query->result_count, query->elements, query->grounds});
}

}  // namespace

void add_review_endpoints(Endpoints& endpoints, Context& context) {
  const std::string reviewers = "COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE";
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/v1/reviews",
                    .summary = "Queries that stand out and wait for a review, oldest first",
                    .who = reviewers,
                    .rules = {"I12-C3-3", "I12-C3-5", "I12-C3-6", "I12-C3-7", "I12-L-4"},
                    .answer = members_of<ReviewList>()},
                   [&context](const Call& call) { return list(context, call); }));
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/v1/reviews/{review}",
                    .summary = "What was asked, by whom and on which grounds; recorded first",
                    .who = reviewers + ", not of one's own query",
                    .rules = {"I12-F-2", "I12-L-4"},
                    .answer = members_of<ShownReview>()},
                   [&context](const Call& call) { return show(context, call); }));
  endpoints.add(command_endpoint<policy::DecideReview>(
      context,
      {.method = "POST",
       .path = "/v1/reviews/{review}/decision",
       .summary = "Say what was found out about a query that stood out",
       .who = reviewers + ", not of one's own query",
       .rules = {"I12-C3-3", "I12-C3-5", "I12-C3-6", "I12-C3-7", "I12-L-4"}},
      {{"review", "review"}}));
  endpoints.add(command_endpoint<policy::FlagPlace>(
      context,
      {.method = "POST",
       .path = "/v1/flagged-places",
       .summary = "Name a place and time whose searches are looked at again",
       .who = reviewers,
       .rules = {"I12-C3-6"}},
      {}));
  endpoints.add(command_endpoint<policy::NameMemberPlate>(
      context,
      {.method = "POST",
       .path = "/v1/users/{username}/plates",
       .summary = "Name a member's own plate, so that searches for it are looked at again",
       .who = "the member, or the COORDINATOR",
       .rules = {"I12-C3-5"}},
      {{"username", "username", FromPath::As::kText}}));
}

}  // namespace alpr::api
