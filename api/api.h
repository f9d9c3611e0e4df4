// The API: the endpoints, and what surrounds every call of one: who is it, may it be read at all,
// is it well formed.
//
// admit() and handle() are what HttpServer is given; both may be called by any thread. Tests call
// them without a socket.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "api/alarms/conditions.h"
#include "api/alerts.h"
#include "api/endpoint.h"
#include "api/fair_share.h"
#include "api/retries.h"
#include "api/service.h"
#include "api/sessions.h"
#include "policy/registers/hotlist_profile.h"

namespace alpr::api {

struct ApiSettings {
  std::string origin;  // of the log
  std::size_t image_bytes_max = std::size_t{8} << 20;
  std::size_t upload_bytes_max = std::size_t{16} << 20;  // a batch: its manifest and its pictures
  std::size_t hotlist_bytes_max = std::size_t{64} << 20;
  std::size_t body_bytes_max = kJsonBodyMax;  // every other body
  PasswordSettings passwords;
  bool second_factor_required = false;  // of everybody but the Commission's auditors
  AlertLimits alerts;
  FairShareLimits fair_share;                            // of each person
  std::filesystem::path backup_folder;                   // empty: this server makes none
  std::vector<policy::HotlistProfile> hotlist_profiles;  // that a load may name
  // How many receivers of alarms were not reached for an hour; empty: there are none.
  std::function<std::int64_t()> unreached_receivers;
};

class Cosigners;

// What endpoints work with.
struct Context {
  Service& service;
  Sessions& sessions;
  const ApiSettings& settings;
  Cosigners* cosigners = nullptr;  // nullptr: no witness policy
  Alerts* alerts = nullptr;        // nullptr: of the document's generator alone
};

class Api {
 public:
  // `cosigners` outlives this; nullptr: no witness policy.
  Api(Service& service, const ApiSettings& settings, Cosigners* cosigners = nullptr);
  ~Api();  // after the server, whose streams of alerts are part of this
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  std::variant<std::size_t, Response> admit(const Request& head) const;
  Response handle(const Request& request);

  // All housekeeping: the service's, the sessions', what alarms come of. One thread at a time.
  Result<store::PurgeReport> tick();

  const Endpoints& endpoints() const { return endpoints_; }
  Sessions& sessions() { return sessions_; }
  const Alerts& alerts() const { return alerts_; }
  Service& service() { return service_; }

 private:
  std::optional<Response> second_factor_refusal(const policy::Actor& actor);
  // The endpoint's answer, or that of the first time where the request is sent again.
  Response answer_once(const Endpoint& endpoint, const Call& call);

  Service& service_;
  const ApiSettings settings_;
  Sessions sessions_;
  Alerts alerts_;
  Conditions conditions_;
  FairShare fair_share_;
  Retries retries_;
  Context context_;
  Endpoints endpoints_;
};

// Registered by topic, api/endpoints/<topic>.cc.
void add_account_endpoints(Endpoints& endpoints, Context& context);
void add_clock_endpoints(Endpoints& endpoints, Context& context);
void add_credential_endpoints(Endpoints& endpoints, Context& context);
void add_people_endpoints(Endpoints& endpoints, Context& context);
void add_import_endpoints(Endpoints& endpoints, Context& context);
void add_device_endpoints(Endpoints& endpoints, Context& context);
void add_shift_list_endpoints(Endpoints& endpoints, Context& context);
void add_read_endpoints(Endpoints& endpoints, Context& context);
void add_hotlist_endpoints(Endpoints& endpoints, Context& context);
void add_entry_endpoints(Endpoints& endpoints, Context& context);
void add_hit_endpoints(Endpoints& endpoints, Context& context);
void add_alert_endpoints(Endpoints& endpoints, Context& context);
void add_owed_stop_endpoints(Endpoints& endpoints, Context& context);
void add_task_endpoints(Endpoints& endpoints, Context& context);
void add_stop_endpoints(Endpoints& endpoints, Context& context);
void add_annual_report_endpoints(Endpoints& endpoints, Context& context);
void add_gap_endpoints(Endpoints& endpoints, Context& context);
void add_check_endpoints(Endpoints& endpoints, Context& context);
void add_source_grant_endpoints(Endpoints& endpoints, Context& context);
void add_oversight_endpoints(Endpoints& endpoints, Context& context);
void add_policy_endpoints(Endpoints& endpoints, Context& context);
void add_query_endpoints(Endpoints& endpoints, Context& context);
void add_review_endpoints(Endpoints& endpoints, Context& context);
void add_hold_endpoints(Endpoints& endpoints, Context& context);
void add_audit_endpoints(Endpoints& endpoints, Context& context);
void add_audit_worksheet_endpoints(Endpoints& endpoints, Context& context);
void add_training_review_endpoints(Endpoints& endpoints, Context& context);
void add_self_check_endpoints(Endpoints& endpoints, Context& context);
void add_log_endpoints(Endpoints& endpoints, Context& context);
void add_cosignature_endpoints(Endpoints& endpoints, Context& context);
void add_bundle_endpoints(Endpoints& endpoints, Context& context);
void add_key_endpoints(Endpoints& endpoints, Context& context);
void add_archive_endpoints(Endpoints& endpoints, Context& context);
void add_recipient_endpoints(Endpoints& endpoints, Context& context);
void add_sharing_endpoints(Endpoints& endpoints, Context& context);
void add_records_request_endpoints(Endpoints& endpoints, Context& context);
// All of them, for the document's generator, which calls no handler.
void add_all_endpoints(Endpoints& endpoints, Context& context);

// ---- answers ----

// After a write: which event it is, its leaf hash in the log, and where its receipt is.
struct Written {
  Sequence seq;
  Digest leaf{};
  std::string receipt;
  template <typename M>
  void members(M& m) {
    m("seq", seq);
    m("leaf", leaf);
    m("receipt", receipt);
  }
};
Written written(Context& context, Sequence seq);
// The problem document of a refusal or an error; only for an outcome that is not done().
Response not_done(const Outcome& outcome);
// 201 with Written of the first event, or the problem.
Response answer(Context& context, const Outcome& outcome);

// The members of a GET without a body.
Endpoint without_body(Endpoint endpoint, std::function<Response(const Call&)> handle);

// Registers a command whose whole handling is decide(state, actor, command, moment).
template <typename Command>
Endpoint command_endpoint(Context& context, Endpoint endpoint, std::vector<FromPath> from_path) {
  endpoint.answer_status = 201;
  endpoint.answer = members_of<Written>();
  return with_body<Command>(std::move(endpoint), std::move(from_path),
                            [&context](const Call& call, const Command& command) {
                              return answer(context, context.service.perform(*call.actor, command));
                            });
}

}  // namespace alpr::api
