#include "api/endpoints/log_access.h"

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/kinds.h"

namespace alpr::api {

namespace {

std::string entity_tag(std::string_view body) {
  return "\"" + chain::hex(chain::sha256(as_bytes(body))).substr(0, 32) + "\"";
}

// A tag of ours holds no comma, so a list splits at commas. The comparison is the weak one.
bool names_tag(std::string_view if_none_match, std::string_view tag) {
  while (!if_none_match.empty()) {
    std::string_view one = if_none_match.substr(0, if_none_match.find(','));
    if_none_match.remove_prefix(std::min(one.size() + 1, if_none_match.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag || one == "*") return true;
  }
  return false;
}

}  // namespace

bool is_by(const chain::EventView& event, std::string_view username) {
  const auto payload = chain::parse_canonical(event.json);
  const chain::Json* by = payload ? payload->member("by") : nullptr;
  const chain::Json* name = by ? by->member("username") : nullptr;
  return name && name->string() && *name->string() == username;
}

std::optional<Response> refuse_unless(Context& context, const Call& call, GateOf gate_of,
                                      std::string_view action) {
  const auto snapshot = context.service.snapshot();
  const policy::Gate gate = gate_of(snapshot.state, *call.actor, snapshot.moment);
  if (gate.error) return problem(*gate.error);
  if (!gate.refusal) return std::nullopt;
  // A refusal is on the record, also of a mere look (architecture invariant 3).
  return not_done(
      context.service.perform([&](const policy::State&, store::Transaction&,
                                  const policy::Moment&) { return *gate.stop(action); }));
}

std::optional<Response> refuse_log(Context& context, const Call& call) {
  return refuse_unless(context, call, policy::gate_log, "log.read");
}

std::optional<Response> refuse_log_of(Context& context, const Call& call, Sequence event) {
  const auto header = context.service.store().header(event);
  if (!header) return problem(header.error());
  // A 410 points to the tombstone, which names nobody.
  if (header->kind == chain::kind::kReadsPurged) return std::nullopt;
  if (header->form == chain::Form::kByMember) {
    const auto view = context.service.store().event(event);
    if (view && is_by(*view, call.actor->username)) return std::nullopt;
  }
  return refuse_log(context, call);
}

Response conditional(const Call& call, std::string body, std::string_view type,
                     std::string_view cache) {
  const std::string tag = entity_tag(body);
  Response response{200,
                    std::string(type),
                    std::move(body),
                    {{"Cache-Control", std::string(cache)}, {"ETag", tag}}};
  if (names_tag(call.request.header("if-none-match"), tag)) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace alpr::api
