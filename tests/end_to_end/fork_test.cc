// Proves that a log which is copied and goes on twice is caught: the witness cosigns one history,
// and an auditor who holds what it cosigned sees the other for what it is. A department's store is
// copied with all its keys, both copies go on, and a witness of its own process is asked by both
// and killed in between.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/cosigners.h"
#include "api/submitter.h"
#include "ledger/chain/witness_request.h"
#include "ledger/store/clock.h"
#include "tests/api/department.h"
#include "tests/end_to_end/programs.h"

namespace alpr::end_to_end {
namespace {

using api::Submitter;
using api::testing::kDayUs;
using api::testing::kHourUs;
using api::testing::kMinuteUs;
using api::testing::kOrigin;
using ::testing::HasSubstr;

class Fork : public ::testing::Test {
 protected:
  Fork() {
    const Ran made = verify({"witness", "init", "--state", state().string(), "--name",
                             "pac.example/witness", "--log", d.vkey()});
    EXPECT_EQ(made.code, 0) << made.out;
    vkey = made.out.substr(0, made.out.find('\n'));
  }
  std::filesystem::path state() const { return d.folder() / "witness"; }
  std::filesystem::path original() const { return d.folder() / "store"; }
  std::filesystem::path copy() const { return d.folder() / "copy"; }
  std::string policy(const WitnessProcess& witness) const {
    return "log " + d.vkey() + "\nwitness pac " + vkey + " " + witness.url() + "\nquorum pac\n";
  }
  static Submitter::Step submit(api::Cosigners& cosigners) {
    auto client = std::make_shared<api::HttpClient>();
    Submitter submitter(cosigners, cosigners.policy().witnesses().front(),
                        [client](const std::string& url, std::string_view body) {
                          return client->send("POST", url, {"Content-Type: text/plain"}, body);
                        });
    return submitter.step(0);
  }
  // What anybody can fetch from the witness.
  std::string kept(const WitnessProcess& witness) const {
    const auto answer = api::HttpClient().send(
        "GET", witness.url() + "/" + chain::origin_name(kOrigin) + "/checkpoint", {}, "");
    EXPECT_EQ(answer.value().status, 200);
    return answer.value().body;
  }
  void live(std::int64_t us) {
    for (std::int64_t lived = 0; lived < us; lived += 11 * kMinuteUs)
      d.advance(11 * kMinuteUs), d.tick();
  }

  api::testing::Department d;
  std::string vkey;
};

TEST_F(Fork, TheSecondHistoryIsRefusedAndSeen) {
  auto witness = std::make_unique<WitnessProcess>(state());
  d.use_witness_policy(policy(*witness));
  ASSERT_EQ(submit(d.cosigners()).became, Submitter::Became::kCosigned);

  // The copy's machine was started later: its heartbeats say so, and the histories differ.
  d.advance(kMinuteUs);
  // Everything is copied, keys and high-water mark too: nothing in the copy knows that it is one.
  std::filesystem::copy(original(), copy(), std::filesystem::copy_options::recursive);
  const TimeUs copied_at = d.now();
  live(kHourUs);
  const Submitter::Step true_one = submit(d.cosigners());
  ASSERT_EQ(true_one.became, Submitter::Became::kCosigned) << true_one.what;
  const std::string cosigned = kept(*witness);

  const auto clock = std::make_shared<store::SimulatedClock>(copied_at);
  store::StoreSettings small;
  small.map_size = 1ULL << 28;
  small.ballast_bytes = 4096;
  small.disk_free_percent = [] { return 50U; };
  auto second = api::Service::start(store::default_places(copy()), clock, small);
  ASSERT_TRUE(second) << second.error().detail;
  auto cosigners = api::Cosigners::open(**second, policy(*witness));
  ASSERT_TRUE(cosigners) << cosigners.error().detail;
  while ((*second)->store().size() < d.size()) {
    EXPECT_EQ(submit(**cosigners).became, Submitter::Became::kFailed) << "a shorter history";
    clock->advance(11 * kMinuteUs);
    ASSERT_TRUE((*second)->tick());
  }
  for (int i = 0; i < 3; ++i) clock->advance(11 * kMinuteUs), static_cast<void>((*second)->tick());
  const Submitter::Step forked = submit(**cosigners);
  EXPECT_EQ(forked.became, Submitter::Became::kFailed);
  EXPECT_THAT(forked.what, HasSubstr("another history"));
  EXPECT_EQ(kept(*witness), cosigned) << "the witness stays with the first";

  // Killed at once, it comes back with all that it knew.
  witness->kill();
  witness = std::make_unique<WitnessProcess>(state());
  EXPECT_EQ(kept(*witness), cosigned);
  auto moved = api::Cosigners::open(**second, policy(*witness));
  EXPECT_THAT(submit(**moved).what, HasSubstr("another history"));
  EXPECT_THAT(witness->stop().out, HasSubstr("without proof that it continues"));

  // The copy verifies by itself, and not against what the witness cosigned.
  const auto note = d.folder() / "kept.note";
  const auto rules = d.folder() / "witnesses.policy";
  write_file(note, cosigned);
  write_file(rules, policy(*witness));
  const auto check = [&](const std::filesystem::path& store, std::vector<std::string> more) {
    std::vector<std::string> all = {"--store", store.string(), "--key",
                                    d.vkey(),  "--level",      "chain"};
    all.insert(all.end(), more.begin(), more.end());
    return verify(all);
  };
  const std::vector<std::string> since = {"--since", note.string()};
  const std::vector<std::string> cosignatures = {"--witness-policy", rules.string()};
  EXPECT_EQ(check(copy(), {}).code, 0);
  EXPECT_EQ(check(original(), since).code, 0);
  EXPECT_EQ(check(original(), cosignatures).code, 0);
  const Ran rewritten = check(copy(), since);
  EXPECT_EQ(rewritten.code, 1);
  EXPECT_THAT(rewritten.out, HasSubstr("the history before it was rewritten"));
  const Ran uncosigned = check(copy(), cosignatures);
  EXPECT_EQ(uncosigned.code, 1);
  EXPECT_THAT(uncosigned.out, HasSubstr("from here on no checkpoint has the cosignatures"));
}

}  // namespace
}  // namespace alpr::end_to_end
