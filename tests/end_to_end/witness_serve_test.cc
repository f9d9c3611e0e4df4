// Proves that a witness which serves says proof of two histories loudly, remembers it, and speaks
// TLS. The program is asked over loopback by somebody who holds the published log's key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/http_client/http_client.h"
#include "api/tls_certificate.h"
#include "tests/end_to_end/programs.h"
#include "tests/ledger/verify/witness/witness_fixtures.h"

namespace alpr::end_to_end {
namespace {

using ::testing::HasSubstr;
using witness::testing::history;
using witness::testing::request;

class Serve : public ::testing::Test {
 protected:
  Serve() { witness::testing::make_published_witness(state()); }
  std::filesystem::path state() const { return folder.path() / "state"; }
  static long submit(const WitnessProcess& witness, const std::string& body,
                     const api::HttpClientSettings& settings = {}) {
    const auto answer = api::HttpClient(settings).send("POST", witness.url() + "/add-checkpoint",
                                                       {"Content-Type: text/plain"}, body);
    EXPECT_TRUE(answer) << answer.error().detail;
    return answer ? answer->status : 0;
  }
  witness::testing::Folder folder;
};

TEST_F(Serve, ProofOfTwoHistoriesIsSaidKeptAndTheExitCode) {
  {
    WitnessProcess witness(state());
    EXPECT_EQ(submit(witness, request(history(8), 0, 8)), 200);
    EXPECT_EQ(submit(witness, request(history(8, "forged ", 3), 8, 8)), 422);
    const Ran ran = witness.stop();
    EXPECT_EQ(ran.code, 1);
    EXPECT_THAT(ran.out, HasSubstr("PROOF AGAINST ledger.example/alpr"));
  }
  WitnessProcess again(state());
  EXPECT_THAT(again.said(), HasSubstr("PROOF of two histories lies in"));
  EXPECT_EQ(submit(again, request(history(20), 8, 20)), 200) << "the true one goes on";
  EXPECT_EQ(again.stop().code, 1) << "until somebody has looked and moved it away";
}

TEST_F(Serve, WithNothingToSayItEndsWell) {
  WitnessProcess witness(state());
  EXPECT_EQ(submit(witness, request(history(8), 0, 5)), 200);
  EXPECT_EQ(submit(witness, request(history(8), 0, 8)), 409);
  EXPECT_EQ(submit(witness, "nonsense"), 400);
  api::HttpClient client;
  EXPECT_EQ(client.send("GET", witness.url() + "/add-checkpoint", {}, "")->status, 405);
  EXPECT_EQ(client.send("GET", witness.url() + "/", {}, "")->status, 404);
  EXPECT_EQ(client.send("GET", witness.url() + "/" + std::string(64, 'a') + "/checkpoint", {}, "")
                ->status,
            404);
  const Ran ran = witness.stop();
  EXPECT_EQ(ran.code, 0) << ran.out;
}

TEST_F(Serve, SpeaksTls) {
  const auto pem = folder.path() / "certificate.pem";
  const auto key = folder.path() / "key.pem";
  ASSERT_TRUE(api::make_certificate(pem, key, {"127.0.0.1"}));
  WitnessProcess witness(state(), {"--certificate", pem.string(), "--private-key", key.string()});
  EXPECT_THAT(witness.url(), ::testing::StartsWith("https://"));
  EXPECT_EQ(submit(witness, request(history(8), 0, 5), {.certificate = pem}), 200);
  EXPECT_FALSE(api::HttpClient().send("GET", witness.url() + "/", {}, "")) << "not trusted";
}

}  // namespace
}  // namespace alpr::end_to_end
