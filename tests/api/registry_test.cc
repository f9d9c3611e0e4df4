// Proves for every registered endpoint at once that strangers are turned away, that bodies are read
// strictly, and that docs/openapi.yaml says what the server does. The tests walk the registry, so
// an endpoint that is added is tested.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "api/endpoint.h"
#include "api/json_body.h"
#include "api/openapi.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;

// A path that matches the template, every parameter being "1".
std::string path_of(const Endpoint& endpoint) {
  std::string path = endpoint.path;
  for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{'))
    path.replace(at, path.find('}') - at + 1, "1");
  return path;
}

// A value that the schema takes.
Json sample(const Json& schema) {
  const std::string& type = *schema.member("type")->string();
  if (type == "boolean") return Json(true);
  if (type == "integer") return num(1);
  if (type == "array") return Json(Json::Array{sample(*schema.member("items"))});
  if (const Json* choices = schema.member("enum")) return choices->array()->front();
  if (schema.member("pattern")) return Json(std::string(64, '0'));
  if (type == "string") return Json("x");
  Json::Object members;
  for (const auto& [name, member] : *schema.member("properties")->object())
    members.emplace_back(name, sample(member));
  return Json(std::move(members));
}

Json body_schema(const Endpoint& endpoint) {
  return *parse_body(detail::object_schema(endpoint.body));
}

// Each of them is malformed, whatever the endpoint does with a good one.
std::vector<std::pair<std::string, std::string>> malformed_bodies(const Endpoint& endpoint) {
  const Json good = sample(body_schema(endpoint));
  const std::string text = chain::write(good);
  const std::string inside = text.substr(1, text.size() - 2);
  const std::string comma = inside.empty() ? "" : ",";
  std::vector<std::pair<std::string, std::string>> all{
      {"nothing", ""},
      {"not JSON", "purpose=VIOLENT_CRIME"},
      {"cut off", text.substr(0, text.size() - 1)},
      {"bytes after the end", text + "x"},
      {"a second value", text + text},
      {"a list", "[" + text + "]"},
      {"a word", "\"x\""},
      {"an unknown member", "{" + inside + comma + "\"surprise\":1}"},
      {"a null", "{" + inside + comma + "\"surprise\":null}"},
      {"a double", "{" + inside + comma + "\"surprise\":1.5}"},
      {"an exponent", "{" + inside + comma + "\"surprise\":1e400}"},
      {"an integer beyond 2^53", "{" + inside + comma + "\"surprise\":9007199254740993}"},
      {"a trailing comma", "{" + inside + ",}"},
      {"a comment", "{/**/" + inside + "}"},
      {"nested deeply", std::string(40, '[') + std::string(40, ']')},
      {"not UTF-8", "{\"\xff\":1}"},
  };
  for (const auto& [name, value] : *good.object()) {
    const std::string member = "\"" + name + "\":" + chain::write(value);
    all.emplace_back(name + " twice", "{" + inside + "," + member + "}");
    const Json wrong = value.string() || value.array() ? num(7) : Json("seven");
    all.emplace_back(name + " of a wrong type", chain::write(with(good, name, wrong)));
    std::string nulled = chain::write(with(good, name, Json("@")));
    nulled.replace(nulled.find("\"@\""), 3, "null");
    all.emplace_back(name + " null", nulled);
    if (value.integer()) {
      nulled.replace(nulled.find("null"), 4, "1.0");
      all.emplace_back(name + " a double", nulled);
    }
  }
  for (const SchemaMember& member : endpoint.body)
    if (member.required)
      all.emplace_back(member.name + " missing", chain::write(without(good, member.name)));
  return all;
}

TEST(Registry, WithoutALoginEveryEndpointButThePublicOnesIsClosed) {
  Department d;
  const std::uint64_t before = d.size();
  Client forged(d.url(), d.certificate());
  forged.use_token(std::string(64, '0'));
  std::size_t closed = 0;
  for (const Endpoint& endpoint : d.endpoints().all()) {
    if (endpoint.access == Access::kPublic) continue;
    ++closed;
    HeaderLines headers;
    if (!endpoint.body_type.empty()) headers.push_back("Content-Type: " + endpoint.body_type);
    const std::string body = endpoint.body_type.empty() ? "" : "{}";
    for (Client* client : {&d.stranger(), &forged}) {
      const Reply reply = client->send(endpoint.method, path_of(endpoint), headers, body);
      EXPECT_EQ(reply.status, 401) << endpoint.method << " " << endpoint.path << reply.error;
      EXPECT_TRUE(reply.is_problem()) << endpoint.path << reply.body;
    }
  }
  EXPECT_GT(closed, 30U);
  EXPECT_EQ(d.size(), before);
}

TEST(Registry, AnUnknownTokenIsTurnedAwayBeforeItsBodyIsRead) {
  Department d;
  Client forged(d.url(), d.certificate());
  forged.use_token(std::string(64, '0'));
  // With Expect the client waits for leave to send: had the server wanted the body, it would say
  // 400.
  const Reply reply =
      forged.send("POST", "/v1/hot-lists/SVS", {"Content-Type: text/csv", "Expect: 100-continue"},
                  std::string(1 << 20, 'x'));
  EXPECT_EQ(reply.status, 401) << reply.error;
}

// An answer to whoever caused an event says which, and what it can later be proved with.
TEST(Registry, I12_F_2_EveryWritesAnswerNamesItsLeafAndItsReceipt) {
  Department d;
  std::size_t writes = 0;
  for (const Endpoint& endpoint : d.endpoints().all()) {
    const bool look = endpoint.summary.find("recorded first") != std::string::npos;
    if (endpoint.answer_type != "application/json" || (endpoint.method == "GET" && !look)) continue;
    if (endpoint.path == "/log/cosignature")
      continue;  // evidence about the log, and no event of it
    // A dry run writes nothing, so its answer lacks both.
    const bool always =
        std::find(endpoint.query.begin(), endpoint.query.end(), "dry_run") == endpoint.query.end();
    ++writes;
    for (const char* name : {"leaf", "receipt"}) {
      const bool named = std::any_of(endpoint.answer.begin(), endpoint.answer.end(),
                                     [&](const SchemaMember& member) {
                                       return member.name == name && member.required == always;
                                     });
      EXPECT_TRUE(named) << endpoint.method << " " << endpoint.path << " lacks " << name;
    }
  }
  EXPECT_GT(writes, 25U);
}

TEST(Registry, MalformedBodiesAreRefusedByEveryEndpointAndChangeNothing) {
  Department d;
  Client& person = d.as(kAdmin);
  d.train(kAdmin);
  const std::uint64_t before = d.size();
  std::size_t sent = 0;
  for (const Endpoint& endpoint : d.endpoints().all()) {
    if (endpoint.body_type != "application/json") continue;
    const bool device = endpoint.access == Access::kDevice;
    Client& caller = device ? d.stranger() : person;
    HeaderLines headers{"Content-Type: application/json"};
    if (device) headers.push_back("Authorization: Device 1");
    for (const auto& [what, body] : malformed_bodies(endpoint)) {
      const Reply reply = caller.send(endpoint.method, path_of(endpoint), headers, body);
      ++sent;
      EXPECT_EQ(reply.status, 400) << endpoint.path << ": " << what << " " << reply.error;
      EXPECT_TRUE(reply.is_problem()) << endpoint.path << ": " << what << " " << reply.body;
      ASSERT_EQ(d.size(), before) << endpoint.path << ": " << what;
    }
  }
  EXPECT_GT(sent, 400U);
}

TEST(Registry, WrongTypesAndOverLongBodiesAreRefusedByEveryEndpoint) {
  Department d;
  Client& person = d.as(kAdmin);
  const std::uint64_t before = d.size();
  for (const Endpoint& endpoint : d.endpoints().all()) {
    const std::string path = path_of(endpoint);
    if (endpoint.access == Access::kDevice) continue;
    if (endpoint.body_type.empty()) {
      if (endpoint.method == "GET") continue;
      EXPECT_EQ(person.send(endpoint.method, path, {}, "{}").status, 413)
          << endpoint.path << " takes no body";
      continue;
    }
    for (const char* type :
         {"Content-Type: text/plain", "Content-Type:", "Content-Type: application/jsonx"}) {
      const Reply reply = person.send(endpoint.method, path, {type}, "{}");
      EXPECT_EQ(reply.status, 415) << endpoint.path << " " << type << reply.error;
      EXPECT_TRUE(reply.is_problem());
    }
    if (endpoint.body_type != "application/json") continue;
    const std::string padding(endpoint.body_max - 1, ' ');
    EXPECT_EQ(person.send(endpoint.method, path, {"Content-Type: application/json"}, padding + "[")
                  .status,
              400)
        << endpoint.path << ": at the limit it is read";
    const Reply over =
        person.send(endpoint.method, path, {"Content-Type: application/json"}, padding + "[]");
    EXPECT_EQ(over.status, 413) << endpoint.path << over.error;
    EXPECT_TRUE(over.is_problem());
    const Reply chunked = person.send(
        endpoint.method, path, {"Content-Type: application/json", "Transfer-Encoding: chunked"},
        padding + "[]");
    EXPECT_EQ(chunked.status, 413) << endpoint.path << ": no length said. " << chunked.error;
  }
  EXPECT_EQ(d.size(), before);
}

TEST(Registry, UnknownPathsVerbsAndQueryParametersAreRefused) {
  Department d;
  Client& person = d.as(kIt);
  const std::uint64_t before = d.size();
  for (const char* path : {"/", "/v1", "/v1/", "/v1/nothing", "/v1//hits", "/v1/hits/../users",
                           "/v1/hits/%31", "/v1/users/"}) {
    const Reply reply = person.get(path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_TRUE(reply.is_problem()) << path;
  }
  const Reply verb = person.send("DELETE", "/v1/users", {}, "");
  EXPECT_EQ(verb.status, 405);
  EXPECT_EQ(verb.header("allow"), "GET, POST");
  for (const Endpoint& endpoint : d.endpoints().all()) {
    if (endpoint.method != "GET") continue;
    EXPECT_EQ(person.get(path_of(endpoint) + "?surprise=1").status, 400) << endpoint.path;
  }
  for (const char* query : {"?limit=0", "?limit=101", "?limit=x", "?limit=-1", "?limit=1&limit=2",
                            "?limit=%zz", "?limit=99999999999999999999"})
    EXPECT_EQ(person.get(std::string("/v1/hits") + query).status, 400) << query;
  EXPECT_EQ(person.get("/v1/events/99999999/receipt").status, 404);
  EXPECT_EQ(d.size(), before);
}

TEST(OpenApi, TheDocumentIsMadeFromTheRegistry) {
  Department d;
  const std::string made = to_yaml(openapi_document(d.endpoints()));
  const std::string path = std::string(PROJECT_ROOT) + "/docs/openapi.yaml";
  if (std::getenv("PLATELEDGER_WRITE_DOCS")) std::ofstream(path, std::ios::binary) << made;
  std::ifstream file(path, std::ios::binary);
  std::stringstream found;
  found << file.rdbuf();
  EXPECT_TRUE(found.str() == made)
      << "docs/openapi.yaml differs from the registry; PLATELEDGER_WRITE_DOCS=1 api_test "
         "--gtest_filter='OpenApi.*' writes it anew";
}

TEST(OpenApi, EveryEndpointSaysWhoMayAndWhichRulesItKeeps) {
  Department d;
  for (const Endpoint& endpoint : d.endpoints().all()) {
    EXPECT_FALSE(endpoint.summary.empty()) << endpoint.path;
    EXPECT_FALSE(endpoint.who.empty()) << endpoint.path;
    EXPECT_THAT(endpoint.rules, ::testing::Each(::testing::StartsWith("I12-"))) << endpoint.path;
    EXPECT_FALSE(endpoint.rules.empty()) << endpoint.path;
  }
}

TEST(Yaml, WordsThatReadersWouldTakeForOtherThingsAreQuoted) {
  const Json value = object({{"plain", "word"},
                             {"no", "yes"},
                             {"200", "12"},
                             {"text", "two words: \"so\""},
                             {"list", Json::Array{"a", num(1), true}},
                             {"empty", Json::Array{}},
                             {"deep", Json::Array{object({{"x", object({})}, {"z", num(-1)}})}}});
  EXPECT_EQ(to_yaml(value),
            "plain: word\n"
            "\"no\": \"yes\"\n"
            "\"200\": \"12\"\n"
            "text: \"two words: \\\"so\\\"\"\n"
            "list: [a, 1, true]\n"
            "empty: []\n"
            "deep:\n"
            "  - x: {}\n"
            "    z: -1\n");
}

}  // namespace
}  // namespace alpr::api::testing
