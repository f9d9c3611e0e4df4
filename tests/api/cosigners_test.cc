// Proves that the log asks its witnesses, keeps and serves what they cosigned, and bears with those
// that are down or answer strangely. A department's server with a witness behind a function call,
// and witnesses made up of one answer each.
#include "api/cosigners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "api/http_server/http_server.h"
#include "api/submitter.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/witness_request.h"
#include "ledger/verify/witness/witness.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

HttpAnswer answer_of(long status, std::string content_type, std::string body) {
  HttpAnswer answer;
  answer.status = status;
  answer.content_type = std::move(content_type);
  answer.body = std::move(body);
  return answer;
}

using ::testing::HasSubstr;
using Became = Submitter::Became;

class Cosigning : public ::testing::Test {
 protected:
  Cosigning() {
    const auto made = witness::StateFolder::create(folder(), "pac.example/w", {d.vkey()});
    EXPECT_TRUE(made.has_value());
    vkey = *made;
    open_witness();
    d.use_witness_policy("log " + d.vkey() + "\nwitness pac " + chain::format_vkey(vkey) +
                         " http://127.0.0.1:1/w/\nquorum pac\n");
  }
  std::filesystem::path folder() const { return d.folder() / "witness"; }
  void open_witness() {
    pac.reset();
    auto opened = witness::Witness::open(
        folder(), [this] { return static_cast<std::uint64_t>(d.now().value / kSecondUs); },
        [](std::string_view) {});
    ASSERT_TRUE(opened) << opened.error().detail;
    pac = std::move(*opened);
  }
  Submitter submitter(Submitter::Post post) {
    return Submitter(d.cosigners(), d.cosigners().policy().witnesses().front(), std::move(post));
  }
  Submitter to_witness() {
    return submitter([this](const std::string& url, std::string_view body) -> Result<HttpAnswer> {
      ++posts;
      EXPECT_EQ(url, "http://127.0.0.1:1/w/add-checkpoint");
      const witness::Answer answer = pac->add_checkpoint(body);
      return answer_of(answer.status, answer.content_type, answer.body);
    });
  }
  Submitter answering(long status, const std::string& type, const std::string& body) {
    return submitter([=](const std::string&, std::string_view) -> Result<HttpAnswer> {
      return answer_of(status, type, body);
    });
  }
  std::string served(const std::string& query = "") {
    return d.as(kIt).get("/log/checkpoint" + query).body;
  }
  // The cosignature line that the witness gives to what is newest, with its size.
  std::pair<std::int64_t, std::string> cosigned() {
    const std::string note = d.service().store().newest_checkpoint().value();
    const auto size = chain::parse_checkpoint_text(chain::parse_note(note)->text)->size;
    const std::uint64_t old = pac->recorded(kOrigin).size;
    chain::AddCheckpoint request{old, {}, note};
    if (old > 0 && old < size)
      request.proof = d.service().store().consistency_path(old, size).value();
    const auto answer = pac->add_checkpoint(chain::format_add_checkpoint(request));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return {static_cast<std::int64_t>(size), answer.body.substr(0, answer.body.size() - 1)};
  }
  const chain::WitnessPolicy& policy() { return d.cosigners().policy(); }

  Department d;
  chain::VerifierKey vkey;
  std::unique_ptr<witness::Witness> pac;
  int posts = 0;
};

TEST_F(Cosigning, WhatTheWitnessCosignedIsServedAndKeptForEver) {
  Submitter asks = to_witness();
  const std::uint64_t size = d.size();
  EXPECT_EQ(d.service().store().newest_cosigned().error().code, ErrorCode::kNotFound);
  EXPECT_EQ(asks.step(0).became, Became::kCosigned);
  EXPECT_EQ(asks.step(1).became, Became::kNothing) << "nothing is new";
  EXPECT_EQ(posts, 1);
  const std::string note = d.service().store().checkpoint(size).value();
  ASSERT_TRUE(policy().open(note)) << policy().open(note).error().detail;

  for (int i = 0; i < 5; ++i) d.advance(11 * kMinuteUs), d.tick();
  EXPECT_EQ(d.service().store().checkpoint(size).value(), note);
  EXPECT_EQ(served("?cosigned=true"), note) << "the newest one is not cosigned yet";
  EXPECT_FALSE(policy().open(served()));
  EXPECT_EQ(asks.step(2).became, Became::kCosigned);
  EXPECT_TRUE(policy().open(d.service().store().newest_cosigned().value()));
  const std::string newer = served("?cosigned=true");
  EXPECT_GT(policy().open(newer)->size, size);

  d.restart();
  EXPECT_EQ(served("?cosigned=true"), newer);
  EXPECT_EQ(d.as(kIt).get("/log/checkpoint?cosigned=yes").status, 400);
  EXPECT_EQ(d.as(kIt).get("/log/checkpoint?cosigned=true&size=3").status, 400);
}

TEST_F(Cosigning, ANewerTimeTakesTheOlderSignaturesPlace) {
  const auto [size, first] = cosigned();
  d.advance(kMinuteUs);
  const auto [same, second] = cosigned();
  ASSERT_EQ(size, same);
  ASSERT_NE(first, second);
  for (const std::string& line : {first, second})
    ASSERT_TRUE(d.cosigners().accept(static_cast<std::uint64_t>(size), line));
  const std::string note = d.service().store().checkpoint(static_cast<std::uint64_t>(size)).value();
  EXPECT_THAT(note, HasSubstr(second));
  EXPECT_THAT(note, ::testing::Not(HasSubstr(first)));
}

TEST_F(Cosigning, ALogThatForgotLearnsTheSizeFromThe409) {
  ASSERT_EQ(to_witness().step(0).became, Became::kCosigned);
  d.restart();
  static_cast<void>(served());  // new events, by logging in
  posts = 0;
  EXPECT_EQ(to_witness().step(0).became, Became::kCosigned);
  EXPECT_EQ(posts, 2);
}

TEST_F(Cosigning, AWitnessThatIsDownIsAskedLessAndLessOften) {
  int asked = 0;
  Submitter asks = submitter([&](const std::string&, std::string_view) -> Result<HttpAnswer> {
    ++asked;
    return fail(ErrorCode::kIo, "connection refused");
  });
  const Submitter::Step first = asks.step(0);
  EXPECT_EQ(first.became, Became::kFailed);
  EXPECT_THAT(first.what, HasSubstr("connection refused"));
  for (std::int64_t now = 1; now <= 3600; ++now) EXPECT_EQ(asks.step(now).what, "") << "said once";
  EXPECT_GT(asked, 12) << "it is not given up";
  EXPECT_LT(asked, 30);
}

TEST_F(Cosigning, StrangeAnswersAreBorne) {
  const auto [size, line] = cosigned();
  static_cast<void>(served());
  const struct {
    long status;
    std::string type, body, said;
  } answers[] = {
      {409, "", "", "another history"},  // instead of 422, in deployed witnesses
      {409, "text/x.tlog.size", "999999\n", "999999 events"},
      {422, "text/plain", "no\n", "another history"},
      {403, "text/plain", "unknown log", "403"},  // instead of 404
      {404, "", "", "404"},
      {429, "text/plain", "slow down", "429"},
      {500, "text/html", "<p>\x01\x1b[31m", "500"},
      {200, "text/plain", "", "no signature"},
      {200, "text/plain", "hello\n", "its answer"},
      {200, "text/plain", line, "its answer"},
      {200, "text/plain", line + "\n", "does not verify"},  // of the checkpoint before
  };
  for (const auto& [status, type, body, said] : answers) {
    const Submitter::Step step = answering(status, type, body).step(0);
    EXPECT_EQ(step.became, Became::kFailed) << status << body;
    EXPECT_THAT(step.what, HasSubstr(said));
    EXPECT_EQ(step.what.find('\x1b'), std::string::npos);
  }
  // Lines of keys that are not known are passed over.
  Submitter asks = submitter([this](const std::string&, std::string_view body) {
    const witness::Answer answer = pac->add_checkpoint(body);
    const auto stranger = chain::SigningKey::from_seed(Digest{7});
    const std::string more =
        chain::signature_line(chain::cosign_note("text\n", "stranger.example", stranger, 5));
    return Result<HttpAnswer>(answer_of(answer.status, answer.content_type,
                                        answer.status == 200 ? more + answer.body : answer.body));
  });
  EXPECT_EQ(asks.step(0).became, Became::kCosigned);
}

TEST_F(Cosigning, AThreadPerWitnessAsksOverHttpUntilItIsStopped) {
  HttpSettings plain;
  plain.transport = Transport::kPlainOnLoopback;
  HttpServer server(
      plain,
      [](const Request&) -> std::variant<std::size_t, Response> {
        return chain::kAddCheckpointSizeMax;
      },
      [this](const Request& request) -> Response {
        witness::Answer answer = pac->add_checkpoint(request.body);
        return {answer.status, answer.content_type, answer.body, {}};
      },
      [](int status, std::string_view) {
        return Response{status, "text/plain", "", {}};
      });
  d.use_witness_policy("log " + d.vkey() + "\nwitness pac " + chain::format_vkey(vkey) +
                       " http://127.0.0.1:" + std::to_string(server.port()) + "\nquorum pac\n");
  const std::uint64_t size = d.size();
  std::promise<Submitter::Step> said;
  {
    WitnessThreads threads(d.cosigners(), {},
                           [&](const Submitter::Step& step) { said.set_value(step); });
    auto first = said.get_future();
    ASSERT_EQ(first.wait_for(std::chrono::seconds(60)), std::future_status::ready);
    const Submitter::Step step = first.get();
    EXPECT_EQ(step.became, Became::kCosigned) << step.what;
  }
  EXPECT_EQ(policy().open(d.cosigners().newest_cosigned().value())->size, size);
}

TEST_F(Cosigning, I12_L_1_AnAuditorBringsACosignature) {
  d.enrol("pac", "Paula Auditor", "AUDITOR");
  d.give_role("pac", "PAC_AUDITOR");
  d.as("pac");
  const auto [size, line] = cosigned();
  const auto bring = [&](const char* who, std::int64_t at, const std::string& what) {
    return d.as(who).post("/log/cosignature", object({{"size", num(at)}, {"cosignature", what}}));
  };
  const Reply stored = bring("pac", size, line);
  ASSERT_EQ(stored.status, 200) << stored.body;
  EXPECT_EQ(stored.text("witness"), "pac");
  EXPECT_EQ(stored.number("time"), d.now().value / kSecondUs * kSecondUs);
  EXPECT_TRUE(policy().open(served("?cosigned=true")));
  EXPECT_EQ(bring("pac", size, line).status, 200) << "again is no harm";

  EXPECT_EQ(bring("pac", size, "nonsense").status, 400);
  EXPECT_EQ(bring("pac", 0, line).status, 400);
  EXPECT_EQ(bring("pac", 999'999, line).status, 404);
  d.enrol("newer", "New Er");
  const auto current = static_cast<std::int64_t>(d.size());
  const Reply other = bring("pac", current, line);
  EXPECT_EQ(other.status, 403) << "a signature over another tree";
  EXPECT_THAT(other.body, HasSubstr("bad-signature"));
  const auto stranger = chain::SigningKey::from_seed(Digest{7});
  std::string strange = chain::signature_line(
      chain::cosign_note(chain::parse_note(served())->text, "pac.example/w", stranger, 5));
  strange.pop_back();
  EXPECT_EQ(bring("pac", static_cast<std::int64_t>(d.size()), strange).status, 403);
  const Reply refused = bring(kIt, size, line);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(d.kind(refused.number("event")), "command.refused");
}

TEST_F(Cosigning, APolicyThatIsNotAboutThisLogIsRefused) {
  const std::string witness = "witness pac " + chain::format_vkey(vkey) + "\nquorum pac\n";
  EXPECT_EQ(Cosigners::open(d.service(), witness).error().code, ErrorCode::kMalformed);
  EXPECT_FALSE(Cosigners::open(d.service(), "log " + d.vkey() + "\n"));
}

TEST(CosigningWithoutAPolicy, IsSaid) {
  Department d;
  d.enrol("pac", "Paula Auditor", "AUDITOR");
  d.give_role("pac", "PAC_AUDITOR");
  const Reply reply = d.as("pac").post(
      "/log/cosignature", object({{"size", num(1)}, {"cosignature", "\xe2\x80\x94 x"}}));
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(d.as("pac").get("/log/checkpoint?cosigned=true").status, 404);
}

}  // namespace
}  // namespace alpr::api::testing
