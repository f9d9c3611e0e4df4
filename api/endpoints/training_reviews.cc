// The review of training records: every access of a time against the training of that time.
#include <algorithm>
#include <set>

#include "api/audit_population.h"
#include "api/endpoints/log_access.h"
#include "ledger/chain/canonical_json.h"
#include "policy/rules/k_training_reviews.h"

namespace alpr::api {

namespace {

struct UntrainedAccess {
  Sequence event;
  std::string username;
  template <typename M>
  void members(M& m) {
    m("event", event);
    m("username", username);
  }
};

struct ReviewAnswer {
  Sequence seq;
  Digest leaf{};
  std::string receipt;
  std::int64_t accesses = 0;
  std::int64_t people = 0;
  std::vector<UntrainedAccess> untrained;
  template <typename M>
  void members(M& m) {
    m("seq", seq);
    m("leaf", leaf);
    m("receipt", receipt);
    m("accesses", accesses);
    m("people", people);
    m("untrained", untrained);
  }
};

Result<policy::PersonsAccess> access_of(const chain::EventView& event) {
  const auto payload = chain::parse_canonical(event.json);
  const chain::Json* policy = payload ? payload->member("policy") : nullptr;
  const chain::Json* by = payload ? payload->member("by") : nullptr;
  const chain::Json* name = by ? by->member("username") : nullptr;
  if (!policy || !policy->integer() || !name || !name->string())
    return fail(ErrorCode::kCorrupt, "an access does not say whose it is");
  return policy::PersonsAccess{event.header.seq, event.header.time, *policy->integer(),
                               *name->string()};
}

class Reviewing {
 public:
  Reviewing(const store::Store& store, const chain::RegisterReader& rows)
      : store_(store), rows_(rows) {}

  Result<void> see(const chain::Header& header) {
    if (!std::ranges::binary_search(policy::access_kinds(), header.kind)) return {};
    if (++found_.accesses > policy::kReviewedMax)
      return fail(ErrorCode::kTooLarge, "more accesses than one review takes: a shorter time");
    const auto event = store_.event(header.seq);
    if (!event) return tl::unexpected(event.error());
    const auto access = access_of(*event);
    if (!access) return tl::unexpected(access.error());
    people_.insert(access->username);
    const auto trained = policy::trained_then(rows_, *access);
    if (!trained) return tl::unexpected(trained.error());
    if (*trained) return {};
    if (untrained_.size() >= policy::kUntrainedMax)
      return fail(ErrorCode::kTooLarge, "more untrained accesses than one review lists");
    untrained_.push_back({header.seq, access->username});
    found_.untrained.push_back(header.seq);
    return {};
  }
  policy::TrainingReview finish(std::uint64_t size) {
    found_.size = static_cast<std::int64_t>(size);
    found_.people = static_cast<std::int64_t>(people_.size());
    return found_;
  }
  const std::vector<UntrainedAccess>& untrained() const { return untrained_; }

 private:
  const store::Store& store_;
  const chain::RegisterReader& rows_;
  policy::TrainingReview found_;
  std::set<std::string> people_;
  std::vector<UntrainedAccess> untrained_;
};

Response review(Context& context, const Call& call, const policy::ReviewTrainings& command) {
  if (auto refused = refuse_unless(context, call, policy::gate_training_review, "trainings.review"))
    return std::move(*refused);
  const store::Store& store = context.service.store();
  const std::uint64_t size = store.size();
  const auto rows = store.registers();
  Reviewing reviewing(store, *rows);
  const auto walked =
      walk_headers(store, size, command.from, command.to,
                   [&](const chain::Header& header) { return reviewing.see(header); });
  if (!walked) return problem(walked.error());
  const policy::TrainingReview found = reviewing.finish(size);
  const Outcome outcome = context.service.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, *call.actor, command, found, moment);
      });
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  return json_answer(ReviewAnswer{event.seq, event.leaf, event.receipt, found.accesses,
                                  found.people, reviewing.untrained()},
                     201);
}

}  // namespace

void add_training_review_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(with_body<policy::ReviewTrainings>(
      {.method = "POST",
       .path = "/v1/audits/training-reviews",
       .summary = "Compare every access of a time with the training of that time; recorded first",
       .who = "COORDINATOR or ADMINISTRATOR",
       .rules = {"I12-K-6", "I12-J-2", "I12-L-3"},
       .answer_status = 201,
       .answer = members_of<ReviewAnswer>()},
      {}, [&context](const Call& call, const policy::ReviewTrainings& command) {
        return review(context, call, command);
      }));
}

}  // namespace alpr::api
