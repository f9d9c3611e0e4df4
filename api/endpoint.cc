#include "api/endpoint.h"

#include <algorithm>
#include <boost/url/decode_view.hpp>
#include <boost/url/parse.hpp>
#include <set>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"

namespace alpr::api {

namespace {

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> all;
  while (!path.empty()) {
    const std::size_t slash = path.find('/', 1);
    all.push_back(path.substr(1, slash == std::string_view::npos ? slash : slash - 1));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  }
  return all;
}

// Letters, digits and the few signs that names and tile paths use. Nothing of ours needs an escape
// in a path.
bool plain(std::string_view segment) {
  return !segment.empty() && std::all_of(segment.begin(), segment.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  });
}

using Values = std::map<std::string, std::string, std::less<>>;

std::optional<Values> match(std::string_view pattern, const std::vector<std::string_view>& path) {
  Values values;
  std::size_t i = 0;
  for (; !pattern.empty(); ++i) {
    const std::string_view w = pattern.substr(1, pattern.find('/', 1) - 1);
    pattern.remove_prefix(1 + w.size());
    if (w.ends_with("...}")) {
      if (i >= path.size()) return std::nullopt;
      std::string rest;
      for (std::size_t k = i; k < path.size(); ++k)
        rest += (rest.empty() ? "" : "/") + std::string(path[k]);
      values.emplace(w.substr(1, w.size() - 5), rest);
      return values;
    }
    if (i >= path.size()) return std::nullopt;
    if (w.starts_with('{')) {
      values.emplace(w.substr(1, w.size() - 2), path[i]);
    } else if (w != path[i]) {
      return std::nullopt;
    }
  }
  if (path.size() != i) return std::nullopt;
  return values;
}

}  // namespace

Result<Sequence> Call::seq(std::string_view name) const {
  const auto found = path.find(name);
  ALPR_CHECK(found != path.end());
  const auto number = chain::parse_decimal(found->second);
  if (!number)
    return fail(ErrorCode::kNotFound, "'" + found->second + "' is not the number of an event");
  return Sequence{*number};
}

Result<std::int64_t> Call::number(std::string_view name, std::int64_t min, std::int64_t max,
                                  std::int64_t otherwise) const {
  const auto found = query.find(name);
  if (found == query.end()) return otherwise;
  const auto number = chain::parse_decimal(found->second);
  if (!number || static_cast<std::int64_t>(*number) < min ||
      static_cast<std::int64_t>(*number) > max)
    return fail(ErrorCode::kMalformed, std::string(name) + ": expected a whole number from " +
                                           std::to_string(min) + " to " + std::to_string(max));
  return static_cast<std::int64_t>(*number);
}

void Endpoints::add(Endpoint endpoint) {
  for (const Endpoint& other : endpoints_)
    ALPR_CHECK(other.method != endpoint.method || other.path != endpoint.path);
  ALPR_CHECK(endpoint.handle && endpoint.path.starts_with('/'));
  endpoints_.push_back(std::move(endpoint));
}

std::variant<Endpoints::Found, Response> Endpoints::find(std::string_view method,
                                                         std::string_view path) const {
  const std::vector<std::string_view> parts = segments(path);
  if (!path.starts_with('/') || !std::all_of(parts.begin(), parts.end(), plain))
    return problem(404, "no such path");
  // Exact segments win over parameters: "/v1/sessions/current" before "/v1/sessions/{session}".
  const Endpoint* best = nullptr;
  Values best_values;
  std::set<std::string> verbs;
  for (const Endpoint& endpoint : endpoints_) {
    auto values = match(endpoint.path, parts);
    if (!values) continue;
    verbs.insert(endpoint.method);
    if (endpoint.method != method) continue;
    if (!best || values->size() < best_values.size()) {
      best = &endpoint;
      best_values = std::move(*values);
    }
  }
  // Nobody decided who may ask, so nobody may (I12-C3-0).
  if (best && best->rules.empty()) return problem(403, "no rule says who may ask this");
  if (best) return Found{best, std::move(best_values)};
  if (verbs.empty()) return problem(404, "no such path");
  std::string allow;
  for (const std::string& verb : verbs) allow += (allow.empty() ? "" : ", ") + verb;
  Response response = problem(405, "this path takes " + allow);
  response.headers.emplace_back("Allow", allow);
  return response;
}

Result<Values> parse_query(std::string_view query, const std::vector<std::string>& known) {
  Values values;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const std::size_t equals = pair.find('=');
    const std::string name(pair.substr(0, equals));
    if (std::find(known.begin(), known.end(), name) == known.end())
      return fail(ErrorCode::kMalformed, "unknown query parameter '" + name + "'");
    const std::string_view raw =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    const auto decoded = boost::urls::make_pct_string_view({raw.data(), raw.size()});
    if (!decoded)
      return fail(ErrorCode::kMalformed, "query parameter '" + name + "': bad percent escape");
    boost::urls::encoding_opts plus;
    plus.space_as_plus = true;
    std::string value;
    for (const char c : boost::urls::decode_view(*decoded, plus)) value += c;
    if (!chain::valid_utf8(value))
      return fail(ErrorCode::kMalformed, "query parameter '" + name + "': not UTF-8");
    if (!values.emplace(name, std::move(value)).second)
      return fail(ErrorCode::kMalformed, "query parameter '" + name + "' is given twice");
  }
  return values;
}

Result<void> add_from_path(const Call& call, const std::vector<FromPath>& from_path,
                           chain::Json::Object& body) {
  for (const FromPath& from : from_path) {
    for (const auto& [name, value] : body)
      if (name == from.member)
        return fail(ErrorCode::kMalformed, name + ": the path says this, not the body");
    if (from.as == FromPath::As::kText) {
      body.emplace_back(std::string(from.member),
                        chain::Json(call.path.find(from.parameter)->second));
      continue;
    }
    const auto seq = call.seq(from.parameter);
    if (!seq) return tl::unexpected(seq.error());
    if (seq->value > static_cast<std::uint64_t>(chain::kIntegerMax))
      return fail(ErrorCode::kNotFound, "no event has so high a number");
    body.emplace_back(std::string(from.member), chain::Json(static_cast<std::int64_t>(seq->value)));
  }
  return {};
}

namespace detail {

std::string object_schema(const Schema& members) {
  std::string properties;
  std::string required;
  for (const SchemaMember& member : members) {
    properties += (properties.empty() ? "\"" : ",\"") + member.name + "\":" + member.schema;
    if (member.required) required += (required.empty() ? "\"" : ",\"") + member.name + "\"";
  }
  std::string text =
      R"({"type":"object","additionalProperties":false,"properties":{)" + properties + "}";
  if (!required.empty()) text += ",\"required\":[" + required + "]";
  return text + "}";
}

}  // namespace detail

}  // namespace alpr::api
