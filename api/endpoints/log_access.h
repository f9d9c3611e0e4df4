// What the endpoints of the log share: who may read it, and answers that a reader already has. Any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/api.h"
#include "policy/rules/access.h"

namespace alpr::api {

// As an endpoint's `who` says it.
inline constexpr std::string_view kLogReaders =
    "PAC_AUDITOR, COORDINATOR, ADMINISTRATOR or IT_UNIT";

// Whose act the event is: the username of its member "by".
bool is_by(const chain::EventView& event, std::string_view username);

// Nothing where the gate lets the caller in, or the answer that refuses; the refusal is then on the
// record under `action`.
using GateOf = policy::Gate (*)(const policy::State&, const policy::Actor&, const policy::Moment&);
std::optional<Response> refuse_unless(Context& context, const Call& call, GateOf gate_of,
                                      std::string_view action);
// The same by policy::gate_log, for reading the log.
std::optional<Response> refuse_log(Context& context, const Call& call);
// As refuse_log, but the person who acted may always have what concerns their own event, and a
// tombstone is for everybody who is logged in: a 410 points to it. kNotFound
// becomes its problem document.
std::optional<Response> refuse_log_of(Context& context, const Call& call, Sequence event);

// 200 with an entity tag made from the body, or 304 where the caller's If-None-Match has it (RFC
// 9110 section 13.1.2).
Response conditional(const Call& call, std::string body, std::string_view type,
                     std::string_view cache);

}  // namespace alpr::api
