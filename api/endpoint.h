// An endpoint is registered once: verb, path, who may call it, what it takes and gives, which rows
// of the order it keeps. Routing, authentication, limits and the OpenAPI document all come from
// that one registration.
//
// Immutable after start; any thread.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/http_server/message.h"
#include "api/json_body.h"
#include "api/problem.h"
#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::api {

enum class Access {
  kPublic,   // no login; gives out no data
  kSession,  // a logged-in person; what they may do is decide()'s business
  kDevice,   // a reader; its signature is checked with the body
};

// What a handler gets beside its body.
struct Call {
  const Request& request;
  std::map<std::string, std::string, std::less<>> path;  // {hit} -> "12"
  std::map<std::string, std::string, std::less<>>
      query;                           // decoded; a repeated name is refused before
  std::optional<policy::Actor> actor;  // filled for kSession
  // The path parameter as an event's seq; kNotFound when it is not a decimal number.
  Result<Sequence> seq(std::string_view name) const;
  // The query parameter as a number within [min, max], or `otherwise` where it is absent.
  // kMalformed.
  Result<std::int64_t> number(std::string_view name, std::int64_t min, std::int64_t max,
                              std::int64_t otherwise) const;
};

// A member of a request or answer, for the schema.
struct SchemaMember {
  std::string name;
  std::string schema;  // JSON Schema text
  bool required = true;
  bool operator==(const SchemaMember&) const = default;
};
using Schema = std::vector<SchemaMember>;

struct Endpoint {
  std::string method = {};
  std::string path = {};  // "/v1/hits/{hit}/steps"; a last segment {rest...} takes all that is left
  Access access = Access::kSession;
  bool own_account = false;             // open to a session that has not shown a second factor yet
  std::string summary = {};             // one line
  std::string who = {};                 // "a trained user", "ADMINISTRATOR", ...
  std::vector<std::string> rules = {};  // requirement IDs
  std::vector<std::string> query =
      {};                      // names of query parameters that are known; others are refused
  std::string body_type = {};  // content type of the body; empty: takes none
  std::size_t body_max = 0;    // bytes
  Schema body = {};
  std::string answer_type = "application/json";
  int answer_status = 200;
  Schema answer = {};
  std::function<Response(const Call&)> handle = {};
};

class Endpoints {
 public:
  // ALPR_CHECKs that verb and path are not registered yet.
  void add(Endpoint endpoint);

  struct Found {
    const Endpoint* endpoint = nullptr;
    std::map<std::string, std::string, std::less<>> path;
  };
  // The endpoint, or the answer: 404, or 405 with Allow.
  std::variant<Found, Response> find(std::string_view method, std::string_view path) const;
  const std::vector<Endpoint>& all() const { return endpoints_; }

 private:
  std::vector<Endpoint> endpoints_;
};

// Decodes %XX and '+', refuses unknown and repeated names, bad escapes and invalid UTF-8.
// kMalformed.
Result<std::map<std::string, std::string, std::less<>>> parse_query(
    std::string_view query, const std::vector<std::string>& known);

// ---- JSON Schema from described structs ----

template <typename F>
std::string schema_of();

namespace detail {
struct SchemaWriter {
  Schema members;
  template <typename F>
  void operator()(std::string_view name, F&) {
    if constexpr (policy::detail::IsOptional<F>::value) {
      members.push_back({std::string(name), schema_of<typename F::value_type>(), false});
    } else {
      members.push_back({std::string(name), schema_of<F>(), true});
    }
  }
  template <typename F>
  void open(std::string_view name, F& field) {
    (*this)(name, field);
  }
};
std::string object_schema(const Schema& members);
}  // namespace detail

template <policy::Described T>
Schema members_of() {
  detail::SchemaWriter writer;
  T value{};
  value.members(writer);
  return std::move(writer.members);
}

template <typename F>
std::string schema_of() {
  if constexpr (std::same_as<F, bool>) {
    return R"({"type":"boolean"})";
  } else if constexpr (std::same_as<F, std::int64_t>) {
    return R"({"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991})";
  } else if constexpr (std::same_as<F, std::string>) {
    return R"({"type":"string"})";
  } else if constexpr (std::same_as<F, Sequence>) {
    return R"({"type":"integer","minimum":0,"description":"sequence number of an event"})";
  } else if constexpr (std::same_as<F, TimeUs>) {
    return R"({"type":"integer","minimum":0,)"
           R"("description":"microseconds since 1970-01-01T00:00:00Z"})";
  } else if constexpr (std::same_as<F, Digest>) {
    return R"({"type":"string","pattern":"^[0-9a-f]{64}$"})";
  } else if constexpr (policy::DescribedEnum<F>) {
    std::string choices;
    for (const auto& [value, text] : policy::EnumTexts<F>::texts)
      choices += (choices.empty() ? "\"" : ",\"") + std::string(text) + "\"";
    return R"({"type":"string","enum":[)" + choices + "]}";
  } else if constexpr (policy::detail::IsVector<F>::value) {
    return R"({"type":"array","items":)" + schema_of<typename F::value_type>() + "}";
  } else {
    return detail::object_schema(members_of<F>());
  }
}

// ---- typed registration ----

// A JSON answer of a described struct.
template <policy::Described T>
Response json_answer(const T& value, int status = 200) {
  return {status, "application/json", policy::to_json_text(value), {}};
}

inline constexpr std::size_t kJsonBodyMax = 64 << 10;

// A member of the body's struct that the path gives, e.g. {"hit"} of /v1/hits/{hit}/steps. It is
// not part of the body.
struct FromPath {
  enum class As { kNumber, kText };
  std::string_view parameter;
  std::string_view member;
  As as = As::kNumber;
};

// Adds what the path gives to a parsed body. kMalformed when the body has it too, kNotFound when it
// is no number.
Result<void> add_from_path(const Call& call, const std::vector<FromPath>& from_path,
                           chain::Json::Object& body);

// Fills body type, schema and limit from Body, and wraps a handler(call, body) that gets it parsed.
// Errors become problem documents.
template <policy::Described Body, typename Handle>
Endpoint with_body(Endpoint endpoint, std::vector<FromPath> from_path, Handle handle) {
  endpoint.body_type = "application/json";
  endpoint.body_max = kJsonBodyMax;
  for (SchemaMember& member : members_of<Body>()) {
    const auto given = [&](const FromPath& f) { return f.member == member.name; };
    if (std::none_of(from_path.begin(), from_path.end(), given))
      endpoint.body.push_back(std::move(member));
  }
  endpoint.handle = [from_path = std::move(from_path),
                     handle = std::move(handle)](const Call& call) -> Response {
    auto json = parse_body(call.request.body);
    if (!json) return problem(json.error());
    if (!json->object()) return problem(Error{ErrorCode::kMalformed, "body: expected an object"});
    chain::Json::Object members = *json->object();
    if (auto added = add_from_path(call, from_path, members); !added) return problem(added.error());
    auto body = policy::from_json<Body>(chain::Json(std::move(members)));
    if (!body) return problem(body.error());
    return handle(call, std::move(*body));
  };
  return endpoint;
}

}  // namespace alpr::api
