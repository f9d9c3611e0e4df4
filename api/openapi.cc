#include "api/openapi.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "api/api.h"

namespace alpr::api {

namespace {

using chain::Json;
using Object = Json::Object;
using Array = Json::Array;

constexpr std::size_t kLineMax = 100;  // a sequence of words stays on one line up to this column

Json reference(std::string_view what) {
  return Json(Object{{"$ref", "#/components/" + std::string(what)}});
}

// Schemas are written by endpoint.h as JSON text; they are this program's own, so one that does not
// parse is a programmer's error.
Json schema(const Schema& members) {
  if (members == members_of<Written>()) return reference("schemas/Written");
  const auto parsed = parse_body(detail::object_schema(members));
  ALPR_CHECK(parsed.has_value());
  return *parsed;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// "/v1/hits/{hit}/steps" by POST is "post-v1-hits-hit-steps".
std::string operation_id(const Endpoint& endpoint) {
  std::string id = lower(endpoint.method);
  bool gap = true;
  for (const char c : endpoint.path) {
    const bool word = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (word && gap) id += '-';
    if (word) id += c;
    gap = !word;
  }
  return id;
}

// "/log/tile/{tile...}" is "/log/tile/{tile}": OpenAPI has no parameter that takes several
// segments.
std::string template_of(std::string path) {
  if (const std::size_t dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
  return path;
}

std::vector<std::string> path_parameters(const std::string& path) {
  std::vector<std::string> names;
  for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at)) {
    const std::size_t end = path.find('}', at);
    names.push_back(path.substr(at + 1, end - at - 1));
    at = end;
  }
  return names;
}

Json parameters(const Endpoint& endpoint) {
  Array all;
  for (const std::string& name : path_parameters(endpoint.path)) {
    const bool rest = name.ends_with("...");
    all.push_back(
        Object{{"name", rest ? name.substr(0, name.size() - 3) : name},
               {"in", "path"},
               {"required", true},
               {"description", rest ? "all the path's further segments"
                                    : "the sequence number of an event, or a name"},
               {"schema", Object{{"type", "string"},
                                 {"pattern", rest ? "^[A-Za-z0-9._/-]+$" : "^[A-Za-z0-9._-]+$"}}}});
  }
  if (endpoint.method == "POST" && endpoint.access == Access::kSession)
    all.push_back(reference("parameters/IdempotencyKey"));
  for (const std::string& name : endpoint.query)
    all.push_back(Object{{"name", name}, {"in", "query"}, {"schema", Object{{"type", "string"}}}});
  return Json(std::move(all));
}

Json content(const std::string& type, const Schema& members) {
  Object media;
  if (!members.empty()) media.emplace_back("schema", schema(members));
  return Json(Object{{type, Json(std::move(media))}});
}

Json security(Access access) {
  switch (access) {
    case Access::kPublic:
      return Json(Array{});
    case Access::kSession:
      return Json(Array{Object{{"session", Array{}}}});
    case Access::kDevice:
      return Json(Array{Object{{"device", Array{}}}});
  }
  ALPR_CHECK(false);
}

Json responses(const Endpoint& endpoint) {
  Object all;
  all.emplace_back(
      std::to_string(endpoint.answer_status),
      Object{{"description", endpoint.answer_status == 201 ? "done and on the record" : "as asked"},
             {"content", content(endpoint.answer_type, endpoint.answer)}});
  if (endpoint.access != Access::kPublic)
    all.emplace_back("401", reference("responses/Unauthenticated"));
  if (endpoint.access != Access::kPublic) all.emplace_back("403", reference("responses/Refused"));
  all.emplace_back("4XX", reference("responses/BadRequest"));
  all.emplace_back("5XX", reference("responses/Failed"));
  return Json(std::move(all));
}

Json operation(const Endpoint& endpoint) {
  Object one;
  one.emplace_back("operationId", operation_id(endpoint));
  one.emplace_back("summary", endpoint.summary);
  one.emplace_back("x-who", endpoint.who);
  Array rules;
  for (const std::string& rule : endpoint.rules) rules.emplace_back(rule);
  one.emplace_back("x-rules", std::move(rules));
  one.emplace_back("security", security(endpoint.access));
  Json given = parameters(endpoint);
  if (!given.array()->empty()) one.emplace_back("parameters", std::move(given));
  if (!endpoint.body_type.empty()) {
    one.emplace_back("requestBody",
                     Object{{"required", true},
                            {"x-bytes-max", static_cast<std::int64_t>(endpoint.body_max)},
                            {"content", content(endpoint.body_type, endpoint.body)}});
  }
  one.emplace_back("responses", responses(endpoint));
  return Json(std::move(one));
}

Json problem_response(std::string_view description) {
  return Json(Object{{"description", std::string(description)},
                     {"content", Object{{"application/problem+json",
                                         Object{{"schema", reference("schemas/Problem")}}}}}});
}

Json problem_schema() {
  const auto text = [](const char* description) {
    return Object{{"type", "string"}, {"description", description}};
  };
  return Json(Object{
      {"type", "object"},
      {"description", "RFC 9457"},
      {"properties",
       Object{{"type", text("stable: urn:plateledger:problem:<what>")},
              {"title", text("the same for every problem of the type")},
              {"status", Object{{"type", "integer"}}},
              {"detail", text("what was wrong here and what to do")},
              {"rules", Object{{"type", "array"},
                               {"items", Object{{"type", "string"}}},
                               {"description", "requirement IDs of the order that refused it"}}},
              {"event", Object{{"type", "integer"},
                               {"description", "sequence number of the event that records it"}}},
              {"tombstone", Object{{"type", "integer"},
                                   {"description", "the reads.purged event that erased it"}}},
              {"proof", text("path of the tombstone's tlog-proof")}}},
      {"required", Array{"type", "title", "status", "detail"}}});
}

Json components() {
  const auto written = parse_body(detail::object_schema(members_of<Written>()));
  ALPR_CHECK(written.has_value());
  return Json(Object{
      {"securitySchemes", Object{{"session", Object{{"type", "http"},
                                                    {"scheme", "bearer"},
                                                    {"description",
                                                     "the token of POST /v1/sessions; it is locked "
                                                     "after 30 minutes without use"}}},
                                 {"device", Object{{"type", "apiKey"},
                                                   {"in", "header"},
                                                   {"name", "Authorization"},
                                                   {"description",
                                                    "`Device NAME`; the body is signed with the "
                                                    "device's enrolled Ed25519 key"}}}}},
      {"parameters",
       Object{{"IdempotencyKey",
               Object{{"name", "Idempotency-Key"},
                      {"in", "header"},
                      {"description",
                       "1 to 200 printable characters of your own. The same request under it is "
                       "done once in a day, and answered as at first; 409 where the answer gave "
                       "out records, 422 where the key was another request's"},
                      {"schema", Object{{"type", "string"}, {"maxLength", std::int64_t{200}}}}}}}},
      {"schemas", Object{{"Problem", problem_schema()}, {"Written", *written}}},
      {"responses",
       Object{{"Unauthenticated", problem_response("no session, or it has ended")},
              {"Refused", problem_response("the order does not allow it; `event` records that")},
              {"BadRequest", problem_response("malformed, unknown, gone, or against the state of "
                                              "things; nothing is recorded")},
              {"Failed", problem_response("the server cannot now; nothing was recorded")}}}});
}

Json info() {
  return Json(Object{
      {"title", "Plateledger"},
      {"version", "1"},
      {"summary", "The licence-plate readers' system of record under General Order I-12"},
      {"description",
       "Made from the server's registry of endpoints; change it there. Every write is an event in "
       "a "
       "signed, append-only log and is durable before its answer leaves. What the order refuses is "
       "an event too. Times are microseconds since 1970 UTC, numbers are whole."},
      {"license", Object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}});
}

Json servers() {
  return Json(Array{Object{
      {"url", "https://{host}:8443"},
      {"variables", Object{{"host", Object{{"default", "localhost"},
                                           {"description", "of the department's server"}}}}}}});
}

// ---- YAML ----

bool is_scalar(const Json& value) {
  const bool nothing =
      (value.object() && value.object()->empty()) || (value.array() && value.array()->empty());
  return nothing || (!value.object() && !value.array());
}

// Words that YAML 1.1 or 1.2 readers would not take for a string, and everything with a sign in it,
// are quoted. A double-quoted YAML scalar takes every JSON string.
std::string quoted_if_needed(const std::string& text) {
  constexpr std::array kReserved{"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  const auto plain_char = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '/' || c == '.' || c == '+';
  };
  const bool plain = !text.empty() &&
                     (std::isalpha(static_cast<unsigned char>(text[0])) != 0 || text[0] == '/') &&
                     std::all_of(text.begin(), text.end(), plain_char) &&
                     std::find(kReserved.begin(), kReserved.end(), lower(text)) == kReserved.end();
  return plain ? text : chain::write(Json(text));
}

std::string scalar(const Json& value) {
  if (const std::string* text = value.string()) return quoted_if_needed(*text);
  return chain::write(value);  // numbers, true, false, {} and []
}

std::optional<std::string> one_line(const Json::Array& all, std::size_t column) {
  std::string line = "[";
  for (const Json& one : all) {
    if (!is_scalar(one)) return std::nullopt;
    line += (line.size() > 1 ? ", " : "") + scalar(one);
  }
  line += "]";
  if (column + line.size() > kLineMax) return std::nullopt;
  return line;
}

void write_block(std::string& out, const Json& value, std::size_t indent);

// What follows "key:" or "-": on the same line where it is short.
void write_after(std::string& out, const Json& value, std::size_t indent, std::size_t column) {
  if (is_scalar(value)) {
    out += " " + scalar(value) + "\n";
    return;
  }
  if (value.array()) {
    if (const auto line = one_line(*value.array(), column + 1)) {
      out += " " + *line + "\n";
      return;
    }
  }
  out += "\n";
  write_block(out, value, indent + 2);
}

void write_block(std::string& out, const Json& value, std::size_t indent) {
  const std::string spaces(indent, ' ');
  if (const Json::Object* object = value.object()) {
    for (const auto& [name, member] : *object) {
      const std::string key = spaces + quoted_if_needed(name) + ":";
      out += key;
      write_after(out, member, indent, key.size());
    }
    return;
  }
  for (const Json& one : *value.array()) {
    if (is_scalar(one)) {
      out += spaces + "- " + scalar(one) + "\n";
      continue;
    }
    // The item is written deeper, and its first line's indentation makes room for the dash.
    std::string item;
    write_block(item, one, indent + 2);
    item.replace(indent, 2, "- ");
    out += item;
  }
}

}  // namespace

chain::Json openapi_document(const Endpoints& endpoints) {
  std::vector<const Endpoint*> sorted;
  for (const Endpoint& endpoint : endpoints.all()) sorted.push_back(&endpoint);
  std::sort(sorted.begin(), sorted.end(), [](const Endpoint* a, const Endpoint* b) {
    return std::pair(a->path, a->method) < std::pair(b->path, b->method);
  });
  Object paths;
  for (const Endpoint* endpoint : sorted) {
    const std::string path = template_of(endpoint->path);
    if (paths.empty() || paths.back().first != path) paths.emplace_back(path, Object{});
    Object verbs = *paths.back().second.object();
    verbs.emplace_back(lower(endpoint->method), operation(*endpoint));
    paths.back().second = Json(std::move(verbs));
  }
  return Json(Object{{"openapi", "3.1.0"},
                     {"info", info()},
                     {"servers", servers()},
                     {"paths", std::move(paths)},
                     {"components", components()}});
}

std::string to_yaml(const chain::Json& value) {
  std::string out;
  if (is_scalar(value)) {
    out = scalar(value) + "\n";
  } else {
    write_block(out, value, 0);
  }
  return out;
}

}  // namespace alpr::api
