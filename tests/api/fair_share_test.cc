// Proves that one person's requests leave the others their turn. By asking the limits at chosen
// moments, and by sending more at once over TLS than one person has.
#include "api/fair_share.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "api/api.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using std::chrono::milliseconds;

TEST(FairShare, SoManyAtOnceAndSoManyASecondForEach) {
  FairShare share({.in_work_max = 2, .requests_a_second = 10, .burst = 3});
  const FairShare::Clock::time_point start;
  {
    const auto first = share.enter("a", start);
    const auto second = share.enter("a", start);
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(share.enter("a", start)) << "two are in work";
    EXPECT_TRUE(share.enter("b", start)) << "somebody else";
  }
  EXPECT_TRUE(share.enter("a", start));
  EXPECT_FALSE(share.enter("a", start)) << "the burst is used";
  EXPECT_FALSE(share.enter("a", start + milliseconds(99)));
  EXPECT_TRUE(share.enter("a", start + milliseconds(101)));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(share.enter("a", start + milliseconds(5000))) << i;
  EXPECT_FALSE(share.enter("a", start + milliseconds(5000)))
      << "no more than the burst is saved up";
}

TEST(FairShare, ManyPeopleAreForgottenOnceTheyAreQuiet) {
  FairShare share({.in_work_max = 1, .requests_a_second = 1, .burst = 1});
  const FairShare::Clock::time_point start;
  const auto busy = share.enter("busy", start);
  for (int i = 0; i < 10'000; ++i)
    EXPECT_TRUE(share.enter("p" + std::to_string(i), start + milliseconds(2 * i)));
  EXPECT_FALSE(share.enter("busy", start + milliseconds(60'000))) << "is in work still";
}

TEST(FairShare, AHundredRequestsAtOnceOfOnePersonAreAnsweredOrToldToWait) {
  Department d;
  d.use_settings([](ApiSettings& settings) {
    settings.fair_share = {.in_work_max = 2, .requests_a_second = 5, .burst = 10};
  });
  d.restart();
  d.officer("oreyes");
  d.officer("other");
  const std::string token = d.log_in("oreyes").text("token");
  d.as("other");
  std::atomic<int> answered = 0, told = 0, odd = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i)
    threads.emplace_back([&] {
      Client client(d.url(), d.certificate());
      client.use_token(token);
      for (int k = 0; k < 10; ++k) {
        const Reply reply = client.get("/v1/me");
        if (reply.status == 200) ++answered;
        if (reply.status == 429 && reply.header("retry-after") == "1") ++told;
        if (reply.status != 200 && reply.status != 429) ++odd;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(odd, 0);
  EXPECT_GE(answered, 1);
  EXPECT_GE(told, 50);
  EXPECT_EQ(answered + told, 100);
  EXPECT_EQ(d.as("other").get("/v1/me").status, 200);
}

}  // namespace
}  // namespace alpr::api::testing
