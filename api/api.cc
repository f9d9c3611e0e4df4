#include "api/api.h"

#include "api/compress.h"
#include "api/marking.h"
#include "ledger/chain/header.h"
#include "policy/rules/second_factor.h"

namespace alpr::api {

namespace {

std::string_view media_type(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return type;
}

}  // namespace

Api::Api(Service& service, const ApiSettings& settings, Cosigners* cosigners)
    : service_(service),
      settings_(settings),
      sessions_(service, settings.passwords),
      alerts_(settings.alerts),
      conditions_(service, cosigners),
      fair_share_(settings.fair_share),
      context_{service_, sessions_, settings_, cosigners, &alerts_} {
  add_all_endpoints(endpoints_, context_);
  service_.watch([this](std::span<const chain::EventView> events) { alerts_.committed(events); });
}

Api::~Api() { service_.watch({}); }

void add_all_endpoints(Endpoints& endpoints, Context& context) {
  add_account_endpoints(endpoints, context);
  add_clock_endpoints(endpoints, context);
  add_credential_endpoints(endpoints, context);
  add_people_endpoints(endpoints, context);
  add_import_endpoints(endpoints, context);
  add_device_endpoints(endpoints, context);
  add_shift_list_endpoints(endpoints, context);
  add_read_endpoints(endpoints, context);
  add_hotlist_endpoints(endpoints, context);
  add_entry_endpoints(endpoints, context);
  add_hit_endpoints(endpoints, context);
  add_alert_endpoints(endpoints, context);
  add_owed_stop_endpoints(endpoints, context);
  add_task_endpoints(endpoints, context);
  add_stop_endpoints(endpoints, context);
  add_annual_report_endpoints(endpoints, context);
  add_gap_endpoints(endpoints, context);
  add_check_endpoints(endpoints, context);
  add_source_grant_endpoints(endpoints, context);
  add_oversight_endpoints(endpoints, context);
  add_policy_endpoints(endpoints, context);
  add_query_endpoints(endpoints, context);
  add_review_endpoints(endpoints, context);
  add_hold_endpoints(endpoints, context);
  add_audit_endpoints(endpoints, context);
  add_log_endpoints(endpoints, context);
  add_cosignature_endpoints(endpoints, context);
  add_bundle_endpoints(endpoints, context);
  add_key_endpoints(endpoints, context);
  add_archive_endpoints(endpoints, context);
  add_recipient_endpoints(endpoints, context);
  add_sharing_endpoints(endpoints, context);
  add_records_request_endpoints(endpoints, context);
}

std::variant<std::size_t, Response> Api::admit(const Request& head) const {
  const auto found = endpoints_.find(head.method, head.path);
  if (const Response* answer = std::get_if<Response>(&found)) return *answer;
  const Endpoint& endpoint = *std::get<Endpoints::Found>(found).endpoint;
  // A body worth reading comes from somebody who is logged in; the token is checked again with the
  // request.
  if (endpoint.access == Access::kSession && !sessions_.known(head.header("authorization")))
    return problem(Error{ErrorCode::kUnauthenticated, "this needs a login: POST /v1/sessions"});
  if (endpoint.access == Access::kDevice && !head.header("authorization").starts_with("Device "))
    return problem(Error{ErrorCode::kUnauthenticated, "this takes `Authorization: Device NAME`"});
  if (!endpoint.body_type.empty() && media_type(head.header("content-type")) != endpoint.body_type)
    return problem(415, "this takes " + endpoint.body_type);
  return endpoint.body_type == "application/json" ? settings_.body_bytes_max : endpoint.body_max;
}

Response Api::handle(const Request& request) {
  auto found = endpoints_.find(request.method, request.path);
  if (const Response* answer = std::get_if<Response>(&found)) return *answer;
  Endpoints::Found& match = std::get<Endpoints::Found>(found);
  const Endpoint& endpoint = *match.endpoint;
  Call call{request, std::move(match.path), {}, std::nullopt};
  std::optional<FairShare::Turn> turn;
  if (endpoint.access == Access::kSession) {
    auto actor = sessions_.actor_of(request.header("authorization"), request.remote);
    if (!actor) return problem(actor.error());
    call.actor = std::move(*actor);
    turn = fair_share_.enter(call.actor->username);
    if (!turn) {
      Response wait = problem(429, "too many requests of yours at once: wait a second");
      wait.headers.emplace_back("Retry-After", "1");
      return wait;
    }
  }
  if (settings_.second_factor_required && call.actor && !endpoint.own_account) {
    if (auto refused = second_factor_refusal(*call.actor)) return std::move(*refused);
  }
  auto query = parse_query(request.query, endpoint.query);
  if (!query) return problem(query.error());
  call.query = std::move(*query);
  if (endpoint.body_type.empty() && !request.body.empty())
    return problem(Error{ErrorCode::kMalformed, "this takes no body"});
  Response response = answer_once(endpoint, call);
  // I12-C3-0: whatever leaves says whose it is.
  if (call.actor)
    response.headers.emplace_back("Plateledger-Marking", owner_notice(settings_.origin));
  compress_for(request, response);
  return response;
}

Response Api::answer_once(const Endpoint& endpoint, const Call& call) {
  const std::string_view key = call.request.header("idempotency-key");
  if (key.empty() || !call.actor || endpoint.method != "POST") return endpoint.handle(call);
  auto begun = retries_.begin(call.actor->username, key, call.request, service_.now());
  if (Response* before = std::get_if<Response>(&begun)) return std::move(*before);
  Response response = endpoint.handle(call);
  // What was not decided may be sent again; what was refused is on the record and stays refused.
  const bool done = response.status >= 200 && response.status < 300;
  const bool refused = response.status == 403;
  if (done || refused)
    std::get<Retries::First>(begun).done(response,
                                         refused || endpoint.answer == members_of<Written>());
  return response;
}

std::optional<Response> Api::second_factor_refusal(const policy::Actor& actor) {
  const auto snapshot = service_.snapshot();
  if (!policy::second_factor_missing(snapshot.state, actor, snapshot.moment)) return std::nullopt;
  // Judged again where it is recorded: the session may have shown one by now.
  bool refused = true;
  const Outcome outcome = service_.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        const auto missing = policy::second_factor_missing(state, actor, moment);
        refused = missing.has_value();
        return missing.value_or(policy::Decision::not_judged(ErrorCode::kConflict, ""));
      });
  if (!refused) return std::nullopt;
  return not_done(outcome);
}

Result<store::PurgeReport> Api::tick() {
  const auto sessions = sessions_.tick();
  auto report = service_.tick();
  const auto conditions = conditions_.tick();
  if (!sessions) return tl::unexpected(sessions.error());
  if (report && !conditions) return tl::unexpected(conditions.error());
  return report;
}

Written written(Context& context, Sequence seq) {
  const auto header = context.service.store().header(seq);
  ALPR_CHECK(header.has_value());  // it was committed before anybody could name it
  return {seq, chain::leaf_hash(chain::encode(*header)),
          "/v1/events/" + std::to_string(seq.value) + "/receipt"};
}

Response not_done(const Outcome& outcome) {
  if (outcome.error) return problem(*outcome.error);
  ALPR_CHECK(outcome.refusal.has_value());
  Problem p{403,
            outcome.refusal->slug,
            "The order does not allow it",
            outcome.refusal->reason,
            outcome.refusal->rules,
            std::nullopt};
  if (outcome.commit.count > 0) p.event = outcome.commit.first;
  return problem(p);
}

Response answer(Context& context, const Outcome& outcome) {
  if (!outcome.done()) return not_done(outcome);
  return json_answer(written(context, outcome.commit.first), 201);
}

Endpoint without_body(Endpoint endpoint, std::function<Response(const Call&)> handle) {
  endpoint.handle = std::move(handle);
  return endpoint;
}

}  // namespace alpr::api
