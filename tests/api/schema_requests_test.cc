// Proves that no request of the form that the API's own document asks for, and none that is nearly
// of that form, makes the server fail, and that what it does or refuses is on the record. Requests
// are made from the registry's schemas by a seeded generator and sent over HTTPS.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>

#include "api/api.h"
#include "api/json_body.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;

// A stream never ends, and what ends one's own session ends the test's.
const std::set<std::string> kLeftOut{"/v1/alerts", "/v1/sessions/current"};
constexpr int kRequestsEach = 10;

class Generator {
 public:
  Generator(unsigned seed, TimeUs now) : random_(seed), now_(now.value) {}

  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }
  template <typename All>
  const auto& one_of(const All& all) {
    return all[random_() % std::size(all)];
  }
  std::string word() {
    static const std::array<std::string, 16> all{
        "victim", "cam-1", "26-000123", "7ABC123", "7ABC12?", "*",   "",  " ",
        "\u00a0", "=1+1",  "\u05d0",    "a\nb",    "LAW",     "SVS", "1", std::string(400, 'x')};
    return one_of(all);
  }
  std::int64_t number(std::int64_t least, std::int64_t most) {
    const std::array<std::int64_t, 10> all{
        0, 1, 2, 7, 60, -1, now_ - 3'600 * kSecondUs, now_ + 60 * kSecondUs, least, most};
    return std::clamp(one_of(all), least, most);
  }
  Json value(const Json& schema, int depth) {
    if (const Json* choices = schema.member("enum"); choices != nullptr && !chance(5))
      return one_of(*choices->array());
    const std::string type = text(schema, "type");
    if (type == "boolean") return Json(chance(80));
    if (type == "integer")
      return Json(number(bound(schema, "minimum", -9), bound(schema, "maximum", (1LL << 53) - 1)));
    if (type == "array") {
      Json::Array items;
      for (std::size_t n = random_() % 4; n > 0 && depth < 5; --n)
        items.push_back(value(*schema.member("items"), depth + 1));
      return Json(std::move(items));
    }
    if (type == "object") return object_of(schema, depth);
    const bool digest = schema.member("pattern") != nullptr;
    return Json(digest && !chance(10) ? std::string(64, 'a') : word());
  }
  Json body(const Schema& members) {
    return value(parse_body(detail::object_schema(members)).value(), 0);
  }
  std::string segment() {
    static const std::array<std::string, 10> all{"0",      "1",   "3",      "12",  "40",
                                                 "999999", "abc", "victim", "SVS", "cam-1"};
    return one_of(all);
  }
  std::string path(std::string text) {
    for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{')) {
      const std::size_t end = text.find('}', at);
      text.replace(at, end - at + 1, segment());
    }
    return text;
  }
  std::string query(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) {
      if (!chance(70)) continue;
      const std::array<std::string, 6> values{
          "1",
          "0",
          "abc",
          chain::format_time({now_ / kBucketUs * kBucketUs}),
          chain::format_time({now_ / kBucketUs * kBucketUs - 4 * kBucketUs}),
          "SVS"};
      all += (all.empty() ? "?" : "&") + name + "=" + one_of(values);
    }
    return all;
  }

 private:
  Json object_of(const Json& schema, int depth) {
    std::set<std::string> required;
    if (const Json* names = schema.member("required"); names != nullptr)
      for (const Json& name : *names->array()) required.insert(*name.string());
    Json::Object object;
    if (const Json* members = schema.member("properties"); members != nullptr && depth < 6)
      for (const auto& [name, of] : *members->object())
        if (required.contains(name) ? !chance(3) : chance(50))
          object.emplace_back(name, value(of, depth + 1));
    if (chance(3)) object.emplace_back("unknown", Json(true));
    return Json(std::move(object));
  }
  static std::string text(const Json& schema, std::string_view name) {
    const Json* found = schema.member(name);
    return found != nullptr && found->string() != nullptr ? *found->string() : std::string();
  }
  static std::int64_t bound(const Json& schema, std::string_view name, std::int64_t otherwise) {
    const Json* found = schema.member(name);
    return found != nullptr && found->integer() != nullptr ? *found->integer() : otherwise;
  }

  std::mt19937 random_;
  std::int64_t now_;
};

class SchemaRequests : public ::testing::Test {
 protected:
  SchemaRequests() {
    d.use_settings([](ApiSettings& settings) { settings.fair_share = {64, 1e9, 1e9}; });
    d.officer("oreyes");
    d.officer("ccoord");
    d.give_role("ccoord", "COORDINATOR");
    d.train(std::string(kAdmin));
    d.enrol("victim", "Vic Tim");
    d.enrol_device("cam-1");
    d.load_list(std::string(kAdmin), "SVS", csv_list({"7ABC123,STOLEN VEHICLE"}));
    d.reads("cam-1", 1, {"7ABC123", "8XYZ999"});
  }
  Reply send(Generator& make, const Endpoint& endpoint, const std::string& who,
             std::string& request) {
    request = endpoint.method + " " + make.path(endpoint.path) + make.query(endpoint.query);
    const std::string target = request.substr(request.find(' ') + 1);
    HeaderLines headers;
    std::string body;
    if (endpoint.body_type == "application/json") {
      body = chain::write(make.body(endpoint.body));
    } else if (!endpoint.body_type.empty()) {
      body = make.word();
    }
    if (!endpoint.body_type.empty()) headers.push_back("Content-Type: " + endpoint.body_type);
    if (endpoint.access == Access::kDevice) headers.emplace_back("Authorization: Device cam-1");
    request += " " + body.substr(0, 300);
    Client& client = endpoint.access == Access::kSession ? d.as(who) : d.stranger();
    return client.send(endpoint.method, target, headers, body);
  }
  void expect_recorded(const Reply& reply, const Endpoint& endpoint, std::uint64_t before,
                       const std::string& request) {
    EXPECT_GT(reply.status, 0) << request << reply.error;
    EXPECT_LT(reply.status, 500) << request << reply.body;
    if (reply.status >= 400) EXPECT_TRUE(reply.is_problem()) << request << reply.body;
    const bool wrote = reply.status == 201 && endpoint.method == "POST";
    // A log-in that failed, an approver's too, is recorded as log-ins are: see Sessions.*.
    const bool log_in = reply.body.find("approver-not-authenticated") != std::string::npos;
    const bool refused = reply.status == 403 && endpoint.access != Access::kPublic && !log_in;
    if (wrote || refused) EXPECT_GT(d.size(), before) << request << reply.body;
    if (refused) EXPECT_GE(reply.number("event"), 0) << request << reply.body;
  }
  Department d;
};

TEST_F(SchemaRequests, I12_F_2_NoneMakesTheServerFailOrLeavesNoRecord) {
  const std::array<std::string, 3> people{"oreyes", "ccoord", std::string(kAdmin)};
  std::map<int, int> statuses;
  unsigned seed = 1;
  for (const Endpoint& endpoint : d.endpoints().all()) {
    if (kLeftOut.contains(endpoint.path)) continue;
    for (int i = 0; i < kRequestsEach; ++i) {
      Generator make(seed++, d.now());
      const std::string who = make.one_of(people);
      d.as(who);
      const std::uint64_t before = d.size();
      std::string request;
      const Reply reply = send(make, endpoint, who, request);
      expect_recorded(reply, endpoint, before, who + ": " + request);
      ++statuses[reply.status / 100];
      // Whoever was shut out by a request of this test is let in again.
      if (reply.status == 401 && endpoint.access == Access::kSession)
        d.advance(31 * 60 * kSecondUs);
    }
  }
  EXPECT_GT(statuses[2], 100) << "few of them are of use";
  EXPECT_GT(statuses[4], 100);
  EXPECT_EQ(statuses[5], 0);
}

}  // namespace
}  // namespace alpr::api::testing
