// Proves that a request which is sent again is done once and that long answers come compressed to
// who takes that. By sending the same again over HTTPS and counting events, and by asking the two
// parts at chosen moments.
#include "api/retries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "api/compress.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using ::testing::HasSubstr;

constexpr TimeUs kNow{1'760'000'000 * kSecondUs};

Request post(std::string body, std::string path = "/v1/costs") {
  return {"POST", std::move(path), "", {{"content-type", "application/json"}}, std::move(body), ""};
}

class RetriesTest : public ::testing::Test {
 protected:
  // The status of what comes instead; 0: it is the first, and `done` with this answer.
  int send(const std::string& person, std::string_view key, const Request& request, TimeUs now,
           const Response& done, bool repeatable = true) {
    auto begun = retries.begin(person, key, request, now);
    if (const Response* before = std::get_if<Response>(&begun)) return before->status;
    std::get<Retries::First>(begun).done(done, repeatable);
    return 0;
  }
  Retries retries;
  const Response created{201, "application/json", R"({"seq":12})", {}};
};

TEST_F(RetriesTest, TheSameRequestIsAnsweredAsAtFirst) {
  EXPECT_EQ(send("a", "k1", post("1"), kNow, created), 0);
  auto again = retries.begin("a", "k1", post("1"), kNow);
  const Response* answer = std::get_if<Response>(&again);
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, created.body);
  EXPECT_EQ(answer->headers.back().first, "Plateledger-Repeated");
  EXPECT_EQ(send("b", "k1", post("1"), kNow, created), 0) << "another person's key";
  EXPECT_EQ(send("a", "k2", post("1"), kNow, created), 0) << "another key";
}

TEST_F(RetriesTest, AKeyIsForOneRequest) {
  EXPECT_EQ(send("a", "k1", post("1"), kNow, created), 0);
  EXPECT_EQ(send("a", "k1", post("2"), kNow, created), 422);
  EXPECT_EQ(send("a", "k1", post("1", "/v1/holds"), kNow, created), 422);
  for (const std::string& bad : {std::string(), std::string("a b"), std::string("\xc3\xa4"),
                                 std::string(Retries::kKeyMax + 1, 'k')})
    EXPECT_EQ(send("a", bad, post("1"), kNow, created), 400) << bad;
}

TEST_F(RetriesTest, WhatIsInWorkIsNotBegunTwiceAndWhatFailedMayBe) {
  {
    auto first = retries.begin("a", "k1", post("1"), kNow);
    ASSERT_TRUE(std::holds_alternative<Retries::First>(first));
    EXPECT_EQ(send("a", "k1", post("1"), kNow, created), 409);
  }
  EXPECT_EQ(send("a", "k1", post("1"), kNow, created), 0) << "the first was not decided";
}

TEST_F(RetriesTest, I12_G_1_WhatGaveOutRecordsIsNotGivenOutFromMemory) {
  EXPECT_EQ(send("a", "k1", post("1"), kNow, {200, "application/json", R"({"query":7})", {}},
                 /*repeatable=*/false),
            0);
  auto again = retries.begin("a", "k1", post("1"), kNow);
  const Response* answer = std::get_if<Response>(&again);
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(answer->status, 409);
  EXPECT_THAT(answer->body, HasSubstr(R"("event":7)"));
}

TEST_F(RetriesTest, KeysAreForgottenAfterADayAndWhenThereAreTooMany) {
  EXPECT_EQ(send("a", "k1", post("1"), kNow, created), 0);
  const TimeUs later{kNow.value + Retries::kKeptUs};
  EXPECT_EQ(send("a", "k1", post("1"), later, created), 201);
  EXPECT_EQ(send("a", "k1", post("1"), {later.value + 1}, created), 0);
  for (std::size_t i = 0; i < Retries::kOfOnePersonMax; ++i)
    EXPECT_EQ(send("b", "k" + std::to_string(i), post("1"), kNow, created), 0);
  EXPECT_EQ(send("b", "one more", post("1"), kNow, created), 400);
  EXPECT_EQ(send("b", "one-more", post("1"), kNow, created), 0);
  EXPECT_EQ(send("b", "k1", post("1"), kNow, created), 201);
  EXPECT_EQ(send("b", "k0", post("1"), kNow, created), 0) << "the oldest made room";
}

// ---- over HTTPS ----

class RetriesApi : public ::testing::Test {
 protected:
  RetriesApi() {
    d.officer("ccoord");
    d.give_role("ccoord", "COORDINATOR");
  }
  Reply send(const std::string& path, const std::string& key, const chain::Json& body) {
    return d.as("ccoord").send("POST", path,
                               {"Content-Type: application/json", "Idempotency-Key: " + key},
                               chain::write(body));
  }
  Department d;
};

TEST_F(RetriesApi, AComplaintThatIsSentTwiceIsOneEvent) {
  const auto complaint = object({{"subject", "MISTAKEN_STOP"},
                                 {"received", num(d.now().value)},
                                 {"what", "stopped for another's car"}});
  const Reply first = send("/v1/complaints", "c-1", complaint);
  ASSERT_EQ(first.status, 201) << first.body;
  const std::uint64_t size = d.size();
  const Reply second = send("/v1/complaints", "c-1", complaint);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.header("plateledger-repeated"), "true");
  EXPECT_EQ(d.size(), size);
  EXPECT_EQ(send("/v1/complaints", "c-2", complaint).status, 201);
  EXPECT_EQ(d.size(), size + 1);
}

TEST_F(RetriesApi, ARefusalThatIsAskedForTwiceIsRecordedOnce) {
  d.officer("oreyes");
  const auto cost = object({{"year", num(2024)},
                            {"category", "STORAGE"},
                            {"cents", num(1)},
                            {"funding", "general fund"}});
  const auto as_officer = [&] {
    return d.as("oreyes").send("POST", "/v1/costs",
                               {"Content-Type: application/json", "Idempotency-Key: r-1"},
                               chain::write(cost));
  };
  const Reply refused = as_officer();
  ASSERT_EQ(refused.status, 403) << refused.body;
  const std::uint64_t size = d.size();
  EXPECT_EQ(as_officer().body, refused.body);
  EXPECT_EQ(d.size(), size);
}

// ---- compression ----

std::string gunzip(const std::string& body) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(std::size_t{1} << 22, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

// What was done to the answer: "gzip", or "" where it was left as it is.
std::string coding(std::string_view accepted, Response& response) {
  Request request;
  request.headers["accept-encoding"] = std::string(accepted);
  compress_for(request, response);
  for (const auto& [name, value] : response.headers)
    if (name == "Content-Encoding") return value;
  return "";
}

TEST(Compress, WhoTakesGzipGetsIt) {
  const std::string text = [] {
    std::string all;
    for (int i = 0; i < 500; ++i) all += "row " + std::to_string(i) + "\n";
    return all;
  }();
  for (const char* accepted : {"gzip", "br, gzip", "gzip;q=0.5", "deflate, gzip; q=1.0, *;q=0"}) {
    Response response{200, "text/csv", text, {}};
    EXPECT_EQ(coding(accepted, response), "gzip") << accepted;
    EXPECT_LT(response.body.size(), text.size() / 2);
    EXPECT_EQ(gunzip(response.body), text);
  }
  for (const char* accepted : {"", "br", "gzip;q=0", "gzip; q=0.000", "xgzip", "identity"}) {
    Response response{200, "text/csv", text, {}};
    EXPECT_EQ(coding(accepted, response), "") << accepted;
    EXPECT_EQ(response.body, text);
  }
}

TEST(Compress, WhatGainsNothingOrIsNamedByItsBytesIsLeft) {
  const std::string text(5000, 'a');
  Response image{200, "image/jpeg", text, {}};
  EXPECT_EQ(coding("gzip", image), "");
  Response tagged{200, "text/plain", text, {{"ETag", "\"x\""}}};
  EXPECT_EQ(coding("gzip", tagged), "");
  Response small{200, "application/json", std::string(1000, 'a'), {}};
  EXPECT_EQ(coding("gzip", small), "");
  Response json{200, "application/problem+json; charset=utf-8", text, {}};
  EXPECT_EQ(coding("gzip", json), "gzip");
}

TEST_F(RetriesApi, ALongAnswerIsCompressedOnTheWire) {
  const Reply plain = d.as("ccoord").get("/v1/policies");
  const Reply packed = d.as("ccoord").send("GET", "/v1/policies", {"Accept-Encoding: gzip"}, "");
  ASSERT_EQ(plain.status, 200) << plain.body;
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_EQ(gunzip(packed.body), plain.body);
}

}  // namespace
}  // namespace alpr::api::testing
