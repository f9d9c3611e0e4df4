// Proves that hot lists refresh themselves from a folder and over HTTPS, that what is bad or
// missing leaves the list before active and raises an alarm, and that a good import ends it. By
// delivering files and serving answers to a department's feeds, on a simulated clock.
#include "api/feeds.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <future>
#include <mutex>

#include "api/api.h"
#include "api/http_server/http_server.h"
#include "api/tls_certificate.h"
#include "policy/records/hits.h"
#include "tests/api/department.h"
#include "tests/ledger/store/store_fixtures.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kBytesMax = 100'000;
constexpr std::int64_t kRetryUs = kFeedRetrySeconds * kSecondUs;

class FeedsOf : public ::testing::Test {
 protected:
  FeedsOf() { d.enrol_device("cam-1"); }

  FeedSettings folder_feed() const {
    FeedSettings settings;
    settings.name = "svs-drop";
    settings.source = policy::HotlistSource::kSvs;
    settings.folder = inbox.path();
    return settings;
  }
  void run(const FeedSettings& settings) {
    feeds = std::make_unique<Feeds>(d.service(), std::vector{settings}, kBytesMax);
  }
  // A file whose time of modification is the simulated clock's.
  void deliver(const std::string& name, const std::string& text) {
    const std::filesystem::path file = inbox.path() / name;
    std::ofstream(file, std::ios::binary) << text;
    const std::int64_t now = d.now().value;
    const timespec at{now / kSecondUs, now % kSecondUs * 1000};
    const timespec times[2]{at, at};
    ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  }
  std::vector<std::string> tick() {
    const std::uint64_t before = d.size();
    steps = feeds->tick();
    return d.kinds_since(before);
  }
  Json newest() {
    const auto event = d.service().store().event(Sequence{d.size() - 1});
    return event ? chain::parse_canonical(event->json).value_or(Json()) : Json();
  }
  std::string member(const Json& json, std::string_view name) const {
    const Json* found = json.member(name);
    return found ? chain::write(*found) : "absent";
  }
  std::vector<std::int64_t> hits_of(const std::string& plate) {
    const Reply reply = d.upload("cam-1", d.batch("cam-1", ++batches, {plate}));
    EXPECT_EQ(reply.status, 201) << reply.body;
    std::vector<std::int64_t> hits;
    if (const Json* listed = reply.json.member("hits"))
      for (const Json& hit : *listed->array()) hits.push_back(*hit.integer());
    return hits;
  }

  Department d;
  store::TemporaryFolder inbox;
  std::unique_ptr<Feeds> feeds;
  std::vector<Feeds::Step> steps;
  std::uint64_t batches = 0;
};

TEST_F(FeedsOf, I12_C2B1_1_WhatIsDeliveredIsLoadedByTheServerItself) {
  run(folder_feed());
  deliver("1.csv", csv_list({"7ABC123,STOLEN", "8DEF456,STOLEN", ",STOLEN", "9X,IVF"}));
  EXPECT_THAT(tick(), ElementsAre("hotlist.loaded"));
  const Json loaded = newest();
  EXPECT_EQ(member(loaded, "feed"), "\"svs-drop\"");
  EXPECT_EQ(member(loaded, "by"), "absent");
  EXPECT_EQ(member(loaded, "source_time"), std::to_string(d.now().value));
  EXPECT_EQ(member(loaded, "rows"), "2");
  EXPECT_EQ(member(loaded, "excluded"),
            R"([{"why":"IMMIGRATION_VIOLATOR","rows":1},{"why":"NO_PLATE","rows":1}])");
  EXPECT_EQ(member(loaded, "delta"), "absent") << "there was none before";
  EXPECT_EQ(hits_of("7ABC123").size(), 1U);
  EXPECT_THAT(tick(), IsEmpty()) << "the same file";
  EXPECT_THAT(steps, IsEmpty());
}

TEST_F(FeedsOf, I12_C2B1_2_APlateThatTheSourceDropsStopsMatching) {
  run(folder_feed());
  deliver("1.csv", csv_list({"7ABC123,STOLEN", "8DEF456,STOLEN", "9GHI789,STOLEN"}));
  tick();
  d.advance(kHourUs);
  deliver("2.csv", csv_list({"8DEF456,STOLEN", "9GHI789,RECOVERED", "1NEW111,STOLEN"}));
  EXPECT_THAT(tick(), ElementsAre("hotlist.loaded"));
  EXPECT_EQ(member(newest(), "delta"), R"({"added":1,"removed":1,"changed":1})");
  EXPECT_THAT(hits_of("7ABC123"), IsEmpty());
  EXPECT_EQ(hits_of("1NEW111").size(), 1U);
}

TEST_F(FeedsOf, I12_C2B1_1_AFeedThatFailsRaisesTheAlarmAndTheNextGoodImportEndsIt) {
  run(folder_feed());
  deliver("1.csv", csv_list({"7ABC123,STOLEN"}));
  tick();
  EXPECT_EQ(d.stranger().get("/healthz").status, 200);
  d.advance(kDayUs);
  EXPECT_THAT(tick(), IsEmpty()) << "nobody delivered";
  std::uint64_t before = d.size();
  d.tick();
  EXPECT_THAT(d.kinds_since(before), ::testing::Not(Contains("hotlist.stale"))) << "24 hours";
  d.advance(kSecondUs);
  before = d.size();
  d.tick();
  EXPECT_THAT(d.kinds_since(before), Contains("hotlist.stale")) << "24 hours and a second";
  Reply health = d.stranger().get("/healthz");
  EXPECT_EQ(health.status, 503);
  EXPECT_EQ(health.number("stale_lists"), 1);
  EXPECT_EQ(health.text("status"), "a hot list is stale");
  EXPECT_EQ(hits_of("7ABC123").size(), 1U) << "an old list is better than none";

  deliver("2.csv", csv_list({"7ABC123,STOLEN", "8DEF456,STOLEN"}));
  EXPECT_THAT(tick(), ElementsAre("hotlist.loaded"));
  health = d.stranger().get("/healthz");
  EXPECT_EQ(health.status, 200) << health.body;
  EXPECT_EQ(health.number("stale_lists"), 0);
}

TEST_F(FeedsOf, I12_C2B1_1_ADeliveryWithoutChangeIsAGoodImportAndNoNewVersion) {
  run(folder_feed());
  const std::string file = csv_list({"7ABC123,STOLEN"});
  deliver("1.csv", file);
  tick();
  const std::int64_t version = static_cast<std::int64_t>(d.size()) - 1;
  for (int day = 0; day < 3; ++day) {
    d.advance(kDayUs);
    deliver("next.csv", file);
    EXPECT_THAT(tick(), ElementsAre("hotlist.confirmed"));
    d.tick();
    EXPECT_EQ(d.stranger().get("/healthz").status, 200) << "day " << day;
  }
  EXPECT_EQ(steps.at(0).became, Feeds::Became::kConfirmed);
  const TimeUs confirmed_at = d.now();
  d.advance(kMinuteUs);
  const auto hits = hits_of("7ABC123");
  ASSERT_EQ(hits.size(), 1U);
  const auto event = d.service().store().event({static_cast<std::uint64_t>(hits[0])});
  const auto hit = policy::from_event<policy::HitRaised>(*event);
  ASSERT_TRUE(hit.has_value());
  EXPECT_EQ(hit->entry.list.value, static_cast<std::uint64_t>(version));
  EXPECT_EQ(hit->entry.list_time, confirmed_at) << "as old as the last that the source gave";
  // And stale again, once, when deliveries stop.
  d.advance(kDayUs);
  const std::uint64_t before = d.size();
  d.tick();
  EXPECT_THAT(d.kinds_since(before), Contains("hotlist.stale"));
  EXPECT_EQ(d.stranger().get("/healthz").status, 503);
  d.restart();
  EXPECT_EQ(d.stranger().get("/healthz").status, 503) << "it is a matter of the log";
}

TEST_F(FeedsOf, I12_C2B1_2_ABadDeliveryLeavesTheListBeforeActiveAndIsRecordedOnce) {
  run(folder_feed());
  const std::string good = csv_list({"7ABC123,STOLEN", "8DEF456,STOLEN", "9GHI789,STOLEN"});
  deliver("good.csv", good);
  tick();
  struct Bad {
    const char* slug;
    std::string file;
  };
  for (const Bad& bad :
       {Bad{"hotlist-malformed", good.substr(0, good.size() - 4)},
        Bad{"hotlist-malformed", "PLATE;STATE\n7ABC123;CA\n"}, Bad{"hotlist-malformed", ""},
        Bad{"hotlist-empty", csv_list({})}, Bad{"hotlist-shrunk", csv_list({"7ABC123,STOLEN"})}}) {
    d.advance(kRetryUs);
    deliver("bad.csv", bad.file);
    EXPECT_THAT(tick(), ElementsAre("hotlist.import-refused")) << bad.slug;
    EXPECT_EQ(member(newest(), "slug"), "\"" + std::string(bad.slug) + "\"");
    EXPECT_EQ(member(newest(), "feed"), "\"svs-drop\"");
    ASSERT_EQ(steps.size(), 1U);
    EXPECT_EQ(steps[0].became, Feeds::Became::kRefused);
    EXPECT_EQ(hits_of("9GHI789").size(), 1U) << bad.slug;
    const Reply health = d.stranger().get("/healthz");
    EXPECT_EQ(health.status, 503) << bad.slug;
    EXPECT_EQ(health.number("failing_feeds"), 1);
    EXPECT_THAT(tick(), IsEmpty()) << "not before a quarter of an hour";
    d.advance(kRetryUs);
    EXPECT_THAT(tick(), IsEmpty()) << "the refusal is on the record: " << bad.slug;
  }
  d.train(kAdmin);
  const Reply listed = d.as(kAdmin).get("/v1/hot-lists");
  EXPECT_THAT(listed.body, ::testing::HasSubstr("\"why\":\"hotlist-shrunk\"")) << listed.body;
  EXPECT_EQ(listed.body.find("root"), std::string::npos);
  d.advance(kRetryUs);
  deliver("good.csv", good);
  EXPECT_THAT(tick(), ElementsAre("hotlist.confirmed"));
  EXPECT_EQ(d.stranger().get("/healthz").status, 200);
}

TEST_F(FeedsOf, AFolderWithoutAFileIsAFaultOnlyUntilThereWasOne) {
  run(folder_feed());
  deliver("half.csv.part", csv_list({"7ABC123,STOLEN"}));
  EXPECT_THAT(tick(), ElementsAre("hotlist.fetch-failed"));
  EXPECT_EQ(member(newest(), "why"), "\"NO_FILE\"");
  EXPECT_EQ(d.stranger().get("/healthz").number("failing_feeds"), 1);
  d.advance(kRetryUs);
  EXPECT_THAT(tick(), IsEmpty()) << "said once";
  std::filesystem::rename(inbox.path() / "half.csv.part", inbox.path() / "half.csv");
  d.advance(kRetryUs);
  EXPECT_THAT(tick(), ElementsAre("hotlist.loaded"));
  std::filesystem::remove(inbox.path() / "half.csv");
  d.advance(kHourUs);
  EXPECT_THAT(tick(), IsEmpty()) << "somebody tidied up";
  EXPECT_EQ(d.stranger().get("/healthz").status, 200);
}

TEST_F(FeedsOf, AFileBeyondTheBoundIsNotRead) {
  run(folder_feed());
  deliver("long.csv", std::string(kBytesMax + 1, '\n'));
  EXPECT_THAT(tick(), ElementsAre("hotlist.fetch-failed"));
  EXPECT_EQ(member(newest(), "why"), "\"TOO_LARGE\"");
}

TEST_F(FeedsOf, I12_C2B1_2_TheCoordinatorSeesWhatAVersionChangedUntilTheRowsAreDestroyed) {
  run(folder_feed());
  deliver("1.csv", csv_list({"7ABC123,STOLEN", "8DEF456,STOLEN", "9GHI789,STOLEN"}));
  tick();
  const std::uint64_t first = d.size() - 1;
  d.advance(kHourUs);
  deliver("2.csv", csv_list({"8DEF456,STOLEN", "9GHI789,LOST", "1NEW111,STOLEN"}));
  tick();
  const std::string path = "/v1/hot-lists/versions/" + std::to_string(d.size() - 1) + "/delta";
  d.officer("oreyes");
  const Reply refused = d.as("oreyes").get(path);
  EXPECT_EQ(refused.status, 403) << refused.body;
  EXPECT_EQ(refused.body.find("1NEW111"), std::string::npos);
  d.officer("coord");
  d.give_role("coord", "COORDINATOR");
  const Reply shown = d.as("coord").get(path);
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_EQ(d.kind(shown.number("disclosure")), "hotlist.delta-disclosed");
  EXPECT_EQ(member(shown.json, "changes"),
            R"([{"change":"ADDED","after":"1NEW111,,,STOLEN,,,,,,,,,,,,,"},)"
            R"({"change":"REMOVED","before":"7ABC123,,,STOLEN,,,,,,,,,,,,,"},)"
            R"({"change":"CHANGED","before":"9GHI789,,,STOLEN,,,,,,,,,,,,,",)"
            R"("after":"9GHI789,,,LOST,,,,,,,,,,,,,"}])");
  const Reply page = d.as("coord").get(path + "?limit=1&after=1");
  EXPECT_EQ(member(page.json, "changes"),
            R"([{"change":"REMOVED","before":"7ABC123,,,STOLEN,,,,,,,,,,,,,"}])");
  EXPECT_EQ(member(page.json, "more"), "true");
  EXPECT_EQ(d.as("coord").get("/v1/hot-lists/versions/" + std::to_string(first) + "/delta").status,
            404)
      << "none before it";
  for (int day = 0; day < 31; ++day) {
    d.advance(kDayUs);
    d.tick();
  }
  EXPECT_EQ(d.as("coord").get(path).status, 410) << "what was superseded is destroyed";
}

policy::HotlistProfile fixed_profile() {
  const auto cut = [](const char* column, std::int64_t start, std::int64_t length) {
    policy::ProfileField field;
    field.column = column;
    field.start = start;
    field.length = length;
    return field;
  };
  policy::HotlistProfile profile;
  profile.name = "ncic-fixed";
  profile.version = 3;
  profile.layout = policy::HotlistLayout::kFixed;
  profile.fields = {cut("plate", 1, 10), cut("state", 11, 2), cut("category", 13, 12)};
  profile.leave_out = std::vector<std::string>{"Repossessed"};
  return profile;
}
std::string fixed_row(std::string plate, std::string category) {
  plate.resize(10, ' ');
  category.resize(12, ' ');
  return plate + "CA" + category + "\r\n";
}

TEST_F(FeedsOf, I12_C2A1_3_AProfileIsNamedWithWhatItLeavesOut) {
  FeedSettings settings = folder_feed();
  settings.profile = fixed_profile();
  run(settings);
  deliver("1.txt", fixed_row("7ABC123", "STOLEN") + fixed_row("8DEF456", "REPOSSESSED") +
                       fixed_row("9GHI789", "IMMIGRATION"));
  EXPECT_THAT(tick(), ElementsAre("hotlist.loaded"));
  EXPECT_EQ(member(newest(), "excluded"),
            R"([{"why":"IMMIGRATION_VIOLATOR","rows":1},)"
            R"({"why":"CATEGORY","rows":1,"category":"Repossessed"}])");
  EXPECT_THAT(member(newest(), "profile"), ::testing::HasSubstr(R"("name":"ncic-fixed")"));
  EXPECT_THAT(member(newest(), "profile"), ::testing::HasSubstr(R"("version":3)"));
  EXPECT_EQ(hits_of("7ABC123").size(), 1U);
  EXPECT_THAT(hits_of("8DEF456"), IsEmpty());
  EXPECT_THAT(hits_of("9GHI789"), IsEmpty());
}

TEST_F(FeedsOf, APersonsLoadMayNameAProfileOfTheConfiguration) {
  d.train(kAdmin);
  d.use_settings([](ApiSettings& settings) { settings.hotlist_profiles = {fixed_profile()}; });
  const auto load = [&](const std::string& profile) {
    return d.as(kAdmin).send(
        "POST", "/v1/hot-lists/SVS?source_time=2026-03-02T07:00:00Z&profile=" + profile,
        {"Content-Type: text/csv"}, fixed_row("7ABC123", "STOLEN"));
  };
  EXPECT_EQ(load("another").status, 400);
  const Reply loaded = load("ncic-fixed");
  ASSERT_EQ(loaded.status, 201) << loaded.body;
  EXPECT_EQ(d.kind(loaded.number("seq")), "hotlist.loaded");
  EXPECT_EQ(hits_of("7ABC123").size(), 1U);
}

class HttpsFeed : public FeedsOf {
 protected:
  HttpsFeed() {
    EXPECT_TRUE(
        make_certificate(inbox.path() / "cert.pem", inbox.path() / "key.pem", {"127.0.0.1"}));
    HttpSettings http;
    http.certificate = inbox.path() / "cert.pem";
    http.private_key = inbox.path() / "key.pem";
    server = std::make_unique<HttpServer>(
        http, [](const Request&) -> std::variant<std::size_t, Response> { return std::size_t{0}; },
        [this](const Request& request) { return serve(request); },
        [](int code, std::string_view) {
          return Response{code, "text/plain", "", {}};
        });
  }
  // What the test sets between two ticks the server's worker sees, and the other way round.
  std::vector<std::string> tick() {
    { const std::lock_guard lock(mutex); }
    auto kinds = FeedsOf::tick();
    const std::lock_guard lock(mutex);
    return kinds;
  }
  Response serve(const Request& request) {
    const std::lock_guard lock(mutex);
    ++asked;
    if (request.header("authorization") != expected_authorization)
      return {401, "text/plain", "", {}};
    conditional = !request.header("if-none-match").empty();
    if (conditional && request.header("if-none-match") == etag) return {304, "text/csv", "", {}};
    Response response{status, "text/csv", file, {}};
    if (!etag.empty()) response.headers.emplace_back("ETag", etag);
    if (!modified.empty()) response.headers.emplace_back("Last-Modified", modified);
    return response;
  }
  FeedSettings https_feed() const {
    FeedSettings settings;
    settings.name = "svs-web";
    settings.source = policy::HotlistSource::kSvs;
    settings.https = HttpsPlace{"https://127.0.0.1:" + std::to_string(server->port()) + "/svs.csv",
                                inbox.path() / "cert.pem", std::nullopt, std::nullopt};
    return settings;
  }
  std::filesystem::path secret(const std::string& text) const {
    const std::filesystem::path path = inbox.path() / "secret";
    std::ofstream(path) << text << '\n';
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return path;
  }

  std::string file = csv_list({"7ABC123,STOLEN"});
  std::string etag = "\"one\"";
  std::string modified;
  std::string expected_authorization;
  int status = 200;
  int asked = 0;
  bool conditional = false;
  std::mutex mutex;
  std::unique_ptr<HttpServer> server;  // goes first: its workers use the rest
};

TEST_F(HttpsFeed, I12_C2B1_1_TheSourceIsAskedTwiceInTheTimeThatThePolicyAllows) {
  modified = "Mon, 02 Mar 2026 07:30:00 GMT";
  run(https_feed());
  EXPECT_THAT(tick(), ElementsAre("hotlist.loaded"));
  EXPECT_EQ(member(newest(), "source_time"), std::to_string(d.now().value - 30 * kMinuteUs));
  EXPECT_EQ(hits_of("7ABC123").size(), 1U);
  d.advance(kDayUs / 2 - kSecondUs);
  EXPECT_THAT(tick(), IsEmpty());
  EXPECT_EQ(asked, 1);
  d.advance(kSecondUs);
  EXPECT_THAT(tick(), ElementsAre("hotlist.confirmed")) << "not modified, by its ETag";
  EXPECT_EQ(asked, 2);
  EXPECT_TRUE(conditional);
  EXPECT_EQ(member(newest(), "file_sha256"), "absent") << "no file was sent";
  file = csv_list({"8DEF456,STOLEN"});
  etag = "\"two\"";
  modified = "Mon, 02 Mar 2026 21:30:00 GMT";
  d.advance(kDayUs / 2);
  EXPECT_THAT(tick(), ElementsAre("hotlist.loaded"));
  EXPECT_EQ(hits_of("8DEF456").size(), 1U);
}

TEST_F(HttpsFeed, WhatAPersonLoadedMeanwhileIsNotTakenForUnmodified) {
  d.train(kAdmin);
  run(https_feed());
  tick();
  d.advance(kHourUs);
  const std::string path = "/v1/hot-lists/SVS?source_time=2026-03-02T08:30:00Z";
  const Reply loaded =
      d.as(kAdmin).send("POST", path, {"Content-Type: text/csv"}, csv_list({"5XYZ555,STOLEN"}));
  ASSERT_EQ(loaded.status, 201) << loaded.body;
  d.advance(kDayUs / 2);
  EXPECT_THAT(tick(), ElementsAre("hotlist.loaded")) << "the source's own list, whole";
  EXPECT_FALSE(conditional);
  EXPECT_EQ(hits_of("7ABC123").size(), 1U);
}

TEST_F(HttpsFeed, I12_C2B1_1_FailuresAreRecordedOnceAndTriedAgainSooner) {
  run(https_feed());
  tick();
  d.advance(kDayUs / 2);
  status = 500;
  etag = "\"two\"";
  EXPECT_THAT(tick(), ElementsAre("hotlist.fetch-failed"));
  EXPECT_EQ(member(newest(), "why"), "\"STATUS\"");
  EXPECT_EQ(member(newest(), "status"), "500");
  EXPECT_EQ(d.stranger().get("/healthz").number("failing_feeds"), 1);
  int tries = 1;
  for (; tries < 48; ++tries) {
    d.advance(kRetryUs);
    EXPECT_THAT(tick(), IsEmpty());
  }
  EXPECT_EQ(asked, 1 + tries);
  d.tick();
  EXPECT_EQ(d.stranger().get("/healthz").number("stale_lists"), 0) << "just under 24 hours";
  d.advance(kRetryUs);
  d.tick();
  d.advance(kSecondUs);
  d.tick();
  EXPECT_EQ(d.stranger().get("/healthz").number("stale_lists"), 1);
  server->stop();
  EXPECT_THAT(tick(), ElementsAre("hotlist.fetch-failed")) << "another fault is another event";
  EXPECT_EQ(member(newest(), "why"), "\"UNREACHABLE\"");
}

TEST_F(HttpsFeed, SecretsAreSentAndTheServerMustBeWhoItIs) {
  FeedSettings settings = https_feed();
  settings.https->bearer_file = secret("abc.def");
  expected_authorization = "Bearer abc.def";
  settings.every_seconds = 3600;
  run(settings);
  EXPECT_THAT(tick(), ElementsAre("hotlist.loaded"));
  settings.https->bearer_file.reset();
  settings.https->basic_file = secret("svs:open sesame");
  expected_authorization = "Basic c3ZzOm9wZW4gc2VzYW1l";
  run(settings);
  d.advance(kHourUs);
  EXPECT_THAT(tick(), ElementsAre("hotlist.confirmed")) << "every_seconds";
  EXPECT_EQ(asked, 2);
  settings.https->certificate = d.certificate();  // of another server
  run(settings);
  d.advance(kHourUs);
  EXPECT_THAT(tick(), ElementsAre("hotlist.fetch-failed"));
  EXPECT_EQ(member(newest(), "why"), "\"UNREACHABLE\"");
  EXPECT_EQ(asked, 2) << "nothing was sent to it";
  std::filesystem::permissions(inbox.path() / "secret", std::filesystem::perms::all);
  d.advance(kRetryUs);
  EXPECT_THAT(tick(), ElementsAre("hotlist.fetch-failed"));
  EXPECT_EQ(member(newest(), "why"), "\"UNREADABLE\"") << "others may read the password";
}

TEST_F(HttpsFeed, AnAnswerBeyondTheBoundIsCutOff) {
  file = std::string(kBytesMax + 1, '\n');
  run(https_feed());
  EXPECT_THAT(tick(), ElementsAre("hotlist.fetch-failed"));
  EXPECT_EQ(member(newest(), "why"), "\"TOO_LARGE\"");
}

TEST_F(FeedsOf, TheThreadTakesADeliveryByItself) {
  run(folder_feed());
  deliver("1.csv", csv_list({"7ABC123,STOLEN"}));
  std::promise<Feeds::Step> told;
  {
    FeedThread thread(*feeds, [&](const Feeds::Step& step) { told.set_value(step); });
    EXPECT_EQ(told.get_future().get().became, Feeds::Became::kLoaded);
  }
  EXPECT_EQ(hits_of("7ABC123").size(), 1U);
}

}  // namespace
}  // namespace alpr::api::testing
